"""Arguments that fail their schema: read once more as it asks, and no further."""

from __future__ import annotations

import asyncio
import enum
import json
from typing import Annotated, Any, Literal, NamedTuple, Optional, Union

import pydantic
import pytest

from minimax_nb.errors import ToolArgumentsError
from minimax_nb.tools.second_reading import read_by_schema
from minimax_nb.tools.tool import Tool

from ..support.typed_tools import Point, Stop


class Leg(pydantic.BaseModel):
    stops: list[Stop] = []
    via: Optional[Point] = None  # noqa: UP045
    note: str = ""


class Node(pydantic.BaseModel):
    value: int
    children: list[Node] = []


class Cat(pydantic.BaseModel):
    kind: Literal["cat"]
    lives: list[int]


class Dog(pydantic.BaseModel):
    kind: Literal["dog"]
    lives: str


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Pair(NamedTuple):
    name: str
    sizes: list[int]


class Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(strict=True)
    count: int
    share: float
    on: bool
    name: str


Pet = Annotated[Union[Cat, Dog], pydantic.Field(discriminator="kind")]  # noqa: UP007
STOPS = [{"town": "Ulm", "nights": 2}]
WRAPPED = {"item": {"town": "Ulm", "nights": 2}}
READ: list[tuple[Any, Any, Any]] = [
    # JSON text where an object, array, number or boolean is wanted.
    (list[str], '["a", "5"]', ["a", "5"]),
    (list[int], "[1, 2]", [1, 2]),
    (list[int], " \n[1, 2] ", [1, 2]),
    (list[str], "['a', 'b']", ["a", "b"]),
    (list[str], json.dumps(json.dumps(["a"])), ["a"]),
    (dict[str, Any], '{"a": {"b": "[1]"}}', {"a": {"b": "[1]"}}),
    (dict[str, int], "{'a': 1}", {"a": 1}),
    (dict[str, list[int]], {"a": "[1]", "b": [2]}, {"a": [1], "b": [2]}),
    (dict[str, str], '```json\n{"a": "1"}\n```', {"a": "1"}),
    (Point, '{"x": 1}', Point(1.0)),
    (Point | None, '{"x": 1, "y": "2"}', Point(1.0, 2.0)),
    (Optional[list[int]], "null", None),  # noqa: UP045
    (list[int] | None, "None", None),
    (int | list[int], "[1, 2]", [1, 2]),
    (Literal["all"] | list[str], '["a"]', ["a"]),
    (Level, "2", Level.HIGH),
    (Literal[1, 2], "2", 2),
    (Literal[True], "true", True),
    (Strict, {"count": "5", "share": "0.5", "on": "true", "name": "5"}, Strict(count=5, share=0.5, on=True, name="5")),
    (Strict, '{"count": "5", "share": 1, "on": false, "name": "5"}', Strict(count=5, share=1, on=False, name="5")),
    (tuple[int, list[str]], '[1, "[\'a\']"]', (1, ["a"])),
    (set[int], "[1, 1]", {1}),
    (Pair, ["a", "[1]"], Pair("a", [1])),
    # At any depth.
    (list[list[int]], ["[1]", [2]], [[1], [2]]),
    (list[Stop], ['{"town": "Ulm", "nights": 2}'], STOPS),
    (Leg, {"stops": json.dumps(STOPS), "note": "[]"}, Leg(stops=STOPS, note="[]")),
    (Leg, json.dumps({"stops": json.dumps([json.dumps(STOPS[0])])}), Leg(stops=STOPS)),
    (Leg, {"via": '{"x": 1}', "note": "true"}, Leg(via=Point(1.0), note="true")),
    (dict[str, Leg], {"a": {"stops": "[]", "via": "null"}}, {"a": Leg()}),
    (Node, '{"value": 1, "children": "[{\\"value\\": 2}]"}', Node(value=1, children=[Node(value=2)])),
    (list[Node], [{"value": 1, "children": [{"value": 2, "children": "[]"}]}],
     [Node(value=1, children=[Node(value=2)])]),
    (Pet, '{"kind": "cat", "lives": "[9]"}', Cat(kind="cat", lives=[9])),
    (list[Pet], [{"kind": "dog", "lives": "[9]"}, {"kind": "cat", "lives": "[9]"}],
     [Dog(kind="dog", lives="[9]"), Cat(kind="cat", lives=[9])]),
    # Wrappers where an array is wanted.
    (list[str], {"item": ["a", "b"]}, ["a", "b"]),
    (list[str], {"item": "a"}, ["a"]),
    (list[str], {"items": ["a"]}, ["a"]),
    (list[str], '{"item": ["a"]}', ["a"]),
    (list[int] | None, {"item": 1}, [1]),
    (list[Stop], WRAPPED, STOPS),
    (list[list[int]], {"item": [{"item": [1, 2]}, {"item": 3}]}, [[1, 2], [3]]),
    (list[list[int]], {"item": {"item": 1}}, [[1]]),
    (Leg, {"stops": WRAPPED}, Leg(stops=STOPS)),
    (Node, {"value": 1, "children": {"item": {"value": 2, "children": {"item": {"value": 3}}}}},
     Node(value=1, children=[Node(value=2, children=[Node(value=3)])])),
    (list[str] | Point, {"item": "a"}, ["a"]),
    (set[str], {"item": ["a", "a"]}, {"a"}),
]  # fmt: skip


def tool_of(annotation: Any) -> Tool:
    def take(value: Any, other: str = "") -> Any:
        return value

    take.__annotations__["value"] = annotation
    return Tool.of(take)


@pytest.mark.parametrize(("annotation", "sent", "got"), READ)
def test_what_the_schema_asks_for_is_read(annotation: Any, sent: Any, got: Any) -> None:
    tool = tool_of(annotation)
    for arguments in (
        {"value": sent},
        json.dumps({"value": sent}),
        repr({"value": sent}),
        {"value": sent, "other": "5"},
    ):
        result = tool.call(arguments)
        assert result == got
        assert type(result) is type(got)


def test_an_async_function_gets_the_same() -> None:
    async def take(stops: list[Stop]) -> Any:
        return stops

    assert asyncio.run(Tool.of(take).acall({"stops": json.dumps(STOPS)})) == STOPS
    assert Tool.of(take).call({"stops": WRAPPED}) == STOPS


KEPT = ["5", "true", "null", "[1]", '{"a": 1}', '"x"', "None", '{"item": "a"}', ""]


@pytest.mark.parametrize("text", KEPT)
@pytest.mark.parametrize("annotation", [str, str | None, str | int | list[int], Any, dict[str, str]])
def test_a_text_where_text_is_allowed_stays_one(annotation: Any, text: str) -> None:
    sent: Any = {"a": text} if annotation == dict[str, str] else text

    def take(value: Any, numbers: list[int], deep: Leg) -> Any:
        return value, numbers, deep.note

    take.__annotations__["value"] = annotation
    # The other arguments fail, so that all of them are read once more.
    got = Tool.of(take).call({"value": sent, "numbers": "[1]", "deep": {"note": text, "stops": "[]"}})
    assert got == (sent, [1], text)


@pytest.mark.parametrize("value", [{"item": ["a"]}, {"item": 1}, {"items": {}}])
@pytest.mark.parametrize("annotation", [dict[str, Any], Any, dict[str, Any] | list[str]])
def test_an_object_where_one_is_allowed_stays_one(annotation: Any, value: Any) -> None:
    def take(value: Any, numbers: list[int]) -> Any:
        return value

    take.__annotations__["value"] = annotation
    assert Tool.of(take).call({"value": value, "numbers": "[1]"}) == value


@pytest.mark.parametrize(
    ("annotation", "sent", "said"),
    [
        (list[str], "a, b", "argument 'value': should be a valid array, got 'a, b'"),
        (list[str], '["a"', "argument 'value': should be a valid array"),
        (list[str], '{"a": 1}', "argument 'value': should be a valid array"),
        (list[str], {"item": "a", "more": 1}, "argument 'value': should be a valid array"),
        (list[str], {"element": "a"}, "argument 'value': should be a valid array"),
        (list[int], '["a"]', "argument 'value.0': should be a valid integer"),
        (list[int], {"item": ["a"]}, "argument 'value.0': should be a valid integer"),
        (list[str], [["a"]], "argument 'value.0': should be a valid string"),
        (Point, '{"y": 1}', "argument 'value.x' is missing"),
        (Point, "[1]", "argument 'value': should be an object"),
        (Point, '{"x": "far"}', "argument 'value.x': should be a valid number"),
        (int, "[5]", "argument 'value': should be a valid integer"),
        (int, '{"item": 5}', "argument 'value': should be a valid integer"),
        (int, {"item": 5}, "argument 'value': should be a valid integer"),
        (bool, "[true]", "argument 'value': should be a valid boolean"),
        (Strict, {"count": 5.5, "share": 1, "on": 1, "name": 5}, "argument 'value.count'"),
        (str, {"item": "a"}, "argument 'value': should be a valid string"),
        (str, ["a"], "argument 'value': should be a valid string"),
    ],
)  # fmt: skip
def test_what_still_does_not_fit_is_told(annotation: Any, sent: Any, said: str) -> None:
    with pytest.raises(ToolArgumentsError) as caught:
        tool_of(annotation).call({"value": sent})
    assert said in str(caught.value)


def test_values_that_fit_are_not_read_twice() -> None:
    seen: list[Any] = []

    class Noted(pydantic.BaseModel):
        value: str

        @pydantic.field_validator("value")
        @classmethod
        def note(cls, value: str) -> str:
            seen.append(value)
            return value

    tool = tool_of(Noted)
    tool.call({"value": {"value": "[1]"}})
    assert seen == ["[1]"]
    tool.call({"value": '{"value": "[1]"}'})
    assert seen == ["[1]", "[1]"]


def test_schemas_may_be_of_any_make() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"$ref": "#/definitions/numbers"},
            "b": {"type": ["array", "null"], "items": {"type": ["integer", "boolean"]}},
            "c": {"allOf": [{"$ref": "#/definitions/numbers"}], "description": "numbers"},
            "d": {"$ref": "#/definitions/nowhere"},
            "e": {"$ref": "#/definitions/round"},
            "f": True,
            "g": {"enum": ["1", 2]},
            "h": {"const": 3},
        },
        "patternProperties": {"^x": {"type": "boolean"}},
        "additionalProperties": {"type": "integer"},
        "definitions": {"numbers": {"items": {"type": "number"}}, "round": {"$ref": "#/definitions/round"}},
    }
    sent = {
        "a": "[1]",
        "b": '["true", "1", 2]',
        "c": '{"item": "0.5"}',
        "d": "[1]",
        "e": "[1]",
        "f": "[1]",
        "g": "2",
        "h": "3",
        "x1": "true",
        "y": "7",
        "z": "true",
    }
    assert read_by_schema(sent, schema) == {
        "a": [1],
        "b": [True, 1, 2],
        "c": [0.5],
        "d": "[1]",
        "e": "[1]",
        "f": "[1]",
        "g": 2,
        "h": 3,
        "x1": True,
        "y": 7,
        "z": "true",
    }
    assert read_by_schema({"g": "1"}, schema) == {"g": "1"}


def test_values_of_any_depth_are_read_or_left() -> None:
    deep: Any = "[]"
    for _ in range(5_000):
        deep = {"value": 1, "children": [deep]}
    assert read_by_schema(deep, tool_of(Node).schema["function"]["parameters"])
