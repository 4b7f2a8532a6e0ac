"""Which Chromium, and how it is started."""

from __future__ import annotations

import os
import shutil

import pytest

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
