"""Which Chromium, and how it is started."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find() -> str | None:
    """The path of an installed Chromium or Chrome, or None."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if (path := shutil.which(name)) is not None:
            return path
    return None


def find_or_skip() -> str:
    """The same for a test, which is skipped where there is none, and fails in CI."""
    if (path := find()) is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs Chromium (Debian: apt-get install chromium)")
    return path


@contextmanager
def running() -> Iterator[Any]:
    """Chromium, driven by Playwright; skips where there is none."""
    path = find_or_skip()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
