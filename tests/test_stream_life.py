"""How long a stream lives: pings, reauth, extension, and each `bye` (SPEC §1.3, §1.4)."""

import time
from datetime import datetime

import hub as hubs
import pytest
import tokens
import wire


def extend(hub, connection, token):
    return hub.request("POST", f"/api/v1/connections/{connection}/token", token=token)


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A hub whose heart beats four times a second."""
    running = hubs.Hub(tmp_path_factory.mktemp("quick"), {"stream.heartbeat": "250ms", "stream.retry": "2s"}).start()
    yield running
    running.stop()


def test_pings_come_in_time(quick, user):
    with quick.stream(tokens.access(user)) as stream:
        event, hello = stream.hello()
        assert (hello["heartbeat_ms"], hello["retry_ms"], stream.retry) == (250, 2000, 2000)
        for _ in range(5):
            ping = stream.next(2)
            assert ping.type == "ping" and abs(moment(ping.json()["time"]) - time.time()) < 1
            assert ping.cursor >= event.cursor


def test_a_stream_ends_with_its_access_token_whatever_opened_it(hub, user):
    exp = int(time.time()) + 3

    def token():
        return tokens.access(user, exp=exp)

    sse = hub.request("POST", "/api/v1/auth/sse-token", token=token()).json()["sse_token"]
    openings = [{"token": token()}, {"token": sse}, {"session_id": hub.session(token())}]
    streams = [hub.stream(**opening) for opening in openings]
    for stream in streams:
        _, hello = stream.hello()
        assert moment(hello["expires_at"]) == exp
        reauth = stream.until("reauth")
        assert reauth.json() == {"expires_at": hello["expires_at"]}
        bye = stream.until("bye")
        assert bye.json()["reason"] == "token_expired" and bye.json()["reconnect"] is True
        assert isinstance(bye.json()["retry_ms"], int)
        assert exp - 0.1 <= time.time()
        with pytest.raises(wire.Closed):
            stream.next()
        assert [event.type for event in stream.events].count("reauth") == 1
        stream.close()


def test_the_clock_skew_is_granted_to_streams_and_not_shown(make_hub, user):
    hub = make_hub({"auth.clock_skew": "2s"})
    exp = int(time.time()) - 1
    with hub.stream(tokens.access(user, exp=exp)) as stream:
        _, hello = stream.hello()
        assert moment(hello["expires_at"]) == exp
        assert stream.until("bye").json()["reason"] == "token_expired"
        assert time.time() >= exp + 2


def test_an_extended_stream_lives_on_under_its_new_token(hub, user):
    with hub.stream(tokens.access(user, expires_in=3)) as stream:
        _, hello = stream.hello()
        stream.until("reauth")
        assert extend(hub, hello["connection_id"], tokens.access(user, expires_in=6)).status == 204
        again = stream.until("reauth")  # once a token
        assert moment(again.json()["expires_at"]) > moment(hello["expires_at"])
        assert time.time() >= moment(hello["expires_at"]) - 0.5
        assert stream.until("bye").json()["reason"] == "token_expired"


def test_only_the_same_user_extends_and_only_with_an_access_token(hub, user):
    with hub.stream(tokens.access(user)) as stream:
        connection = stream.hello()[1]["connection_id"]
        answer = extend(hub, connection, tokens.access(user + "-other"))
        assert (answer.status, answer.code) == (404, "connection_not_found")
        for unknown in ("A" * 22, "x", "A" * 23):
            assert extend(hub, unknown, tokens.access(user)).status == 404
        sse = hub.request("POST", "/api/v1/auth/sse-token", token=tokens.access(user)).json()["sse_token"]
        answer = extend(hub, connection, sse)
        assert (answer.status, answer.code) == (401, "token_type")
        assert extend(hub, connection, None).code == "token_missing"
        assert extend(hub, connection, tokens.access(user)).status == 204


def test_a_stream_whose_channels_are_no_longer_covered_ends(hub, user):
    with hub.stream(tokens.access(user, subscribe=["novel:*"]), channels="novel:1") as stream:
        connection = stream.hello()[1]["connection_id"]
        assert extend(hub, connection, tokens.access(user, subscribe=["novel:1"])).status == 204
        assert extend(hub, connection, tokens.access(user, subscribe=["other:*"])).status == 204
        bye = stream.until("bye").json()
        assert (bye["reason"], bye["reconnect"]) == ("channel_lost", True)


def test_bye_carries_the_streams_position(hub, user):
    with hub.stream(tokens.access(user, expires_in=2)) as stream:
        stream.hello()
        (cursor,) = hub.publish({"type": "t", "data": 1, "users": [user]})
        stream.take(1)
        assert stream.until("bye").cursor >= (cursor.split("-")[0], int(cursor.split("-")[1]))
