"""What a stream passes: types, channels, users, labels, formats, and how a query and a session join (SPEC §1.3, §2)."""

import pytest
import tokens


@pytest.mark.parametrize("patterns, passed", [
    ("a.b", ["a.b"]), ("a.*", ["a.b", "a.c"]), ("a.**", ["a.b", "a.c", "a.b.c"]), ("*", ["a", "b"]),
    ("**", ["a", "a.b", "a.c", "a.b.c", "b"]), ("*.b,b", ["a.b", "b"]), ("a.*.c", ["a.b.c"]), ("zz", []),
])
def test_a_type_filter_passes_what_its_patterns_say(hub, user, patterns, passed):
    types = ["a", "a.b", "a.c", "a.b.c", "b"]
    with hub.stream(tokens.access(user), events=patterns + ",last") as stream:
        stream.hello()
        hub.publish(*({"type": one, "data": 1, "users": [user]} for one in [*types, "last"]))
        received = stream.take(len(passed) + 1)
        assert [event.type for event in received] == [*passed, "last"]


def test_channels_are_heard_only_where_asked_for(hub, user):
    token = tokens.access(user, subscribe=["**"])
    one, two = f"novel:{user}:1", f"novel:{user}:2"
    last = {"type": "last", "data": 1, "users": [user]}
    for channels, passed in [(None, []), (one, [one]), (f"novel:{user}:*", [one, two]), (f"{two},{one}", [one, two])]:
        with hub.stream(token, **({"channels": channels} if channels else {})) as stream:
            stream.hello()
            hub.publish({"type": "t", "data": one, "channels": [one]}, {"type": "t", "data": two, "channels": [two]},
                        {"type": "t", "data": "no", "channels": [f"{one}:deeper"]}, last)
            assert [event.json() for event in stream.take(len(passed) + 1)] == [*passed, 1]


def test_users_are_no_channels(hub, user):
    with hub.stream(tokens.access(user, subscribe=["**"]), channels="**") as stream:
        stream.hello()
        hub.publish({"type": "t", "data": "other", "users": ["someone-else"]}, {"type": "t", "data": 1, "users": [user]})
        assert stream.take(1)[0].json() == 1


def test_user_names_may_hold_any_letters(hub):
    for name in ("jörg@example.com", "ü" * 127, "a b/c?d=e", "x" * 255):
        with hub.stream(tokens.access(name)) as stream:
            stream.hello()
            hub.publish({"type": "t", "data": name, "users": [name]})
            assert stream.take(1)[0].json() == name


def test_the_session_brings_options_and_the_query_replaces_them(hub, user):
    token = tokens.access(user, subscribe=["c:*"])
    options = {"events": ["a"], "channels": ["c:1"], "format": "envelope", "metadata": {"page": "x", "tab": "1"}}
    with hub.stream(session_id=hub.session(token, **options)) as stream:
        stream.hello()
        hub.publish({"type": "b", "data": 1, "users": [user]}, {"type": "a", "data": 2, "channels": ["c:1"]})
        assert stream.take(1)[0].json() == {"type": "a", "data": 2}
    session = hub.session(token, **options)
    with hub.stream(session_id=session, events="b", channels="c:2", format="plain", meta_page="y", meta_more="z") as stream:
        _, hello = stream.hello()
        hub.publish({"type": "a", "data": 1, "users": [user]}, {"type": "b", "data": 2, "channels": ["c:1"]},
                    {"type": "b", "data": 3, "channels": ["c:2"]})
        (event,) = stream.take(1)
        assert (event.type, event.json()) == ("b", 3)
        shown = hub.request("GET", "/api/v1/connections", token=tokens.admin(), query={"user": user}).json()
        (mine,) = [one for one in shown["connections"] if one["id"] == hello["connection_id"]]
        assert mine["metadata"] == {"page": "y", "tab": "1", "more": "z"} and mine["channels"] == ["c:2"]
    session = hub.session(token)
    answer = hub.request("GET", "/api/v1/events/stream", query={"session_id": session, "channels": "d:1"})
    assert (answer.status, answer.code) == (403, "channel_forbidden")


def test_the_head_of_a_stream(hub, user):
    with hub.stream(tokens.access(user)) as stream:
        headers = stream.head.headers
        assert headers["content-type"] == "text/event-stream"
        assert headers["cache-control"] == "no-store, no-transform"
        assert headers["x-accel-buffering"] == "no" and "content-encoding" not in headers
        event, hello = stream.hello()
        assert stream.retry == 1000
        assert set(hello) == {"connection_id", "heartbeat_ms", "retry_ms", "resumed", "expires_at"}
        assert (hello["heartbeat_ms"], hello["retry_ms"], hello["resumed"]) == (15000, 1000, False)


def test_a_stream_to_http_1_0_has_no_chunks(hub, user):
    with hub.stream(tokens.access(user), version="HTTP/1.0") as stream:
        assert not stream.chunked
        stream.hello()
        hub.publish({"type": "t", "data": 1, "users": [user]})
        assert stream.take(1)[0].json() == 1
