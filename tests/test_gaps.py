"""Where events may be missing the stream says so, once, and goes on at the right place (SPEC §1.3)."""

import pytest
import tokens
from hub import eventually

UNKNOWN = "0123456789abcdef"


def numbered(hub, user, count, start=0):
    return hub.publish(*({"type": "t", "data": n, "users": [user]} for n in range(start, start + count)))


def gap(stream):
    """The gap that must follow `hello`, as (id, data)."""
    event = stream.next()
    assert event.type == "gap", event
    data = event.json()
    assert set(data) == {"reason", "from", "to"} and event.id == data["to"]
    return data


def test_retention_gives_a_gap_and_then_the_rest_from_the_oldest_kept(make_hub, user):
    hub = make_hub({"log.retention_events": 100})
    ids = [cursor for start in range(0, 300, 50) for cursor in numbered(hub, user, 50, start)]

    def oldest():
        with hub.stream(tokens.access(user), since="earliest") as stream:
            stream.hello()
            return stream.take(1)[0].id

    kept = ids[-100]
    eventually(lambda: oldest() == kept, why="retention by count")
    with hub.stream(tokens.access(user), resume=ids[10]) as stream:
        event, hello = stream.hello()
        assert event.id == ids[10] and hello["resumed"] is True
        assert gap(stream) == {"reason": "retention", "from": ids[10], "to": ids[-101]}
        assert [event.id for event in stream.take(100)] == ids[-100:]
    with hub.stream(tokens.access(user), resume=ids[-101]) as stream:  # just before the oldest kept: nothing is missing
        stream.hello()
        assert [event.id for event in stream.take(100)] == ids[-100:]


def test_a_since_older_than_what_is_kept_gives_a_gap(make_hub, user):
    hub = make_hub({"log.retention_events": 10})
    ids = numbered(hub, user, 50)

    def gapped():
        with hub.stream(tokens.access(user), since="1h") as stream:
            stream.hello()
            event = stream.next()
            return event.type == "gap" and event.id == ids[-11] and event.json()["reason"] == "retention" \
                and [one.id for one in stream.take(10)] == ids[-10:]

    eventually(gapped)


@pytest.mark.parametrize("cursor", ["nonsense", "0", "-1", UNKNOWN, f"{UNKNOWN}-", f"{UNKNOWN}-01", f"{UNKNOWN}-1x",
                                    UNKNOWN.upper() + "-1", f"{UNKNOWN}-18446744073709551616", "x" * 500, "%00"])
def test_a_malformed_cursor_is_as_none(hub, user, cursor):
    head = numbered(hub, user, 1)[0]
    with hub.stream(tokens.access(user), resume=cursor) as stream:
        event, hello = stream.hello()
        assert event.id == head and hello["resumed"] is False
        assert gap(stream) == {"reason": "unknown_id", "from": None, "to": head}
        (new,) = numbered(hub, user, 1)
        assert stream.take(1)[0].id == new


def test_a_cursor_ahead_of_the_running_epoch_is_unknown_and_since_counts(hub, user):
    first, last = numbered(hub, user, 2)
    ahead = f"{last.split('-')[0]}-{10**9}"
    with hub.stream(tokens.access(user), resume=ahead) as stream:
        event, hello = stream.hello()
        assert (event.id, hello["resumed"]) == (last, False) and gap(stream)["reason"] == "unknown_id"
    with hub.stream(tokens.access(user), resume=ahead, since="earliest") as stream:
        assert stream.hello()[1]["resumed"] is True
        assert gap(stream)["reason"] == "unknown_id"
        ids = []
        while last not in ids:
            ids.append(stream.next().id)
        assert first in ids


def test_an_unknown_epoch_goes_on_at_the_oldest_event_kept(make_hub, user):
    hub = make_hub()
    ids = numbered(hub, user, 3)
    with hub.stream(tokens.access(user), resume=f"{UNKNOWN}-5") as stream:
        stream.hello()
        data = gap(stream)
        assert (data["reason"], data["from"]) == ("epoch", f"{UNKNOWN}-5")
        assert data["to"] == f"{ids[0].split('-')[0]}-0"
        assert [event.id for event in stream.take(3)] == ids


def test_a_memory_store_begins_a_new_epoch_at_each_start(make_hub, user):
    hub = make_hub({"store": "memory", "log.durability": "memory"})
    (before,) = numbered(hub, user, 1)
    hub.restart()
    (after,) = numbered(hub, user, 1)
    assert before.split("-")[0] != after.split("-")[0] and hub.logged("epoch_started", hub.mark)
    with hub.stream(tokens.access(user), resume=before) as stream:
        stream.hello()
        assert gap(stream)["reason"] == "epoch"
        assert stream.take(1)[0].id == after


def test_an_ended_epochs_rest_comes_before_the_gap(make_hub, user):
    """An unclean end at `memory` may have lost a tail: what is kept of the old epoch is sent, then the gap."""
    hub = make_hub({"log.durability": "memory"})
    ids = numbered(hub, user, 20)
    hub.restart()  # clean, so that all twenty are kept
    (doomed,) = hub.publish({"type": "t", "data": 0, "users": ["someone-else"]})
    hub.kill()
    hub.start()
    later = numbered(hub, user, 2, 20)
    epoch, new = ids[0].split("-")[0], later[0].split("-")[0]
    assert epoch != new
    with hub.stream(tokens.access(user), resume=ids[4]) as stream:
        assert stream.hello()[0].id == ids[4]
        assert [event.id for event in stream.take(15)] == ids[5:]
        data = gap(stream)
        assert data["from"] in (ids[-1], doomed) and (data["reason"], data["to"]) == ("epoch", f"{new}-0")
        assert [event.id for event in stream.take(2)] == later
    with hub.stream(tokens.access(user), resume=f"{epoch}-999") as stream:  # beyond the end of an ended epoch
        stream.hello()
        assert gap(stream) == {"reason": "epoch", "from": f"{epoch}-999", "to": f"{new}-0"}
        assert [event.id for event in stream.take(2)] == later
