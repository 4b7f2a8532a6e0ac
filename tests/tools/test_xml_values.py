"""Values between tags, typed by the schema."""

from __future__ import annotations

from typing import Any

import pytest

from minimax_nb.tools.tool import Tool
from minimax_nb.tools.xml_calls import parse_tool_calls

from ..support.xml_calls import block, invoke, tools_of


def read(text: str, schemas: dict[str, Any] | None = None) -> list[tuple[str, dict[str, Any]]]:
    return [(call.name, call.parsed) for call in parse_tool_calls(text, tools_of(schemas or {})).tool_calls]


TYPES: list[tuple[Any, str, Any]] = [
    ({"type": "string"}, "5", "5"),
    ({"type": "string"}, "null", "null"),
    ({"type": "string"}, " a ", " a "),
    ({"type": "string"}, "\n\na\n", "\na"),
    ({"type": "integer"}, "5", 5),
    ({"type": "integer"}, " 5.0\n", 5),
    ({"type": "integer"}, "5.5", "5.5"),
    ({"type": "integer"}, "null", "null"),
    ({"type": "integer"}, "1_000", "1_000"),
    ({"type": "integer"}, "9" * 10_000, "9" * 10_000),
    ({"type": "number"}, "2.5", 2.5),
    ({"type": "number"}, "NaN", "NaN"),
    ({"type": "number"}, "1e999", "1e999"),
    ({"type": "boolean"}, "True", True),
    ({"type": "boolean"}, "0", False),
    ({"type": "boolean"}, "yes", "yes"),
    ({"type": "object"}, '{"a": [1]}', {"a": [1]}),
    ({"type": "object"}, "[1]", "[1]"),
    ({"type": "array"}, "[1, null]", [1, None]),
    ({"type": "array"}, "[NaN]", "[NaN]"),
    ({"type": "array"}, "[" * 100_000, "[" * 100_000),
    ({"type": ["string", "null"]}, "null", None),
    ({"type": ["integer", "null"]}, "7", 7),
    ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "5", 5),
    ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "five", "five"),
    ({"oneOf": [{"type": "number"}, {"type": "null"}]}, "null", None),
    ({"enum": [1, 2]}, "2", 2),
    ({"enum": ["1", "2"]}, "2", "2"),
    ({"const": True}, "true", True),
    ({"properties": {"a": {}}}, '{"a": 1}', {"a": 1}),
    ({}, "5", "5"),
    ({"type": 7, "anyOf": "x", "enum": 3, "$ref": "#/nowhere"}, "5", "5"),
]


@pytest.mark.parametrize(("schema", "text", "value"), TYPES, ids=lambda each: str(each)[:40])
def test_a_value_is_typed_by_its_schema(schema: Any, text: str, value: Any) -> None:
    assert read(block(invoke("f", x=text)), {"f": {"x": schema}}) == [("f", {"x": value})]


def test_a_python_tool_types_its_arguments() -> None:
    def f(count: int | None, names: list[str]) -> None:
        pass

    calls = parse_tool_calls(block(invoke("f", count="null", names='["a"]')), [Tool.of(f)]).tool_calls
    assert calls[0].parsed == {"count": None, "names": ["a"]}
