"""Outcomes become a frame: every column of its kind, whatever is missing; and lines of a file, and back."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.batching.table import DTYPES, Outcome, Table, column
from minimax_nb.errors import ResponseFormatError
from minimax_nb.message.reply import Usage
from minimax_nb.tools.response_format import ResponseFormat

SAID = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "A", "reasoning_content": "R"}]


def framed(*outcomes: Outcome, parsed: bool = False, rows: int | None = None) -> pd.DataFrame:
    table = Table(len(outcomes) if rows is None else rows)
    for position, outcome in enumerate(outcomes):
        table.enter(position, outcome)
    return table.frame(pd.RangeIndex(table.rows), parsed=parsed)


@pytest.mark.parametrize(
    "outcomes", [[], [Outcome()], [Outcome(reply="x")], [Outcome(error="e", error_code=1)]], ids=range(4)
)
def test_columns_are_of_their_kinds_whatever_is_in_them(outcomes: list[Outcome]) -> None:
    out = framed(*outcomes, rows=3)
    expected = {name: str(pd.array([], dtype=kind).dtype) for name, kind in DTYPES.items()}
    assert {name: str(kind) for name, kind in out.dtypes.items()} == expected


@pytest.mark.parametrize("value", [[1, 2], {"a": 1}, (1, 2), None, "text", pd.DataFrame({"a": [1]})], ids=str)
def test_a_parsed_value_is_one_value(value: Any) -> None:
    out = framed(Outcome(parsed=value), Outcome(parsed=value), parsed=True)
    assert out.parsed[0] is value
    assert out.parsed.dtype == object


def test_a_parsed_value_that_is_missing_is_none_beside_texts_too() -> None:
    table = Table(3)
    table.enter(1, Outcome(parsed="good"))
    out = table.frame(pd.Index(["x", "x", "y"]), parsed=True)
    assert list(out.parsed) == [None, "good", None]


def test_rows_are_counted_by_what_became_of_them() -> None:
    table = Table(5)
    table.enter(0, Outcome(reply="x"))
    table.enter(1, Outcome(reply="x", finish_reason="length", from_checkpoint=True))
    table.enter(2, Outcome(error="row 2: e", kind="e"))
    table.enter(3, Outcome(error="row 3: e", kind="e"))
    assert (table.answered, table.failed, table.done, table.resumed, table.cut) == (2, 2, 4, 1, 1)
    assert table.kinds == {"e": 2}


def test_a_cost_that_is_not_known_is_none_and_not_nothing() -> None:
    table = Table(1)
    assert table.frame(pd.RangeIndex(1), parsed=False).attrs["minimax_nb"]["cost"] == 0
    table.unpriced += 1
    assert table.frame(pd.RangeIndex(1), parsed=False).attrs["minimax_nb"]["cost"] is None


def test_requests_of_a_row_add_up_and_what_is_not_told_stays_unknown() -> None:
    outcome = Outcome()
    outcome.count(Usage(10, 5, None, None), 0.5)
    outcome.count(Usage(20, None, 3, None), None)
    outcome.count(Usage(None, 7, 4, None), 0.25)
    assert (outcome.prompt_tokens, outcome.completion_tokens, outcome.reasoning_tokens) == (30, 12, 7)
    assert outcome.cached_tokens is None
    assert outcome.cost == 0.75


def test_a_line_says_what_the_row_was() -> None:
    outcome = Outcome(reply="A", reasoning="R", finish_reason="stop", prompt_tokens=3, cost=0.0, attempts=2)
    line = json.loads(json.dumps(outcome.line("k", SAID)))
    assert line["messages"] == SAID
    assert "reply" not in line  # it stands in the messages
    read = Outcome.of_line(line)
    assert (read.reply, read.reasoning, read.prompt_tokens, read.cost, read.attempts) == ("A", "R", 3, 0.0, 2)
    assert read.from_checkpoint


@pytest.mark.parametrize("given_", [0, 1, 2, 3])
def test_the_question_is_no_answer_however_long_it_is(given_: int) -> None:
    question = [{"role": "assistant", "content": "example"}] * given_
    line = Outcome().line("k", [*question, SAID[1]], given_)
    read = Outcome.of_line(json.loads(json.dumps(line)))
    assert (read.reply, read.reasoning) == ("A", "R")


def test_a_failed_row_keeps_its_error_and_is_not_read_in_its_form() -> None:
    line = Outcome(error="no", error_code=1026).line("k", SAID[:1])
    read = Outcome.of_line(line, ResponseFormat(int))
    assert (read.error, read.error_code, read.reply, read.parsed) == ("no", 1026, None, None)


def test_an_answer_that_does_not_have_the_form_any_more_says_so() -> None:
    line = Outcome().line("k", SAID)
    with pytest.raises(ResponseFormatError):
        Outcome.of_line(line, ResponseFormat(int))


@pytest.mark.parametrize("line", [{"key": "k"}, {"key": "k", "messages": None}, {"key": "k", "messages": ["odd", 3]}])
def test_a_line_with_little_in_it_is_read(line: dict[str, Any]) -> None:
    assert Outcome.of_line(line).reply is None


@given(st.lists(st.none() | st.text(st.characters(exclude_categories=())), max_size=5))
def test_any_text_can_stand_in_a_column(values: list[str | None]) -> None:
    made = column(values, "string")
    assert len(made) == len(values)
    for value, held in zip(values, made, strict=True):
        assert held is pd.NA if value is None else isinstance(held, str)


def test_half_a_character_is_replaced_where_the_array_cannot_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    array = pd.array

    def of_arrow(values: list[Any], dtype: str) -> Any:
        [value.encode() for value in values if isinstance(value, str)]
        return array(values, dtype=dtype)  # type: ignore[call-overload]

    monkeypatch.setattr(pd, "array", of_arrow)
    assert list(column(["é", "x \ud83d"], "string")) == ["é", "x ?"]
