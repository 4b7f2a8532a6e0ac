"""Broken call arguments -> the JSON text of an object, keeping what can be read of them."""

from __future__ import annotations

import ast
import json
import re
import warnings
from typing import Any

from minimax_nb.message.calls import BROKEN, arguments_fault, json_text, parse_json

_LONGEST_LITERAL = 20_000


def fixed_arguments(arguments: Any) -> str:
    """A JSON object, as text, in place of broken arguments; good ones come back as they are.

    Tried in turn: unwrapping what was encoded twice, raw line breaks in texts, an object with something around it,
    Python notation, a text that was cut off. What cannot be read becomes ``{}``.

    Args:
        arguments: what the call holds, of any type.
    """
    if arguments_fault(arguments) is None:
        return str(arguments)
    value = arguments
    for _ in range(3):  # a text that was encoded more often than that is no accident of a client
        if not isinstance(value, str):
            break
        value = _read(value.strip())
    text = json_text(value) if isinstance(value, dict) else None
    return text if text is not None and arguments_fault(text) is None else "{}"


def _read(text: str) -> Any:
    for attempt in (parse_json, _lenient, _first_object, _python, _completed):
        value = attempt(text)
        if value is not BROKEN and value is not None:
            return value
    return None


def _lenient(text: str) -> Any:
    """Raw control characters inside texts, and NaN, which becomes null."""
    try:
        return json.loads(text, strict=False, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return BROKEN


def _first_object(text: str) -> Any:
    """An object with something after it, such as a second one; empty ones before the last do not count."""
    decoder = json.JSONDecoder(strict=False)
    found: Any = BROKEN
    position = text.find("{")
    for _ in range(8):
        if position < 0 or (found is not BROKEN and found):
            break
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            break
        found = value if isinstance(value, dict) else found
        position = text.find("{", end)
    return found


def _python(text: str) -> Any:
    """Python notation, as some self-hosted servers write it: ``{'a': True}``."""
    if len(text) > _LONGEST_LITERAL or not text.startswith("{"):
        return BROKEN
    try:
        with warnings.catch_warnings():
            # Python warns of escapes it does not know, such as "\d"; the text is not the user's.
            warnings.simplefilter("ignore")
            value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return BROKEN
    return value if isinstance(value, dict) else BROKEN


def _completed(text: str) -> Any:
    """An object that was cut off: its open text and brackets closed, else what came before its last comma."""
    if not text.startswith("{"):
        return BROKEN
    for candidate in (text, text[: max(text.rfind(","), 1)]):
        value = _lenient(_closed(candidate))
        if isinstance(value, dict):
            return value
    return BROKEN


_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*("|\\?\Z)|[\[\]{}]', re.DOTALL)


def _closed(text: str) -> str:
    """The text with whatever is open in it closed."""
    open_brackets: list[str] = []
    open_text = False
    for found in _STRUCTURE.finditer(text):
        mark = found[0]
        if mark.startswith('"'):
            open_text = found[1] != '"'
        elif mark in "[{":
            open_brackets.append("]" if mark == "[" else "}")
        elif open_brackets:
            open_brackets.pop()
    if open_text:
        # A backslash or \uXXXX cut in the middle would swallow the quote.
        text = re.sub(r"\\(?:u[0-9a-fA-F]{0,3})?\Z", "", text) + '"'
    else:
        whole = text.rstrip(",: \t\r\n")
        text = whole + (":null" if ":" in text[len(whole) :] else "")
    return text + "".join(reversed(open_brackets))
