"""MiniMax-M3's grammar of tool calls: a token before every tag, parameters named by their tags.

Written here with ¦ in place of the token ``]<]minimax[>[``::

    ¦<tool_call>¦<invoke name="plan">¦<city>Ulm¦</city>¦<stops>¦<item>Bonn¦</item>¦</stops>¦</invoke>¦</tool_call>

Tags inside a value are an object; repeated ones, or ``item``, an array. A tag without the token is text, so values may
hold any tags (the grammar as vLLM's parser tests show it, 2026).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .schema_types import resolved, types_of
from .xml_values import typed

TOKEN = "]<]minimax[>["  # noqa: S105 - the name of a tag, not a secret
BLOCK_START = f"{TOKEN}<tool_call>"
BLOCK_END = f"{TOKEN}</tool_call>"
_TAG = re.compile(r"<(/?)([^\s<>/]{1,256})(?:\s+name\s*=\s*[\"']?([^\"'<>\n]{1,256})[\"']?)?\s*>")
_DEEPEST = 32

Calls = list[tuple[str, dict[str, Any]]]


class _Element:
    """An element being read: its tag, its text, its children."""

    __slots__ = ("children", "tag", "text")

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.text: list[str] = []
        self.children: list[_Element] = []


def read_block(text: str, position: int, schemas: Mapping[str, Any]) -> tuple[Calls, int]:
    """The complete calls of a block, and where it ends; one without end reaches to the end of the text.

    Args:
        text: the whole text.
        position: directly after the block's opening tag.
        schemas: the schema of each parameter, by tool and name.
    """
    end = text.find(BLOCK_END, position)
    calls: Calls = []
    stack: list[_Element] = []
    name = ""
    for segment in text[position : end if end >= 0 else len(text)].split(TOKEN)[1:]:
        tag = _TAG.match(segment)
        if tag is None:
            if stack:
                stack[-1].text.append(segment)
            continue
        closes, word, attribute = bool(tag[1]), tag[2], tag[3]
        if word == "invoke" and not closes and not stack:
            name = (attribute or "").strip()
            stack = [_Element("invoke")]
        elif word == "invoke" and closes and stack:
            if name:
                calls.append((name, _arguments(stack[0], schemas.get(name, {}))))
            stack = []
        elif stack and not closes and len(stack) < _DEEPEST:
            element = _Element(word)
            element.text.append(segment[tag.end() :])
            stack[-1].children.append(element)
            stack.append(element)
        elif len(stack) > 1 and closes and any(element.tag == word for element in stack[1:]):
            while stack.pop().tag != word:
                pass
    return calls, end + len(BLOCK_END) if end >= 0 else len(text)


def _arguments(invoke: _Element, schemas: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, elements in _by_tag(invoke).items():
        schema = schemas.get(name)
        found[name] = _many(elements, schema, schema) if len(elements) > 1 else _value(elements[0], schema, schema)
    return found


def _value(element: _Element, schema: Any, root: Any) -> Any:
    schema = resolved(schema, root)
    if not element.children:
        text = "".join(element.text)
        rooted = _rooted(schema, root)
        if not text.strip() and types_of(rooted) == {"array"}:
            return []
        return typed(text.removeprefix("\n").removesuffix("\n"), rooted)
    groups = _by_tag(element)
    if list(groups) == ["item"]:
        return _many(groups["item"], schema, root)
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    inner = properties if isinstance(properties, Mapping) else {}
    return {
        name: _many(group, inner.get(name), root) if len(group) > 1 else _value(group[0], inner.get(name), root)
        for name, group in groups.items()
    }


def _many(elements: list[_Element], schema: Any, root: Any) -> list[Any]:
    schema = resolved(schema, root)
    items = schema.get("items") if isinstance(schema, Mapping) else None
    return [_value(element, items, root) for element in elements]


def _by_tag(element: _Element) -> dict[str, list[_Element]]:
    groups: dict[str, list[_Element]] = {}
    for child in element.children:
        groups.setdefault(child.tag, []).append(child)
    return groups


def _rooted(schema: Any, root: Any) -> Any:
    """The schema with the definitions of its document beside it."""
    if not isinstance(schema, Mapping) or not isinstance(root, Mapping):
        return schema
    return {**schema, **{key: root[key] for key in ("$defs", "definitions") if key in root}}
