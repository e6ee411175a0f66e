"""A Redis that asks who comes, and one that several applications share."""

import asyncio
import random

from cluster.process import eventually
from cluster.publisher import Numbers, Publisher
from cluster.records import EVERYONE, Record
from cluster.subscriber import Subscriber
from cluster.topology import Cluster

PASSWORD = "a-password-that-no-log-may-hold"


def test_hubs_with_different_prefixes_see_nothing_of_each_other(run, tmp_path):
    async def work():
        cluster = Cluster(tmp_path, hubs=2, servers=1, sentinels=0)
        cluster.nodes[1].settings["redis.prefix"] = "another"
        async with cluster:
            numbers, readers = Numbers(), []
            for node in cluster.nodes:
                readers.append(Subscriber(cluster.network, [node.address], "reader", Record(node.host, frozenset({EVERYONE})),
                                          random.Random(1)))
            tasks = [asyncio.create_task(one.run()) for one in readers]
            for one in readers:
                await one.until(lambda one=one: one.at, 10, "hello")
            for node, one in zip(cluster.nodes, readers):
                await Publisher(cluster.network, [node.address], numbers, random.Random(2), None, rate=1).deliver(
                    [numbers.make({EVERYONE})])
                await one.until(lambda one=one: one.numbers, 10, "its own event")
            assert [one.numbers for one in readers] == [{0}, {1}]
            keys = cluster.ensemble.servers[0].ask("KEYS", "*")
            assert {key.split(":")[0] for key in keys} == {"tidings", "another"}, keys
            for task in tasks:
                task.cancel()

    run(work())


def test_a_user_and_a_password_are_used_and_not_told(run, tmp_path):
    async def work():
        cluster = Cluster(tmp_path, hubs=1, servers=1, sentinels=0)
        node, (host, port) = cluster.nodes[0], cluster.ensemble.servers[0].address
        try:
            await cluster.ensemble.start()
            cluster.ensemble.servers[0].ask("ACL", "SETUSER", "hub", "on", f">{PASSWORD}", "~tidings:*", "+@all", "-@dangerous",
                                            "+info", "-@admin")
            node.settings["store"] = f"redis://hub:{PASSWORD}@{host}:{port}"
            await node.up()
            await eventually(node.ready, why="ready")
            numbers = Numbers()
            await Publisher(cluster.network, [node.address], numbers, random.Random(1), None, rate=1).deliver(
                [numbers.make({EVERYONE})])
            await node.down()
            node.settings["store"] = f"redis://hub:not-{PASSWORD}@{host}:{port}"
            node.launch()
            await eventually(lambda: "WRONGPASS" in node.log_text(node.mark), why="a line that says why")
            assert not await node.ready()
            assert PASSWORD not in node.log_text()
            node.kill()
        finally:
            await cluster.stop()

    run(work())
