"""Faults: each begins, lasts for a time that a seed chooses, and ends. `end` mends what `begin` broke; the run then waits
until the cluster is whole, so that there is one loss at a time.

WITHIN are those that `replica:1` promises to lose nothing in; BEYOND are more than one loss at a time, or lose what was
stored on purpose, and must be told.
"""

import asyncio
import signal

from cluster.process import eventually


class Fault:
    """One fault; `lasts` is the range of seconds from its beginning to its end."""

    lasts = (0.3, 3.0)

    def __init__(self, cluster, dice, paused=1.0):
        self.cluster, self.dice = cluster, dice
        self.paused = paused  # seconds that a hub stands still

    @property
    def name(self):
        """As figures show it."""
        words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in type(self).__name__)
        return words.strip()

    async def begin(self):
        """Breaks something."""
        raise NotImplementedError

    async def end(self):
        """Mends it."""
        raise NotImplementedError

    def any_node(self):
        """A hub."""
        return self.dice.choice(self.cluster.nodes)

    def any_replica(self):
        """A replica of now."""
        primary = self.cluster.ensemble.primary()
        return self.dice.choice([one for one in self.cluster.ensemble.servers if one is not primary])


class HubKilled(Fault):
    """kill -9 of a hub."""

    async def begin(self):
        self.node = self.any_node()
        self.node.kill()

    async def end(self):
        await self.node.up()


class HubPaused(Fault):
    """A hub stands still, while its kernel goes on accepting, and then goes on as if nothing had been."""

    async def begin(self):
        self.lasts = (self.paused, self.paused)
        self.node = self.any_node()
        self.node.process.send_signal(signal.SIGSTOP)

    async def end(self):
        self.node.process.send_signal(signal.SIGCONT)


class PrimaryKilled(Fault):
    """kill -9 of the primary, which returns once another is chosen: before, it would come back as what it was."""

    async def begin(self):
        self.server = self.cluster.ensemble.primary()
        self.server.kill()

    async def end(self):
        await eventually(self.cluster.ensemble.primary, 30, "a promotion")
        self.server.start()


class PrimaryRestarted(Fault):
    """kill -9 of the primary, which is back with all that it had before anybody takes its place."""

    lasts = (0.0, 0.3)

    async def begin(self):
        self.server = self.cluster.ensemble.primary()
        self.server.kill()

    async def end(self):
        self.server.start()


class ReplicaKilled(Fault):
    """kill -9 of a replica."""

    async def begin(self):
        self.server = self.any_replica()
        self.server.kill()

    async def end(self):
        self.server.start()


class PrimaryPaused(Fault):
    """The primary stands still for longer than Sentinel waits, and then finds itself replaced."""

    lasts = (1.5, 4.0)

    async def begin(self):
        self.server = self.cluster.ensemble.primary()
        self.server.pause()

    async def end(self):
        self.server.proceed()


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


class HubToRedisCut(LinkFault):
    """What a hub sends to the primary is lost; what the primary sends arrives."""

    async def begin(self):
        self.cluster.network.cut_one_way(self.any_node().host, self.cluster.ensemble.primary().host)


class RedisToHubCut(LinkFault):
    """What the primary sends to a hub is lost: what the hub asks for is done, and no answer comes."""

    async def begin(self):
        self.cluster.network.cut_one_way(self.cluster.ensemble.primary().host, self.any_node().host)


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


class PrimaryIsolated(LinkFault):
    """Replicas and Sentinels lose the primary and choose another; hubs still hear the old one, which still answers."""

    lasts = (2.0, 6.0)

    async def begin(self):
        ensemble = self.cluster.ensemble
        self.cluster.network.isolate(ensemble.primary().host, [one.host for one in ensemble.servers + ensemble.sentinels])


class RedisDiskFull(Fault):
    """The primary can't write its file, and refuses what would change anything."""

    async def begin(self):
        self.server = self.cluster.ensemble.primary()
        self.server.disk_full(True)

    async def end(self):
        self.server.disk_full(False)


class HubClockOff(Fault):
    """A hub's calendar jumps an hour, to either side, and back."""

    async def begin(self):
        self.clock = self.cluster.clocks[self.any_node().host]
        self.clock.clock(self.dice.choice((-3600, 3600)))

    async def end(self):
        self.clock.clock(0)


class AllRedisDown(Fault):
    """All servers are killed and return with what they had."""

    async def begin(self):
        self.servers = self.cluster.ensemble.servers
        self.primary = self.cluster.ensemble.primary()
        for server in self.servers:
            server.kill()

    def change(self):
        """What happens to their files meanwhile."""

    async def end(self):
        self.change()
        self.primary.start()
        await eventually(self.primary.answers, why="Redis")
        for server in self.servers:
            if server is not self.primary:
                server.start(self.primary)


class RedisEmptied(AllRedisDown):
    """All servers return empty."""

    def change(self):
        for server in self.servers:
            server.wipe()


class RedisRestored(AllRedisDown):
    """All servers return as a copy was that is some seconds old."""

    async def begin(self):
        primary = self.cluster.ensemble.primary()
        self.copy = self.cluster.folder / "copy"
        primary.save_copy(self.copy)
        await asyncio.sleep(self.dice.uniform(0.5, 2.0))
        await super().begin()

    def change(self):
        for server in self.servers:
            server.restore_copy(self.copy)


class PrimaryRestartedEmpty(Fault):
    """The primary returns empty before anybody takes its place, and its replicas follow it into nothing."""

    lasts = (0.0, 0.2)

    async def begin(self):
        self.server = self.cluster.ensemble.primary()
        self.server.kill()

    async def end(self):
        self.server.wipe()
        self.server.start()


WITHIN = (HubKilled, HubPaused, PrimaryKilled, PrimaryRestarted, ReplicaKilled, PrimaryPaused, HubFromRedisCut,
          HubFromAllRedisCut, HubToRedisCut, RedisToHubCut, HubsCut, PrimaryFromReplicasCut, PrimaryToReplicaCut,
          PrimaryIsolated, RedisDiskFull, HubClockOff)
BEYOND = (AllRedisDown, RedisEmptied, RedisRestored, PrimaryRestartedEmpty)
