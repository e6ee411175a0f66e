"""A development hub: tokens for the asking, and who may ask (SPEC §7, §8)."""

import pytest
import hub as hubs
import tokens


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A development hub that made up its own secret."""
    running = hubs.Hub(tmp_path_factory.mktemp("hub"), {"dev": True, "auth.secret": None,
                                                        "cors.origins": "http://localhost:5173"}).start()
    yield running
    running.stop()


def test_a_token_for_the_asking_does_what_was_asked_for(hub, user):
    answer = hub.request("POST", "/dev/token", json={"user": user, "subscribe": ["novel:*"], "publish": ["**"],
                                                     "admin": True, "expires_in": 60})
    assert answer.status == 200 and answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == {"access_token", "expires_at", "expires_in"} and body["expires_in"] == 60
    with hub.stream(body["access_token"], channels="novel:1") as stream:
        stream.hello()
        hub.publish({"type": "t", "data": 1, "channels": ["novel:1"]}, token=body["access_token"])
        assert stream.take(1)
    assert hub.request("GET", "/api/v1/connections", token=body["access_token"]).status == 200
    assert hub.request("POST", "/dev/token", json={"user": user}).json()["expires_in"] == 3600


@pytest.mark.parametrize("body", [{}, {"user": ""}, {"user": 5}, {"user": "a", "expires_in": 4}, {"user": "a", "more": 1},
                                  {"user": "a", "expires_in": 86401}, {"user": "a", "subscribe": ["a::b"]}, []])
def test_a_wrong_question_is_refused(hub, body):
    assert hub.request("POST", "/dev/token", json=body).status == 400


def test_the_demo_is_served_by_the_hub_itself(hub):
    for path, kind in [("/", "text/html"), ("/demo.js", "text/javascript"), ("/demo.css", "text/css")]:
        answer = hub.request("GET", path)
        assert answer.status == 200 and answer.headers["content-type"].startswith(kind)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none';") and "unsafe" not in policy and "//" not in policy
        assert len(answer.body) < 300_000


@pytest.mark.parametrize("host", ["localhost", "localhost:9999", "127.0.0.1", "[::1]:80"])
def test_loopback_names_are_answered(hub, host):
    assert hub.request("GET", "/healthz", headers={"Host": host}).status == 200


@pytest.mark.parametrize("fields, status, code", [
    ({"Host": "evil.example.com"}, 421, "host_forbidden"), ({"Host": "localhost.evil.com"}, 421, "host_forbidden"),
    ({"Origin": "https://evil.example.com"}, 403, "origin_forbidden"), ({"Origin": "null"}, 403, "origin_forbidden"),
    ({"Forwarded": "for=192.0.2.1"}, 403, "forwarded_forbidden"), ({"Via": "1.1 proxy"}, 403, "forwarded_forbidden"),
    ({"X-Forwarded-For": "192.0.2.1"}, 403, "forwarded_forbidden"),
    ({"X-Forwarded-Host": "hub"}, 403, "forwarded_forbidden"), ({"X-Forwarded-Proto": "https"}, 403, "forwarded_forbidden"),
])
def test_others_are_refused(hub, fields, status, code):
    for method, path in [("POST", "/dev/token"), ("GET", "/"), ("GET", "/healthz"), ("GET", "/api/v1/events/cursor")]:
        body = {"user": "alice"} if path == "/dev/token" else None
        answer = hub.request(method, path, headers=fields, json=body)
        assert (answer.status, answer.code) == (status, code), path


def test_own_and_allowed_origins_are_answered(hub):
    for origin in (hub.origin, "http://localhost:5173"):
        assert hub.request("POST", "/dev/token", headers={"Origin": origin}, json={"user": "a"}).status == 200


def test_dev_is_off_unless_asked_for_and_never_leaves_loopback(make_hub):
    plain = make_hub()
    for method, path in [("POST", "/dev/token"), ("GET", "/"), ("GET", "/demo.js")]:
        answer = plain.request(method, path, json={"user": "a"} if method == "POST" else None)
        assert (answer.status, answer.code) == (404, "not_found")
    open_to_all = make_hub({"dev": True, "listen": "0.0.0.0:0"}, start=False)
    status, said = open_to_all.fails_to_start()
    assert status == 2 and "dev" in said


def test_a_secret_that_is_given_is_used(make_hub, user):
    hub = make_hub({"dev": True})
    hub.stream(tokens.access(user)).close()
