"""Bars of formulas in the cells of a table, as the table grows and in the end."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.render.markdown.blocks import BlockStream
from minimax_nb.render.markdown.formula_pipes import put_aside, put_back
from minimax_nb.render.markdown.html import to_html

SIGNS = ["|", "$", "\\(", "\\)", "\\|", "x", " ", "5", "{", "}", "\n", "[", "`", "$$"]
TEXTS = st.lists(st.sampled_from(SIGNS)).map("".join)


@given(TEXTS, st.booleans())
def test_what_is_put_aside_comes_back(text: str, unfinished: bool) -> None:
    aside = put_aside(text, unfinished=unfinished)
    assert len(aside) == len(text)
    assert put_back(aside) == text


@pytest.mark.parametrize(
    ("line", "bars"),
    [
        ("| $|x|$ | 2 |", 3),
        ("| \\(|x|\\) | 2 |", 3),
        ("| $$|x|$$ |", 2),
        ("| $P(A | B)$ |", 2),
        ("| $5 | $6 |", 3),
        ("| $5 | 6 US$ |", 3),
        ("|$a$|$b$|", 3),
        ("$|x|$ alone", 0),
        ("[a]: http://x/$|$", 1),
    ],
)
def test_the_bars_that_end_cells_are_left(line: str, bars: int) -> None:
    assert put_aside(line).count("|") == bars


@pytest.mark.parametrize(
    ("line", "bars"),
    [
        ("| $|x", 1),
        ("| \\(|x", 1),
        ("| $|x| | ", 2),
        ("| $5 | 6", 2),
        ("| $5 | $|x", 2),
        ("| $ | x", 2),
        ("| $|x|$ | $|", 2),
    ],
)
def test_a_formula_that_is_still_being_written_keeps_its_bars(line: str, bars: int) -> None:
    assert put_aside(f"| $|x\n{line}", unfinished=True).split("\n")[1].count("|") == bars


def test_a_cell_with_a_formula_does_not_jump_while_it_grows() -> None:
    text = "| f | g |\n|---|---|\n| $|x|$ | one |\n| $P(A|B)$ | \\(|y|\\) |\n"
    stream = BlockStream()
    for character in text:
        stream.feed(character)
        stream.frame()
        rows = "".join(stream.snapshot()).split("<tr>")[2:]
        assert all(row.count("<td") == 2 for row in rows)
        # The bar of a formula that is still open is in its own cell, and not in the next.
        assert all("|" not in row.split("</td>")[1].partition("<span>")[0] for row in rows if "P" not in row)
    stream.finish()
    assert "".join(stream.snapshot()) == to_html(text, formulas="mathml")


@pytest.mark.parametrize(
    "line", ["\\(|" * 10_000, "|$" * 10_000, "$|x " * 5_000, "\\(|" * 5_000 + "$", "$$|" * 5_000, "$(|" * 5_000]
)
def test_a_long_line_takes_its_time_alone(line: str) -> None:
    started = time.process_time()
    put_aside(line, unfinished=True)
    assert time.process_time() - started < 1
