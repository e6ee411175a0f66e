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
        self._mark = f"NETWORK_{os.getpid()}_{id(self)}"
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
        return ["env", f"{self._mark}={host}"]

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

        self._do(stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _carry(self, target, port, reader, writer):
        self._tasks.add(asyncio.current_task())
        try:
            source = await self._loop.run_in_executor(None, self._host_of, writer.get_extra_info("peername"))
            try:
                if source is None:
                    raise ConnectionAbortedError("whoever connected is gone")
                there, back = await asyncio.open_connection(self.binds(target), port)
            except OSError:
                writer.transport.abort()
                return
            try:
                await asyncio.gather(self._pump(source, target, reader, back, writer),
                                     self._pump(target, source, there, writer, back))
            finally:
                back.transport.abort()
                writer.transport.abort()
        finally:
            self._tasks.discard(asyncio.current_task())

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
        return _environment_of(_process_of(peer), self._mark)


def _process_of(peer):
    """The process whose socket has this address, from /proc."""
    packed = socket.inet_aton(peer[0])[::-1].hex().upper()
    wanted = f"{packed}:{peer[1]:04X}"
    inodes = [line.split()[9] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
              if line.split()[1] == wanted]
    names = {f"socket:[{inode}]" for inode in inodes}
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if os.readlink(descriptor) in names:
                return descriptor.parts[2]
    return None


def _environment_of(process, name):
    with contextlib.suppress(OSError, TypeError):
        for pair in Path(f"/proc/{process}/environ").read_bytes().split(b"\0"):
            if pair.startswith(name.encode() + b"="):
                return pair.split(b"=", 1)[1].decode()
    return None
