"""Halves of characters: JSON can escape one alone, but no text that holds one can be sent or shown."""

from __future__ import annotations

import re

HIGH = re.compile("[\ud800-\udbff]")
LOW = re.compile("[\udc00-\udfff]")
_HALF = re.compile("[\ud800-\udfff]")


def mended(text: str) -> str:
    """The text with halves that belong together joined, and U+FFFD in the place of any other."""
    if text.isascii() or _HALF.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
