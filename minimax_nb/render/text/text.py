"""Text as text: the one place that knows which characters must not pass as they are."""

from __future__ import annotations

import re

# C0 and C1 controls (tab and line feed pass; a carriage return only before a line feed), the bidi embeddings,
# overrides and isolates that make a line read differently from what it says, and surrogates, which no output
# can carry. Marks that right-to-left text lives by (U+200E, U+200F) and joiners (emoji need them) stay.
_HIDDEN = re.compile(
    r"[\ud800-\udbff][\udc00-\udfff]"
    r"|\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Replace control and bidi characters by signs that can be seen.

    A C0 control becomes its picture (escape: ``␛``), any other its number (``⟨U+202E⟩``). Applying it twice changes
    nothing more.

    Args:
        text: any text, also with lone surrogates in it.

    Returns:
        The text, fit for a terminal, a page or a file.
    """
    return _HIDDEN.sub(_sign, text)


def _sign(match: re.Match[str]) -> str:
    found = match[0]
    if len(found) == 2:  # both halves of one character, as JSON escapes write it
        return chr(0x10000 + ((ord(found[0]) - 0xD800) << 10) + (ord(found[1]) - 0xDC00))
    code = ord(found)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"


def one_line(text: str) -> str:
    """Put untrusted text on one line, control and bidi characters visible.

    Args:
        text: any text.
    """
    return " ".join(visible(text).split())


def utf16_length(text: str) -> int:
    """Measure a text as JavaScript does: in UTF-16 units, of which a character beyond U+FFFF takes two.

    Args:
        text: any text, also with lone surrogates in it.
    """
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
