"""Practice mode answers what asks for JSON with JSON that fits, and says that nobody judged anything."""

from __future__ import annotations

import json
import time
from typing import Any, Literal

import pydantic
import pytest

from minimax_nb.server.practice.forms import filled_form, wanted_schema
from minimax_nb.server.practice.practice import rehearse
from minimax_nb.server.service.models import MODELS
from minimax_nb.tools.response_format import ResponseFormat

SCHEMA = {"type": "object", "properties": {"label": {"enum": ["good", "bad"]}}, "required": ["label"]}
TEXT = json.dumps(SCHEMA)


def asked(content: Any, system: str = "") -> list[dict[str, Any]]:
    messages = [{"role": "user", "content": content}]
    return [{"role": "system", "content": system}, *messages] if system else messages


@pytest.mark.parametrize(
    "words",
    [
        f"Answer with JSON alone that fits this JSON schema:\n{TEXT}",
        f"Answer in this JSON schema: {TEXT} and nothing else.",
        f"Use the json-schema below\n\n{TEXT}",
        f"JSON Schema:\n  {TEXT}",
        f"JSON Schema:\n\n```json\n{TEXT}\n```",
        f"No JSON schema {{this is none}} but this JSON schema: {TEXT}",
    ],
)
@pytest.mark.parametrize("place", ["question", "system", "parts"])
def test_a_schema_is_found_wherever_it_stands(words: str, place: str) -> None:
    if place == "system":
        messages = asked("fine", words)
    else:
        messages = asked(words if place == "question" else [{"type": "text", "text": words}])
    assert wanted_schema(messages) == SCHEMA


@pytest.mark.parametrize(
    "words",
    [
        "What is a JSON schema?",
        "A JSON schema: {broken",
        'A JSON schema: ["list"]',
        "{}",
        f"A schema: {TEXT}",
        "JSON schema " * 3000,
        "JSON schema:" + "{" * 50_000,
        "JSON schema" + " " * 50_000,
    ],
)
def test_where_there_is_none_none_is_found_in_no_time(words: str) -> None:
    began = time.process_time()
    assert wanted_schema(asked(words)) is None
    assert time.process_time() - began < 5


def test_an_older_question_says_nothing_of_this_one() -> None:
    messages = [*asked(f"JSON schema: {TEXT}"), {"role": "assistant", "content": "{}"}, *asked("And now in words.")]
    assert wanted_schema(messages) is None


class City(pydantic.BaseModel):
    name: str
    people: int
    kind: Literal["town", "capital"]
    twin: str | None = None


TYPES = [City, list[City], Literal["good", "bad"], int, bool, str, float, dict[str, int], list[str], City | None]


@pytest.mark.parametrize("wanted", TYPES, ids=str)
def test_what_is_written_fits_whatever_was_wanted(wanted: Any) -> None:
    form = ResponseFormat(wanted)
    for question in ("Lima has 10 people.", "", "名字", "x" * 500):
        form.read(filled_form(form.schema, question))


def test_choices_change_with_the_question_and_are_the_same_on_every_run() -> None:
    questions = [f"text {number}" for number in range(40)]
    chosen = [[filled_form(SCHEMA, question) for question in questions] for _ in range(2)]
    assert chosen[0] == chosen[1]
    assert len(set(chosen[0])) == 2


def test_a_choice_that_the_question_names_is_taken() -> None:
    assert {filled_form(SCHEMA, f"It is bad {number}") for number in range(9)} == {'{"label": "bad"}'}


def test_the_schema_in_a_question_is_no_part_of_what_is_asked() -> None:
    assert filled_form(SCHEMA, f"text 1 JSON schema: {TEXT}") == filled_form(SCHEMA, "text 1 ")


@pytest.mark.parametrize(("question", "honest"), [("Is it fine?", "rehearsal"), ("这样好吗？", "排练")])
def test_the_thinking_says_that_nobody_judged(question: str, honest: str) -> None:
    answer = rehearse({"messages": asked(question, f"JSON schema:\n{TEXT}")}, MODELS["MiniMax-M2.7"])
    assert json.loads(answer.content)["label"] in {"good", "bad"}
    assert honest in answer.reasoning
