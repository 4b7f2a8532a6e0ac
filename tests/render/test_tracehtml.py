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


def test_the_figures_of_a_step_stand_beside_its_first_line_and_the_others_inside() -> None:
    for started_s in (None, 0.0):
        step = Step(
            "answer", text="Some words.", started_s=started_s, duration_s=2.0, tokens=7, tokens_per_s=3.5, share=0.5
        )
        row = tracehtml.row(step, limit=100, formulas="tex", total_s=started_s and 4.0)
        line, inside = row.split("</summary>")
        assert line.index("float:right") < line.index("2.0 s · 7 tokens") < line.index("Some words.")
        assert line.index("Some words.") < line.index("clear:both")
        assert "4 tokens/s · 50 % of the time" in inside
        assert "tokens/s" not in line


def test_every_row_of_a_trace_is_as_high_as_the_others_and_its_bars_are_explained() -> None:
    timed = Step("think", text="Hm.", started_s=0.5, duration_s=1.0)
    html = tracehtml.fragment([timed, Step("call", name="f", arguments="{}", started_s=1.5)], ())
    assert html.count("clear:both;height:3px") == html.count("<details") == 2
    assert html.count("The line under a step shows when it ran") == 1
    assert "began after 0.50 s, took 1.0 s of 1.5 s" in html


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
