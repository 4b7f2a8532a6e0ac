"""Characters that no request can carry: JSON can escape half a surrogate pair, but no text that holds one can be sent.

NUL and the two noncharacters are no text either: services answer them with a syntax error, or cut the text there.
"""

from __future__ import annotations

import re

HIGH = re.compile("[\ud800-\udbff]")
LOW = re.compile("[\udc00-\udfff]")
_HALF = re.compile("[\ud800-\udfff]")
_UNSENDABLE = re.compile("[\x00\ud800-\udfff\ufffe\uffff]")


def mended(text: str) -> str:
    """The text with halves that belong together joined, and U+FFFD in the place of any other."""
    if text.isascii() or _HALF.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def unsendable(text: str) -> str:
    """The first character of a text that cannot be sent; "" if it can be sent whole."""
    found = _UNSENDABLE.search(text)
    return found[0] if found else ""


def sendable(text: str) -> str:
    """The text with U+FFFD in the place of what cannot be sent; halves that belong together are joined."""
    return _UNSENDABLE.sub("\ufffd", mended(text)) if _UNSENDABLE.search(text) else text
