"""Canaries in every place where a secret enters come out nowhere (a promise of SPEC's first table)."""

from pathlib import Path
from urllib.parse import quote

import tokens
import wire

CANARY = "canary-secret-that-must-never-be-seen-anywhere-"


def test_no_secret_reaches_a_log_a_metric_an_error_or_the_disk(make_hub, user, tmp_path):
    secret, key, sse_secret = (CANARY + name for name in ("auth", "publisher", "sse"))
    (tmp_path / "key").write_text(CANARY + "second-publisher")
    hub = make_hub({"auth.secret": secret, "publish.key": key, "publish.key_file": tmp_path / "key",
                    "sse_token.secret": sse_secret, "auth.allow_query_token": True, "log.level": "debug"})
    token = tokens.access(user, secret=secret, publish=["**"], admin=True, subscribe=["**"])
    bad_token = tokens.access(user, secret=CANARY + "another-application")
    secrets = {secret, key, sse_secret, token, bad_token, CANARY}
    sse = hub.request("POST", "/api/v1/auth/sse-token", token=token).json()["sse_token"]
    said = []  # all that the hub answered to what was wrong
    sessions = [hub.session(token) for _ in range(3)]
    secrets |= {sse, *sessions}
    for one in (token, sse, bad_token, token[:-4], CANARY + "no-token", sessions[0]):
        for method, path in [("GET", "/api/v1/events/cursor"), ("POST", "/api/v1/events"), ("GET", "/api/v1/connections"),
                             ("POST", "/api/v1/auth/sse-token"), ("POST", f"/api/v1/connections/{CANARY}/token")]:
            said.append(hub.request(method, path, token=one, json=5 if method == "POST" else None).body)
        for path in ("/api/v1/events/stream?access_token=", "/api/v1/events/stream?events=..&sse_token=", "/nothing?x=",
                     "/api/v1/events/stream?session_id=x&session_id=", "/api/v1/events/stream?since="):
            said.append(hub.request("GET", path + quote(one)).body)
    for header in (f"Basic {CANARY}", f"Bearer {CANARY} {CANARY}", CANARY):
        said.append(hub.request("GET", "/api/v1/events/cursor", headers={"Authorization": header}).body)
    for raw in (f"GET /{CANARY} HTTP/1.1\r\nAuthorization: Bearer {token}\r\n\r\n",
                f"GET /healthz HTTP/1.1\r\nHost: a\r\nAuthorization : Bearer {token}\r\n\r\n",
                f"GET /x?{token} HTTP/3.7\r\nHost: a\r\n\r\n"):
        with wire.Connection(hub.target) as connection:
            connection.send(raw)
            said.append(connection.answer().body)
    hub.stream(sse_token=sse).close()
    for options in ({"token": token}, {"session_id": sessions[0]}, {"session_id": sessions[1]}):
        with hub.stream(**options) as stream:
            stream.hello()
            hub.publish({"type": "t", "data": 1, "users": [user], "key": "k"}, token=token)
    hub.publish({"type": "t", "data": 2, "users": [user]}, token=key)
    shown = hub.request("GET", "/api/v1/connections", token=token).body
    metrics = hub.request("GET", "/metrics").body
    hub.stop()
    stored = [path.read_bytes() for path in Path(hub.settings["data_dir"]).rglob("*") if path.is_file()]
    assert stored, "nothing was stored"
    places = {"an answer": b"".join(said), "a listing": shown, "a metric": metrics, "the log": hub.log_path.read_bytes(),
              "a stored byte": b"".join(stored)}
    for name, place in places.items():
        for one in secrets:
            # A path is no place for a secret, and is logged as it came; a token's signature is its secret part.
            hidden = one.encode() if one != CANARY else b"canary-secret-that-must-never-be-seen-anywhere-no-token"
            assert hidden not in place, f"a secret in {name}"
            if one.count(".") == 2:
                assert one.split(".")[2].encode() not in place, f"a token's signature in {name}"


def test_control_characters_in_the_log_are_escaped(hub, user):
    marks = "\u001b[31m\u009b"
    with wire.Connection(hub.target) as connection:
        connection.send(b"GET /forged%0a%1b[31m HTTP/1.1\r\nHost: a\r\n\r\n")
        assert connection.answer().status in (400, 404)
    hub.stream(tokens.access(user), meta_page=marks).close()
    assert all(32 <= byte != 127 or byte == 10 for byte in hub.log_path.read_bytes())
    assert all(line.startswith("{") for line in hub.log_text().splitlines())
