"""The line of a JSON text on which a value begins, found by its path, for whoever mends a tape in an editor."""

from __future__ import annotations

import json
import re
from json.decoder import scanstring  # type: ignore[attr-defined]

_BLANK = re.compile(r"[ \t\n\r]*")
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
_VALUE = json.JSONDecoder()


def line_of(text: str, path: str) -> int:
    """Find the line of a value, counted from 1; that of what is around it where it is not there.

    Args:
        text: the JSON.
        path: how to get there from the top, such as ``turns[0].reply.content``; "" for the top.
    """
    at = _after_blanks(text, 0)
    for key, number in _STEP.findall(path):
        try:
            found = _of_key(text, at, key) if key else _of_number(text, at, int(number))
        except (ValueError, IndexError, RecursionError):
            break
        if found is None:
            break
        at = found
    return text.count("\n", 0, at) + 1


def _of_key(text: str, at: int, key: str) -> int | None:
    """The place of a field's value in the object that begins at a place; the last one of that name holds."""
    found = None
    if text[at] != "{":
        return None
    at = _after_blanks(text, at + 1)
    while text[at] == '"':
        name, at = scanstring(text, at + 1)
        at = _after_blanks(text, _after_blanks(text, at) + 1)  # past the colon
        if name == key:
            found = at
        at = _after_blanks(text, _VALUE.raw_decode(text, at)[1])
        if text[at] != ",":
            break
        at = _after_blanks(text, at + 1)
    return found


def _of_number(text: str, at: int, number: int) -> int | None:
    """The place of an entry of the list that begins at a place."""
    if text[at] != "[":
        return None
    at = _after_blanks(text, at + 1)
    for _ in range(number):
        at = _after_blanks(text, _VALUE.raw_decode(text, at)[1])
        if text[at] != ",":
            return None
        at = _after_blanks(text, at + 1)
    return at


def _after_blanks(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at
