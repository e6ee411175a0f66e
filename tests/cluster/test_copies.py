"""A node's copy of the log that is gone, behind, or of another Redis is made anew and never served as if it were right."""

import asyncio
import random
import shutil

from cluster.publisher import Numbers, Publisher
from cluster.records import EVERYONE, Record
from cluster.checker import check
from cluster.subscriber import Subscriber
from cluster.topology import Cluster


class Feed:
    """Events to everyone, published at one node, and what a reader that resumes at another makes of them."""

    def __init__(self, cluster, name):
        self.cluster, self.numbers = cluster, Numbers()
        self.record = Record(name, frozenset({EVERYONE}))
        self.writer = Publisher(cluster.network, [cluster.nodes[0].address], self.numbers, random.Random(1), None, rate=1,
                                run=name)

    async def publish(self, count):
        """Publishes this many."""
        await self.writer.deliver([self.numbers.make({EVERYONE}) for _ in range(count)])

    async def read(self, node, seen=()):
        """Reads at this node from the last id seen until the last event published; the ids seen."""
        one = Subscriber(self.cluster.network, [node.address], self.record.name, self.record, random.Random(2))
        one.seen = list(seen)
        task = asyncio.create_task(one.run())
        if self.numbers.published:
            last = self.numbers.published[-1].number
            await one.until(lambda: last in one.numbers, 30, "the last event")
        else:
            await one.until(lambda: one.at, 30, "hello")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not one.experience.errors
        return one.seen

    def whole(self):
        """Asserts that the reader has all, in order, without a gap."""
        found = check(self.numbers.published, [self.record], self.numbers.published[-1].number)
        assert found.well and not found.gaps, found.summary()


def test_a_deleted_copy_is_filled_from_redis_and_readers_resume_without_a_gap(run, cluster, reader):
    async def work():
        feed, node = Feed(cluster, reader), cluster.nodes[1]
        seen = await feed.read(node)
        await feed.publish(50)
        seen = await feed.read(node, seen)
        await feed.publish(50)
        await node.down()
        shutil.rmtree(node.settings["data_dir"])
        await node.up()
        await feed.read(node, seen)
        feed.whole()

    run(work())


def test_a_copy_that_is_behind_is_brought_up_before_it_serves(run, cluster, reader):
    async def work():
        feed, node = Feed(cluster, reader), cluster.nodes[1]
        seen = await feed.read(node)
        await node.down()
        for _ in range(10):
            await feed.publish(100)
        await node.up()
        await feed.read(node, seen)
        feed.whole()

    run(work())


def test_a_copy_that_was_killed_in_the_middle_goes_on(run, cluster, reader):
    async def work():
        feed, node = Feed(cluster, reader), cluster.nodes[2]
        seen = await feed.read(node)
        publishing = asyncio.create_task(_publish_much(feed))
        while len(feed.numbers.published) < 500:
            await asyncio.sleep(0.01)
        node.kill()
        await publishing
        await node.up()
        await feed.read(node, seen)
        feed.whole()

    async def _publish_much(feed):
        for _ in range(50):
            await feed.publish(40)

    run(work())


def test_copies_of_another_redis_are_not_served(run, tmp_path, reader):
    async def work():
        (tmp_path / "one").mkdir()
        (tmp_path / "other").mkdir()
        async with Cluster(tmp_path / "one", hubs=2, servers=1, sentinels=0) as one:
            before = Feed(one, reader)
            seen = await before.read(one.nodes[1])
            await before.publish(30)
            seen = await before.read(one.nodes[1], seen)
        other = Cluster(tmp_path / "other", hubs=2, servers=1, sentinels=0)
        for old, new in zip(one.nodes, other.nodes):
            shutil.copytree(old.settings["data_dir"], new.settings["data_dir"])
        async with other:
            after = Feed(other, f"{reader}-after")
            await after.publish(20)
            assert {event.cursor[0] for event in after.numbers.published} != {seen[-1].split("-")[0]}
            await after.read(other.nodes[1], seen)
            found = check(after.numbers.published, [after.record], 19)
            assert found.well and dict(found.gaps) == {"epoch": 1} and found.deliveries == 20, found.summary()

    run(work())
