"""Links that are cut, one way too, and healed."""

from cluster.faults.fault import Fault


class LinkFault(Fault):
    """A link that is cut until the end."""

    async def end(self):
        self.cluster.network.heal()


class HubFromRedisCut(LinkFault):
    """A hub and the primary don't hear each other."""

    async def begin(self):
        self.cluster.network.cut(self.any_node().host, self.cluster.ensemble.primary().host)


class HubFromAllRedisCut(LinkFault):
    """A hub hears no Redis server and no Sentinel."""

    async def begin(self):
        ensemble = self.cluster.ensemble
        self.cluster.network.isolate(self.any_node().host, [one.host for one in ensemble.servers + ensemble.sentinels])


class HubFromSentinelsCut(LinkFault):
    """A hub hears no Sentinel."""

    async def begin(self):
        self.cluster.network.isolate(self.any_node().host, [one.host for one in self.cluster.ensemble.sentinels])


class HubToRedisCut(LinkFault):
    """What a hub sends to the primary is lost; what the primary sends arrives."""

    async def begin(self):
        self.cluster.network.cut_one_way(self.any_node().host, self.cluster.ensemble.primary().host)


class RedisToHubCut(LinkFault):
    """What the primary sends to a hub is lost: what the hub asks for is done, and no answer comes."""

    async def begin(self):
        self.cluster.network.cut_one_way(self.cluster.ensemble.primary().host, self.any_node().host)


class PrimaryFromHubsCut(LinkFault):
    """No hub hears the primary, though Sentinels and replicas do, so that nobody takes its place."""

    async def begin(self):
        self.cluster.network.isolate(self.cluster.ensemble.primary().host, [node.host for node in self.cluster.nodes])


class HubsCut(LinkFault):
    """Two hubs don't hear each other."""

    async def begin(self):
        one, other = self.dice.sample(self.cluster.nodes, 2)
        self.cluster.network.cut(one.host, other.host)


class PrimaryFromReplicasCut(LinkFault):
    """The primary and its replicas don't hear each other; Sentinels and hubs hear all."""

    async def begin(self):
        primary = self.cluster.ensemble.primary()
        self.cluster.network.isolate(primary.host, [one.host for one in self.cluster.ensemble.servers])


class PrimaryToReplicaCut(LinkFault):
    """What the primary sends to one replica is lost."""

    async def begin(self):
        self.cluster.network.cut_one_way(self.cluster.ensemble.primary().host, self.any_replica().host)


class ReplicasToPrimaryCut(LinkFault):
    """Replicas have all that the primary writes, and it never learns so: WAIT falls short of the truth."""

    async def begin(self):
        ensemble = self.cluster.ensemble
        primary = ensemble.primary()
        for server in ensemble.servers:
            if server is not primary:
                self.cluster.network.cut_one_way(server.host, primary.host)


class PrimaryIsolated(LinkFault):
    """Replicas and Sentinels lose the primary and choose another; hubs still hear the old one, which still answers."""

    lasts = (2.0, 6.0)

    async def begin(self):
        ensemble = self.cluster.ensemble
        self.cluster.network.isolate(ensemble.primary().host, [one.host for one in ensemble.servers + ensemble.sentinels])
