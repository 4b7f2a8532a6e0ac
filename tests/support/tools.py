"""Functions that tests hand over as tools, and what such functions return."""

from __future__ import annotations

import asyncio


def double(x: int) -> int:
    """Double a number."""
    return 2 * x


def fail() -> None:
    """Fail."""
    raise OSError("the disk is full")


def stop() -> None:
    """Wait for ever, until the user presses stop."""
    raise KeyboardInterrupt


async def wait(name: str) -> str:
    """Wait for the other."""
    await asyncio.sleep(0.01)
    return f"done {name}"


class Drawn:
    """A value that draws itself as this HTML, as data frames do."""

    def __init__(self, html: str) -> None:
        self.html = html

    def to_html(self, **_options: object) -> str:
        return self.html
