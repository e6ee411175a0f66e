"""A Redis server for hubs to share, set up as docs/operations.md has it. It is not what is measured: it has the
generator's core."""

import pathlib
import socket
import subprocess
import tempfile
import time

from tidings_bench import machine
from tidings_bench.servers import Server


class Redis(Server):
    """Without a password, on loopback; a replica of the server `primary`, where there is one."""

    def __init__(self, primary=None):
        self._temporary = tempfile.TemporaryDirectory(prefix="redis-", dir=machine.BUILD)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self._temporary.name, "save": "", "appendonly": "yes",
                   "appendfsync": "everysec", "maxmemory-policy": "noeviction", "repl-diskless-sync-delay": 0}
        command = ["redis-server", *(word for name, value in options.items() for word in (f"--{name}", value))]
        if primary is not None:
            command += ["--replicaof", f"127.0.0.1 {primary.port}"]
        _, core = machine.cores()
        with open(pathlib.Path(self._temporary.name) / "redis.log", "wb") as log:
            self.process = subprocess.Popen(machine.pinned(core, *command), stdout=log, stderr=log)
        self._replicas = 0
        self._reached(["PING"], lambda reply: reply == b"+PONG")
        if primary is not None:
            primary.replicated()

    @property
    def url(self):
        """The hub's `store` for it."""
        return f"redis://127.0.0.1:{self.port}"

    def replicated(self):
        """Waits for one more replica to confirm what is written here, which may be a second after its link is up."""
        self._replicas += 1
        self._reached(["PUBLISH ready yes", f"WAIT {self._replicas} 100"], lambda reply: int(reply.removeprefix(b":")) >= self._replicas)

    def _reached(self, commands, right):
        """Waits until the last of these commands, each with a reply of one line, is answered rightly."""
        for _ in range(300):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                    connection.sendall("".join(f"{command}\r\n" for command in commands).encode())
                    replies = connection.makefile("rb")
                    if right([replies.readline().strip() for _ in commands][-1]):
                        return
            except (OSError, ValueError):
                pass
            time.sleep(0.1)
        raise SystemExit("bench: Redis did not get ready within 30 s")

    def __exit__(self, *failure):
        try:
            super().__exit__(*failure)
        finally:
            self._temporary.cleanup()
