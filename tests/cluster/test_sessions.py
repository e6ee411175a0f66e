"""A session opens one stream, however many ask for it at however many nodes, failovers included (SPEC §1.2)."""

import asyncio
import random
import time

from cluster import faults
from cluster.exchange import Connection
from cluster.subscriber import access
from cluster.topology import Cluster

RACING = 16


async def made(cluster, node, token):
    """A session's id, or nothing while the node can't make one."""
    try:
        answer = await node.ask("POST", "/api/v1/events/session", token=token)
    except (OSError, EOFError):
        return None
    assert answer.status in (201, 503), answer
    if answer.status == 503:
        assert "retry-after" in answer.headers, answer
        return None
    return answer.json()["session_id"]


async def opened(cluster, address, session):
    """Whether this session opens a stream there; None where nobody can tell, since no answer came."""
    connection = Connection(cluster.network, address, timeout=10)
    try:
        await connection.open()
        connection.send("GET", f"/api/v1/events/stream?session_id={session}")
        async with asyncio.timeout(10):
            answer = await connection.head()
            if answer.status == 200:
                return True
            await connection.body_of(answer)
    except (OSError, EOFError):
        return None
    finally:
        connection.close()
    assert (answer.status, answer.code) == (401, "session_invalid") or answer.status == 503, answer
    return False


async def race(cluster, node, token):
    """[won, refused, unknown] of one session, or nothing where none was made."""
    session = await made(cluster, node, token)
    if session is None:
        return None
    addresses = [cluster.addresses[n % len(cluster.addresses)] for n in range(RACING)]
    results = await asyncio.gather(*(opened(cluster, address, session) for address in addresses))
    return [results.count(True), results.count(False), results.count(None)]


def test_a_session_is_said_to_have_its_whole_life_before_it(run, cluster):
    async def work():
        token = access("racer")
        return [(await node.ask("POST", "/api/v1/events/session", token=token)).json()["expires_in"]
                for node in cluster.nodes for _ in range(10)]

    assert run(work()) == [30] * 30


def test_of_racing_requests_at_three_nodes_exactly_one_wins(run, cluster, long, say):
    sessions = 10_000 if long else 60

    async def work():
        token, outcomes = access("racer"), []

        async def races(node, count):
            for _ in range(count):
                outcomes.append(await race(cluster, node, token))

        await asyncio.gather(*(races(node, sessions) for node in cluster.nodes))
        return outcomes

    outcomes = run(work())
    say(f"{len(outcomes)} sessions made at three nodes, {RACING} racing requests each")
    assert outcomes == [[1, RACING - 1, 0]] * len(outcomes)


def test_a_failover_never_lets_two_win(run, tmp_path, long, seed, say):
    rounds = 20 if long else 2

    async def work():
        dice, outcomes = random.Random(seed), []
        async with Cluster(tmp_path, settings={"log.durability": "replica:1"}) as cluster:
            token, stopping = access("racer"), False

            async def races(node):
                while not stopping:
                    outcomes.append(await race(cluster, node, token))
                    if outcomes[-1] is None:
                        await asyncio.sleep(0.05)

            racing = [asyncio.create_task(races(node)) for node in cluster.nodes for _ in range(2)]
            for number in range(rounds):
                kind = (faults.PrimaryKilled, faults.PrimaryIsolated, faults.PrimaryPaused)[number % 3]
                fault = kind(cluster, dice)
                await fault.begin()
                await asyncio.sleep(dice.uniform(*fault.lasts))
                await fault.end()
                await cluster.whole()
            before, until = len(outcomes), time.monotonic() + 30
            while not any(one and one[0] for one in outcomes[before:]):
                assert time.monotonic() < until, "no session opens a stream after the last failover"
                await asyncio.sleep(0.05)
            stopping = True
            await asyncio.gather(*racing)
        return outcomes

    outcomes = [one for one in run(work()) if one is not None]
    won = [one[0] for one in outcomes]
    say(f"{len(outcomes)} sessions through {rounds} failovers: {won.count(1)} opened one stream, {won.count(0)} none, "
        f"{sum(count > 1 for count in won)} more than one")
    assert max(won) == 1
