"""What pictures and videos of a question are, for a rehearsal that says back what it got."""

from __future__ import annotations

import re
from typing import Any

_KINDS = ("image_url", "video_url")
_DATA = re.compile(r"data:(?P<type>[\w.+/-]{1,80})(?:;[^,]{0,80})?,", re.IGNORECASE)


def received(content: Any) -> list[tuple[str, int | None]]:
    """List the pictures and videos of a content: type and bytes; of one elsewhere the address and None.

    Args:
        content: of a message that has passed the rules.
    """
    parts = content if isinstance(content, list) else []
    return [_of_url(part[part["type"]]["url"]) for part in parts if part.get("type") in _KINDS]


def _of_url(url: str) -> tuple[str, int | None]:
    found = _DATA.match(url)
    if found is None:
        return url[:100], None
    data = len(url) - found.end()
    return found["type"].lower(), data * 3 // 4 - url[-2:].count("=")
