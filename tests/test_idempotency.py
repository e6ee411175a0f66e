"""Keys make publishing safe to repeat (SPEC §1.5)."""

import tokens
from client import Background
from hub import eventually

EVENTS = "/api/v1/events"


def publish(hub, event):
    return hub.request("POST", EVENTS, token=tokens.PUBLISHER_KEY, json=event)


def test_the_same_event_again_gets_the_first_id_and_stores_nothing(hub, user):
    event = {"type": "t", "data": {"a": 1, "b": [1, 2]}, "users": [user, "x"], "channels": ["c:1"], "key": f"k-{user}"}
    first = hub.publish(event)
    head = hub.request("GET", EVENTS + "/cursor", token=tokens.PUBLISHER_KEY).json()["cursor"]
    assert hub.publish(event) == first
    assert hub.publish({**event, "users": ["x", user, user]}) == first  # recipients are sets
    raw = (b'{"key":"k-%s","channels":["c:1"],"users":["%s","x"],"data":{ "a":1, "b":[1,2] },"type":"t"}'
           % (user.encode(), user.encode()))
    answer = hub.request("POST", EVENTS, token=tokens.PUBLISHER_KEY, body=raw,
                         headers={"Content-Type": "application/json"})
    assert answer.json()["ids"] == first  # compact data are equal
    assert hub.request("GET", EVENTS + "/cursor", token=tokens.PUBLISHER_KEY).json()["cursor"] == head


def test_another_event_under_the_key_is_a_conflict(hub, user):
    event = {"type": "t", "data": 1, "users": [user], "key": f"c-{user}"}
    hub.publish(event)
    for change in ({"data": 2}, {"type": "u"}, {"users": ["someone"]}, {"channels": ["c:1"]}):
        answer = publish(hub, {**event, **change})
        assert (answer.status, answer.code) == (409, "key_reused"), change
    text = {"type": "t", "text": "1", "users": [user], "key": f"c-{user}"}
    assert publish(hub, text).code == "key_reused"


def test_a_key_repeated_in_one_array_is_stored_once(hub, user):
    event = {"type": "t", "data": 1, "users": [user], "key": f"a-{user}"}
    first, second = hub.publish(event, event)
    assert first == second
    answer = publish(hub, [{**event, "key": "b-" + user}, {**event, "key": "b-" + user, "data": 2}])
    assert (answer.status, answer.code) == (409, "key_reused")


def test_racing_repeats_store_one_event(hub, user):
    event = {"type": "t", "data": 1, "users": [user], "key": f"r-{user}"}
    with hub.stream(tokens.access(user)) as stream:
        stream.hello()
        ids = {Background(hub.publish, event).result()[0] for _ in range(3)}
        racing = [Background(hub.publish, event) for _ in range(20)]
        ids |= {one.result()[0] for one in racing}
        (last,) = hub.publish({"type": "end", "data": 1, "users": [user]})
        assert [event.id for event in stream.take(2)] == [*ids, last]


def test_keys_survive_a_restart_and_end_with_their_event(make_hub, user):
    hub = make_hub({"log.retention_events": 10})
    event = {"type": "t", "data": 1, "users": [user], "key": "once"}
    first = hub.publish(event)
    hub.restart()
    assert hub.publish(event) == first
    for number in range(30):
        hub.publish({"type": "other", "data": number})
    eventually(lambda: hub.publish(event) != first, why="the key's end")
