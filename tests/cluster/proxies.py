"""A network of loopback addresses, for machines where no namespaces can be made.

Each host has an address that its servers listen at, and one that others connect to. Between them stands a proxy of this
process, which sees who connects by the address (the harness's own sockets) or by the process (all else), and holds
back what a cut link would lose. It differs from a real partition in that connecting still succeeds and that what was
sent arrives after all when the link is healed.
"""

import asyncio
import contextlib
import itertools
import os
import socket
import tempfile
import threading
from pathlib import Path

from cluster.network import Network

_PIECE = 65536
_networks = itertools.count(os.getpid() % 200)


class Proxies(Network):
    """Addresses are 127.<network>.0.<host> to listen at and 127.<network>.1.<host> to connect to."""

    def __init__(self):
        super().__init__()
        self._prefix = f"127.{next(_networks) % 250 + 2}."
        self._folder = tempfile.TemporaryDirectory()  # for each host the ids of its processes
        self._loop = asyncio.new_event_loop()
        self._passes = {}
        self._always = asyncio.Event()  # a host and itself
        self._always.set()
        self._tasks = set()
        self._servers = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def add(self, host):
        for other in self.hosts:
            for link in ((host, other), (other, host)):
                self._passes[link] = asyncio.Event()
                self._passes[link].set()
        self.hosts.append(host)

    def wrapper(self, host):
        return ["sh", "-c", 'echo $$ >>"$0" && exec "$@"', f"{self._folder.name}/{host}"]

    def address(self, host):
        return f"{self._prefix}1.{self.hosts.index(host) + 1}"

    def binds(self, host):
        return f"{self._prefix}0.{self.hosts.index(host) + 1}"

    def serve(self, host, port):
        async def start():
            self._servers.append(await asyncio.start_server(
                lambda reader, writer: self._carry(host, port, reader, writer), self.address(host), port))

        self._do(start())

    def socket(self, host):
        made = socket.socket()
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.bind((self.binds(host), 0))
        return made

    def cut_one_way(self, source, target):
        self._loop.call_soon_threadsafe(self._passes[source, target].clear)

    def heal(self):
        for event in self._passes.values():
            self._loop.call_soon_threadsafe(event.set)

    def close(self):
        async def stop():
            for server in self._servers:
                server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._loop.shutdown_default_executor()

        self._do(stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._folder.cleanup()

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def _carry(self, target, port, reader, writer):
        # A task of our own: the one that asyncio makes for a coroutine here complains when it is cancelled.
        task = self._loop.create_task(self._carried(target, port, reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carried(self, target, port, reader, writer):
        back = None
        try:
            source = await self._loop.run_in_executor(None, self._host_of, writer.get_extra_info("peername"))
            if source is None:
                return  # whoever connected is gone
            there, back = await asyncio.open_connection(self.binds(target), port)
            await asyncio.gather(self._pump(source, target, reader, back, writer),
                                 self._pump(target, source, there, writer, back))
        except OSError:
            pass  # nobody listens there
        finally:
            writer.transport.abort()
            if back is not None:
                back.transport.abort()

    async def _pump(self, source, target, reader, writer, other):
        passes = self._passes.get((source, target), self._always)
        try:
            while data := await reader.read(_PIECE):
                await passes.wait()
                writer.write(data)
                await writer.drain()
            await passes.wait()
            writer.write_eof()
        except OSError:
            with contextlib.suppress(OSError):
                await passes.wait()
            writer.transport.abort()
            other.transport.abort()

    def _host_of(self, peer):
        for host in self.hosts:
            if peer[0] == self.binds(host):
                return host
        names = _sockets_at(peer)
        for host in self.hosts:
            with contextlib.suppress(OSError):
                for process in Path(self._folder.name, host).read_text().split():
                    if any(_target(one) in names for one in Path(f"/proc/{process}/fd").glob("*")):
                        return host
        return None


def _sockets_at(peer):
    """How /proc calls the sockets with this address."""
    wanted = f"{socket.inet_aton(peer[0])[::-1].hex().upper()}:{peer[1]:04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {f"socket:[{fields[9]}]" for fields in lines if fields[1] == wanted}


def _target(descriptor):
    with contextlib.suppress(OSError):
        return os.readlink(descriptor)
    return None
