"""While Redis is away streams live on, what needs it says so, and everything missed is delivered (SPEC §5)."""

import asyncio
import random

from cluster.process import eventually
from cluster.publisher import Numbers, Publisher
from cluster.records import EVERYONE, Record
from cluster.checker import check
from cluster.subscriber import Subscriber, access
import tokens


def subscriber(cluster, node, user):
    return Subscriber(cluster.network, [node.address], user, Record(node.host, frozenset({EVERYONE}), sees_all=True),
                      random.Random(1))


async def refuses(node, method, path, **options):
    """Whether this is answered by 503 with when to come back."""
    answer = await node.ask(method, path, timeout=20, **options)
    if answer.status != 503:
        return False
    assert int(answer.headers["retry-after"]) >= 0, answer
    return answer.code


async def publish(node, number):
    return await refuses(node, "POST", "/api/v1/events", token=tokens.PUBLISHER_KEY,
                         content={"type": "away", "data": {"n": number}, "users": ["nobody"]})


def test_what_needs_redis_says_so_while_it_is_away_and_streams_live_on(run, cluster, reader):
    async def work():
        server = cluster.ensemble.servers[0]
        node = cluster.nodes[0]
        one = subscriber(cluster, node, reader)
        task = asyncio.create_task(one.run())
        await one.until(lambda: one.at, 10, "hello")
        before = one.connection_id
        server.kill()
        try:
            assert await eventually(lambda: publish(node, 0), why="a refusal") == "store_unavailable"
            assert await eventually(lambda: refuses(node, "POST", "/api/v1/events/session", token=access(reader)))
            assert await eventually(lambda: refuses(node, "GET", "/readyz"), why="not ready") is not None
            assert (await node.ask("GET", "/healthz")).status == 200
            seen = one.seen[-1:], len(one.seen)
            late = subscriber(cluster, node, reader)
            opening = asyncio.create_task(late.run())
            await late.until(lambda: late.at, 10, "a stream by a bearer token")
            await one.until(lambda: len(one.seen) >= seen[1] + 2, 10, "pings")
            assert one.connection_id == before
            opening.cancel()
        finally:
            server.start()
        await cluster.whole()
        assert one.connection_id == before, "the stream was to live through it"
        numbers = Numbers()
        writer = Publisher(cluster.network, [cluster.nodes[1].address], numbers, random.Random(2), None, rate=1, run=reader)
        await writer.deliver([event := numbers.make({EVERYONE})])
        await one.until(lambda: event.number in one.numbers, 10, "an event after Redis's return")
        task.cancel()

    run(work())


def test_a_node_that_was_cut_off_delivers_all_that_it_missed(run, cluster, reader):
    async def work():
        away, others = cluster.nodes[0], cluster.nodes[1:]
        one = subscriber(cluster, away, reader)
        task = asyncio.create_task(one.run())
        await one.until(lambda: one.at, 10, "hello")
        before = one.connection_id
        cluster.network.cut(away.host, cluster.ensemble.servers[0].host)
        numbers = Numbers()
        writer = Publisher(cluster.network, [node.address for node in others], numbers, random.Random(3), None, rate=1,
                           run=reader)
        for _ in range(20):
            await writer.deliver([numbers.make({EVERYONE}) for _ in range(10)])
        assert await eventually(lambda: publish(away, 1), why="a refusal") and not one.numbers
        cluster.network.heal()
        await one.until(lambda: len(one.numbers) == 200, 30, "what it missed")
        assert one.connection_id == before
        task.cancel()
        found = check(numbers.published, [one.record], 199)
        assert found.well and not found.gaps, found.summary()
        await cluster.whole()

    run(work())


def test_a_node_that_starts_while_redis_is_away_takes_streams_once_it_is_back(run, cluster):
    async def work():
        node, server = cluster.nodes[2], cluster.ensemble.servers[0]
        await node.down()
        server.kill()
        starting = asyncio.create_task(node.up())
        try:
            for _ in range(20):
                assert not await node.ready(), "ready without a log"
                assert node.running, node.log_text(node.mark)
                await asyncio.sleep(0.05)
        finally:
            server.start()
        await starting
        await cluster.whole()

    run(work())
