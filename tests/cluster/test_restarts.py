"""Nodes that die or are upgraded under load: clients go to another, and nothing is lost."""

import asyncio
import random

from cluster.load import Load
from cluster.process import eventually


def test_a_rolling_restart_under_load_loses_nothing_and_no_application_notices(run, cluster, long, seed, say):
    rounds = 20 if long else 2

    async def work():
        load = Load(cluster, seed, streams=20, rate=100)
        await load.start()
        for _ in range(rounds):
            for node in cluster.nodes:
                await node.down()
                await node.up()
                await eventually(node.ready, why="ready")
        return await load.finish(), load

    found, load = run(work())
    say(f"{rounds} rolling restarts: {found.summary()}")
    assert found.well and not found.gaps and not load.errors(), (found.summary(), load.errors())
    assert found.deliveries > 500


def test_clients_of_a_node_that_dies_stream_again_from_another(run, cluster, long, seed, say):
    kills = 60 if long else 6

    async def work():
        dice, load = random.Random(seed), Load(cluster, seed, streams=20, rate=100)
        await load.start()
        for _ in range(kills):
            node = dice.choice(cluster.nodes)
            enough = load.acknowledged + 20
            await eventually(lambda: load.acknowledged > enough, why="load")
            node.kill()
            await node.up()
            await eventually(node.ready, why="ready")
        return await load.finish(), load

    found, load = run(work())
    outages = load.outages()
    say(f"{kills} hubs killed, {len(outages)} streams broken: streaming again after {sum(outages) / len(outages):.3f} s "
        f"on average, {max(outages):.3f} s at most")
    assert found.well and not found.gaps and not load.errors(), (found.summary(), load.errors())
    assert len(outages) > kills and sum(outages) / len(outages) < 5
