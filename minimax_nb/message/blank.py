"""Results of tools that say nothing: absent, blanks alone, or characters that nobody sees.

The one rule for the runner, the check and the repair of a history: the service refuses an empty content, and a model
can make nothing of an invisible one.
"""

from __future__ import annotations

import unicodedata
from typing import Any

# Controls, formats and separators; and those letters and marks that have no ink: fillers, joiners, variation selectors.
_WITHOUT_INK = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {chr(code) for code in range(0xFE00, 0xFE10)}
# A request cannot carry it, so that something else stands in its place.
_REPLACED = "\x00"


def is_blank(text: str) -> bool:
    """Whether a text has nothing that can be seen."""
    return all(map(_is_invisible, text))


def is_blank_result(content: Any) -> bool:
    """Whether the content of a tool message says nothing: absent, a blank text, or a list of blank texts alone."""
    if isinstance(content, list):
        return all(_is_blank_part(part) for part in content)
    return content is None or (isinstance(content, str) and is_blank(content))


def _is_blank_part(part: Any) -> bool:
    if isinstance(part, dict):
        text = part.get("text")
        return part.get("type") == "text" and isinstance(text, str) and is_blank(text)
    return isinstance(part, str) and is_blank(part)


def _is_invisible(character: str) -> bool:
    if character == _REPLACED:
        return False
    return character.isspace() or unicodedata.category(character) in _WITHOUT_INK or character in _FILLERS
