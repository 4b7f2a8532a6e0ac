"""A list of tools with entries that are none."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from minimax_nb.tools.mcp.listing import tolerant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

GOOD = {"name": "good", "description": "Fine.", "inputSchema": {"type": "object"}}


def read(*results: Any) -> tuple[list[Any], list[str]]:
    """The results as they come through, and what is left out."""

    @asynccontextmanager
    async def transport() -> AsyncIterator[Any]:
        sending, receiving = anyio.create_memory_object_stream[Any](10)
        for one in results:
            await sending.send(SimpleNamespace(message=SimpleNamespace(result=one)))
        sending.close()
        yield receiving, None

    async def main() -> list[Any]:
        async with tolerant(transport(), left_out) as (incoming, _), incoming:
            return [item.message.result async for item in incoming]

    left_out: list[str] = []
    return asyncio.run(main()), left_out


def tools(*entries: Any) -> tuple[list[Any], list[str]]:
    """The entries of a list that are kept, and what is said of the others."""
    [result], left_out = read({"tools": list(entries)})
    return result["tools"], left_out


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "good",
        {},
        {"name": 3, "inputSchema": {"type": "object"}},
        {"name": "array", "inputSchema": {"type": "array"}},
        {"name": "none"},
        {"name": "text", "inputSchema": "object"},
        GOOD,
    ],
)
def test_a_bad_entry_goes_alone(bad: Any) -> None:
    kept, left_out = tools(GOOD, bad, {**GOOD, "name": "other"})
    assert [each["name"] for each in kept] == ["good", "other"]
    assert len(left_out) == 1


def test_a_schema_without_a_type_is_one_of_an_object() -> None:
    kept, left_out = tools({"name": "a", "inputSchema": {"properties": {"x": {}}}})
    assert kept == [{"name": "a", "inputSchema": {"type": "object", "properties": {"x": {}}}}]
    assert not left_out


def test_what_the_sdk_would_refuse_besides_is_gone() -> None:
    kept, _ = tools({**GOOD, "outputSchema": {"type": "object"}, "annotations": 3, "icons": "x", "title": None})
    assert kept == [GOOD]


def test_a_description_has_an_end() -> None:
    kept, _ = tools({**GOOD, "description": "x" * 1_000_000})
    assert len(kept[0]["description"]) < 11_000


def test_a_name_on_a_later_page_is_not_a_second_tool() -> None:
    pages, left_out = read({"tools": [GOOD], "nextCursor": "2"}, {"tools": [GOOD, {**GOOD, "name": "b"}]})
    assert [[each["name"] for each in page["tools"]] for page in pages] == [["good"], ["b"]]
    assert left_out == ["a second 'good'"]


@pytest.mark.parametrize("other", [{"content": []}, {"tools": 3}, None])
def test_other_messages_pass_as_they_are(other: Any) -> None:
    assert read(other) == ([other], [])
