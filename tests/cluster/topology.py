"""Everything that a run needs: a network, a Redis ensemble, hubs on it."""

import tokens
from cluster.network import make
from cluster.node import Node, all_ready
from cluster.redis_server import Ensemble
from faulty import Faults

SSE_SECRET = "a secret that all nodes sign SSE tokens with"


class Cluster:
    """`hubs` nodes on one Redis with `servers` - 1 replicas; `servers` = 0: a single hub with a store of its own. The
    settings are the nodes'. `clocks`: nodes and servers run under a library that can set their clocks off."""

    def __init__(self, folder, *, hubs=3, servers=3, sentinels=3, settings=None, clocks=False):
        self.folder = folder
        self.network = make()
        self.network.add("harness")
        self.ensemble = Ensemble(self.network, folder, servers, sentinels) if servers else None
        self.clocks = {}
        for server in self.ensemble.servers if servers and clocks else ():
            server.env = self._clock(server.host)
        store = {"store": self.ensemble.url()} if servers else {}
        common = {"sse_token.secret": SSE_SECRET, "auth.secret": tokens.SECRET, **store, **(settings or {})}
        self.nodes = []
        for number in range(1, hubs + 1):
            host = f"hub{number}"
            self.nodes.append(Node(self.network, host, folder / host, common, self._clock(host) if clocks else None))

    def _clock(self, host):
        place = self.folder / f"{host}-clock"
        place.mkdir(parents=True)
        self.clocks[host] = Faults(place)
        return self.clocks[host].env

    @property
    def addresses(self):
        """Where the nodes are reached."""
        return [node.address for node in self.nodes]

    @property
    def processes(self):
        """All of them."""
        ensemble = [*self.ensemble.servers, *self.ensemble.sentinels] if self.ensemble else []
        return [*ensemble, *self.nodes]

    async def start(self):
        """Starts all, and waits until it is whole."""
        if self.ensemble:
            await self.ensemble.start()
        for node in self.nodes:
            await node.up()
        await self.whole()

    async def whole(self, timeout=60):
        """Waits until every node takes streams, every replica follows its primary and every Sentinel knows it."""
        if self.ensemble:
            await self.ensemble.healthy(timeout)
        await all_ready(self.nodes, timeout)

    async def stop(self):
        """Ends all; the nodes must end well."""
        try:
            self.network.heal()
            for node in self.nodes:
                if node.running:
                    await node.down()
        finally:
            for process in self.processes:
                if process.process is not None:
                    process.kill()
            self.network.close()

    async def __aenter__(self):
        try:
            await self.start()
        except BaseException:
            await self._abandon()
            raise
        return self

    async def __aexit__(self, kind, *unused):
        if kind is None:
            await self.stop()
        else:
            await self._abandon()

    async def _abandon(self):
        """After a failure: no second one about how it all ended."""
        for process in self.processes:
            if process.process is not None:
                process.process.kill()
                process.process.wait()
        self.network.close()
