"""Tools: functions offered by schema, called with what a model writes."""

from __future__ import annotations

import asyncio
import contextvars
import dataclasses
import enum
import functools
import json
import sys
import threading
import typing
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional

import pydantic
import pytest
from typing_extensions import TypedDict

from minimax_nb.errors import ToolArgumentsError, ToolError
from minimax_nb.tools.tool import Tool, toolbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Unit(enum.Enum):
    CELSIUS = "celsius"
    FAHRENHEIT = "fahrenheit"


@dataclasses.dataclass
class Point:
    x: float
    y: float = 0.0


class Stop(TypedDict):
    town: str
    nights: int


class Trip(pydantic.BaseModel):
    start: Point
    stops: list[Stop] = []


class Node(pydantic.BaseModel):
    value: int
    next: Optional[Node] = None  # noqa: UP045


def get_weather(location: str, unit: Literal["celsius", "fahrenheit"] = "celsius") -> str:
    """Get the weather of a place.

    It knows today only.

    Args:
        location: the city and country,
            such as Oslo, NO
        unit (str, optional): the unit of temperature

    Returns:
        A sentence.
    """
    return f"{location} {unit}"


def properties(function: Any) -> dict[str, Any]:
    found = Tool.of(function).schema["function"]["parameters"]["properties"]
    assert isinstance(found, dict)
    return found


def test_a_function_becomes_an_openai_tool() -> None:
    assert Tool.of(get_weather).schema == {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Get the weather of a place.\n\nIt knows today only.",
            "parameters": {
                "type": "object",
                "properties": {
                    "location": {"type": "string", "description": "the city and country, such as Oslo, NO"},
                    "unit": {
                        "type": "string",
                        "enum": ["celsius", "fahrenheit"],
                        "default": "celsius",
                        "description": "the unit of temperature",
                    },
                },
                "required": ["location"],
            },
        },
    }


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


@pytest.mark.parametrize(
    ("annotation", "sent", "got"),
    [
        (int, "5", 5),
        (int, 5.0, 5),
        (float, "2.5", 2.5),
        (bool, "true", True),
        (str, 94110, "94110"),
    ],
)
def test_what_models_nearly_get_right_is_taken(annotation: Any, sent: Any, got: Any) -> None:
    def tool(value: Any) -> Any:
        return value

    tool.__annotations__["value"] = annotation
    result = Tool.of(tool).call(json.dumps({"value": sent}))
    assert result == got
    assert type(result) is type(got)


def test_arguments_may_have_names_that_pydantic_keeps_for_itself() -> None:
    def tool(schema: str, model_config: int, _hidden: str = "h", json: str = "j", copy: str = "c") -> str:
        return f"{schema} {model_config} {_hidden} {json} {copy}"

    assert list(properties(tool)) == ["schema", "model_config", "_hidden", "json", "copy"]
    assert Tool.of(tool).call('{"schema": "s", "model_config": 1, "_hidden": "x", "copy": "y"}') == "s 1 x j y"


def test_methods_partials_and_objects_are_taken() -> None:
    class Shop:
        """Looks things up in the shop."""

        def price(self, item: str) -> str:
            """The price of an item."""
            return f"price of {item}"

        def __call__(self, item: str) -> str:
            """Call it.

            Args:
                item: what to look up
            """
            return f"shop has {item}"

        @classmethod
        def kind(cls) -> str:
            return cls.__name__

        @staticmethod
        def half(x: float) -> float:
            return x / 2

    shop = Shop()
    assert Tool.of(shop.price).call('{"item": "tea"}') == "price of tea"
    assert Tool.of(shop.kind).call() == "Shop"
    assert Tool.of(Shop.half).call({"x": 4}) == 2
    assert Tool.of(shop).schema["function"] == {
        "name": "Shop",
        "description": "Looks things up in the shop.",
        "parameters": {
            "type": "object",
            "properties": {"item": {"type": "string", "description": "what to look up"}},
            "required": ["item"],
        },
    }
    assert Tool.of(shop).call('{"item": "tea"}') == "shop has tea"
    fixed = Tool.of(functools.partial(get_weather, unit="fahrenheit"))
    assert fixed.name == "get_weather"
    assert list(fixed.schema["function"]["parameters"]["properties"]) == ["location"]
    assert fixed.call('{"location": "Oslo"}') == "Oslo fahrenheit"


def test_a_default_that_json_cannot_hold_stays_the_functions_own() -> None:
    marker = object()

    def tool(a: int = 1, b: Any = marker) -> bool:
        return b is marker

    assert Tool.of(tool).call("{}") is True
    assert "default" not in properties(tool)["b"]


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


def test_a_broken_return_annotation_does_no_harm() -> None:
    def tool(a: int) -> NoSuchType:  # type: ignore[name-defined]  # noqa: F821
        return a

    assert Tool.of(tool).call('{"a": 1}') == 1


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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('{"location": 5', "get_weather: the arguments are not JSON"),
        ('{"location": NaN}', "get_weather: the arguments are not JSON (JSON has no NaN), got"),
        (
            '"{\\"location\\": 5"',
            "get_weather: the arguments are not JSON (they are a text, and what stands in it is none)",
        ),
        ('{"location": "a"}{"location": "b"}', "get_weather: the arguments are not JSON (Extra data"),
        ("[1]", "get_weather: expected the arguments as one JSON object, got '[1]'"),
        ("null", "get_weather: expected the arguments as one JSON object, got 'null'"),
        ('"{}"', "get_weather: argument 'location' is missing (string expected)"),
        ('"Oslo"', "get_weather: expected the arguments as one JSON object, got '\"Oslo\"'"),
        ("{}", "get_weather: argument 'location' is missing (string expected)"),
        (
            '{"location": "Oslo", "unit": "kelvin"}',
            "get_weather: argument 'unit': should be 'celsius' or 'fahrenheit', got 'kelvin'",
        ),
        ('{"location": "Oslo", "day": 1}', "get_weather: there is no argument 'day' (there are: location, unit)"),
        ('{"location": [1]}', "get_weather: argument 'location': should be a valid string, got '[1]'"),
        ("[" * 100_000, "get_weather: the arguments are not JSON"),
    ],
)
def test_arguments_that_do_not_fit_are_told_to_the_model(arguments: str, message: str) -> None:
    with pytest.raises(ToolArgumentsError) as caught:
        Tool.of(get_weather).call(arguments)
    assert str(caught.value).startswith(message)
    assert len(str(caught.value)) < 400


def test_a_complaint_names_the_inner_place_and_stays_short() -> None:
    def tool(trip: Trip, numbers: list[int]) -> None:
        raise AssertionError

    with pytest.raises(ToolArgumentsError) as caught:
        Tool.of(tool).call({"trip": {"start": {"x": "far"}}, "numbers": ["n" * 1000] * 50})
    assert "argument 'trip.start.x': should be a valid number" in str(caught.value)
    assert "and 46 more" in str(caught.value)
    assert len(str(caught.value)) < 1_500


def test_what_the_function_raises_comes_through() -> None:
    def tool() -> None:
        raise LookupError("no such town")

    with pytest.raises(LookupError, match="no such town"):
        Tool.of(tool).call("{}")


async def twice(x: int) -> int:
    """Double it."""
    await asyncio.sleep(0)
    return 2 * x


def test_an_async_function_is_called_from_plain_code() -> None:
    assert Tool.of(twice).call('{"x": 4}') == 8
    assert Tool.of(twice).is_async
    assert Tool.of(functools.partial(twice, x=3)).call() == 6


def test_an_async_function_is_called_from_plain_code_inside_a_running_loop() -> None:
    async def cell() -> object:
        return Tool.of(twice).call('{"x": 4}')

    assert asyncio.run(cell()) == 8


def test_an_async_failure_inside_a_running_loop_comes_through() -> None:
    async def fail() -> None:
        raise LookupError("gone")

    async def cell() -> object:
        return Tool.of(fail).call()

    with pytest.raises(LookupError, match="gone"):
        asyncio.run(cell())


def test_acall_runs_async_tools_together_and_plain_ones_beside() -> None:
    seen = contextvars.ContextVar("seen", default="no")
    barrier = threading.Barrier(2, timeout=20)

    def meet(name: str) -> str:
        barrier.wait()
        return f"{name} {seen.get()}"

    async def main() -> list[Any]:
        seen.set("yes")
        tool = Tool.of(meet)
        return await asyncio.gather(
            tool.acall({"name": "a"}), tool.acall({"name": "b"}), Tool.of(twice).acall({"x": 1})
        )

    assert asyncio.run(main()) == ["a yes", "b yes", 2]


def test_two_tools_of_one_name_are_refused() -> None:
    box = toolbox([get_weather, twice])
    assert list(box) == ["get_weather", "twice"]
    assert toolbox(None) == toolbox([]) == {}
    with pytest.raises(ToolError, match="two tools are called 'twice'"):
        toolbox([twice, get_weather, Tool.of(twice)])
