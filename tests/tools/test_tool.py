"""Tools: functions offered by schema, called with what a model writes."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import json
import threading
from typing import Any

import pytest

from minimax_nb.errors import ToolArgumentsError, ToolError
from minimax_nb.tools.tool import Tool
from minimax_nb.tools.toolbox import toolbox

from ..support.typed_tools import Trip, get_weather, properties


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


def test_a_broken_return_annotation_does_no_harm() -> None:
    def tool(a: int) -> NoSuchType:  # type: ignore[name-defined]  # noqa: F821
        return a

    assert Tool.of(tool).call('{"a": 1}') == 1


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
