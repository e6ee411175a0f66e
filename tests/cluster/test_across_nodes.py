"""What an operator or a client does at one node holds at all of them (SPEC §1.4, §1.7)."""

import asyncio
import random
import time

import tokens
from cluster.process import eventually
from cluster.records import EVERYONE, Record
from cluster.subscriber import Subscriber, access


class Streams:
    """One stream a node, each kept at its node, for as long as the block lasts."""

    def __init__(self, cluster, user, **options):
        self.readers = [Subscriber(cluster.network, [node.address], user, Record(node.host, frozenset({EVERYONE})),
                                   random.Random(n), **options) for n, node in enumerate(cluster.nodes)]

    async def __aenter__(self):
        self.tasks = [asyncio.create_task(one.run()) for one in self.readers]
        for one in self.readers:
            await one.until(lambda one=one: one.at is not None, 10, "hello")
        return self.readers

    async def __aexit__(self, *unused):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def listed(node, query):
    """All connections that this node lists."""
    found, after = [], ""
    while after is not None:
        answer = await node.ask("GET", f"/api/v1/connections?{query}{after and '&after=' + after}", token=tokens.admin())
        assert answer.status == 200, answer
        found += answer.json()["connections"]
        after = answer.json()["next"]
    return found


def test_lists_and_presence_show_the_streams_of_all_nodes(run, cluster, reader):
    async def work():
        async with Streams(cluster, reader, channels=["room:1"]) as streams:
            wanted = {one.connection_id for one in streams}
            for node in cluster.nodes:
                shown = await eventually(lambda node=node: _whole(node, wanted), why=f"the list at {node.host}")
                assert {one["user"] for one in shown} == {reader} and all(one["node"] for one in shown)
                answer = await node.ask("GET", "/api/v1/presence?channel=room:1", token=tokens.admin())
                assert {"user": reader, "connections": 3} in answer.json()["users"]

    async def _whole(node, wanted):
        shown = await listed(node, f"user={reader}")
        return shown if {one["id"] for one in shown} == wanted else None

    run(work())


def test_a_revocation_at_one_node_ends_the_streams_of_all_and_refuses_the_token_everywhere(run, cluster, reader):
    async def work():
        async with Streams(cluster, reader) as streams:
            answer = await cluster.nodes[0].ask("DELETE", f"/api/v1/connections?user={reader}", token=tokens.admin())
            assert answer.status == 200 and answer.json() == {"disconnected": 3}, answer
            for one in streams:
                await one.until(lambda one=one: "revoked" in one.experience.byes, 10, "bye")
            for node in cluster.nodes:
                answer = await node.ask("POST", "/api/v1/events/session", token=access(reader))
                assert (answer.status, answer.code) == (401, "token_revoked"), answer

    run(work())


def test_a_revocation_reaches_a_node_that_was_down(run, cluster, reader):
    async def work():
        away = cluster.nodes[2]
        await away.down()
        await cluster.nodes[0].ask("DELETE", f"/api/v1/connections?user={reader}", token=tokens.admin())
        await away.up()
        answer = await away.ask("POST", "/api/v1/events/session", token=access(reader))
        assert (answer.status, answer.code) == (401, "token_revoked"), answer

    run(work())


def test_one_stream_is_ended_from_another_node(run, cluster, reader):
    async def work():
        async with Streams(cluster, reader) as streams:
            victim = streams[1]
            answer = await cluster.nodes[0].ask("DELETE", f"/api/v1/connections/{victim.connection_id}",
                                                token=tokens.admin())
            assert answer.status == 204, answer
            await victim.until(lambda: "disconnected" in victim.experience.byes, 10, "bye")
            assert not streams[0].experience.byes and not streams[2].experience.byes
            answer = await cluster.nodes[2].ask("DELETE", f"/api/v1/connections/{victim.connection_id}x",
                                                token=tokens.admin())
            assert (answer.status, answer.code) == (404, "connection_not_found"), answer

    run(work())


def test_a_token_is_extended_at_another_node(run, cluster, reader):
    async def work():
        async with Streams(cluster, reader) as streams:
            for one in streams:
                one.token = tokens.access(reader, expires_in=5)
            ends = time.time() + 5
            first = [one.connection_id for one in streams]
            for node, one in zip(cluster.nodes, streams):
                await node.ask("DELETE", f"/api/v1/connections/{one.connection_id}", token=tokens.admin())
            for one, before in zip(streams, first):
                await one.until(lambda one=one, before=before: one.at and one.connection_id != before, 10, "a new stream")
            extended, lapsing = streams[1], streams[2]
            identifier = extended.connection_id
            stranger = await cluster.nodes[0].ask("POST", f"/api/v1/connections/{identifier}/token",
                                                  token=tokens.access("someone-else"))
            assert (stranger.status, stranger.code) == (404, "connection_not_found"), stranger
            answer = await cluster.nodes[0].ask("POST", f"/api/v1/connections/{identifier}/token",
                                                token=tokens.access(reader))
            assert answer.status == 204, answer
            await lapsing.until(lambda: "token_expired" in lapsing.experience.byes, 15, "the end of the other's token")
            await eventually(lambda: time.time() > ends + 1, why="the first token's end")
            assert extended.connection_id == identifier and extended.at and not extended.experience.byes[1:]

    run(work())
