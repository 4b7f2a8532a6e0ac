"""The schema of a tool, as a model is shown it."""

from __future__ import annotations

import json
import sys
import typing
from typing import TYPE_CHECKING, Annotated, Any, Optional

import pytest

from minimax_nb.errors import ToolError
from minimax_nb.tools.tool import Tool

from ..support.typed_tools import Node, Point, Stop, Trip, Unit, get_weather, properties

if TYPE_CHECKING:
    import threading
    from collections.abc import AsyncIterator


def test_a_tool_without_arguments_still_has_an_object_schema() -> None:
    def now() -> str:
        return "noon"

    assert Tool.of(now).schema["function"] == {"name": "now", "parameters": {"type": "object", "properties": {}}}
    assert Tool.of(now).call("") == Tool.of(now).call("{}") == "noon"


def test_every_type_in_use_has_a_schema_and_arrives_converted() -> None:
    def tool(
        unit: Unit,
        maybe: Optional[int],  # noqa: UP045
        either: int | None,
        words: list[str],
        table: dict[str, float],
        point: Point,
        trip: Trip,
        stop: Stop,
        chain: Node,
        anything,  # type: ignore[no-untyped-def]
        guessed=3,
        told: Annotated[bool, "whether to tell"] = False,
    ):
        return locals()

    shown = properties(tool)
    assert shown["unit"] == {"enum": ["celsius", "fahrenheit"], "type": "string"}
    assert shown["words"] == {"type": "array", "items": {"type": "string"}}
    assert shown["point"]["properties"]["x"] == {"type": "number"}
    assert shown["trip"]["properties"]["stops"]["items"]["properties"]["nights"] == {"type": "integer"}
    assert shown["guessed"] == {"type": "integer", "default": 3}
    assert shown["told"]["description"] == "whether to tell"
    assert "$ref" in json.dumps(shown["chain"])
    assert "Node" in Tool.of(tool).schema["function"]["parameters"]["$defs"]

    got = Tool.of(tool).call(
        json.dumps(
            {
                "unit": "fahrenheit",
                "maybe": None,
                "either": "5",
                "words": ["a"],
                "table": {"a": 1},
                "point": {"x": 1},
                "trip": {"start": {"x": 2}, "stops": [{"town": "Ulm", "nights": 2}]},
                "stop": {"town": "Bonn", "nights": "1"},
                "chain": {"value": 1, "next": {"value": 2}},
                "anything": [1],
            }
        )
    )
    assert got["unit"] is Unit.FAHRENHEIT
    assert (got["maybe"], got["either"], got["guessed"], got["told"]) == (None, 5, 3, False)
    assert got["point"] == Point(1.0)
    assert got["trip"] == Trip(start=Point(2.0), stops=[{"town": "Ulm", "nights": 2}])
    assert got["stop"] == {"town": "Bonn", "nights": 1}
    assert got["chain"].next.value == 2


OldStop = typing.TypedDict("OldStop", {"town": str})  # noqa: UP013


def old_typed_dict(stop: OldStop) -> None:
    pass


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="from Python 3.12 on pydantic takes typing.TypedDict")
def test_a_typed_dict_that_pydantic_refuses_says_which_one_to_use() -> None:
    with pytest.raises(ToolError, match=r"typing_extensions\.TypedDict"):
        Tool.of(old_typed_dict)


class Forbidden:
    def method(self, a: int) -> int:
        return a


def positional(a: int, /) -> int:
    return a


def starred(*items: int) -> int:
    return len(items)


def double_starred(**items: int) -> int:
    return len(items)


def unknown_type(a: NoSuchType) -> None:  # type: ignore[name-defined]  # noqa: F821
    pass


def strange_type(a: threading.Event) -> None:
    pass


def 天气(a: int) -> None:  # noqa: N802, PLC2401
    pass


async def ticking() -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (lambda a: a, "lambda"),
        (positional, "positional-only"),
        (starred, "any number"),
        (double_starred, "any names"),
        (unknown_type, "NoSuchType"),
        (strange_type, "Event"),
        (天气, "rename"),
        (ticking, "async generator"),
        (Forbidden.method, "instance"),
        (Forbidden, "class Forbidden"),
        (max, "max"),
        (dict, "class dict"),
        (17, "expected a function"),
        ("get_weather", "expected a function"),
        (None, "expected a function"),
        ({}, "expected"),
        ({"type": "function"}, "expected"),
        ({"type": "function", "function": {}}, "name"),
        ({"type": "function", "function": {"name": "a b"}}, "'a b'"),
        ({"type": "function", "function": {"name": "a", "parameters": "none"}}, "JSON schema"),
        ({"type": "function", "function": {"name": "a", "parameters": {"type": "array"}}}, "'array'"),
    ],
)
def test_what_cannot_be_offered_fails_when_the_tool_is_made(source: Any, words: str) -> None:
    with pytest.raises(ToolError) as caught:
        Tool.of(source)
    assert words in str(caught.value)


@pytest.mark.parametrize("missing", [{}, {"parameters": None}, {"parameters": {}}, {"parameters": {"type": "object"}}])
def test_a_tool_dict_is_taken_and_its_parameters_filled_in(missing: dict[str, Any]) -> None:
    source = {"type": "function", "function": {"name": "ping", "description": "Ping.", **missing}}
    tool = Tool.of(source)
    assert tool.schema["function"] == {
        "name": "ping",
        "description": "Ping.",
        "parameters": {"type": "object", "properties": {}},
    }
    with pytest.raises(ToolError, match="run the call yourself"):
        tool.call("{}")


def test_the_schema_is_the_callers_own_copy() -> None:
    tool = Tool.of(get_weather)
    tool.schema["function"]["parameters"]["properties"].clear()
    assert "location" in tool.schema["function"]["parameters"]["properties"]
