"""Arguments of rehearsed calls fit the schema they are for."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from minimax_nb.server.practice.arguments import arguments
from minimax_nb.server.practice.hints import hints

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


def nested(levels: int, inner: dict[str, Any], **more: Any) -> dict[str, Any]:
    for _ in range(levels):
        inner = {"type": "array", "items": inner, **more}
    return inner


def one(schema: Any, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"x": schema}, "required": ["x"], **more}


NAMES = [f"p{n}" for n in range(3000)]
WIDE = {
    "type": "object",
    "properties": {name: {"$ref": "#/$defs/b"} for name in NAMES[:1000]},
    "required": NAMES[:1000],
}
HUGE: dict[str, dict[str, Any]] = {
    "nested minItems": one(nested(5, {"type": "string"}, minItems=20)),
    "nested minItems without end": one(nested(30, {"type": "string"}, minItems=10**9)),
    "prefixItems": one({"type": "array", "prefixItems": [nested(3, {}, minItems=30)] * 1000}),
    "many properties": {
        "type": "object",
        "properties": {name: {"type": "string"} for name in NAMES},
        "required": NAMES,
    },
    "required that nobody describes": {"type": "object", "required": NAMES},
    "references that multiply": one(
        {"$ref": "#/$defs/a"},
        **{"$defs": {"a": WIDE, "b": {**WIDE, "additionalProperties": False}}},
    ),
    "a reference to itself, twice": {"properties": {"l": {"$ref": "#"}, "r": {"$ref": "#"}}, "required": ["l", "r"]},
    "references in a ring": one(
        {"$ref": "#/$defs/a"}, **{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}
    ),
    "allOf that doubles": one(
        {"$ref": "#/$defs/a0"},
        **{"$defs": {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(60)}},
    ),
    "anyOf that doubles": one(
        {"$ref": "#/$defs/a0"},
        **{"$defs": {f"a{n}": {"anyOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(60)}},
    ),
    "a fan of anyOf": one({"anyOf": [{"type": "null"}] * 100_000 + [{"type": "string"}]}),
    "a fan of optional enums": {"properties": {name: {"enum": [f"o{n}" for n in range(500)]} for name in NAMES}},
    "a large enum": one({"enum": [f"option {n}" for n in range(200_000)]}),
    "a large const, many times": one(
        {"type": "array", "minItems": 400, "items": {"$ref": "#/$defs/c"}}, **{"$defs": {"c": {"const": "x" * 100_000}}}
    ),
    "a long text, many times": one({"type": "array", "minItems": 400, "items": {"type": "string", "minLength": 10**9}}),
    "patterns": {
        "properties": {name: {"type": "string", "pattern": "^([A-Za-z]+\\s?)+$"} for name in NAMES[:200]},
        "required": NAMES[:200],
    },
    "a deep one": one({"type": "string"}),
    "huge numbers": one({"type": "number", "minimum": 10**300, "multipleOf": 1e-300}),
    "huger numbers": one({"type": "integer", "minimum": 10**4000, "maximum": 10**4001, "multipleOf": 10**400}),
}
for _ in range(150):
    HUGE["a deep one"] = {"properties": {"x": HUGE["a deep one"]}, "required": ["x"]}
LETTERS = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz!"


@pytest.mark.heavy
@pytest.mark.parametrize("schema", HUGE.values(), ids=list(HUGE))
@pytest.mark.parametrize("asked", [ASKED, LETTERS, "Aa " * 700, "1 " * 900])
def test_no_schema_takes_long_or_gives_a_book(schema: dict[str, Any], asked: str) -> None:
    began = time.thread_time()
    values = arguments(schema, hints(asked))
    assert time.thread_time() - began < 10
    assert len(json.dumps(values, ensure_ascii=False)) < 60_000


@pytest.mark.parametrize(
    "schema",
    [
        one(nested(2, {"type": "integer"}, minItems=20)),
        one({"type": "array", "minItems": 300, "items": {"type": "string"}}),
        one(nested(12, {"type": "string"})),
        {
            "properties": {"value": {"type": "integer"}, "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
            "required": ["value", "next"],
        },
        {
            "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#"}}},
            "required": ["name", "children"],
        },
        one({"$ref": "#/$defs/a~1b"}, **{"$defs": {"a/b": {"type": "integer", "minimum": 7}}}),
        one(
            {"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}]},
            **{
                "$defs": {
                    "a": {"type": "object", "properties": {"m": {"type": "integer"}}, "required": ["m"]},
                    "b": {"properties": {"n": {"type": "boolean"}}, "required": ["n"]},
                }
            },
        ),
        {"required": ["undescribed"], "type": "object"},
        one({"type": "string", "pattern": "^[a-z]{4}-\\d{2}$"}),
        one({"type": "string", "pattern": "^[a-z]+$", "minLength": 40, "maxLength": 50}),
        one({"type": "string", "minLength": 2000}),
        one({"type": "boolean", "default": "no"}),
    ],
)
def test_a_schema_within_reason_is_satisfied_whole(schema: dict[str, Any]) -> None:
    Draft202012Validator(schema).validate(arguments(schema, hints(ASKED)))


def test_one_broken_bound_does_not_cost_the_other_arguments() -> None:
    properties = {
        "a": {"type": "string", "minLength": "long", "maxLength": -1},
        "b": {"type": "array", "minItems": "many", "items": {"type": "integer"}},
        "c": {"type": "integer", "minimum": "low", "multipleOf": 0},
        "d": {"type": "number", "exclusiveMinimum": True},
    }
    assert set(made(properties)) == set(properties)
