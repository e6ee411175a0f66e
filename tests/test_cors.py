"""CORS is an exact allow-list (SPEC §7)."""

import hub as hubs
import pytest
import tokens

ORIGIN, FOREIGN = "https://app.example.com", "https://evil.example.com"
RESOURCES = {"/api/v1/auth/sse-token": "POST", "/api/v1/events/session": "POST", "/api/v1/events/stream": "GET",
             "/api/v1/events": "POST", "/api/v1/events/cursor": "GET", "/api/v1/connections": "DELETE",
             "/api/v1/connections/abc/token": "POST"}


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A hub with two allowed origins."""
    running = hubs.Hub(tmp_path_factory.mktemp("hub"), {"cors.origins": [ORIGIN, "http://localhost:3000"]}).start()
    yield running
    running.stop()


def listed(value):
    return {part.strip().lower() for part in value.split(",")}


@pytest.mark.parametrize("path", RESOURCES)
def test_a_preflight_of_an_allowed_origin_says_what_is_allowed(hub, path):
    answer = hub.request("OPTIONS", path, headers={"Origin": ORIGIN, "Access-Control-Request-Method": RESOURCES[path],
                                                   "Access-Control-Request-Headers": "authorization"})
    assert answer.status == 204 and answer.body == b""
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert RESOURCES[path].lower() in listed(answer.headers["access-control-allow-methods"])
    assert listed(answer.headers["access-control-allow-headers"]) >= {
        "authorization", "content-type", "last-event-id", "cache-control"}
    assert answer.headers["access-control-max-age"] == "7200"
    assert "origin" in listed(answer.headers["vary"]) and "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", [FOREIGN, "null", "https://app.example.com.evil.com", "http://app.example.com",
                                    "https://app.example.com:444", "https://APP.example.com/"])
def test_a_foreign_preflight_gets_204_without_the_headers(hub, origin):
    answer = hub.request("OPTIONS", "/api/v1/events", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    assert answer.status == 204
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert "origin" in listed(answer.headers["vary"])


def test_every_answer_to_an_allowed_origin_carries_the_headers(hub, user):
    requests = [("GET", "/healthz", {}), ("GET", "/nothing", {}), ("PUT", "/api/v1/events", {}),
                ("GET", "/api/v1/events/cursor", {}), ("POST", "/api/v1/events/session", {"token": tokens.access(user)}),
                ("POST", "/api/v1/events", {"token": tokens.PUBLISHER_KEY, "json": 5}), ("GET", "/openapi.json", {})]
    for method, path, options in requests:
        answer = hub.request(method, path, headers={"Origin": ORIGIN}, **options)
        assert answer.headers["access-control-allow-origin"] == ORIGIN, path
        assert listed(answer.headers["access-control-expose-headers"]) >= {"retry-after", "www-authenticate"}
        assert "origin" in listed(answer.headers["vary"])
        foreign = hub.request(method, path, headers={"Origin": FOREIGN}, **options)
        assert not [name for name in foreign.headers if name.startswith("access-control")]
        assert foreign.status == answer.status and "origin" in listed(foreign.headers["vary"])
    with hub.stream(tokens.access(user), headers={"Origin": ORIGIN}) as stream:
        assert stream.head.headers["access-control-allow-origin"] == ORIGIN


def test_without_the_setting_there_are_no_headers(make_hub):
    answer = make_hub().request("GET", "/healthz", headers={"Origin": ORIGIN})
    assert not [name for name in answer.headers if name.startswith("access-control")]
