"""A reader that stops reading costs nobody anything (SPEC §4.3)."""

import time

import pytest
import tokens
import wire
from client import Background
from hub import eventually, scaled

PAYLOAD = "x" * 40_000


def publish(hub, count, users):
    with hub.client() as client:
        for number in range(count):
            answer = client.request("POST", "/api/v1/events", token=tokens.PUBLISHER_KEY,
                                    json={"type": "t", "data": {"n": number, "at": time.time(), "x": PAYLOAD},
                                          "users": users})
            assert answer.status == 200


@pytest.mark.release
def test_stalled_readers_neither_delay_others_nor_take_memory(make_hub, user):
    hub = make_hub({"log.level": "info", "log.durability": "process"})
    users = [f"{user}-{n}" for n in range(21)]
    publish(hub, 50, users)  # so that what the hub needs anyway is there before the measure
    before = hub.memory()
    stalled = [hub.stream(tokens.access(one), receive_buffer=65536) for one in users[:20]]
    count = scaled(1000, 100)  # 40 MB
    with hub.stream(tokens.access(users[20])) as stream:
        stream.hello()
        delays = []
        publisher = Background(publish, hub, count, users)
        for event in (stream.take(1)[0] for _ in range(count)):
            data = event.json()
            assert data["n"] == len(delays)
            delays.append(time.time() - data["at"])
        publisher.result()
        grown = hub.memory() - before
    assert sorted(delays)[len(delays) * 99 // 100] < 0.5, max(delays)
    # 40 MB for 20 readers would be 800 MB; the log's newest part, RocksDB's tables and nothing else may stay.
    assert grown < 160 * 1024 * 1024, f"{grown / 1e6} MB"
    for stream in stalled:  # and who reads again gets all of it
        stream.hello()
        assert [event.json()["n"] for event in stream.take(count, 20)] == list(range(count))
        stream.close()


def test_a_reader_that_takes_no_byte_is_closed_and_loses_nothing(make_hub, user):
    hub = make_hub({"stream.write_timeout": "1s", "log.level": "info"})
    stream = hub.stream(tokens.access(user), receive_buffer=65536)
    stream.hello()
    publish(hub, scaled(400, 300), [user])
    open_streams = lambda: hub.request("GET", "/api/v1/connections", token=tokens.admin()).json()["connections"]
    eventually(lambda: not open_streams(), 15, "the stalled stream's end")
    numbers = _read_all(stream)
    while len(numbers) < scaled(400, 300):
        with hub.stream(tokens.access(user), resume=stream.last_id) as again:
            again.hello()
            numbers += [event.json()["n"] for event in again.take(scaled(400, 300) - len(numbers))]
    assert numbers == list(range(scaled(400, 300)))


def _read_all(stream):
    """What had already been written to a stream that the hub then closed."""
    numbers = []
    try:
        while True:
            event = stream.next()
            if event.type == "t":
                numbers.append(event.json()["n"])
    except (wire.Closed, ConnectionError):
        stream.close()
        return numbers


def _oldest(hub, user):
    with hub.stream(tokens.access(user), since="earliest") as stream:
        stream.hello()
        return stream.take(1)[0].json()["n"]


def test_a_reader_that_retention_passes_gets_a_gap(make_hub, user):
    hub = make_hub({"log.retention_events": 100, "log.level": "info"})
    with hub.stream(tokens.access(user), receive_buffer=65536) as stream:
        stream.hello()
        count = 900  # 36 MB: more than the newest part that the hub also keeps in memory
        publish(hub, count, [user])
        eventually(lambda: _oldest(hub, user) == count - 100, why="retention")
        numbers, gaps = [], []
        while not numbers or numbers[-1] != count - 1:
            event = stream.next()
            if event.type == "gap":
                assert event.json()["reason"] == "retention"
                gaps.append(len(numbers))
            elif event.type == "t":
                assert not numbers or event.json()["n"] == numbers[-1] + 1 or (gaps and gaps[-1] == len(numbers))
                numbers.append(event.json()["n"])
        assert gaps and numbers == sorted(set(numbers))
