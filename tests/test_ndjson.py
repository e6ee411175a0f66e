"""NDJSON: events are stored and answered line by line, as they arrive (SPEC §1.5)."""

import json

import pytest
import tokens
import wire
from client import Background

HEADERS = {"Content-Type": "application/x-ndjson", "Transfer-Encoding": "chunked"}


class Feed:
    """A publisher that writes lines and reads answers on one open request."""

    def __init__(self, hub, token=tokens.PUBLISHER_KEY):
        self.connection = wire.Connection(hub.target)
        self.connection.send(wire.request("POST", "/api/v1/events", headers={
            **HEADERS, "Authorization": f"Bearer {token}"}))
        self.text = b""
        self.answer = None

    def send(self, data):
        self.connection.send(b"%x\r\n%s\r\n" % (len(data), data))

    def event(self, **event):
        self.send(json.dumps({"type": "t", **event}).encode() + b"\n")

    def end(self):
        self.connection.send(b"0\r\n\r\n")

    def read(self):
        """The next answer line; None at the end."""
        if self.answer is None:
            self.answer = self.connection.head()
            assert self.answer.status == 200, self.connection.rest()
            assert self.answer.headers["content-type"] == "application/x-ndjson"
        while b"\n" not in self.text:
            data = self.connection.chunk()
            if not data:
                assert self.text == b""
                return None
            self.text += data
        line, self.text = self.text.split(b"\n", 1)
        return json.loads(line)


@pytest.fixture
def feed(hub):
    one = Feed(hub)
    yield one
    one.connection.close()


def test_each_line_is_answered_and_delivered_while_the_request_is_open(hub, user, feed):
    with hub.stream(tokens.access(user)) as stream:
        stream.hello()
        for number in range(20):
            feed.event(data=number, users=[user])
            (cursor,) = feed.read()["ids"]
            (event,) = stream.take(1)
            assert (event.id, event.json()) == (cursor, number)
        feed.end()
        assert feed.read() is None


def test_a_line_may_come_in_pieces_and_the_last_needs_no_newline(hub, user, feed):
    line = json.dumps({"type": "t", "data": "äöü😀", "users": [user]}, ensure_ascii=False).encode()
    with hub.stream(tokens.access(user)) as stream:
        stream.hello()
        for byte in line:
            feed.send(bytes([byte]))
        feed.send(b"\r\n\n  \n" + line)
        feed.end()
        ids = [feed.read()["ids"][0], feed.read()["ids"][0]]
        assert feed.read() is None
        assert [event.id for event in stream.take(2)] == ids


def test_a_bad_line_stores_nothing_and_the_next_goes_on(hub, user, feed):
    lines = [b'{"type":"t","data":1,"users":["%s"]}' % user.encode(), b"{", b'{"type":"ping","data":1}',
             b'[{"type":"t","data":1}]', b'{"type":"t","data":"' + b"x" * 300_000 + b'"}',
             b'{"type":"t","data":"' + b"x" * 900_000 + b'"}', b'{"type":"t","data":2,"users":["%s"]}' % user.encode()]
    feed.send(b"\n".join(lines) + b"\n")
    feed.end()
    answers = [feed.read() for _ in lines]
    assert feed.read() is None
    assert "ids" in answers[0] and "ids" in answers[-1]
    for answer, codes in zip(answers[1:-1], [["body_malformed", "event_invalid"], ["event_invalid"],
                                             ["event_invalid", "body_invalid"], ["event_too_large"],
                                             ["event_too_large", "body_too_large"]]):
        assert answer["code"] in codes and {"type", "title", "status", "detail"} <= set(answer)


def test_permissions_hold_for_each_line(hub, user):
    feed = Feed(hub, tokens.access(user, publish=["novel:*"]))
    feed.event(data=1, channels=["novel:1"])
    feed.event(data=1)
    assert "ids" in feed.read() and feed.read()["code"] == "publish_forbidden"
    feed.connection.close()


def test_a_token_that_ends_meanwhile_gets_a_last_line(hub, user):
    feed = Feed(hub, tokens.access(user, publish=["**"], expires_in=2))
    feed.event(data=1, users=[user])
    assert "ids" in feed.read()
    assert feed.read()["code"] == "token_expired"
    assert feed.read() is None
    feed.connection.close()


def test_a_token_that_is_revoked_meanwhile_gets_a_last_line(hub, user):
    feed = Feed(hub, tokens.access(user, publish=["**"]))
    feed.event(data=1, users=[user])
    assert "ids" in feed.read()
    hub.request("DELETE", "/api/v1/connections", query={"user": user}, token=tokens.admin())
    feed.event(data=2, users=[user])
    assert feed.read()["code"] == "token_revoked"
    assert feed.read() is None
    feed.connection.close()


def test_the_hub_stops_reading_while_its_answers_go_unread(hub, user):
    """A publisher that only writes is held back; once it reads, everything goes on and nothing is lost."""
    feed = Feed(hub)
    line = json.dumps({"type": "t", "data": 1, "users": [user]}).encode() + b"\n"
    block = line * 500
    feed.connection.socket.settimeout(1)
    sent, whole = 0, b"%x\r\n%s\r\n" % (len(block), block)
    pending = b""
    try:
        while sent < 400_000:
            pending = pending or whole
            pending = pending[feed.connection.socket.send(pending):]
            sent += 500 if not pending else 0
    except TimeoutError:
        pass
    assert sent < 400_000, "never held back"
    feed.connection.socket.settimeout(30)
    finish = Background(lambda: (feed.connection.send(pending), feed.end()))
    count = 0
    while answer := feed.read():
        assert "ids" in answer
        count += 1
    finish.result()
    assert count == sent + (500 if pending else 0)
    feed.connection.close()


def test_a_plain_length_works_too_and_http_1_0_gets_no_chunks(hub, user):
    body = b'{"type":"t","data":1,"users":["%s"]}\n' % user.encode() * 3
    answer = hub.request("POST", "/api/v1/events", token=tokens.PUBLISHER_KEY, body=body,
                         headers={"Content-Type": "application/x-ndjson"})
    assert [len(json.loads(line)["ids"]) for line in answer.body.splitlines()] == [1, 1, 1]
    with wire.Connection(hub.target) as old:
        old.send(wire.request("POST", "/api/v1/events", body=body, version="HTTP/1.0", headers={
            "Content-Type": "application/x-ndjson", "Authorization": f"Bearer {tokens.PUBLISHER_KEY}"}))
        answer = old.answer()
        assert "transfer-encoding" not in answer.headers and len(answer.body.splitlines()) == 3
