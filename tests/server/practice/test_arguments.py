"""Arguments of rehearsed calls fit the schema they are for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from minimax_nb.server.practice.arguments import arguments, hints

ASKED = "Book 3 seats to Paris in celsius for 25.5 euro"


def made(properties: dict[str, Any], required: list[str] | None = None, **more: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": required or list(properties), **more}
    return arguments(schema, hints(ASKED))


CASES: list[tuple[dict[str, Any], Any]] = [
    ({"type": "string"}, "Paris"),
    ({"enum": ["kelvin", "celsius"]}, "celsius"),
    ({"enum": [1, 2]}, 1),
    ({"const": "fixed"}, "fixed"),
    ({"type": "string", "default": "given"}, "given"),
    ({"type": "string", "format": "date"}, "2026-01-15"),
    ({"type": "string", "pattern": "^[A-Z][a-z]+$"}, "Paris"),
    ({"type": "string", "maxLength": 3}, "Par"),
    ({"type": "integer"}, 3),
    ({"type": "integer", "minimum": 10}, 10),
    ({"type": "number", "maximum": 2}, 2),
    ({"type": "number", "multipleOf": 5}, 5),
    ({"type": "boolean"}, True),
    ({"type": "null"}, None),
    ({"type": ["null", "integer"]}, 3),
    ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 3),
    ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [3, 26]),
    ({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}, {"n": 3}),
    ({"$ref": "#/$defs/n"}, 7),
    ({"allOf": [{"type": "integer"}, {"minimum": 9}]}, 9),
]


@pytest.mark.parametrize(("schema", "value"), CASES, ids=[str(schema)[:60] for schema, _ in CASES])
def test_a_value_fits_its_schema_and_comes_from_the_question(schema: dict[str, Any], value: Any) -> None:
    assert made({"x": schema}, **{"$defs": {"n": {"const": 7}}}) == {"x": value}


def test_what_is_optional_is_left_out_unless_the_question_mentions_it() -> None:
    unit = {"enum": ["fahrenheit", "celsius"]}
    assert made({"city": {"type": "string"}, "unit": unit, "n": {"type": "integer"}}, ["city"]) == {
        "city": "Paris",
        "unit": "celsius",
    }


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]},
        {
            "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}},
            "properties": {"x": {"$ref": "#/$defs/a"}},
            "required": ["x"],
        },
        {"properties": {"x": {"type": "array", "minItems": 10**9, "items": {"type": "string"}}}, "required": ["x"]},
        {"properties": {"x": {"type": "string", "minLength": 10**12}}, "required": ["x"]},
        {"properties": {"x": {"type": "integer", "minimum": "low"}}, "required": ["x"]},
        {"properties": 7},
        {},
    ],
)
def test_a_schema_without_end_or_sense_still_gives_an_object(schema: dict[str, Any]) -> None:
    assert isinstance(arguments(schema, hints(ASKED)), dict)


plain = st.one_of(
    st.just({"type": "string"}),
    st.builds(lambda n: {"type": "string", "minLength": n, "maxLength": n + 3}, st.integers(0, 30)),
    st.builds(
        lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more},
        st.integers(-9, 9),
        st.integers(0, 9),
    ),
    st.builds(lambda low: {"type": "number", "exclusiveMinimum": low}, st.integers(-9, 9)),
    st.builds(lambda step: {"type": "integer", "multipleOf": step}, st.integers(1, 9)),
    st.builds(lambda options: {"enum": options}, st.lists(st.text(max_size=4), min_size=1, max_size=3)),
    st.just({"type": "boolean"}),
    st.just({"type": ["string", "null"]}),
)
schemas = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.builds(lambda items, n: {"type": "array", "items": items, "minItems": n}, inner, st.integers(0, 3)),
        st.builds(lambda options: {"anyOf": options}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(
            lambda properties: {"type": "object", "properties": properties, "required": list(properties)},
            st.dictionaries(st.sampled_from(["city", "count", "query", "date", "x"]), inner, max_size=3),
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["city", "n", "when", "text"]), schemas, max_size=3), st.text(max_size=60))
def test_arguments_always_fit_the_schema(properties: dict[str, Any], asked: str) -> None:
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    Draft202012Validator(schema).validate(arguments(schema, hints(asked)))
