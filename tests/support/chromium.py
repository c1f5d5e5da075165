"""Debian's Chromium by Playwright, which brings no browser of its own here."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--no-sandbox",  # the suite may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]
MISSING = "no chromium: run deploy/debian-packages.sh"


@contextmanager
def chromium_running() -> Iterator[Browser]:
    """A browser. Its loop is this thread's meanwhile: nothing else can run one there."""
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def chromium_at(address: str) -> Iterator[Page]:
    """A page of a browser of its own."""
    with chromium_running() as browser:
        yield browser.new_context(base_url=address).new_page()
