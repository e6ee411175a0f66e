"""Publishers and subscribers on a cluster, and what they make of it together."""

import asyncio
import itertools
import random

from cluster.checker import check
from cluster.publisher import Numbers, Publisher
from cluster.records import EVERYONE, Record
from cluster.subscriber import Subscriber

_runs = itertools.count(1)
USERS, CHANNELS = 8, 6
WATCHER = "user:watcher"  # among the recipients of every event, so that its streams see every sequence


def recipients(dice):
    """Whom an event is for, and its type."""
    kind = dice.choice(("t", "t", "s.one", "s.two"))
    chance = dice.random()
    if chance < 0.5:
        return {EVERYONE}, kind
    if chance < 0.75:
        return {WATCHER, *(f"user:u{dice.randrange(USERS)}" for _ in range(2))}, kind
    return {WATCHER, f"channel:c{dice.randrange(CHANNELS)}", f"user:u{dice.randrange(USERS)}"}, kind


class Load:
    """`streams` subscribers of all sorts and `publishers`, all chosen by the seed."""

    def __init__(self, cluster, seed, *, streams=30, publishers=4, rate=50.0, batch=4):
        self.cluster = cluster
        self.numbers = Numbers()
        run = f"run{next(_runs)}"  # keys of an earlier load on the same cluster stand for other events
        self.subscribers = [self._watcher(n, seed) if n < 3 else self._reader(n, seed) for n in range(streams)]
        self.publishers = [
            Publisher(cluster.network, cluster.addresses, self.numbers, random.Random(f"{seed} publisher {n}"), recipients,
                      rate=rate / publishers, batch=batch, run=run)
            for n in range(publishers)]
        self._reading, self._writing = [], []

    def _watcher(self, n, seed):
        record = Record(f"watcher{n}", frozenset({WATCHER, EVERYONE}), sees_all=True)
        return Subscriber(self.cluster.network, self.cluster.addresses, "watcher", record, random.Random(f"{seed} {n}"),
                          rewinds=5 * (n % 2))

    def _reader(self, n, seed):
        dice = random.Random(f"{seed} {n}")
        user = f"u{n % USERS}"
        channels = [f"c{c}" for c in range(CHANNELS) if dice.random() < 0.3]
        types = ["s.*"] if n % 5 == 4 else []
        record = Record(f"reader{n}", frozenset({f"user:{user}", EVERYONE, *(f"channel:{c}" for c in channels)}),
                        frozenset({"s.one", "s.two"}) if types else None)
        return Subscriber(self.cluster.network, self.cluster.addresses, user, record, dice, channels=channels, types=types,
                          by_session=n % 4 == 1, rewinds=4 if n % 3 == 0 else 0)

    async def start(self):
        """Opens all streams, and then publishes."""
        self._reading = [asyncio.create_task(one.run()) for one in self.subscribers]
        for one in self.subscribers:
            await one.until(lambda one=one: one.at is not None, 30, "its first hello")
        self._writing = [asyncio.create_task(one.run()) for one in self.publishers]

    @property
    def deliveries(self):
        """So far."""
        return sum(len(one.record) for one in self.subscribers)

    @property
    def acknowledged(self):
        """So far."""
        return sum(event.cursor is not None for event in self.numbers.published)

    def check_running(self):
        """Raises what a publisher or a subscriber died of."""
        for task in [*self._reading, *self._writing]:
            if task.done():
                task.result()

    async def finish(self, timeout=60):
        """Publishes one last event to everyone, waits until all have it, and checks. Findings."""
        self.check_running()
        for one in self.publishers:
            one.stop()
        await asyncio.wait_for(asyncio.gather(*self._writing), timeout)
        last = self.numbers.make({EVERYONE}, "s.one")
        await asyncio.wait_for(self.publishers[0].deliver([last]), timeout)
        waiting = [one.until(lambda one=one: last.number in one.numbers, timeout, "the last event")
                   for one in self.subscribers]
        await asyncio.gather(*waiting, return_exceptions=True)  # the checker finds those that it never reached
        await self.stop()
        return check(self.numbers.published, [one.record for one in self.subscribers], last.number)

    async def stop(self):
        """Leaves."""
        for one in self.subscribers:
            one.stop()
        _, late = await asyncio.wait(self._reading, timeout=10)
        for task in [*late, *self._writing]:
            task.cancel()
        await asyncio.gather(*self._reading, *self._writing, return_exceptions=True)
        for one in self.publishers:
            one.close()

    def errors(self):
        """What an application would have seen of the hub's troubles, beyond what coming back cures."""
        return [f"{one.record.name}: {error}" for one in self.subscribers for error in one.experience.errors] + [
            f"publisher: {error}" for one in self.publishers for error in one.errors]

    def outages(self):
        """Seconds from each end of a stream to the next hello."""
        return [back - ended for one in self.subscribers for ended, back in one.experience.outages]
