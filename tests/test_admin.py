"""Operations: listings, presence, ending streams, revocation, and who may ask (SPEC §1.7)."""

import time

import pytest
import tokens
import wire
from hub import eventually

CONNECTIONS = "/api/v1/connections"


def listed(hub, **query):
    answer = hub.request("GET", CONNECTIONS, token=tokens.admin(), query=query)
    assert answer.status == 200, answer
    return answer.json()


def test_all_of_it_takes_the_admin_permission(hub):
    for method, path in [("GET", CONNECTIONS), ("DELETE", CONNECTIONS + "/" + "A" * 22), ("DELETE", CONNECTIONS + "?user=x"),
                         ("GET", "/api/v1/presence?channel=c:1")]:
        assert hub.request(method, path).code == "token_missing"
        answer = hub.request(method, path, token=tokens.access(publish=["**"]))
        assert (answer.status, answer.code) == (403, "admin_required")


def test_a_connection_is_shown_as_it_is(hub, user):
    token = tokens.access(user, subscribe=["c:*"])
    with hub.stream(token, channels="c:1", events="a", meta_page="<b>", meta_tab="2") as stream:
        event, hello = stream.hello()
        (one,) = listed(hub, user=user)["connections"]
        assert set(one) == {"id", "user", "address", "opened_at", "expires_at", "cursor", "behind", "events", "channels",
                            "metadata", "node"}
        assert (one["id"], one["user"], one["address"]) == (hello["connection_id"], user, "127.0.0.1")
        assert one["metadata"] == {"page": "<b>", "tab": "2"} and one["channels"] == ["c:1"]
        assert (one["cursor"], one["events"], one["expires_at"]) == (event.id, 0, hello["expires_at"])
        hub.publish({"type": "a", "data": 1, "users": [user]}, {"type": "b", "data": 1, "users": [user]})
        stream.take(1)
        eventually(lambda: listed(hub, user=user)["connections"][0]["events"] == 1)


def test_listings_are_filtered_and_paged(hub, user):
    streams = []
    for n in range(7):
        token = tokens.access(f"{user}-{n % 2}", subscribe=["room:*"])
        streams.append(hub.stream(token, channels=f"room:{user}" if n < 5 else "room:*"))
        streams[-1].hello()
    assert len(listed(hub, user=f"{user}-0")["connections"]) == 4
    assert len(listed(hub, channel=f"room:{user}")["connections"]) == 7  # patterns count where they match
    assert len(listed(hub, channel="room:other")["connections"]) == 2
    seen, query = [], {"channel": f"room:{user}", "limit": 3}
    while True:
        page = listed(hub, **query)
        seen += [one["id"] for one in page["connections"]]
        if not page["next"]:
            break
        assert len(page["connections"]) == 3
        query["after"] = page["next"]
    assert len(seen) == len(set(seen)) == 7
    presence = hub.request("GET", "/api/v1/presence", token=tokens.admin(), query={"channel": f"room:{user}"}).json()
    assert presence["channel"] == f"room:{user}"
    assert {one["user"]: one["connections"] for one in presence["users"]} == {f"{user}-0": 4, f"{user}-1": 3}
    for stream in streams:
        stream.close()
    eventually(lambda: not listed(hub, channel=f"room:{user}")["connections"])


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "channel=a::b", "after=%zz"])
def test_bad_questions_are_refused(hub, query):
    assert hub.request("GET", f"{CONNECTIONS}?{query}", token=tokens.admin()).status == 400
    assert hub.request("GET", "/api/v1/presence", token=tokens.admin()).status == 400
    assert hub.request("DELETE", CONNECTIONS, token=tokens.admin()).status == 400


def test_ending_one_stream_lets_it_come_back(hub, user):
    with hub.stream(tokens.access(user)) as stream, hub.stream(tokens.access(user)) as other:
        _, hello = stream.hello()
        other.hello()
        path = f"{CONNECTIONS}/{hello['connection_id']}"
        assert hub.request("DELETE", path, token=tokens.admin()).status == 204
        assert stream.until("bye").json()["reconnect"] is True
        with pytest.raises(wire.Closed):
            stream.next()
        answer = hub.request("DELETE", path, token=tokens.admin())
        assert (answer.status, answer.code) == (404, "connection_not_found")
        hub.publish({"type": "t", "data": 1, "users": [user]})
        assert other.take(1)


def test_revocation_ends_streams_and_refuses_everything_made_before(make_hub, user):
    hub = make_hub()
    issued = int(time.time())
    token = tokens.access(user, publish=["**"])
    sse = hub.request("POST", "/api/v1/auth/sse-token", token=token).json()["sse_token"]
    session = hub.session(token)
    with hub.stream(token) as stream, hub.stream(tokens.access(user + "-other")) as other:
        stream.hello()
        _, others = other.hello()
        started = time.monotonic()
        assert hub.request("DELETE", CONNECTIONS, query={"user": user}, token=tokens.admin()).status in (200, 204)
        bye = stream.until("bye", 1).json()
        assert (bye["reason"], bye["reconnect"]) == ("revoked", False) and time.monotonic() - started < 1
        extension = f"{CONNECTIONS}/{others['connection_id']}/token"

        def refused():
            for answer in (hub.request("GET", "/api/v1/events/stream", token=token),
                           hub.request("GET", "/api/v1/events/stream", token=sse),
                           hub.request("POST", "/api/v1/auth/sse-token", token=token),
                           hub.request("POST", "/api/v1/events/session", token=token),
                           hub.request("POST", "/api/v1/events", token=token, json={"type": "t", "data": 1}),
                           hub.request("POST", extension, token=token),
                           hub.request("GET", "/api/v1/events/cursor", token=tokens.access(user, iat=None)),
                           hub.request("GET", "/api/v1/events/cursor", token=tokens.access(user, iat=issued - 5))):
                assert (answer.status, answer.code) == (401, "token_revoked")

        refused()
        answer = hub.request("GET", "/api/v1/events/stream", query={"session_id": session})
        assert answer.status == 401 and answer.code in ("token_revoked", "session_invalid")
        assert hub.request("GET", "/api/v1/events/cursor", token=tokens.access(user + "-other")).status == 200
    hub.kill()  # the revocation was stored before it was answered
    hub.start()
    refused()
    eventually(lambda: hub.request("GET", "/api/v1/events/cursor", token=tokens.access(user)).status == 200, 5,
               "signing in again a second later")


def test_with_admin_listen_operations_answer_only_there(make_hub, user):
    hub = make_hub({"admin.listen": "127.0.0.1:0"})
    for path in (CONNECTIONS, "/api/v1/presence?channel=c:1", "/metrics"):
        assert hub.request("GET", path, token=tokens.admin()).status == 404
        assert hub.request("GET", path, token=tokens.admin(), side="admin").status == 200
    for side in ("everyone", "admin"):
        assert hub.request("GET", "/healthz", side=side).status == 200
    with hub.stream(tokens.access(user)) as stream:
        stream.hello()
        answer = hub.request("DELETE", CONNECTIONS, query={"user": user}, token=tokens.admin(), side="admin")
        assert answer.status in (200, 204)
        assert stream.until("bye").json()["reason"] == "revoked"


def test_a_trusted_proxys_word_is_taken_for_addresses_and_a_strangers_is_not(make_hub, user):
    fields = {"X-Forwarded-For": "203.0.113.7"}
    for trusted, address in [("127.0.0.1", "203.0.113.7"), ("192.0.2.1", "127.0.0.1")]:
        hub = make_hub({"proxy.trusted": trusted})
        with hub.stream(tokens.access(user), headers=fields) as stream:
            stream.hello()
            assert listed(hub)["connections"][0]["address"] == address
        assert hub.request("GET", "/metrics", headers=fields).status == 404  # asked for through a proxy
        assert hub.request("GET", "/metrics").status == 200
