"""A trace on a page: readable, and never trusting what it shows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from minimax_nb.render import tracehtml
from minimax_nb.steps.steps import Step

from ..support.hostile import hostile_steps
from ..support.html_inspection import DOCUMENT, PAGE, Allowed, inspect


@pytest.mark.parametrize(("write", "allowed"), [(tracehtml.fragment, DOCUMENT), (tracehtml.page, PAGE)])
def test_nothing_in_a_trace_is_html_of_its_own(write: Any, allowed: Allowed) -> None:
    recorder = hostile_steps()
    seen = inspect(write(recorder.steps(), recorder.rounds()), allowed)
    assert seen.tags.count("details") == len(recorder.steps())


def test_a_failed_tool_is_called_so() -> None:
    html = tracehtml.fragment([Step("result", name="f", text="no", error=True)], ())
    assert ">Failed</b>" in html


def test_the_figures_of_a_step_come_after_its_text_and_before_the_next_line() -> None:
    for started_s in (None, 0.0):
        step = Step("answer", text="Some words.", started_s=started_s, duration_s=2.0, tokens=7)
        row = tracehtml.row(step, limit=100, formulas="tex", total_s=started_s and 4.0)
        line = row[: row.index("</summary>")]
        assert line.index("Some words.") < line.index("float:right") < line.index("7 tokens") < line.index("clear:both")


def test_the_bars_stay_within_the_line() -> None:
    recorder = hostile_steps()
    for begin, width in re.findall(
        r"0 0 ([\d.]+)%;width:([\d.]+)%", tracehtml.fragment(recorder.steps(), recorder.rounds())
    ):
        assert float(begin) + float(width) <= 100.5


def test_without_times_there_are_no_bars() -> None:
    html = tracehtml.fragment([Step("user", text="Hi"), Step("answer", text="Hello")], ())
    assert "width:" not in html.replace("width:4.4em", "")


def test_long_runs_scroll_in_the_notebook_and_not_on_a_page() -> None:
    many = [Step("answer", text="x")] * 100
    assert "max-height" in tracehtml.fragment(many, ())
    assert "max-height" not in tracehtml.page(many, ())
