"""Processes that die, stand still, or have the wrong time."""

import signal

from cluster.faults.fault import Fault
from cluster.process import eventually


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


class ClockOff(Fault):
    """A calendar jumps an hour, to either side, and back."""

    def host(self):
        """Whose."""
        raise NotImplementedError

    async def begin(self):
        self.clock = self.cluster.clocks[self.host()]
        self.clock.clock(self.dice.choice((-3600, 3600)))

    async def end(self):
        self.clock.clock(0)


class HubClockOff(ClockOff):
    """A hub's calendar."""

    def host(self):
        return self.any_node().host


class PrimaryClockOff(ClockOff):
    """The primary's calendar, from which the log has its times."""

    def host(self):
        return self.cluster.ensemble.primary().host


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
