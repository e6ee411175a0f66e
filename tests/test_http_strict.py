"""HTTP read strictly, and answered so that whoever is refused reads why (SPEC §7)."""

import socket

import pytest
import tokens
import wire
from hub import eventually
from stream import Stream

GOOD = b"GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n"
POST = b"POST /api/v1/events HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer %s\r\n" % tokens.PUBLISHER_KEY.encode()


def exchange(hub, data):
    """What the hub answers to these bytes, and whether it then closes."""
    with wire.Connection(hub.target) as connection:
        connection.send(data)
        answer = connection.answer()
        if answer.status >= 400:
            hub.description.problem(answer)
        return answer, connection.closed() if answer.headers.get("connection") == "close" else False


@pytest.mark.parametrize("data", [
    b"GET /healthz HTTP/1.1\nHost: hub\n\n",
    b"GET /healthz HTTP/1.1\r\nHost: hub\r\nA: b\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: hub\r\nA: b\rc\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: hub\r\nA: b\0c\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: hub\r\nA: b\x07c\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: hub\r\nA : b\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: hub\r\nA: b\r\n c\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n Host: hub\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: hub\r\n: b\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: hub\r\nA(: b\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: hub\r\nnocolon\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n",
    b"GET  /healthz HTTP/1.1\r\nHost: hub\r\n\r\n",
    b"GET /healthz\r\nHost: hub\r\n\r\n",
    b"GET /heal\x01thz HTTP/1.1\r\nHost: hub\r\n\r\n",
    b"G(T /healthz HTTP/1.1\r\nHost: hub\r\n\r\n",
    b"GET /healthz HTTP/1.1 \r\nHost: hub\r\n\r\n",
    b"GET /healthz http/1.1\r\nHost: hub\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n1",
    POST + b"Content-Length: 1, 1\r\n\r\n1",
    POST + b"Content-Length: +1\r\n\r\n1",
    POST + b"Content-Length: 0x1\r\n\r\n1",
    POST + b"Content-Length: \r\n\r\n",
    POST + b"Content-Length: 99999999999999999999\r\n\r\n1",
    POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    POST + b"Transfer-Encoding: identity\r\n\r\n",
    POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    POST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    POST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
    POST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
    POST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
    POST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    b"POST /api/v1/events HTTP/1.0\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
])
def test_what_is_not_well_formed_is_answered_400_and_closed(hub, data):
    answer, closed = exchange(hub, data)
    assert (answer.status, closed) == (400, True)
    assert answer.code == "request_malformed"


@pytest.mark.parametrize("version", ["HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0"])
def test_other_versions_are_not_supported(hub, version):
    answer, closed = exchange(hub, f"GET /healthz {version}\r\nHost: hub\r\n\r\n".encode())
    assert (answer.status, answer.code, closed) == (505, "http_version_unsupported", True)


@pytest.mark.parametrize("data", [
    b"GET http://hub/healthz HTTP/1.1\r\nHost: hub\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nhOsT:hub\r\nA:\r\nB: \t x \t\r\n\r\n",
    b"\r\n" + GOOD,
    b"GET /healthz?x=%20 HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: hub\r\nA: \xc3\xbc\r\n\r\n",
])
def test_what_the_standard_allows_is_served(hub, data):
    assert exchange(hub, data)[0].status == 200


def test_one_byte_at_a_time_is_a_request_too(hub, user):
    body = b'{"type":"t","data":1,"users":["%s"]}' % user.encode()
    data = POST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(
        b"1;ext=1\r\n%c\r\n" % byte for byte in body) + b"0\r\nTrailer: x\r\n\r\n"
    with wire.Connection(hub.target) as connection:
        for byte in data:
            connection.send(bytes([byte]))
        assert connection.answer().status == 200


def test_pipelined_requests_are_answered_in_order(hub):
    cursor = b"GET /api/v1/events/cursor HTTP/1.1\r\nHost: hub\r\n\r\n"
    event = b'{"type":"t","data":1,"users":["nobody"]}'
    publish = POST + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(event) + event
    with wire.Connection(hub.target) as connection:
        connection.send(GOOD + cursor + publish + GOOD + GOOD.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + GOOD)
        assert [connection.answer().status for _ in range(5)] == [200, 401, 200, 200, 200]
        assert connection.closed()


def test_a_body_that_nobody_asked_for_does_not_become_a_request(hub):
    inner = b"GET /smuggled HTTP/1.1\r\nHost: hub\r\n\r\n"
    with wire.Connection(hub.target) as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: hub\r\nContent-Length: %d\r\n\r\n" % len(inner) + inner + GOOD)
        assert connection.answer().status == 200
        try:
            assert connection.answer().status == 200
        except wire.Closed:
            pass  # closing after a refused body is as good


def test_http_1_0(hub):
    with wire.Connection(hub.target) as old:
        old.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        answer = old.answer()
        assert answer.status == 200 and "transfer-encoding" not in answer.headers
        assert old.closed()
    with wire.Connection(hub.target) as kept:
        for _ in range(2):
            kept.send(b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            answer = kept.answer()
            assert answer.status == 200 and answer.headers["connection"].lower() == "keep-alive"


def test_continue_is_sent_where_it_is_expected_and_the_body_is_wanted(hub, user):
    event = b'{"type":"t","data":1,"users":["%s"]}' % user.encode()
    head = POST + b"Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(event)
    with wire.Connection(hub.target) as connection:
        connection.send(head)
        assert connection.head().status == 100
        connection.send(event)
        assert connection.answer().status == 200
    with wire.Connection(hub.target) as connection:  # refused before the body was sent
        connection.send(head.replace(tokens.PUBLISHER_KEY.encode(), b"wrong-key-that-is-long-enough-to-be-one"))
        assert connection.head().status == 401
    answer, _ = exchange(hub, head.replace(b"100-continue", b"200-ok") + event)
    assert (answer.status, answer.code) == (417, "expectation_failed")


@pytest.mark.parametrize("size", [100_000, 7_000_000])
def test_a_client_that_is_still_sending_reads_why_it_is_refused(hub, size):
    """With the answer unread, closing at once would reset the connection and take the answer with it."""
    for head in (b"POST /nothing HTTP/1.1\r\nHost: hub\r\n", POST + b"Content-Type: application/json\r\n"):
        with wire.Connection(hub.target) as connection:
            connection.send(head + b"Content-Length: %d\r\n\r\n" % size + b"x" * size)
            answer = connection.answer()
            assert answer.status == (404 if b"nothing" in head else 413 if size > 2**20 else 400)


def test_ipv6_and_unix_sockets(make_hub, user, tmp_path):
    path = str(tmp_path / "hub.sock")
    hub = make_hub({"listen": ["127.0.0.1:0", "[::1]:0", f"unix:{path}"]})
    assert len(hub.targets["everyone"]) == 3
    for target in hub.targets["everyone"]:
        with Stream(target, token=tokens.access(user)) as stream:
            stream.hello()
            hub.publish({"type": "t", "data": str(target), "users": [user]})
            assert stream.take(1)[0].json() == str(target)
    hub.restart()  # the socket's file is in the way of nobody
    with wire.Connection(path) as connection:
        connection.send(GOOD)
        assert connection.answer().status == 200


def test_half_closed_and_vanished_clients_are_let_go(hub, user):
    with wire.Connection(hub.target) as connection:
        connection.send(GOOD)
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.answer().status == 200 and connection.closed()
    stream = hub.stream(tokens.access(user))
    stream.hello()
    stream.cut()
    listed = lambda: hub.request("GET", "/api/v1/connections", token=tokens.admin(), query={"user": user}).json()
    eventually(lambda: listed()["connections"] == [])
