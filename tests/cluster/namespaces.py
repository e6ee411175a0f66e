"""A network of Linux network namespaces: a host each, and one that routes between them.

Each host has a single link to the router, so that nothing reaches another host but through it, and nothing of this
network reaches the machine's own. A cut is a rule in the router that swallows what one host sends to another.
"""

import ctypes
import os
import re
import socket
import subprocess
from pathlib import Path

from cluster.network import Network

_libc = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_PREFIX = "198.18.0."  # RFC 2544: for tests of networks, routed nowhere
_ROUTER = _PREFIX + "254"


def _ip(*arguments):
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")


def possible():
    """Whether this machine lets us make namespaces with a rule in them."""
    name = f"tidings-{os.getpid()}-probe"
    try:
        _ip("netns", "add", name)
    except OSError:
        return False
    try:
        _ip("-n", name, "rule", "add", "from", _PREFIX + "1", "to", _PREFIX + "2", "blackhole")
        return True
    except OSError:
        return False
    finally:
        _ip("netns", "del", name)


class Namespaces(Network):
    """Made with `ip netns`, which takes root. Names carry this process's id; those of processes that died without
    taking theirs away are removed first."""

    _made = 0

    def __init__(self):
        super().__init__()
        _remove_orphans()
        Namespaces._made += 1
        self._name = f"tidings-{os.getpid()}-{Namespaces._made}-"
        self._rules = set()
        self._router = self._name + "router"
        _ip("netns", "add", self._router)
        _ip("-n", self._router, "link", "set", "lo", "up")
        with _Inside(self._router):
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1")

    def add(self, host):
        self.hosts.append(host)
        name, port = self._name + host, f"port{len(self.hosts)}"
        _ip("netns", "add", name)
        _ip("link", "add", port, "netns", self._router, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("-n", self._router, "addr", "add", _ROUTER + "/32", "dev", port)
        _ip("-n", self._router, "link", "set", port, "up")
        _ip("-n", self._router, "route", "add", self.address(host) + "/32", "dev", port)
        _ip("-n", name, "link", "set", "lo", "up")
        _ip("-n", name, "addr", "add", self.address(host) + "/32", "dev", "eth0")
        _ip("-n", name, "link", "set", "eth0", "up")
        _ip("-n", name, "route", "add", "default", "via", _ROUTER, "dev", "eth0", "onlink")

    def wrapper(self, host):
        return ["ip", "netns", "exec", self._name + host]

    def address(self, host):
        return _PREFIX + str(self.hosts.index(host) + 1)

    def binds(self, host):
        return self.address(host)

    def serve(self, host, port):
        pass  # every port is reachable

    def socket(self, host):
        with _Inside(self._name + host):
            made = socket.socket()
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def cut_one_way(self, source, target):
        if (source, target) not in self._rules:
            self._rule("add", source, target)
            self._rules.add((source, target))

    def heal(self):
        for source, target in self._rules:
            self._rule("del", source, target)
        self._rules.clear()

    def _rule(self, action, source, target):
        _ip("-n", self._router, "rule", action, "from", self.address(source), "to", self.address(target), "blackhole")

    def close(self):
        for name in [*(self._name + host for host in self.hosts), self._router]:
            _ip("netns", "del", name)
        self.hosts = []


class _Inside:
    """This thread, and what it opens, is in a namespace for as long as the block lasts."""

    def __init__(self, name):
        self._path = f"/run/netns/{name}"

    def __enter__(self):
        self._before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(self._path, os.O_RDONLY)
        try:
            _enter(there)
        finally:
            os.close(there)

    def __exit__(self, *unused):
        _enter(self._before)
        os.close(self._before)


def _enter(namespace):
    if _libc.setns(namespace, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def _remove_orphans():
    for path in Path("/run/netns").glob("tidings-*"):
        owner = re.match(r"tidings-(\d+)-", path.name)
        if owner and not Path(f"/proc/{owner[1]}").exists():
            _ip("netns", "del", path.name)
