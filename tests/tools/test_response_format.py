"""A type as the form of an answer: said as a schema, read out of whatever stands around the JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import time
import typing
from typing import Annotated, Any, Literal, Optional

import pydantic
import pytest
import typing_extensions
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.errors import ResponseFormatError
from minimax_nb.tools.response_format import ResponseFormat


class City(pydantic.BaseModel):
    """A city."""

    name: str
    founded: dt.date | None = None


class Trip(pydantic.BaseModel):
    stops: list[City]
    start: Optional[City] = None  # noqa: UP045 - as people write it


class Node(pydantic.BaseModel):
    value: int
    children: list[Node] = []


class Even(pydantic.BaseModel):
    n: int

    @pydantic.field_validator("n")
    @classmethod
    def _even(cls, n: int) -> int:
        if n % 2:
            raise ValueError("must be even")
        return n


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


class Label(typing.TypedDict):
    """The label of a text."""

    label: Literal["good", "bad"]
    score: typing.NotRequired[float]


class Newer(typing_extensions.TypedDict):
    label: str


class Holder(typing.TypedDict, total=False):
    labels: list[Label]
    best: Label | None


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("wanted", "answer", "value"),
    [
        (City, '{"name": "Lima"}', City(name="Lima")),
        (Trip, '{"stops": [{"name": "Lima", "founded": "1535-01-18"}], "start": null}', None),
        (Node, '{"value": 1, "children": [{"value": 2}]}', Node(value=1, children=[Node(value=2)])),
        (Point, '{"x": 1}', Point(1)),
        (Label, '{"label": "good", "score": 1}', {"label": "good", "score": 1.0}),
        (Label, '{"label": "good"}', {"label": "good"}),
        (Newer, '{"label": "x"}', {"label": "x"}),
        (Holder, '{"labels": [{"label": "bad"}], "best": null}', {"labels": [{"label": "bad"}], "best": None}),
        (list[Label], '[{"label": "bad"}]', [{"label": "bad"}]),
        (dict[str, Label], '{"a": {"label": "bad"}}', {"a": {"label": "bad"}}),
        (Label | None, "null", None),
        (Optional[Point], '{"x": 2}', Point(2)),  # noqa: UP045
        (list[str], '["a", "b"]', ["a", "b"]),
        (tuple[int, str], '[1, "a"]', (1, "a")),
        (Literal["good", "bad"], '"good"', "good"),
        (Literal["good", "bad"], "good", "good"),
        (Literal["good", "bad"], " `good`.\n", "good"),
        (Literal["good", "bad"], "**bad**", "bad"),
        (Literal[1, 2], "2", 2),
        (Colour, "red", Colour.RED),
        (Colour, '"blue"', Colour.BLUE),
        (int, "42", 42),
        (int, " 42.\n", 42),
        (float, "1.5", 1.5),
        (bool, "True", True),
        (dt.date, "2026-01-02", dt.date(2026, 1, 2)),
        (str, "Hello.", "Hello."),
        (str, '"Hello."', "Hello."),
        (str, "`code`", "`code`"),
        (Annotated[int, pydantic.Field(ge=3)], "3", 3),
        (Even, '{"n": 2}', Even(n=2)),
    ],
)
def test_an_answer_becomes_a_value_of_the_type(wanted: Any, answer: str, value: Any) -> None:
    form = ResponseFormat(wanted)
    read = form.read(answer)
    if value is not None or answer == "null":
        assert read == value
    again = form._adapter.dump_json(read).decode()
    assert type(form.read(again)) is type(read)
    assert form.read(again) == read


AROUND = [
    "%s",
    "```json\n%s\n```",
    "Here it is:\n\n```\n%s\n```\nAnything else?",
    "~~~\n%s\n~~~",
    "  ```json\n  %s\n  ```",
    "Sure! %s I hope this helps.",
    "First {a draft}, then: %s",
    "An example was {}, the answer is %s",
    "````\n```\n%s\n```\n````",
    "```json\n%s",
    "\ufeff%s",
]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(
    "text",
    [
        '{"name": "Lima", "founded": "1535-01-18"}',
        '{\n  "name": "Lima",\n  "founded": "1535-01-18"\n}',
        "{'name': 'Lima', 'founded': '1535-01-18'}",
        '{"name": "Lima", "founded": "1535-01-18",}',
    ],
    ids=["JSON", "lines", "Python", "comma"],
)
def test_fences_prose_and_other_notations_are_read_past(around: str, text: str) -> None:
    read = ResponseFormat(City).read(around % text)
    assert read == City(name="Lima", founded=dt.date(1535, 1, 18))


def test_of_several_that_fit_the_longest_counts() -> None:
    answer = 'For example {"name": "X"}. So: {"name": "Llanfairpwll"} or {"town": "Y"}'
    assert ResponseFormat(City).read(answer) == City(name="Llanfairpwll")


@pytest.mark.parametrize(
    ("wanted", "answer", "said"),
    [
        (City, "", "it is empty"),
        (City, "I do not know.", "there is no JSON in 'I do not know.'"),
        (City, '{"town": "Lima"}', "name: Field required"),
        (City, '{"name": "Lima", "founded": "soon"}', "founded: Input should be a valid date"),
        (City, '{"name": "Li', "there is no JSON"),
        (Trip, '{"stops": [{"name": 1}]}', "stops.0.name: Input should be a valid string"),
        (Even, 'So: {"n": 3}', "n: Value error, must be even"),
        (Annotated[int, pydantic.Field(ge=3)], "2", "the value: Input should be greater than or equal to 3"),
        (Literal["good", "bad"], "rather good", "there is no JSON"),
        (int, "many", "there is no JSON in 'many'"),
        (list[int], json.dumps(["x"] * 9), "; and 4 more"),
    ],
)
def test_an_answer_that_does_not_fit_says_why(wanted: Any, answer: str, said: str) -> None:
    with pytest.raises(ResponseFormatError, match="expected an answer that fits ") as caught:
        ResponseFormat(wanted).read(answer)
    assert said in str(caught.value)
    assert said in ResponseFormat(wanted).again(str(caught.value))


@pytest.mark.parametrize(
    "wanted", [object(), type("Odd", (), {}), typing.Callable, 3, "City", list[type("Odd", (), {})]], ids=range(6)
)
def test_what_json_cannot_carry_is_refused_before_anything_is_asked(wanted: Any) -> None:
    with pytest.raises(TypeError, match="expected a type that JSON can carry"):
        ResponseFormat(wanted)


def test_the_model_is_told_the_schema_with_references_written_out() -> None:
    told = ResponseFormat(Trip).instructions
    assert "JSON alone" in told
    assert "$ref" not in told
    assert '"format": "date"' in told
    assert ResponseFormat(Label).schema["properties"]["label"] == {"enum": ["good", "bad"], "type": "string"}
    assert ResponseFormat(Label).schema["required"] == ["label"]
    assert ResponseFormat(Holder).schema.get("required") is None
    assert "The label of a text." in ResponseFormat(Label).instructions


HOSTILE = {
    "braces": "{" * 100_000,
    "brackets": "[" * 100_000,
    "nested": '{"a":' * 50_000,
    "python": "{'a':" * 50_000,
    "backticks": "`" * 100_000 + "\n" + "x" * 100_000,
    "fences": "```\n" * 50_000,
    "fences that differ": "".join("`" * length + "\n" for length in range(600, 3, -1)),
    "tildes": "~~~a\n```b\n" * 20_000,
    "blanks": " " * 200_000 + "`",
    "blank lines": "```\n" + (" " * 500 + "\n") * 500,
    "text": '{"x": "' + "a" * 200_000,
    "objects": '{"x": "y"} ' * 20_000,
    "quotes": '"' * 100_000,
    "slashes": '{"x": "' + "\\" * 100_001,
}


@pytest.mark.heavy
@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_answer_takes_no_longer_than_its_length(answer: str) -> None:
    began = time.process_time()
    with pytest.raises(ResponseFormatError):
        ResponseFormat(City).read(answer)
    assert time.process_time() - began < 5  # quadratic ones took half a minute and more


@given(st.text())
def test_any_text_is_read_or_refused(answer: str) -> None:
    for wanted in (City, int, list[str]):
        try:
            ResponseFormat(wanted).read(answer)
        except ResponseFormatError as error:
            assert len(str(error)) < 1_000  # noqa: PT017


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=4), st.sampled_from(AROUND))
def test_whatever_was_written_comes_back(value: dict[str, Any], around: str) -> None:
    answer = around % json.dumps(value)
    if "{}" in around and not value:
        return
    assert ResponseFormat(dict[str, int | str]).read(answer) == value
