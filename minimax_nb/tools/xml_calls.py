"""Tool calls that a self-hosted server left in the text, as the model wrote them.

M2's grammar (MiniMax's tool calling guide)::

    <minimax:tool_call>
    <invoke name="search">
    <parameter name="query">rain</parameter>
    </invoke>
    </minimax:tool_call>

M3 writes ``]<]minimax[>[`` before every tag and names the parameters by their tags, see ``toolxml_m3``.

A value may hold tags itself, such as HTML or this very grammar. So a closing tag counts only where the grammar
can go on from it: ``</parameter>`` before another parameter or ``</invoke>``, ``</invoke>`` before another one or the
end of the block. The time it takes grows with the length of the text and no faster.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from minimax_nb.message.calls import json_text
from minimax_nb.message.reply import ToolCall

from .xml_m3 import BLOCK_START as M3_START
from .xml_m3 import read_block as read_m3_block
from .xml_values import parameter_schemas, typed

if TYPE_CHECKING:
    from collections.abc import Mapping

_START, _END = "<minimax:tool_call>", "</minimax:tool_call>"
_NAME = r"""\s+name\s*=\s*("[^"<>\n]{1,256}"|'[^'<>\n]{1,256}'|[^\s"'<>]{1,256})\s*>"""
_BLOCK = rf"{re.escape(_START)}(?=\s*(?:<invoke\s|{re.escape(_END)}|<?i?n?v?o?k?e?\Z))"
_INVOKE = re.compile(rf"<invoke{_NAME}|{re.escape(_END)}")
_PARAMETER = re.compile(rf"\s*<parameter{_NAME}")
_INVOKE_END = rf"</invoke>(?=\s*(?:<invoke\s|{re.escape(_END)}|\Z))"
_CLOSE_INVOKE = re.compile(r"\s*</invoke>")
# The tags a value may hold, and those that may end it.
_INSIDE = re.compile(
    rf"(?P<opens><(?:parameter|invoke)\s+name)|(?P<ends></parameter>(?=\s*(?:<parameter\s+name|{_INVOKE_END}))"
    rf"|{_INVOKE_END})|</(?:parameter|invoke)>"
)
_MOST_INSIDE = 40
# Fenced code is an example, and so is a tag in a code span.
_LANDMARK = re.compile(
    rf"(?P<fence>^ {{0,3}}(?P<mark>`{{3,}}|~{{3,}})[^\n]*\n)|(?P<m2>{_BLOCK})|(?P<m3>{re.escape(M3_START)})",
    re.MULTILINE,
)
_LONGEST_FENCE = 16


class ParsedText(NamedTuple):
    """A text taken apart.

    Attributes:
        content: the text without the calls.
        tool_calls: the calls, in order.
    """

    content: str
    tool_calls: tuple[ToolCall, ...]


def parse_tool_calls(text: str, tools: Any = None, *, seed: str = "") -> ParsedText:
    """Take the tool calls out of a text that holds them as XML.

    Values are typed by the schema of the tool: text as it is, numbers, booleans, objects and arrays as JSON, null where
    the schema allows it. Without a schema, or where a value does not fit, it stays text. Calls inside a ``<think>``
    block count; those in fenced code or a code span do not. A block that was cut off leaves its complete calls, and no
    tags.

    Args:
        text: the content of a message.
        tools: the request's tools: functions, OpenAI tool dicts, or tools with a ``schema``, in a list or a single one.
        seed: what makes this reply unique, such as its id. The calls' ids are made of it and the text, so without it
            two replies with the same text have calls with the same ids.

    Returns:
        The rest of the text, and the calls.

    Raises:
        TypeError: ``tools`` is no list of tools, nor one.
        ToolError: one of them is no tool, or a function that cannot be offered to a model.
    """
    schemas = parameter_schemas(tools)
    kept: list[str] = []
    calls: list[tuple[str, dict[str, Any]]] = []
    position = searched = 0
    fences = _Fences(text)
    while found := _LANDMARK.search(text, searched):
        if found["fence"]:
            searched = fences.end(found)
        elif found.start() and text[found.start() - 1] == "`":
            searched = found.end()
        else:
            kept.append(text[position : found.start()])
            if found["m3"]:
                read, position = read_m3_block(text, found.end(), schemas)
            else:
                read, position = _read_block(text, found.end(), schemas)
            calls += read
            searched = position
    kept.append(_without_cut_start(text[position:]))
    salt = hashlib.sha256(f"{seed}\0{text}".encode("utf-8", "replace")).hexdigest()[:12] if calls else ""
    return ParsedText(
        "".join(kept),
        tuple(
            ToolCall(f"call_{salt}_{number}", name, json_text(arguments) or "{}")
            for number, (name, arguments) in enumerate(calls, 1)
        ),
    )


def _read_block(text: str, position: int, schemas: Mapping[str, Any]) -> tuple[list[tuple[str, dict[str, Any]]], int]:
    """The complete calls of the block that starts here, and where it ends: at the end of the text if nowhere else."""
    calls: list[tuple[str, dict[str, Any]]] = []
    while opening := _INVOKE.search(text, position):
        if opening[1] is None:
            return calls, opening.end()
        name = opening[1].strip("\"'")
        arguments, position, whole = _read_parameters(text, opening.end(), schemas.get(name, {}))
        if not whole:
            return calls, len(text)
        calls.append((name, arguments))
    return calls, len(text)


def _read_parameters(text: str, position: int, schema: Mapping[str, Any]) -> tuple[dict[str, Any], int, bool]:
    """The parameters of the call that starts here, where it ends, and whether it is complete."""
    arguments: dict[str, Any] = {}
    while True:
        closing = _CLOSE_INVOKE.match(text, position)
        if closing:
            return arguments, closing.end(), True
        opening = _PARAMETER.match(text, position)
        if not opening:
            return arguments, position, False
        end = _value_end(text, opening.end())
        if not end:
            return arguments, position, False
        name = opening[1].strip("\"'")
        arguments[name] = typed(_trimmed(text[opening.end() : end.start()]), schema.get(name))
        # A value may lack its own closing tag; that of the call is still to be read then.
        position = end.start() if end[0] == "</invoke>" else end.end()


def _value_end(text: str, position: int) -> re.Match[str] | None:
    """The tag that ends the value which starts here, or None if it was cut off.

    The first tag that the grammar can go on from and that leaves no tag of the value open, so that a call quoted in a
    value is skipped as a whole; where no reading is even, the first that the grammar can go on from.
    """
    first: re.Match[str] | None = None
    depth = {"parameter": 0, "invoke": 0}
    quoted = False
    for number, tag in enumerate(_INSIDE.finditer(text, position)):
        kind = "parameter" if "parameter" in tag[0] else "invoke"
        first = first or (tag if tag["ends"] else None)
        if tag["opens"]:
            depth[kind] += 1
            quoted = True
        elif depth[kind]:
            depth[kind] -= 1
        elif tag["ends"]:
            return tag if kind == "parameter" or not quoted else first
        if number >= _MOST_INSIDE and first:
            break
    return first


def _trimmed(value: str) -> str:
    """Without the one line break on either side that sets a value apart from its tags."""
    return value.removeprefix("\n").removesuffix("\n")


def _without_cut_start(text: str) -> str:
    """Without the beginning of a block's tag at the very end: the reply was cut there."""
    at = max(text.rfind("<minimax"), text.rfind("]<]"))
    rest = text[at:] if at >= 0 else ""
    return text[:at] if rest and (_START.startswith(rest) or M3_START.startswith(rest)) else text


class _Fences:
    """Where fenced code ends; a fence that is never closed is none, as a call may follow it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._limit = -1  # the end of the thinking: no fence reaches beyond it
        self._never_closed: dict[str, int] = {}  # the shortest fence, by its character, with no closing one before that

    def end(self, opening: re.Match[str]) -> int:
        """The position to go on from after an opening fence."""
        if self._limit < opening.end():
            found = self._text.find("</think>", opening.end())
            self._limit = found if found >= 0 else len(self._text)
            self._never_closed.clear()
        mark = opening["mark"][0]
        length = min(len(opening["mark"]), _LONGEST_FENCE)
        if length >= self._never_closed.get(mark, _LONGEST_FENCE + 1):
            return opening.end()
        bare = re.compile(rf"^ {{0,3}}{mark}{{{length},}}[ \t]*$", re.MULTILINE)
        closing = bare.search(self._text, opening.end(), self._limit)
        if closing:
            return closing.end()
        self._never_closed[mark] = length
        return opening.end()
