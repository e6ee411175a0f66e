"""Redis that can't write, or returns without what it had."""

import asyncio

from cluster.faults.fault import Fault
from cluster.process import eventually


class RedisDiskFull(Fault):
    """The primary can't write its file, and refuses what would change anything."""

    async def begin(self):
        self.server = self.cluster.ensemble.primary()
        self.server.disk_full(True)

    async def end(self):
        self.server.disk_full(False)


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


class RedisFlushed(Fault):
    """Somebody empties a Redis that goes on running."""

    lasts = (0.0, 0.0)

    async def begin(self):
        self.cluster.ensemble.primary().ask("FLUSHALL")

    async def end(self):
        pass  # nothing brings it back
