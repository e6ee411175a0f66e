"""Every endpoint of SPEC §1: what it answers where all is well, and each way in which it refuses."""

import time
from datetime import datetime

import pytest
import tokens

TOKEN, SESSION, STREAM = "/api/v1/auth/sse-token", "/api/v1/events/session", "/api/v1/events/stream"
EVENTS, CURSOR = "/api/v1/events", "/api/v1/events/cursor"
EVENT = {"type": "chapter.updated", "data": 1}


def refusals(good):
    """Bearers that are not an access token, and the code of each."""
    now = int(time.time())
    return {
        "token_missing": None,
        "token_malformed": "e30.e30",
        "token_signature": tokens.access(secret="another secret that is long enough to be one"),
        "token_algorithm": tokens.access(algorithm="HS512", secret=tokens.SECRET * 2),
        "token_expired": tokens.access(exp=now - 2),
        "token_not_yet_valid": tokens.access(nbf=now + 100),
        "token_claims": tokens.access(sub=None),
        "token_type": good,
    }


@pytest.mark.parametrize("method, path", [("POST", TOKEN), ("GET", CURSOR), ("GET", STREAM), ("POST", SESSION)])
def test_each_bad_bearer_is_refused_with_its_own_code(hub, method, path):
    sse = hub.request("POST", TOKEN, token=tokens.access()).json()["sse_token"]
    for code, bearer in refusals(sse).items():
        if code == "token_type" and path in (STREAM, SESSION):
            continue  # both take SSE tokens
        answer = hub.request(method, path, token=bearer)
        assert (answer.status, answer.code) == (401, code)
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_an_sse_token_ends_with_its_access_token(hub, user):
    answer = hub.request("POST", TOKEN, token=tokens.access(user))
    assert answer.status == 200 and answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == {"sse_token", "expires_at", "expires_in"} and 55 <= body["expires_in"] <= 60
    ends = datetime.fromisoformat(body["expires_at"].replace("Z", "+00:00")).timestamp()
    assert body["expires_at"].endswith("Z") and abs(ends - time.time() - 60) < 5
    short = hub.request("POST", TOKEN, token=tokens.access(user, expires_in=5)).json()
    assert 0 <= short["expires_in"] <= 5


def test_an_sse_token_opens_sessions_and_streams_and_nothing_else(hub, user):
    sse = hub.request("POST", TOKEN, token=tokens.access(user, publish=["**"], admin=True)).json()["sse_token"]
    hub.stream(sse).close()
    hub.stream(session_id=hub.session(sse)).close()
    for method, path in [("POST", TOKEN), ("POST", EVENTS), ("GET", CURSOR), ("GET", "/api/v1/connections")]:
        answer = hub.request(method, path, token=sse, json=EVENT if path == EVENTS else None)
        assert (answer.status, answer.code) == (401, "token_type"), path


def test_a_session_opens_exactly_one_stream(hub, user):
    answer = hub.request("POST", SESSION, token=tokens.access(user))
    assert answer.status == 201 and answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == {"session_id", "expires_at", "expires_in"} and 28 <= body["expires_in"] <= 30
    assert len(body["session_id"]) >= 22 and body["session_id"].replace("-", "").replace("_", "").isalnum()
    with hub.stream(session_id=body["session_id"]) as stream:
        stream.hello()
        again = hub.request("GET", STREAM, query={"session_id": body["session_id"]})
        assert (again.status, again.code) == (401, "session_invalid")


@pytest.mark.parametrize("body", [
    {"events": []}, {"events": "chapter.*"}, {"events": ["chapter..x"]}, {"channels": [1]}, {"metadata": []},
    {"metadata": {"Page": "x"}}, {"metadata": {"page": "x" * 257}}, {"metadata": {f"n{i}": "" for i in range(17)}},
    {"since": "yesterday"}, {"format": "yaml"}, {"unknown": 1}, {"last_event_id": 5}, [], "text",
    {"events": ["a"] * 65},
])
def test_a_session_of_a_wrong_shape_is_refused(hub, body):
    answer = hub.request("POST", SESSION, token=tokens.access(), json=body)
    assert (answer.status, answer.code) in [(400, "body_invalid"), (400, "parameter_invalid")]


def test_a_session_body_must_be_json_without_repeated_members(hub):
    send = {"token": tokens.access(), "headers": {"Content-Type": "application/json"}}
    assert hub.request("POST", SESSION, body=b'{"events": [', **send).code == "body_malformed"
    assert hub.request("POST", SESSION, body=b'{"since": "1m", "since": "2m"}', **send).status == 400
    answer = hub.request("POST", SESSION, body=b"events=a", token=tokens.access(),
                         headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status, answer.code) == (415, "content_type_unsupported")


def test_a_session_asks_for_no_more_channels_than_its_token_allows(hub, user):
    token = tokens.access(user, subscribe=["novel:*"])
    assert hub.request("POST", SESSION, token=token, json={"channels": ["novel:1"]}).status == 201
    answer = hub.request("POST", SESSION, token=token, json={"channels": ["novel:1", "other:1"]})
    assert (answer.status, answer.code) == (403, "channel_forbidden")


def test_a_stream_takes_exactly_one_credential(hub, user):
    token, session = tokens.access(user), hub.session(tokens.access(user))
    both = hub.request("GET", STREAM, token=token, query={"session_id": session})
    assert (both.status, both.code) == (400, "credentials_conflict")
    for name in ("access_token", "sse_token"):
        answer = hub.request("GET", STREAM, query={name: token})
        assert (answer.status, answer.code) == (400, "token_in_query")
    hub.stream(session_id=session).close()  # what was refused has left it


def test_a_query_token_works_only_where_it_is_allowed(make_hub, user):
    hub = make_hub({"auth.allow_query_token": True})
    sse = hub.request("POST", TOKEN, token=tokens.access(user)).json()["sse_token"]
    hub.stream(sse_token=sse).close()
    assert hub.request("GET", STREAM, query={"access_token": tokens.access()}).code == "token_in_query"
    assert hub.request("GET", STREAM, query={"sse_token": tokens.access()}).code == "token_type"


@pytest.mark.parametrize("query, code", [
    ("events=", "parameter_invalid"), ("events=a..b", "parameter_invalid"), ("events=a&events=b", "parameter_repeated"),
    ("channels=", "parameter_invalid"), ("channels=a,,b", "parameter_invalid"), ("format=xml", "parameter_invalid"),
    ("since=soon", "parameter_invalid"), ("since=-5m", "parameter_invalid"), ("meta_Page=x", "parameter_invalid"),
    ("meta_p=" + "x" * 257, "parameter_invalid"), ("events=%zz", "parameter_invalid"),
    ("events=" + ",".join(["a"] * 65), "parameter_invalid"),
])
def test_a_bad_parameter_is_refused_and_leaves_the_session(hub, user, query, code):
    session = hub.session(tokens.access(user))
    answer = hub.request("GET", f"{STREAM}?session_id={session}&{query}")
    assert (answer.status, answer.code) == (400, code)
    hub.stream(session_id=session).close()


def test_unknown_parameters_are_ignored_and_head_leaves_the_session(hub, user):
    session = hub.session(tokens.access(user))
    head = hub.request("HEAD", STREAM, query={"session_id": session, "cache_buster": "1"})
    assert head.status == 200 and head.headers["content-type"] == "text/event-stream" and head.body == b""
    hub.stream(session_id=session, cache_buster="1").close()


def test_channels_beyond_the_token_are_forbidden(hub, user):
    token = tokens.access(user, subscribe=["novel:*"])
    for channels in ("other:1", "novel:1,other:1", "novel:**", "**", "novel:1:2"):
        answer = hub.request("GET", STREAM, token=token, query={"channels": channels})
        assert (answer.status, answer.code) == (403, "channel_forbidden"), channels
    hub.stream(token, channels="novel:1,novel:*").close()


def test_the_cursor_is_the_head(hub):
    before = hub.request("GET", CURSOR, token=tokens.access())
    (published,) = hub.publish(EVENT)
    after = hub.request("GET", CURSOR, token=tokens.PUBLISHER_KEY)
    assert before.json()["cursor"] != published == after.json()["cursor"]


def test_health_and_readiness(hub):
    assert hub.request("GET", "/healthz").status == 200
    assert hub.request("GET", "/readyz").status == 200
    assert "tidings_stream_opens_total" in hub.request("GET", "/metrics").body.decode()


def test_what_is_not_there_and_what_is_not_allowed(hub):
    for path in ("/nothing", "/api/v1/events/", "/api/v1/events/stream/", "/", "/dev/token", "/api/v2/events"):
        answer = hub.request("GET", path)
        assert (answer.status, answer.code) == (404, "not_found"), path
    for method, path, allowed in [("GET", TOKEN, "POST"), ("DELETE", STREAM, "GET"), ("PUT", EVENTS, "POST")]:
        answer = hub.request(method, path)
        assert (answer.status, answer.code) == (405, "method_not_allowed")
        assert allowed in answer.headers["allow"]


def test_opens_are_counted_by_result(hub, user):
    def opens(result, code):
        return hub.metrics().get(f'tidings_stream_opens_total{{code="{code}",result="{result}"}}', 0)

    good, bad = opens("ok", "ok"), opens("refused", "session_invalid")
    hub.stream(tokens.access(user)).close()
    hub.request("GET", STREAM, query={"session_id": "x" * 43})
    assert (opens("ok", "ok"), opens("refused", "session_invalid")) == (good + 1, bad + 1)
