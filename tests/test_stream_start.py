"""Where a stream starts: cursors, `since`, and what `hello` says of it (SPEC §1.3)."""

from datetime import datetime, timedelta, timezone

import pytest
import tokens
from hub import eventually


@pytest.fixture
def told(hub, user):
    """Three events for the user, and their ids."""
    return hub.publish(*({"type": "t", "data": n, "users": [user]} for n in range(3)))


def head(hub):
    return hub.request("GET", "/api/v1/events/cursor", token=tokens.PUBLISHER_KEY).json()["cursor"]


def starts(stream):
    """(the id that hello names, whether it resumed), after which the stream is closed."""
    with stream:
        event, hello = stream.hello()
        return event.id, hello["resumed"]


def test_without_a_cursor_a_stream_starts_at_the_head(hub, user, told):
    with hub.stream(tokens.access(user)) as stream:
        event, hello = stream.hello()
        assert event.id == told[-1] == head(hub) and hello["resumed"] is False
        (new,) = hub.publish({"type": "t", "data": 9, "users": [user]})
        assert stream.take(1)[0].id == new


@pytest.mark.parametrize("where", ["header", "query", "session"])
def test_a_cursor_is_resumed_after_and_hello_names_it(hub, user, told, where):
    token = tokens.access(user)
    if where == "session":
        stream = hub.stream(session_id=hub.session(token, last_event_id=told[0]))
    else:
        stream = hub.stream(token, **{"resume" if where == "header" else "last_event_id": told[0]})
    with stream:
        event, hello = stream.hello()
        assert event.id == told[0] and hello["resumed"] is True
        assert [event.id for event in stream.take(2)] == told[1:]


def test_the_header_wins_over_the_query_and_the_query_over_the_session(hub, user, told):
    token = tokens.access(user)
    assert starts(hub.stream(token, resume=told[1], last_event_id=told[0])) == (told[1], True)
    session = hub.session(token, last_event_id=told[0])
    assert starts(hub.stream(session_id=session, last_event_id=told[1])) == (told[1], True)
    session = hub.session(token, last_event_id=told[0])
    assert starts(hub.stream(session_id=session, resume=told[2])) == (told[2], True)


def test_an_empty_cursor_is_none(hub, user, told):
    assert starts(hub.stream(tokens.access(user), resume="")) == (head(hub), False)
    assert starts(hub.stream(tokens.access(user), resume="", last_event_id=told[0])) == (told[0], True)


def test_a_cursor_wins_over_since(hub, user, told):
    assert starts(hub.stream(tokens.access(user), resume=told[1], since="earliest")) == (told[1], True)


def test_since_earliest_never_gives_a_gap(hub, user, told):
    with hub.stream(tokens.access(user), since="earliest") as stream:
        _, hello = stream.hello()
        assert hello["resumed"] is True
        seen = []
        while told[-1] not in seen:
            event = stream.next()
            assert event.type != "gap"
            seen.append(event.id)
        assert [one for one in seen if one in told] == told


def test_since_names_an_age_or_a_time(hub, user):
    before = hub.publish({"type": "t", "data": "before", "users": [user]})[0]
    first = datetime.now(timezone.utc)
    eventually(lambda: datetime.now(timezone.utc) - first > timedelta(seconds=1.2))  # so that "1s" lies between
    moment = datetime.now(timezone.utc)
    after = hub.publish({"type": "t", "data": "after", "users": [user]})[0]
    elsewhere = moment.astimezone(timezone(timedelta(hours=-7)))
    for since in ("1s", *(one.isoformat(timespec="milliseconds") for one in (moment, elsewhere))):
        with hub.stream(tokens.access(user), since=since) as stream:
            event, hello = stream.hello()
            assert hello["resumed"] is True and event.id == before, since
            assert stream.take(1)[0].id == after


def test_every_system_event_names_the_streams_own_position(make_hub, user):
    """A filter that holds events back moves the position; `hello` never runs ahead of what is still to be sent."""
    hub = make_hub({"stream.heartbeat": "1s"})
    ids = hub.publish(*({"type": "kept" if n % 2 else "dropped", "data": n, "users": [user]} for n in range(10)))
    with hub.stream(tokens.access(user), resume=ids[0], events="kept") as stream:
        assert stream.hello()[0].id == ids[0]
        assert [event.id for event in stream.take(5)] == ids[1::2]
        others = hub.publish(*({"type": "dropped", "data": n} for n in range(5)))
        ping = stream.until("ping")
        while ping.id != others[-1]:
            assert ping.id == ids[-1]
            ping = stream.until("ping")
        assert set(ping.json()) == {"time"} and ping.json()["time"].endswith("Z")
