"""The arguments of a call, read: an object as JSON, the same in another notation, or what is left of one.

A model writes an object; models, parsers and gateways make a text in a text of it, Python's notation, a fenced block.
All that can be read without loss counts as the object itself. What was cut off can be read in part, and is told apart:
a call with half its arguments must not run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from minimax_nb.message.calls import BROKEN, arguments_fault, json_text

from .notation import COMMENT, Notation, read_value

_MOST_LAYERS = 3  # a text that was encoded more often than that is no accident of a client
_MOST_OBJECTS = 8

# What models and servers write around an object: fences, tags, tokens, comments. It says nothing of the arguments.
_AROUND = rf"`++[\w+-]*+|</?[\w:./-]++>|<\|[^<>]*+>|\]<\]minimax\[>\[|\s++|\ufeff|{COMMENT}"
_BEFORE = re.compile(rf"(?>{_AROUND})*+")
_AFTER = re.compile(rf"(?>{_AROUND}|[\]}}),;])*+")


class ReadArguments(NamedTuple):
    """Arguments as they were read.

    Attributes:
        value: the object; of a partial one what can be read, {} where that is nothing.
        state: "whole": an object, nothing of it lost and nothing made up; "blank": there are none, or null;
            "partial": broken or cut off; "other": a value that is no object.
    """

    value: dict[str, Any]
    state: Literal["whole", "blank", "partial", "other"]


def read_arguments(arguments: Any) -> ReadArguments:
    """Read the arguments of a call, in whatever notation they came.

    Args:
        arguments: what the call holds, of any type.
    """
    value, whole = arguments, True
    for layer in range(_MOST_LAYERS + 1):
        if not isinstance(value, str):
            break
        text = value.strip().strip("\ufeff").strip()
        if not text:
            value = None
            break
        value, complete = _read(text)
        if value is BROKEN:
            return ReadArguments({}, "other" if layer and whole else "partial")
        whole = whole and complete
    if isinstance(value, Mapping):
        holds = arguments_fault(arguments) is None or json_text(value) is not None
        return ReadArguments(dict(value) if holds else {}, "whole" if whole and holds else "partial")
    if not whole:
        return ReadArguments({}, "partial")
    return ReadArguments({}, "blank" if value is None or value == [] else "other")


def fixed_arguments(arguments: Any) -> str:
    """A JSON object, as text, in place of broken arguments; good ones come back as they are.

    What can be read of them is written anew, at least ``{}``.

    Args:
        arguments: what the call holds, of any type.
    """
    if arguments_fault(arguments) is None:
        return str(arguments)
    return json_text(read_arguments(arguments).value) or "{}"


def _read(text: str) -> tuple[Any, bool]:
    """The value of a text, and whether it was read without loss; ``BROKEN`` where nothing can be read."""
    value = read_value(text)
    if value is not BROKEN:
        return value, True
    if text[0] in "\"'":  # half of a text in a text
        half = Notation(text)
        return (half.part() if half.end == len(text) else BROKEN), False
    return _read_objects(text)


def _read_objects(text: str) -> tuple[Any, bool]:
    """The object in a text that holds something else beside it, such as a fence, an empty object or the same again."""
    found: Any = BROKEN
    whole = True
    start, end = text.find("{", _end(_BEFORE, text, 0)), 0
    if start < 0:  # in a comment, if anywhere
        start, whole = text.find("{"), False
    for _ in range(_MOST_OBJECTS):
        if start < 0:
            break
        around = _AFTER if end else _BEFORE
        notation = Notation(text, start)
        value = notation.value()
        whole = whole and value is not BROKEN and around.fullmatch(text, end, start) is not None
        value = notation.part() if value is BROKEN else value
        if isinstance(value, dict):
            whole = whole and (found is BROKEN or not found or not value or value == found)
            found = found if found is not BROKEN and found else value
        end = notation.end
        start = text.find("{", _end(_AFTER, text, end))
    return found, whole and start < 0 and _AFTER.fullmatch(text, end) is not None


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Where a pattern that may match nothing stops."""
    found = pattern.match(text, start)
    return found.end() if found else start
