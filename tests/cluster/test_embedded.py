"""The harness against a single hub with a store of its own: it sees that nothing is lost where nothing may be, and sees
what a weaker durability loses."""

import asyncio
import random

from cluster.load import Load
from cluster.topology import Cluster


def killed_again_and_again(folder, settings, times=3):
    """Findings, the load, after kill -9 of the hub under load."""
    async def run():
        dice = random.Random(5)
        async with Cluster(folder, hubs=1, servers=0, settings=settings) as cluster:
            load = Load(cluster, 5, streams=16, rate=400)
            await load.start()
            for _ in range(times):
                enough = load.acknowledged + 200
                while load.acknowledged < enough:
                    await asyncio.sleep(0.01 + dice.random() * 0.1)
                cluster.nodes[0].kill()
                await cluster.nodes[0].up()
            return await load.finish(), load

    return asyncio.run(run())


def test_a_hub_that_is_killed_loses_nothing_at_process(tmp_path):
    found, load = killed_again_and_again(tmp_path, {"log.durability": "process"})
    assert found.well, found.summary()
    assert not found.gaps and not found.unanswered and not load.errors(), found.summary()
    assert found.deliveries > 16 * 100 and len(load.outages()) >= 2 * 16


def test_a_hub_that_is_killed_at_memory_tells_of_every_loss(tmp_path):
    found, load = killed_again_and_again(tmp_path, {"log.durability": "memory"})
    assert found.well, found.summary()
    assert found.gaps["epoch"] > 0 and not load.errors(), found.summary()


def test_a_hub_whose_data_is_removed_tells_of_the_loss(tmp_path):
    async def run():
        async with Cluster(tmp_path, hubs=1, servers=0) as cluster:
            load = Load(cluster, 6, streams=8, rate=200)
            await load.start()
            while load.acknowledged < 300:
                await asyncio.sleep(0.01)
            cluster.nodes[0].kill()
            for path in sorted((tmp_path / "hub1" / "data").glob("**/*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            await cluster.nodes[0].up()
            while load.acknowledged < 600:
                await asyncio.sleep(0.01)
            return await load.finish(), load

    found, load = asyncio.run(run())
    assert found.well, found.summary()
    assert found.gaps["epoch"] > 0 and not load.errors(), (found.summary(), load.errors())
