"""Publishing: shapes, recipients, permissions and limits (SPEC §1.5, §2)."""

import json

import pytest
import tokens

EVENTS = "/api/v1/events"


def publish(hub, body, token=tokens.PUBLISHER_KEY, kind="application/json"):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return hub.request("POST", EVENTS, token=token, body=raw, headers={"Content-Type": kind})


def test_one_event_and_an_array_arrive_in_order(hub, user):
    with hub.stream(tokens.access(user)) as stream:
        stream.hello()
        one = publish(hub, {"type": "a.b", "data": {"n": 0}, "users": [user]})
        many = publish(hub, [{"type": "a.b", "data": {"n": n}, "users": [user]} for n in range(1, 50)])
        assert one.status == many.status == 200
        received = stream.take(50)
        assert [event.json()["n"] for event in received] == list(range(50))
        assert [event.id for event in received] == one.json()["ids"] + many.json()["ids"]
        assert {event.type for event in received} == {"a.b"}


@pytest.mark.parametrize("data", [
    None, True, -0.5, 0, "", "two\nlines\r\n\u2028 and \u0000 and 😀", [], {}, {"a": [1, {"b": None}]}, "  ", 2**53,
    1e300, {"": ""}, '"quoted" \\ back',
])
def test_json_parse_gives_back_what_was_published(hub, user, data):
    with hub.stream(tokens.access(user)) as plain, hub.stream(tokens.access(user), format="envelope") as envelope:
        plain.hello()
        envelope.hello()
        hub.publish({"type": "t", "data": data, "users": [user]})
        assert plain.take(1)[0].json() == data
        (wrapped,) = envelope.take(1)
        assert wrapped.type == "message" and wrapped.json() == {"type": "t", "data": data}


def test_numbers_keep_every_digit_and_white_space_goes(hub, user):
    with hub.stream(tokens.access(user)) as stream:
        stream.hello()
        event = b'{"type":"t", "users":["%s"], "data": { "n" : 12345678901234567890.10 , "s": "a  b" } }' % user.encode()
        assert publish(hub, event).status == 200
        assert stream.take(1)[0].data == '{"n":12345678901234567890.10,"s":"a  b"}'


def test_text_goes_out_as_it_is_with_unix_line_ends(hub, user):
    with hub.stream(tokens.access(user)) as plain, hub.stream(tokens.access(user), format="envelope") as envelope:
        plain.hello()
        envelope.hello()
        for text in ("plain", "", "a\nb\r\nc\rd\n", " leading", "\n\n", "data: x"):
            hub.publish({"type": "t", "text": text, "users": [user]})
            assert plain.take(1)[0].data == text.replace("\r\n", "\n").replace("\r", "\n")
            assert envelope.take(1)[0].json() == {"type": "t", "text": text}


def test_recipients_are_a_union_and_each_stream_gets_it_once(hub, user):
    reader = tokens.access(user, subscribe=["novel:*"])
    other = tokens.access(user + "-other", subscribe=["novel:*"])
    channel = f"novel:{user}"
    with hub.stream(reader, channels=f"{channel},novel:*") as stream, hub.stream(other) as stranger:
        stream.hello()
        stranger.hello()
        both, _, last = hub.publish({"type": "t", "data": 1, "users": [user], "channels": [channel, channel]},
                                    {"type": "t", "data": 2, "users": [user + "-third"]},
                                    {"type": "t", "data": 3})
        assert [event.id for event in stream.take(2)] == [both, last]
        assert [event.id for event in stranger.take(1)] == [last]


@pytest.mark.parametrize("event", [
    {"data": 1}, {"type": "t"}, {"type": "t", "data": 1, "text": "x"}, {"type": "", "data": 1},
    {"type": "a..b", "data": 1}, {"type": "a b", "data": 1}, {"type": "t" * 129, "data": 1}, {"type": 1, "data": 1},
    {"type": "ping", "data": 1}, {"type": "hello", "data": 1}, {"type": "error", "data": 1}, {"type": "open", "data": 1},
    {"type": "t", "data": 1, "users": []}, {"type": "t", "data": 1, "channels": []}, {"type": "t", "text": 5},
    {"type": "t", "data": 1, "users": [""]}, {"type": "t", "data": 1, "users": ["a\n"]},
    {"type": "t", "data": 1, "users": ["u" * 256]}, {"type": "t", "data": 1, "channels": ["novel:*"]},
    {"type": "t", "data": 1, "channels": ["novel::1"]}, {"type": "t", "data": 1, "key": ""},
    {"type": "t", "data": 1, "key": "k" * 129}, {"type": "t", "data": 1, "extra": 1}, {"type": "t\r\nid: 1", "data": 1},
    {"type": "t", "data": 1, "users": [f"u{n}" for n in range(1001)]}, 5, "text",
])
def test_a_bad_event_is_refused_and_an_array_stores_all_or_none(hub, event):
    before = hub.request("GET", "/api/v1/events/cursor", token=tokens.PUBLISHER_KEY).json()
    for body in (event, [{"type": "good", "data": 1}, event]):
        answer = publish(hub, body)
        assert answer.status == 400 and answer.code in ("event_invalid", "body_invalid"), answer.body
    assert hub.request("GET", "/api/v1/events/cursor", token=tokens.PUBLISHER_KEY).json() == before


@pytest.mark.parametrize("raw", [
    b"", b"{", b"[]", b'{"type":"t","data":1}x', b'{"type":"t","type":"u","data":1}', b'{"type":"t","data":"\\ud800"}',
    b'{"type":"t","data":{"a":1,"a":2}', b'{"type":"t","data":"\xff"}', b'{"type":"t","data":01}', b"[1,]", b"null",
    b'{"type":"t","data":' + b"[" * 33 + b"]" * 33 + b"}", b'\xef\xbb\xbf{"type":"t","data":1',
])
def test_a_body_that_is_not_one_is_refused(hub, raw):
    answer = publish(hub, raw)
    assert answer.status == 400 and answer.code in ("body_malformed", "body_invalid", "event_invalid"), answer.body


def test_sizes_have_limits(hub, user):
    assert publish(hub, {"type": "t", "data": "x" * (256 * 1024 - 2), "users": [user]}).status == 200
    answer = publish(hub, {"type": "t", "data": "x" * (256 * 1024 - 1), "users": [user]})
    assert (answer.status, answer.code) == (413, "event_too_large")
    answer = publish(hub, [{"type": "t", "data": "x" * 200_000, "users": [user]}] * 6)
    assert (answer.status, answer.code) == (413, "body_too_large")
    thousand = {"type": "t", "data": 1, "users": [f"nobody-{n}" for n in range(1000)]}
    assert publish(hub, thousand).status == 200
    deep = b'{"type":"t","data":' + b"[" * 20 + b"]" * 20 + b',"users":["nobody"]}'
    assert publish(hub, deep).status == 200


def test_content_types(hub):
    event = b'{"type":"t","data":1,"users":["nobody"]}'
    assert publish(hub, event, kind="application/json; charset=utf-8").status == 200
    for kind in ("text/plain", "application/xml", "application/jsonx", ""):
        answer = publish(hub, event, kind=kind)
        assert (answer.status, answer.code) == (415, "content_type_unsupported"), kind


def test_permissions_decide_who_may_publish_what(hub, user):
    event = {"type": "t", "data": 1}
    channel = {**event, "channels": ["novel:1"]}
    narrow, wide = tokens.access(user, publish=["novel:*"]), tokens.access(user, publish=["**"])
    assert publish(hub, channel, narrow).status == 200
    for refused in (event, {**event, "users": [user]}, {**channel, "users": [user]},
                    {**event, "channels": ["novel:1", "other:1"]}, [channel, event]):
        answer = publish(hub, refused, narrow)
        assert (answer.status, answer.code) == (403, "publish_forbidden"), refused
        assert publish(hub, refused, wide).status == 200
    for body in (event, channel):
        assert publish(hub, body, tokens.access(user)).code == "publish_forbidden"
    for key in ("not-a-configured-key-but-long-enough-to-be", tokens.PUBLISHER_KEY[:-1], tokens.PUBLISHER_KEY + "x"):
        answer = publish(hub, event, key)
        assert (answer.status, answer.code) == (401, "publisher_key_invalid")
