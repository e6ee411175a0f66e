"""What is measured: the hub, and the bare loops beside it. Each on a free port and on the server's core."""

import os
import pathlib
import re
import subprocess
import tempfile
import time

from tidings_bench import machine

SECRET = "bench-secret-0123456789-0123456789-0123456789"
PUBLISH_KEY = "bench-publish-key-0123456789-0123456789"
LISTENING = re.compile(r'"address":"127\.0\.0\.1:(\d+)"')
BINARY = pathlib.Path(os.environ.pop("TIDINGS_BINARY", machine.ROOT / "build" / "release" / "tidings"))


class Server:
    """A process with a port, for a `with` block."""

    process: subprocess.Popen
    port: int
    options = {}  # for the load generator

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise SystemExit("bench: a server did not stop within 30 s") from None

    def anonymous_memory(self):
        """`RssAnon`, in bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^RssAnon:\s+(\d+) kB$", status, re.MULTILINE)[1]) * 1024


class Hub(Server):
    """The hub with one shard, in a folder of its own on the disk that this checkout is on.

    `store`: the Redis that it shares, or none. `settings`: lines for its configuration, a list a section.
    """

    options = {"secret": SECRET, "publish-key": PUBLISH_KEY}

    def __init__(self, durability="process", store=None, **settings):
        self._temporary = tempfile.TemporaryDirectory(prefix="hub-", dir=machine.BUILD)
        self.folder = pathlib.Path(self._temporary.name)
        (self.folder / "tidings.toml").write_text(self._configuration(durability, store, settings))
        self._log = self.folder / "hub.log"
        core, _ = machine.cores()
        with open(self._log, "wb") as log:
            self.process = subprocess.Popen(
                machine.pinned(core, BINARY, "serve", "--config", self.folder / "tidings.toml"), stderr=log)
        self.port = self._port()

    def _configuration(self, durability, store, settings):
        sections = {"log": [f'durability = "{durability}"', 'format = "json"', *settings.get("log", [])],
                    "limits": ["streams_per_user = 20000", "sessions = 20000", *settings.get("limits", [])],
                    "auth": [f'secret = "{SECRET}"'], "publish": [f'key = "{PUBLISH_KEY}"']}
        lines = ['listen = "127.0.0.1:0"', f'data_dir = "{self.folder / "data"}"', 'drain = "1s"', "shards = 1"]
        if store:
            lines.append(f'store = "{store}"')
        for name, of_section in sections.items():
            lines += [f"[{name}]", *of_section]
        return "\n".join(lines) + "\n"

    def _port(self):
        for _ in range(300):
            text = self._log.read_text()
            if '"ready"' in text and (found := LISTENING.search(text)):
                return int(found[1])
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"bench: the hub did not start:\n{self._log.read_text()}")

    def __exit__(self, *failure):
        try:
            super().__exit__(*failure)
        finally:
            self._temporary.cleanup()


class BareLoop(Server):
    """Writes the same bytes to the same streams: `each` event by itself, or all that have come (`gather`)."""

    def __init__(self, how):
        core, _ = machine.cores()
        self.process = subprocess.Popen(machine.pinned(core, machine.TOOLS / "bare_loop", how), stdout=subprocess.PIPE,
                                        text=True)
        self.port = int(self.process.stdout.readline())

    def __exit__(self, *failure):
        super().__exit__(*failure)
        self.process.stdout.close()
