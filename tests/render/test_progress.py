"""The progress of a batch: one line without a clock, a bar while it runs, what failed by kind; nothing is trusted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.render.progress import Progress, moment, progress_bundle, summary

from ..support.html_inspection import DOCUMENT, inspect

DONE = Progress(rows=1000, whole=1000, answered=997, failed=3, tokens=412_000, cost=0.31)
HOSTILE = "</div></div><script>alert(1)</script> <img src=https://x.y/z> $5 and $6 | `x` **b**\n# head \u202e\x1b[31m"


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({}, "1,000 rows: 997 answered, 3 failed · 412,000 tokens · $0.3100"),
        ({"rows": 1, "whole": 1, "answered": 1, "failed": 0}, "1 row: 1 answered · 412,000 tokens · $0.3100"),
        ({"answered": 900}, "1,000 rows: 900 answered, 3 failed, 97 not asked · 412,000 tokens · $0.3100"),
        ({"failed": 0, "answered": 1000, "cost": None}, "1,000 rows: 1,000 answered · 412,000 tokens"),
        ({"resumed": 500}, "answered (500 from the checkpoint), 3 failed · "),
        ({"cut": 2}, "997 answered (2 cut at the token limit), 3 failed"),
        ({"stopped": "interrupted"}, "$0.3100 · stopped: interrupted"),
        ({"whole": 9000, "expected": 2.8}, "1,000 rows of 9,000: 997 answered, 3 failed"),
        ({"whole": 9000, "expected": 2.8}, "all 9,000 would cost about $2.80 at list prices"),
        ({"rows": 0, "whole": 0, "answered": 0, "failed": 0, "tokens": 0}, "0 rows: 0 answered · 0 tokens"),
    ],
)
def test_the_line_says_what_has_come_of_it(changed: dict[str, Any], line: str) -> None:
    assert line in summary(replace(DONE, **changed))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, ""),
        ({"tokens_per_s": 1234.4}, "1,234 tokens/s"),
        ({"left_s": 0.2}, "about 1 s to go"),
        ({"left_s": 89}, "about 89 s to go"),
        ({"left_s": 100}, "about 2 min to go"),
        ({"left_s": 12_000}, "about 3.3 h to go"),
        ({"held": "1002 rate limit", "held_s": 40.2}, "paused 40 s: 1002 rate limit"),
        (
            {"tokens_per_s": 0.0, "left_s": 60, "held": "429", "held_s": 0.1},
            "0 tokens/s · about 60 s to go · paused",
        ),
    ],
)
def test_the_moment_is_said_apart(changed: dict[str, Any], words: str) -> None:
    assert moment(replace(DONE, **changed)).startswith(words)


def test_what_is_saved_has_no_clock_and_no_bar() -> None:
    late = replace(DONE, tokens_per_s=99.0, left_s=12.0, held="1002", held_s=3.0)
    assert progress_bundle(late) == progress_bundle(DONE)
    assert "progressbar" not in progress_bundle(DONE)["text/html"]
    assert set(progress_bundle(DONE)) == {"text/plain", "text/markdown", "text/html"}
    for form in progress_bundle(DONE).values():
        assert "997 answered, 3 failed" in form


def test_while_it_runs_there_is_a_bar_that_says_how_far_it_is() -> None:
    html = progress_bundle(replace(DONE, answered=247, running=True, left_s=30))["text/html"]
    assert 'role="progressbar"' in html
    assert 'aria-valuenow="250"' in html
    assert 'aria-valuemax="1000"' in html
    assert 'aria-valuetext="250 of 1,000 rows"' in html
    assert "width:25.0%" in html
    assert "not asked" not in html
    assert "30 s to go" in html


def test_nothing_below_moves_when_speed_becomes_known() -> None:
    plain, told = (
        progress_bundle(replace(DONE, running=True, tokens_per_s=speed))["text/html"] for speed in (None, 9.0)
    )
    assert plain.count("<div") == told.count("<div")


def test_what_failed_is_summed_up_by_kind_and_the_rest_counted() -> None:
    kinds = [(f"kind {number}", 10 - number) for number in range(8)]
    for form in progress_bundle(replace(DONE, kinds=kinds)).values():
        assert "10 × kind 0" in form
        assert "6 × kind 4" in form
        assert "kind 5" not in form
        assert "12 × of other kinds: see the column error" in form


def test_a_bar_of_no_rows_is_full() -> None:
    assert "width:100.0%" in progress_bundle(Progress(0, 0, 0, 0, running=True))["text/html"]


@pytest.mark.parametrize("place", ["kinds", "problem", "held", "stopped"])
def test_nothing_that_a_service_says_is_trusted(place: str) -> None:
    value: Any = [(HOSTILE, 3)] if place == "kinds" else HOSTILE
    bundle = progress_bundle(replace(DONE, running=True, **{place: value}))
    html = bundle["text/html"]
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("<div") == html.count("</div>")
    assert not {"\x1b", "\u202e"} & set("".join(bundle.values()))
    assert "<script" not in bundle["text/markdown"]


def test_what_is_saved_survives_a_sanitiser() -> None:
    inspect(progress_bundle(replace(DONE, kinds=[(HOSTILE, 1)], problem=HOSTILE))["text/html"], DOCUMENT)


def test_long_words_are_cut() -> None:
    for form in progress_bundle(replace(DONE, kinds=[("x" * 5000, 1)], problem="y" * 5000)).values():
        assert len(form) < 2500


@given(st.text(), st.text())
def test_any_words_make_a_whole_bundle(kind: str, problem: str) -> None:
    bundle = progress_bundle(replace(DONE, kinds=[(kind, 2)], problem=problem, running=True))
    html = bundle["text/html"]
    assert html.count("<div") == html.count("</div>")
    assert len(bundle["text/plain"].splitlines()) == 2 + bool(problem)
