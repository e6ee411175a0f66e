"""However many requests race for a session, one opens a stream (SPEC §1.2)."""

import pytest
import tokens
import wire
from hub import eventually


@pytest.mark.parametrize("attempt", range(5))
def test_forty_requests_race_for_one_session(hub, user, attempt):
    session = hub.session(tokens.access(user))
    racers = [wire.Connection(hub.target) for _ in range(40)]
    for racer in racers:  # all but the last byte, so that the last bytes arrive together
        racer.request = wire.request("GET", f"/api/v1/events/stream?session_id={session}")
        racer.send(racer.request[:-1])
    for racer in racers:
        racer.send(racer.request[-1:])
    statuses = [racer.head().status for racer in racers]
    for racer in racers:
        racer.close()
    assert sorted(statuses) == [200] + [401] * 39
    assert hub.request("GET", f"/api/v1/events/stream?session_id={session}").code == "session_invalid"


def test_a_session_ends_by_itself(make_hub, user):
    hub = make_hub({"session.ttl": "1s"})
    kept, used = hub.session(tokens.access(user)), hub.session(tokens.access(user))
    hub.stream(session_id=used).close()
    gone = lambda: hub.request("HEAD", "/api/v1/events/stream", query={"session_id": kept}).status == 401
    eventually(gone, 5)


def test_a_session_does_not_outlive_its_token(hub, user):
    session = hub.session(tokens.access(user, expires_in=3))
    eventually(lambda: hub.request("HEAD", "/api/v1/events/stream", query={"session_id": session}).status == 401, 10)
    answer = hub.request("GET", "/api/v1/events/stream", query={"session_id": session})
    assert answer.code in ("token_expired", "session_invalid")
