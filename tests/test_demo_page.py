"""The demo page in Chromium: listen, filter, publish, cut, resume, extend (SPEC §1.7)."""

import json
import re

import pytest
from browser import chromium, page
from hub import ROOT, eventually

SCREENSHOTS = ROOT / "build" / "screenshots"


@pytest.fixture(scope="module")
def browser():
    with chromium() as one:
        yield one


@pytest.fixture
def demo(make_hub):
    return make_hub({"dev": True, "auth.secret": None, "stream.heartbeat": "1s", "publish.key": None})


def state(tab, expected):
    tab.wait_for_selector(f'#state[data-state="{expected}"]')


def connect(tab, demo, **fields):
    tab.goto(demo.origin + "/")
    for name, value in fields.items():
        tab.fill(f"#{name}", value)
    tab.click("#connect")
    state(tab, "connected")


def received(tab):
    return int(tab.inner_text("#received"))


def rows(tab, kind):
    """The types of the rows shown, newest first."""
    return tab.eval_on_selector_all(f"#list li{kind} .type", "cells => cells.map((cell) => cell.textContent)")


def test_events_arrive_with_ids_and_types_and_labels_stay_text(browser, demo):
    with page(browser) as tab:
        connect(tab, demo)
        tab.fill("#data", '{"title": "<img src=x onerror=alert(1)>"}')
        tab.click("#publish .main")
        row = tab.wait_for_selector("#list li:not(.system)")
        assert row.query_selector(".type").inner_text() == "chapter.updated"
        assert re.fullmatch(r"[0-9a-f]{16}-\d+", row.query_selector(".id").inner_text())
        assert json.loads(row.query_selector(".data").inner_text())["title"].startswith("<img")
        assert tab.query_selector("#list img") is None
        assert "hello" in rows(tab, ".system")
        tab.uncheck("#system")
        assert not tab.is_visible("#list li.system")


def test_filters_and_recipients_are_kept(browser, demo):
    with page(browser) as tab, page(browser) as other:
        connect(tab, demo, user="alice", types="novel.*, chapter.*", channels="novel:42")
        connect(other, demo, user="bob")
        for to, name, kind in [("me", None, "noise"), ("user", "bob", "chapter.one"), ("channel", "novel:42", "chapter.two"),
                               ("channel", "novel:43", "chapter.three"), ("everyone", None, "novel.created"),
                               ("me", None, "chapter.last")]:
            tab.select_option("#to", to)
            if name:
                tab.fill("#name", name)
            tab.fill("#type", kind)
            tab.click("#publish .main")
        eventually(lambda: rows(tab, ":not(.system)")[:1] == ["chapter.last"])
        assert rows(tab, ":not(.system)") == ["chapter.last", "novel.created", "chapter.two"]
        eventually(lambda: rows(other, ":not(.system)") == ["novel.created", "chapter.one"])


def test_a_cut_connection_resumes_with_nothing_missing(browser, demo):
    with page(browser, viewport={"width": 1180, "height": 860}) as tab:
        connect(tab, demo)
        tab.click("#ticker")
        eventually(lambda: received(tab) > 5)
        tab.click("#cut")
        state(tab, "cut")
        before = received(tab)
        tab.wait_for_timeout(1500)  # five a second are published meanwhile
        assert received(tab) == before
        tab.click("#cut")
        state(tab, "connected")
        eventually(lambda: received(tab) >= before + 6, why="what was missed")
        demo.kill()  # and the hub itself may go
        demo.start()
        state(tab, "connected")
        eventually(lambda: received(tab) > before + 12, 20)
        tab.click("#ticker")
        assert tab.inner_text("#check") == "✓ nothing missing, nothing twice"
        assert tab.get_attribute("#check", "data-check") == "good"
        assert not rows(tab, ".gap")
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        tab.screenshot(path=SCREENSHOTS / "demo.png")
        tab.emulate_media(color_scheme="dark")
        tab.screenshot(path=SCREENSHOTS / "demo-dark.png")


def test_a_token_that_is_about_to_end_is_extended_without_reconnecting(browser, demo):
    with page(browser) as tab:
        tab.goto(demo.origin + "/")
        tab.select_option("#lifetime", "20")
        tab.click("#connect")
        state(tab, "connected")
        eventually(lambda: tab.inner_text("#extended") != "0 times", 20, "reauth")
        assert "the stream lives on under a new token" in tab.inner_text("#list")
        assert tab.inner_text("#connections") == "1"


def test_a_refusal_is_shown_in_words(browser, demo):
    with page(browser) as tab:
        connect(tab, demo)
        tab.fill("#type", "ping")
        tab.click("#publish .main")
        tab.wait_for_selector("#problem:not([hidden])")
        assert "event_invalid" in tab.inner_text("#problem")
