"""A value as a small table: safe, short, and nothing where there is nothing to set out."""

from __future__ import annotations

import dataclasses
from typing import Any

import pydantic
import pytest

from minimax_nb.message.reply import Reply
from minimax_nb.render.bundle import bundle
from minimax_nb.render.parsed import parsed_html, parsed_markdown


@dataclasses.dataclass
class City:
    name: str
    parts: list[str]


class Town(pydantic.BaseModel):
    name: str
    people: int | None = None


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        (City("Rome", ["a", "b"]), [["name", "Rome"], ["parts", '["a", "b"]']]),
        (Town(name="Ostia"), [["name", "Ostia"], ["people", ""]]),
        ({"a": {"b": 1}}, [["a", '{"b": 1}']]),
        ([Town(name="Ostia", people=5), {"name": "Rome", "x": True}],
         [["name", "people", "x"], ["Ostia", "5", ""], ["Rome", "", "true"]]),
        (["x", "y"], [["0", "x"], ["1", "y"]]),
    ],
)  # fmt: skip
def test_fields_and_entries_are_rows(value: Any, rows: list[list[str]]) -> None:
    import re

    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", parsed_html(value))]
    assert found == rows
    lines = str(parsed_markdown(value)).split("\n")
    assert len(lines) == len(rows) + (1 if rows[0][-1] == "x" and len(rows) == 3 and len(rows[0]) == 3 else 2)


@pytest.mark.parametrize("value", ["good", 3, 2.5, True, None, [], {}, object()])
def test_what_is_a_single_word_has_no_table(value: Any) -> None:
    assert parsed_html(value) == ""
    assert parsed_markdown(value) is None


def test_a_value_that_holds_itself_has_none() -> None:
    value: list[Any] = []
    value.append(value)
    assert parsed_html(value) == ""


def test_nothing_of_it_is_trusted() -> None:
    html = parsed_html({"<script>x</script>": "<img src=x onerror=y> $5 and $6 | \\(a\\)"})
    assert "<script" not in html
    assert "<img" not in html
    assert "$5" not in html, "every dollar sign stands by itself"
    assert "\n| ---" in str(parsed_markdown({"a|b": "c|d\ne"}))


def test_a_long_one_is_cut() -> None:
    html = parsed_html([{"n": number, "text": "x" * 5_000} for number in range(500)])
    assert "… and 450 more" in html
    assert len(html) < 60_000


def test_it_stands_under_the_answer_in_each_form() -> None:
    shown = bundle(Reply(content='{"name": "Rome"}', parsed=Town(name="Rome")))
    assert shown["text/html"].index("<table") > shown["text/html"].index("name")
    assert "| **name**" in shown["text/markdown"] or "| name" in shown["text/markdown"]
    assert "<table" not in bundle(Reply(content="Hi."))["text/html"]
