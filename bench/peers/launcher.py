"""Starts a peer's processes on the server's core, and ends them."""

import pathlib
import resource
import signal
import socket
import subprocess
import tempfile
import time

from tidings_bench import machine

INSTALLED = machine.ROOT / "build" / "peers"  # what bench/peers/setup put there, a folder a peer
PATIENCE = 30  # seconds, for a server to listen and to end
# How nginx's part begins that answers `/streams`, in a folder and on a port of its own; to be formatted with both.
NGINX_STREAMS = """http {{
  access_log off;
  keepalive_requests 1000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location = /streams {{
"""


class Launcher:
    """The processes of one peer, for a `with` block at whose end they are ended by their ids."""

    def __init__(self):
        self._temporary = tempfile.TemporaryDirectory(prefix="tidings-peer-")
        self.folder = pathlib.Path(self._temporary.name)
        self._processes = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        for process in reversed(self._processes):
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._temporary.cleanup()

    def write(self, name, text):
        """A file in the peer's own folder, which is gone when the peer is."""
        path = self.folder / name
        path.write_text(text)
        return path

    def run(self, *command):
        """Starts a process; what it says is in `log()`. SIGTERM ends it and its children."""
        core, _ = machine.cores()
        with open(self.folder / "log", "ab") as log:
            process = subprocess.Popen(machine.pinned(core, *command), cwd=self.folder, stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log, start_new_session=True)
        self._processes.append(process)
        return process

    def log(self):
        """What the peer's processes have said."""
        return (self.folder / "log").read_text(errors="replace")

    def wait_for(self, port):
        """Until something listens there."""
        self.until(lambda: _listens(port), f"nothing listens on port {port}")

    def until(self, happened, otherwise):
        """Until `happened()` gives something that counts as true, which is returned; ends the run where it never does."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if result := happened():
                return result
            if any(process.poll() is not None for process in self._processes):
                otherwise = "a process ended"
                break
            time.sleep(0.05)
        raise SystemExit(f"peers: {otherwise}; the peer said:\n{self.log()}")


def free_port():
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children(pid):
    """The ids of a process's children."""
    listed = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in listed.split()]


def command_name(pid):
    """What the kernel calls the process."""
    return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()


def debian_version(package):
    """The upstream version of an installed Debian package."""
    said = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False)
    version = said.stdout.strip()
    if said.returncode != 0 or not version:
        raise SystemExit(f"peers: the package {package} is missing; bench/peers/setup installs it")
    return version.split(":")[-1].split("+")[0].rsplit("-", 1)[0]


def descriptors():
    """How many a server may have: as many as this process."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
