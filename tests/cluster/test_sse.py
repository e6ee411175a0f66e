"""The harness's own parser takes streams apart wherever they are cut, and refuses what no hub should send."""

import pytest

from cluster.sse import Chunks, Event, Malformed, Parser

STREAM = (b"retry: 1000\nevent: hello\nid: a-0\ndata: {}\n\n"
          b"event: t\nid: a-1\ndata: one\ndata: two\n\nevent: t\nid: a-2\ndata: \xc3\xa9\n\n")
EVENTS = [Event("hello", "{}", "a-0"), Event("t", "one\ntwo", "a-1"), Event("t", "é", "a-2")]


def test_events_are_the_same_wherever_the_bytes_are_cut():
    for cut in range(len(STREAM)):
        parser = Parser()
        assert parser.feed(STREAM[:cut]) + parser.feed(STREAM[cut:]) == EVENTS
        assert parser.retry == 1000


def test_chunks_are_the_same_wherever_the_bytes_are_cut():
    framed = b"3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"
    for cut in range(len(framed)):
        chunks = Chunks()
        assert chunks.feed(framed[:cut]) + chunks.feed(framed[cut:]) == b"abc0123456789"
        assert chunks.ended


@pytest.mark.parametrize("text", [b"event: t\ndata: x\n\n", b"id: a-1\ndata: x\n\n", b"event: t\nid: a-1\n\n",
                                  b"event: t\nid: a-1\nid: a-2\ndata: x\n\n", b"nonsense\n\n", b"retry: soon\n\n"])
def test_an_event_that_is_not_exact_is_malformed(text):
    with pytest.raises(Malformed):
        Parser().feed(text)


@pytest.mark.parametrize("framed", [b"x\r\nabc\r\n", b"\r\nabc\r\n", b"2\r\nabc\r\n"])
def test_framing_that_is_not_exact_is_malformed(framed):
    with pytest.raises(Malformed):
        Chunks().feed(framed)
