"""Nothing is lost and nothing comes twice, wherever a connection is cut (the promise of SPEC §4)."""

import random
import time

import tokens
from client import Background
from hub import eventually, scaled
from stream import SYSTEM


def publish_numbered(hub, user, count, batch=500, kind="t"):
    """Publishes 0 … count-1 for the user; their ids."""
    ids = []
    with hub.client() as client:
        for start in range(0, count, batch):
            events = [{"type": kind, "data": n, "users": [user]} for n in range(start, min(count, start + batch))]
            answer = client.request("POST", "/api/v1/events", token=tokens.PUBLISHER_KEY, json=events)
            assert answer.status == 200, answer
            ids += answer.json()["ids"]
    return ids


class Reader:
    """Reads on from one connection to the next, and holds what a client must: order, and no repetition."""

    def __init__(self, hub, user, first):
        self.hub, self.user, self.cursor = hub, user, first
        self.numbers, self.cuts = [], {}

    def once(self, stop):
        """One connection, until `stop(stream, event)` says where to cut it."""
        with self.hub.stream(tokens.access(self.user), resume=self.cursor) as stream:
            while True:
                event = stream.next()
                assert event.type != "gap", event
                assert event.cursor >= tuple_of(self.cursor)
                if event.type not in SYSTEM:
                    assert event.cursor > tuple_of(self.cursor)
                    self.numbers.append(event.json())
                self.cursor = event.id
                if reason := stop(stream, event):
                    self.cuts[reason] = self.cuts.get(reason, 0) + 1
                    return stream.cut()


def tuple_of(cursor):
    epoch, sequence = cursor.split("-")
    return epoch, int(sequence)


def test_a_connection_that_is_cut_every_100_ms_gets_everything_once(make_hub, user):
    """Cut by time, right after hello, right after a ping, and in the middle of a replay."""
    hub = make_hub({"stream.heartbeat": "50ms", "log.level": "info"})
    count = scaled(100_000, 2_000)
    reader = Reader(hub, user, hub.request("GET", "/api/v1/events/cursor", token=tokens.PUBLISHER_KEY).json()["cursor"])
    publisher = Background(publish_numbered, hub, user, count, 100)
    dice = random.Random(2)
    plans = ["time", "ping", "replay", "hello"]  # each at least once, then by chance
    while len(reader.numbers) < count:
        started, before = time.monotonic(), len(reader.numbers)
        plan = plans.pop() if plans else dice.choice(["time"] * 6 + ["hello", "ping", "replay"])

        def stop(stream, event):
            if len(reader.numbers) == count:
                return "end"
            if plan == event.type:
                return plan
            if plan == "replay" and len(reader.numbers) > before:
                return plan
            return "time" if plan != "ping" and time.monotonic() - started > 0.1 else None

        reader.once(stop)
    publisher.result()
    assert reader.numbers == list(range(count))
    assert set(reader.cuts) >= {"time", "hello", "ping", "replay"}, reader.cuts


def test_a_cut_in_the_middle_of_an_event_loses_nothing(hub, user):
    ids = publish_numbered(hub, user, 3)
    big = hub.publish({"type": "big", "data": "x" * 200_000, "users": [user]})[0]
    with hub.stream(tokens.access(user), resume=ids[0]) as stream:
        stream.take(2)
        stream.connection.exactly(1000)
        stream.cut()
    with hub.stream(tokens.access(user), resume=ids[2]) as stream:
        stream.hello()
        assert stream.take(1)[0].id == big


def test_a_stream_that_never_received_an_event_resumes_with_what_it_missed(hub, user):
    with hub.stream(tokens.access(user)) as stream:
        event, _ = stream.hello()
    (missed,) = hub.publish({"type": "t", "data": 1, "users": [user]})
    with hub.stream(tokens.access(user), resume=event.id) as stream:
        assert stream.hello()[1]["resumed"] is True
        assert stream.take(1)[0].id == missed


def test_a_stream_that_passed_nothing_for_longer_than_the_retention_resumes(make_hub, user):
    """Its pings moved its cursor, so that no gap is due."""
    hub = make_hub({"log.retention_events": 50, "stream.heartbeat": "200ms"})
    with hub.stream(tokens.access(user), events="rare") as stream:
        first, _ = stream.hello()
        for _ in range(4):
            last = publish_numbered(hub, user, 100, kind="common")[-1]
        while stream.until("ping").id != last:
            pass
        cursor = stream.last_id
    assert first.id != cursor
    (rare,) = hub.publish({"type": "rare", "data": 1, "users": [user]})
    with hub.stream(tokens.access(user), resume=cursor, events="rare") as stream:
        stream.hello()
        assert stream.take(1)[0].id == rare  # fails at a gap


def test_replay_and_live_meet_without_a_hole_while_events_flow(make_hub, user):
    hub = make_hub({"log.level": "info"})
    count = scaled(20_000, 1_000)
    publisher = Background(publish_numbered, hub, user, count, 50)
    start = hub.publish({"type": "other", "data": 0})[0]
    token = tokens.access(user)
    eventually(lambda: hub.request("GET", "/api/v1/events/cursor", token=token).json()["cursor"] != start)
    readers = [Background(_read_from, hub, token, count) for _ in range(4)]
    for reader in readers:
        assert reader.result() == list(range(count))
    publisher.result()


def _read_from(hub, token, count):
    with hub.stream(token, since="earliest", events="t") as stream:
        return [event.json() for event in stream.take(count)]


def test_a_clean_restart_loses_nothing_and_keeps_the_epoch(make_hub, user):
    hub = make_hub()
    with hub.stream(tokens.access(user)) as stream:
        stream.hello()
        ids = publish_numbered(hub, user, 10)
        cursor = stream.take(5)[-1].id
    hub.restart()
    later = publish_numbered(hub, user, 5)
    assert later[0].split("-")[0] == ids[0].split("-")[0]
    with hub.stream(tokens.access(user), resume=cursor) as stream:
        stream.hello()
        assert [event.id for event in stream.take(10)] == ids[5:] + later
