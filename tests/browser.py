"""Chromium for tests of pages."""

import os
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


@contextmanager
def chromium():
    """A headless Chromium of the system's own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
                                             headless=True, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page(browser, **options):
    """A page whose own errors fail the test."""
    context = browser.new_context(**options)
    one = context.new_page()
    errors = []
    one.on("pageerror", lambda error: errors.append(str(error)))
    one.on("console", lambda message: errors.append(message.text)
           if message.type == "error" and "Failed to load resource" not in message.text
           and "net::ERR" not in message.text else None)
    one.set_default_timeout(15_000)
    try:
        yield one
    finally:
        context.close()
    assert not errors, errors
