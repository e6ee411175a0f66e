"""Hosts with an address each, and links between them that can be cut, one way too.

What runs on a host is started with `wrapper(host)` before its command, binds `binds(host)`, and tells others
`address(host)`. The harness itself connects with sockets of `socket(host)`. A cut link drops what is sent and says
nothing to either side, as a dead switch does: a stopped process is no partition, for its kernel still answers.
"""

import abc
import os


class Network(abc.ABC):
    """What both ways of making a network have in common. A link is an ordered pair of hosts."""

    def __init__(self):
        self.hosts = []

    @abc.abstractmethod
    def add(self, host):
        """A new host that reaches all others."""

    @abc.abstractmethod
    def wrapper(self, host):
        """What stands before a command that is to run on this host."""

    @abc.abstractmethod
    def address(self, host):
        """Where others reach this host."""

    @abc.abstractmethod
    def binds(self, host):
        """Where a server of this host listens, so that others reach it at `address(host)`."""

    @abc.abstractmethod
    def serve(self, host, port):
        """Makes this port reachable; before anybody connects to it."""

    @abc.abstractmethod
    def socket(self, host):
        """A TCP socket that is not yet connected, and whose other end sees this host."""

    @abc.abstractmethod
    def cut_one_way(self, source, target):
        """What `source` sends to `target` is lost from now on."""

    @abc.abstractmethod
    def heal(self):
        """All links work again."""

    @abc.abstractmethod
    def close(self):
        """Takes everything away."""

    def cut(self, one, other):
        """Nothing passes between the two."""
        self.cut_one_way(one, other)
        self.cut_one_way(other, one)

    def isolate(self, host, others):
        """Cuts this host off from all of these."""
        for other in others:
            if other != host:
                self.cut(host, other)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


def make():
    """Namespaces where this machine allows them, else proxies, which $TIDINGS_CLUSTER_NETWORK may also ask for."""
    from cluster.namespaces import Namespaces, possible
    from cluster.proxies import Proxies

    return Proxies() if os.environ.get("TIDINGS_CLUSTER_NETWORK") == "proxies" or not possible() else Namespaces()
