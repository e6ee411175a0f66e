"""The ensemble behaves as Redis and Sentinel do in earnest: what the hubs are held against must be real."""

import asyncio
import time

import pytest

from cluster.network import make
from cluster.process import eventually
from cluster.redis_server import Ensemble
from cluster.resp import RedisError
from faulty import Faults


def with_ensemble(folder, work, **options):
    """Runs `work(network, ensemble)` on an ensemble of its own."""
    async def run():
        with make() as network:
            ensemble = Ensemble(network, folder, **options)
            try:
                await ensemble.start()
                await work(network, ensemble)
            finally:
                ensemble.stop()

    asyncio.run(run())


async def another_primary(ensemble, old):
    await eventually(lambda: ensemble.primary() not in (None, old), 30, "a promotion")
    return ensemble.primary()


def test_a_killed_primary_is_replaced_and_follows_when_it_returns(tmp_path):
    async def work(_, ensemble):
        first = ensemble.primary()
        assert first.ask_each(("SET", "a", "1"), ("WAIT", 2, 2000)) == ["OK", 2]
        first.kill()
        second = await another_primary(ensemble, first)
        assert second.ask("GET", "a") == "1"
        first.start()
        assert await ensemble.healthy() is second
        assert first.role() == "slave"

    with_ensemble(tmp_path, work)


def test_a_primary_that_is_cut_off_is_replaced_though_it_still_answers(tmp_path):
    async def work(network, ensemble):
        first = ensemble.primary()
        network.isolate(first.host, [one.host for one in [*ensemble.servers, *ensemble.sentinels]])
        second = await another_primary(ensemble, first)
        assert first.role() == "master", "no two primaries, so that nothing can be lost"
        assert first.ask_each(("SET", "written", "in vain"), ("WAIT", 1, 100)) == ["OK", 0]
        network.heal()
        assert await ensemble.healthy() is second
        await eventually(lambda: first.ask("GET", "written") is None, why="what the second has")

    with_ensemble(tmp_path, work)


def test_a_full_disk_stops_writes_until_there_is_room(tmp_path):
    async def work(_, ensemble):
        server = ensemble.servers[0]

        def written():
            try:
                return server.ask("SET", "a", "1") == "OK"
            except RedisError as error:
                assert "MISCONF" in str(error)
                return False

        assert written()
        server.disk_full(True)
        await eventually(lambda: not written(), why="a refusal")
        server.disk_full(False)
        await eventually(written, why="writing again")

    with_ensemble(tmp_path, work, servers=1, sentinels=0)


def test_a_servers_calendar_can_be_set_off(tmp_path):
    async def work(_, ensemble):
        server = ensemble.servers[0]

        def shift():
            return int(server.ask("TIME")[0]) - time.time()

        assert abs(shift()) < 10
        (tmp_path / "clock").mkdir()
        clock = Faults(tmp_path / "clock")
        server.kill()
        server.env = clock.env
        server.start()
        await eventually(server.answers, why="Redis")
        clock.clock(-3600)
        await eventually(lambda: abs(shift() + 3600) < 10, why="the server's own time")

    with_ensemble(tmp_path, work, servers=1, sentinels=0)


@pytest.mark.parametrize("restored", [False, True])
def test_a_server_restarts_empty_or_as_an_older_copy_was(tmp_path, restored):
    async def work(_, ensemble):
        server = ensemble.servers[0]
        server.ask("SET", "a", "older")
        server.save_copy(tmp_path / "copy")
        server.ask("SET", "a", "newer")
        server.kill()
        if restored:
            server.restore_copy(tmp_path / "copy")
        else:
            server.wipe()
        server.start()
        await eventually(server.answers, why="Redis")
        assert server.ask("GET", "a") == ("older" if restored else None)

    with_ensemble(tmp_path, work, servers=1, sentinels=0)
