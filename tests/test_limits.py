"""Each limit answers clearly, is counted, and harms nobody else (SPEC §7)."""

import time

import pytest
import tokens
import wire
from hub import eventually
from stream import Refused


def refused(hub, token=None, **options):
    with pytest.raises(Refused) as caught:
        hub.stream(token, **options)
    return caught.value


def test_the_head_has_a_size_and_a_number_of_fields(hub):
    for head in (b"A: " + b"x" * 17_000, b"\r\n".join(b"A%d: x" % n for n in range(70))):
        with wire.Connection(hub.target) as connection:
            connection.send(b"GET /healthz HTTP/1.1\r\nHost: hub\r\n" + head + b"\r\n\r\n")
            answer = connection.answer()
            assert (answer.status, answer.code) == (431, "header_too_large")
    with wire.Connection(hub.target) as connection:
        connection.send(b"GET /healthz?" + b"x" * 17_000 + b" HTTP/1.1\r\nHost: hub\r\n\r\n")
        assert connection.answer().status in (414, 431)
    with wire.Connection(hub.target) as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: hub\r\n" + b"".join(b"A%d: x\r\n" % n for n in range(60)) + b"\r\n")
        assert connection.answer().status == 200


def test_heads_and_bodies_must_come_in_time(make_hub):
    hub = make_hub({"limits.request_time": "500ms"})
    body = b"POST /api/v1/events HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\n" % tokens.PUBLISHER_KEY.encode() + (
        b"Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{")
    for slow in (b"GET /healthz HTTP/1.1\r\nHo", body):
        with wire.Connection(hub.target) as connection:
            connection.send(slow)
            answer = connection.answer()
            assert (answer.status, answer.code) == (408, "request_timeout")
            assert connection.closed()


def test_a_head_that_drips_does_not_buy_time(make_hub):
    hub = make_hub({"limits.request_time": "1s"})
    started = time.monotonic()
    with wire.Connection(hub.target) as connection:
        connection.socket.settimeout(0.1)
        data = iter(b"GET /healthz HTTP/1.1\r\nX: " + b"y" * 1000)
        while not connection.buffer:
            assert time.monotonic() - started < 10
            try:
                connection.send(bytes([next(data)]))
                connection._more()
            except TimeoutError:
                continue
        connection.socket.settimeout(5)
        assert connection.answer().status == 408


def test_idle_connections_are_closed_silently(make_hub):
    hub = make_hub({"limits.idle_time": "500ms"})
    with wire.Connection(hub.target) as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n")
        assert connection.answer().status == 200
        assert connection.closed()


def test_streams_a_user(make_hub, user):
    hub = make_hub({"limits.streams_per_user": 3})
    streams = [hub.stream(tokens.access(user)) for _ in range(3)]
    session = hub.request("POST", "/api/v1/events/session", token=tokens.access(user))
    assert (session.status, session.code) == (429, "stream_limit") and int(session.headers["retry-after"]) > 0
    error = refused(hub, tokens.access(user))
    assert (error.status, error.code) == (429, "stream_limit") and int(error.answer.headers["retry-after"]) > 0
    hub.stream(tokens.access(user + "-other")).close()
    streams.pop().close()
    eventually(lambda: _opens(hub, user))
    assert any("limit" in name and value > 0 for name, value in hub.metrics().items())
    for stream in streams:
        stream.hello()
        stream.close()


def _opens(hub, user):
    try:
        hub.stream(tokens.access(user)).close()
        return True
    except Refused:
        return False


def test_a_stream_that_takes_nothing_gives_way_to_its_users_new_one(make_hub, user):
    hub = make_hub({"limits.streams_per_user": 2, "stream.heartbeat": "500ms", "log.level": "info"})
    stalled, healthy = hub.stream(tokens.access(user)), hub.stream(tokens.access(user))
    healthy.hello()
    for _ in range(8):  # more than the kernel takes for a reader that does not read
        hub.publish(*({"type": "t", "data": "x" * 200_000, "users": [user]} for _ in range(4)))
        healthy.take(4)

    def gives_way():
        healthy.until("ping")
        return _opens(hub, user)

    eventually(gives_way, 10)
    healthy.until("ping")
    stalled.close()
    healthy.close()


def test_streams_an_address_and_in_all(make_hub, user):
    for setting in ("limits.streams_per_address", "limits.streams"):
        hub = make_hub({setting: 2})
        streams = [hub.stream(tokens.access(f"{user}-{n}")) for n in range(2)]
        error = refused(hub, tokens.access(f"{user}-3"))
        assert (error.status, error.code) == (429, "stream_limit"), setting
        for stream in streams:
            stream.close()
        eventually(lambda: _opens(hub, user))
        hub.stop()


def test_sessions_a_user_and_in_all(make_hub, user):
    hub = make_hub({"session.per_user": 3, "limits.sessions": 5, "session.ttl": "2s"})

    def session(name):
        return hub.request("POST", "/api/v1/events/session", token=tokens.access(name))

    assert [session(user).status for _ in range(4)] == [201, 201, 201, 429]
    answer = session(user)
    assert answer.code == "session_limit" and 1 <= int(answer.headers["retry-after"]) <= 3
    assert [session(user + "-2").status for _ in range(3)] == [201, 201, 429]
    eventually(lambda: session(user).status == 201, 10, "sessions that end make room")


def test_connections_in_all(make_hub):
    hub = make_hub({"limits.connections": 20})
    held = [wire.Connection(hub.target) for _ in range(20)]
    for connection in held:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n")
        assert connection.answer().status == 200
    with wire.Connection(hub.target) as extra:
        try:
            extra.send(b"GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n")
            assert extra.answer().status == 503
        except (wire.Closed, ConnectionError):
            pass  # turned away at the door
    for connection in held:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n")
        assert connection.answer().status == 200
        connection.close()
    eventually(lambda: hub.metrics())


def test_body_and_event_sizes_are_settings(make_hub):
    hub = make_hub({"limits.body_bytes": "2KiB", "limits.event_bytes": "1KiB"})
    for size, code in [(1100, "event_too_large"), (3000, "body_too_large")]:
        answer = hub.request("POST", "/api/v1/events", token=tokens.PUBLISHER_KEY, json={"type": "t", "data": "x" * size})
        assert (answer.status, answer.code) == (413, code)
