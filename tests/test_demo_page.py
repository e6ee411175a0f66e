"""The demo page in Chromium: listen, filter, publish, cut, resume, extend, share (SPEC §1.7)."""

import json
import re
from urllib.parse import urlencode

import pytest
from browser import chromium, page
from hub import ROOT, eventually

SCREENSHOTS = ROOT / "build" / "screenshots"
TRANSPORTS = ["fetch", "eventsource"]


@pytest.fixture(scope="module")
def browser():
    with chromium() as one:
        yield one


@pytest.fixture
def demo_settings():
    return {"dev": True, "auth.secret": None, "stream.heartbeat": "1s", "publish.key": None}


@pytest.fixture
def demo(make_hub, demo_settings):
    return make_hub(demo_settings)


def state(tab, expected):
    tab.wait_for_selector(f'#state[data-state="{expected}"]')


def connect(tab, demo, *, transport="fetch", lifetime="3600", share=False, **fields):
    tab.goto(demo.origin + "/")
    for name, value in fields.items():
        tab.fill(f"#{name}", value)
    tab.select_option("#transport", transport)
    tab.select_option("#lifetime", lifetime)
    tab.set_checked("#share", share)
    tab.click("#connect")
    state(tab, "connected")


def number(tab, name):
    return int(tab.inner_text(f"#{name}"))


def received(tab):
    return number(tab, "received")


def rows(tab, kind):
    """The types of the rows shown, newest first."""
    return tab.eval_on_selector_all(f"#list li.{kind} .type", "cells => cells.map((cell) => cell.textContent)")


def ids(tab):
    """The ids of the events shown, oldest first."""
    return tab.eval_on_selector_all("#list li.event .id", "cells => cells.map((cell) => cell.textContent)")[::-1]


def well(tab):
    """Nothing that the page numbered is missing or came twice, and no gap excuses it."""
    assert tab.inner_text("#check") == "✓ nothing missing, nothing twice"
    assert not rows(tab, "gap") and number(tab, "stat-gaps") == 0


def asked(demo, path):
    """What the hub answers to an operator."""
    wish = {"user": "operator", "admin": True}
    token = demo.request("POST", "/dev/token", json=wish).json()["access_token"]
    return demo.request("GET", path, token=token).json()


def in_order(tab):
    """Every event and system event of one stream stands after those whose position is lower."""
    shown = tab.eval_on_selector_all("#list li:is(.event, .system) .id", "cells => cells.map((cell) => cell.textContent)")
    sequences = [int(one.split("-")[1]) for one in shown]
    assert sequences == sorted(sequences, reverse=True)


def connections(demo, user):
    """The user's streams, as the hub sees them."""
    return asked(demo, f"/api/v1/connections?user={user}")["connections"]


def published(demo):
    """How many events the hub holds."""
    return int(asked(demo, "/api/v1/events/cursor")["cursor"].split("-")[1])


def shots(tab, name):
    """Screenshots to look at: light and dark, wide and as on a phone."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for scheme, suffix in [("light", ""), ("dark", "-dark")]:
        tab.emulate_media(color_scheme=scheme)
        tab.set_viewport_size({"width": 1280, "height": 900})
        tab.evaluate("scrollTo(0, 0)")
        tab.screenshot(path=SCREENSHOTS / f"{name}{suffix}.png")
        tab.set_viewport_size({"width": 390, "height": 844})
        tab.screenshot(path=SCREENSHOTS / f"{name}-phone{suffix}.png", full_page=True)
    tab.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_events_arrive_with_ids_and_types_and_labels_stay_text(browser, demo, transport):
    with page(browser) as tab:
        connect(tab, demo, transport=transport)
        tab.fill("#data", '{"title": "<img src=x onerror=alert(1)>"}')
        tab.click("#publish .main")
        row = tab.wait_for_selector("#list li.event")
        assert row.query_selector(".type").inner_text() == "chapter.updated"
        assert re.fullmatch(r"[0-9a-f]{16}-\d+", row.query_selector(".id").inner_text())
        assert json.loads(row.query_selector(".data").inner_text())["title"].startswith("<img")
        assert tab.query_selector("#list img") is None
        assert "hello" in rows(tab, "system")
        eventually(lambda: "ping" in rows(tab, "system"))
        eventually(lambda: tab.inner_text("#cursor") == ids(tab)[-1])
        tab.uncheck("#system")
        assert not tab.is_visible("#list li.system")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_filters_and_recipients_are_kept(browser, demo, transport):
    with page(browser) as tab, page(browser) as other:
        connect(tab, demo, transport=transport, user="alice", types="novel.*, chapter.*", channels="novel:42")
        connect(other, demo, transport=transport, user="bob")
        for to, name, kind in [("me", None, "noise"), ("user", "bob", "chapter.one"), ("channel", "novel:42", "chapter.two"),
                               ("channel", "novel:43", "chapter.three"), ("everyone", None, "novel.created"),
                               ("me", None, "chapter.last")]:
            tab.select_option("#to", to)
            if name:
                tab.fill("#name", name)
            tab.fill("#type", kind)
            tab.click("#publish .main")
        eventually(lambda: rows(tab, "event")[:1] == ["chapter.last"])
        assert rows(tab, "event") == ["chapter.last", "novel.created", "chapter.two"]
        eventually(lambda: rows(other, "event") == ["novel.created", "chapter.one"])


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_cut_line_is_retried_and_resumes_with_nothing_missing(browser, demo, transport):
    with page(browser, viewport={"width": 1280, "height": 900}) as tab:
        connect(tab, demo, transport=transport)
        tab.click("#ticker")
        eventually(lambda: received(tab) > 5)
        tab.click("#cut")
        state(tab, "reconnecting")
        before = received(tab)
        eventually(lambda: connections(demo, "alice") == [], why="the hub noticing")
        tab.wait_for_function("() => Number(document.querySelector('#stat-failures').textContent) >= 2")
        assert re.fullmatch(r"\d+ failed in a row \(network\), trying on", tab.inner_text("#retries"))
        head = published(demo)
        eventually(lambda: published(demo) > head + 5, why="publishing meanwhile")
        assert received(tab) == before
        tab.click("#cut")
        state(tab, "connected")
        eventually(lambda: received(tab) >= before + 6, why="what was missed")
        assert number(tab, "stat-reconnections") == 1
        assert re.fullmatch(r"[\d.]+ m?s", tab.inner_text("#stat-back"))
        assert tab.inner_text("#retries") == ""
        demo.kill()  # and the hub itself may go
        state(tab, "reconnecting")
        demo.start()
        state(tab, "connected")
        eventually(lambda: received(tab) > before + 12, 20)
        tab.click("#ticker")
        assert number(tab, "stat-reconnections") == 2
        assert number(tab, "stat-authentication") == 0
        well(tab)
        in_order(tab)
        if transport == "fetch":
            shots(tab, "demo")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_token_that_is_about_to_end_is_extended_without_reconnecting(browser, demo, transport):
    with page(browser) as tab:
        connect(tab, demo, transport=transport, lifetime="20")
        assert re.fullmatch(r"(1\d|20) s left", tab.inner_text("#token"))
        eventually(lambda: tab.inner_text("#extended") == "once", 20, "reauth")
        assert "the stream lives on under a new token" in tab.inner_text("#list")
        assert "reauth" in rows(tab, "system")
        assert number(tab, "stat-attempts") == 1 and number(tab, "stat-reconnections") == 0


def test_a_refusal_is_shown_in_words(browser, demo):
    with page(browser) as tab:
        connect(tab, demo)
        tab.fill("#type", "ping")
        tab.click("#publish .main")
        tab.wait_for_selector("#problem")
        assert "event_invalid" in tab.inner_text("#problem")
        tab.fill("#types", "a..b")  # no pattern, which no retry can cure
        tab.click("#connect")
        state(tab, "error")
        assert "given up" in rows(tab, "note")


def test_a_gap_is_shown(browser, make_hub, demo_settings):
    demo = make_hub({**demo_settings, "store": "memory"})
    with page(browser) as tab:
        connect(tab, demo)
        tab.click("#publish .main")
        eventually(lambda: received(tab) == 1)
        demo.kill()  # what it held is gone, and it says so
        demo.start()
        tab.wait_for_selector("#list li.gap")
        assert "epoch" in tab.inner_text("#list li.gap .data")
        eventually(lambda: number(tab, "stat-gaps") == 1)
        tab.click("#publish .main")
        eventually(lambda: received(tab) == 2)
        assert tab.inner_text("#check") == "✓ nothing missing, nothing twice since the gap"
        shots(tab, "demo-gap")


def test_a_stream_may_start_in_the_past(browser, demo):
    with page(browser) as tab:
        tab.goto(demo.origin + "/")
        for _ in range(2):
            with tab.expect_response("**/api/v1/events") as answer:
                tab.click("#publish .main")
            assert answer.value.ok
        tab.select_option("#since", "earliest")
        tab.click("#connect")
        eventually(lambda: received(tab) == 2)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_tabs_share_one_connection_and_outlive_the_one_that_holds_it(browser, demo, transport):
    with page(browser, viewport={"width": 1280, "height": 900}) as first:
        connect(first, demo, transport=transport, share=True)
        with first.context.expect_page() as opened:
            first.click("#another")
        second = opened.value
        state(second, "connected")
        second.click("#ticker")
        for tab in (first, second):
            eventually(lambda tab=tab: received(tab) > 5)
        assert len(connections(demo, "alice")) == 1
        assert first.inner_text("#role") == "this tab reads for all"
        assert second.inner_text("#role") == "another tab reads for this one"
        assert number(second, "stat-attempts") == 0
        assert second.is_disabled("#cut") and first.is_enabled("#cut")
        if transport == "fetch":
            shots(second, "demo-shared")
        first.close()
        eventually(lambda: second.inner_text("#role") == "this tab reads for all")
        before = received(second)
        eventually(lambda: received(second) > before + 5)
        second.click("#ticker")
        assert len(connections(demo, "alice")) == 1
        well(second)


def test_a_fragment_connects_with_what_it_names(browser, demo):
    with page(browser) as tab:
        wish = {"user": "carol", "types": "chapter.*", "transport": "eventsource", "connect": ""}
        tab.goto(f"{demo.origin}/#{urlencode(wish)}")
        state(tab, "connected")
        tab.click("#publish .main")
        eventually(lambda: received(tab) == 1)
        assert [one["user"] for one in connections(demo, "carol")] == ["carol"]


def test_the_page_asks_nobody_but_the_hub(browser, demo):
    with page(browser) as tab:
        urls = []
        tab.on("request", lambda request: urls.append(request.url))
        connect(tab, demo)
        tab.click("#publish .main")
        eventually(lambda: received(tab) == 1)
        assert len(urls) >= 5
        assert [url for url in urls if not url.startswith((demo.origin + "/", "data:"))] == []
