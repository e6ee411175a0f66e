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
    """A page; errors of its own, and of those that it opens, fail the test."""
    context = browser.new_context(**options)
    errors = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.on("console", lambda message: errors.append(message.text)
               if message.type == "error" and "Failed to load resource" not in message.text
               and "net::ERR" not in message.text else None)
    context.set_default_timeout(15_000)
    one = context.new_page()
    try:
        yield one
    finally:
        context.close()
    assert not errors, errors
