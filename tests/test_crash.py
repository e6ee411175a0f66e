"""kill -9 under load: no acknowledged event is missing and no cursor is used twice (SPEC §4)."""

import random
import threading
import time
from http.client import HTTPException

import pytest
import tokens
import wire
from client import Background
from hub import eventually, scaled


class Load:
    """Publishers that write down each acknowledged (id, number); what was cut off may or may not be stored."""

    def __init__(self, hub, user, writers=4):
        self.hub, self.user = hub, user
        self.acknowledged = []
        self.stopping = threading.Event()
        self.next = 0
        self.lock = threading.Lock()
        self.threads = [Background(self.run) for _ in range(writers)]

    def run(self):
        while not self.stopping.is_set():
            try:
                with self.hub.client() as client:
                    while not self.stopping.is_set():
                        self.one(client)
            except (OSError, HTTPException):
                time.sleep(0.02)  # the hub is away: what was cut off was not acknowledged

    def one(self, client):
        with self.lock:
            number, self.next = self.next, self.next + 3
        events = [{"type": "t", "data": n, "users": [self.user]} for n in range(number, number + 3)]
        answer = client.request("POST", "/api/v1/events", token=tokens.PUBLISHER_KEY, json=events)
        if answer.status == 200:
            with self.lock:
                self.acknowledged += zip(answer.json()["ids"], range(number, number + 3))

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.result()


@pytest.mark.parametrize("durability", ["process", "fsync"])
def test_no_acknowledged_event_is_lost_and_no_cursor_is_used_twice(make_hub, user, durability):
    hub = make_hub({"log.durability": durability, "log.level": "info"})
    first = hub.publish({"type": "first", "data": 0, "users": [user]})[0]
    dice = random.Random(7)
    load = Load(hub, user)
    received = {}
    for _ in range(scaled(20, 3)):
        enough = len(load.acknowledged) + 50
        eventually(lambda: len(load.acknowledged) >= enough, 30, "load")
        time.sleep(dice.random() * 0.1)  # a different moment each time
        with hub.stream(tokens.access(user), resume=first) as stream:
            stream.hello()
            hub.kill()
            _drain(stream, received)
        hub.start()
    load.stop()
    assert len({cursor for cursor, _ in load.acknowledged}) == len(load.acknowledged)
    assert len({cursor.split("-")[0] for cursor, _ in load.acknowledged}) == 1, "an epoch ended without need"
    with hub.stream(tokens.access(user), resume=first) as stream:
        stream.hello()
        end = hub.publish({"type": "end", "data": -1, "users": [user]})[0]
        stored = {}
        while end not in stored:
            event = stream.take(1)[0]
            assert event.id not in stored
            stored[event.id] = event.json()
    missing = [pair for pair in load.acknowledged if stored.get(pair[0]) != pair[1]]
    assert not missing, missing[:5]
    different = {cursor for cursor, number in received.items() if stored.get(cursor) != number}
    assert not different, "what a reader had received is gone or is something else"
    sequences = sorted(int(cursor.split("-")[1]) for cursor in stored)
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences))), "a hole in the sequences"


def _drain(stream, received):
    """Takes what had reached this reader when the hub was killed."""
    try:
        while True:
            event = stream.next(1)
            if event.type == "t":
                received[event.id] = event.json()
    except (OSError, wire.Closed, TimeoutError):
        return
