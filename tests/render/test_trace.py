"""A trace on a page: readable, and never trusting what it shows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from markdown_it import MarkdownIt

from minimax_nb.message.reply import Reply, Timing, ToolCall, Usage
from minimax_nb.render import tracehtml, tracetext
from minimax_nb.render.text.quoting import code_span, fenced, words
from minimax_nb.render.tracetext import share_of, shortened, summary
from minimax_nb.steps.recorder import StepRecorder
from minimax_nb.steps.steps import Step

from ..support.html_inspection import DOCUMENT, PAGE, Allowed, inspect

HOSTILE = (
    "</pre></details></div><script>alert(1)</script><img src=x onerror=alert(1)> | `a` ``` \n```\n~~~\n"
    "[x](javascript:alert(1)) ![p](https://evil.example/p.png) $5 and $6 \\(x\\) \u202eabc\x1b[0m \ud800 & &lt;"
)


def hostile_steps() -> StepRecorder:
    recorder = StepRecorder()
    recorder.message({"role": "system", "content": HOSTILE})
    recorder.message({"role": "user", "content": HOSTILE})
    call = ToolCall(HOSTILE, HOSTILE, HOSTILE)
    recorder.reply(
        Reply(
            reasoning=HOSTILE,
            content=HOSTILE,
            tool_calls=(call, ToolCall("b", HOSTILE, '{"<b>": "</pre><script>"}')),
            usage=Usage(1, 2, 1),
            timing=Timing(0.1, 0.4, 0.2, 0.5),
            model=HOSTILE,
            finish_reason=HOSTILE,
            partial_reason="error",
        )
    )
    recorder.result(call, HOSTILE, error=True, duration_s=1.0)
    return recorder


@pytest.mark.parametrize(("write", "allowed"), [(tracehtml.fragment, DOCUMENT), (tracehtml.page, PAGE)])
def test_nothing_in_a_trace_is_html_of_its_own(write: Any, allowed: Allowed) -> None:
    recorder = hostile_steps()
    seen = inspect(write(recorder.steps(), recorder.rounds()), allowed)
    assert seen.tags.count("details") == len(recorder.steps())


@pytest.mark.parametrize("brief", [True, False])
def test_nothing_in_a_trace_is_markup_of_its_own(brief: bool) -> None:
    recorder = hostile_steps()
    text = tracetext.markdown(recorder.steps(), recorder.rounds(), brief=brief)
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    flat = [child for token in tokens for child in (token, *(token.children or ()))]
    assert not [token.type for token in flat if token.type.startswith("html_") or token.type == "image"]
    assert not [token for token in flat if str(token.attrs.get("href", "")).startswith("javascript")]
    assert sum(token.type == "table_open" for token in flat) == 1
    assert sum(token.type == "tr_open" for token in flat) == 1 + len(recorder.steps())
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_the_plain_text_shows_one_line_a_step_and_no_control_character() -> None:
    recorder = hostile_steps()
    lines = tracetext.plain_text(recorder.steps(), recorder.rounds()).split("\n")
    assert len(lines) == 1 + len(recorder.steps())
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (Step("call", name="f", arguments='{"a": 1, "b": "x y"}'), 'f(a=1, b="x y")'),
        (Step("call", name="f", arguments="{}"), "f()"),
        (Step("call", name="f", arguments='{"a": '), 'f({"a":)'),
        (Step("call", name="f"), "f()"),
        (Step("call", name="f", arguments="[1]"), "f([1])"),
        (Step("result", name="f", text=" a\n b "), "f → a b"),
        (Step("result", name="f"), "f → (nothing)"),
        (Step("result", text="a"), "a"),
        (Step("answer", text="a" * 101), "a" * 100 + "…"),
        (Step("answer", text="## Why\n\nIt is **so**: `x*y*z`, *cut **he"), "Why · It is so: x*y*z, cut he"),
        (Step("think", text="Two:\n\n- *one*\n- [x](http://y.z)\n\n1. a\n2. b\n"), "Two: • one • x 1. a 2. b"),
        (
            Step("answer", text="| a | b |\n|--|--|\n| 1 | `2` |\n\nSo $x^2$ and\n![p](http://y.z)"),
            "a · b · 1 · 2 So x^2 and p",
        ),
        (Step("answer", text="# Only"), "Only"),
        (Step("answer", text=f"[x](http://{'y' * 500}) and more"), "x…"),
        (Step("answer", text=f"[x](http://{'y' * 300})\n" * 2), "x x…"),
        (Step("think", text="<b> & $5 ~~no~~\n```py\n**x**\n```"), "<b> & $5 no **x**"),
        (Step("user", text="the **sky**"), "the **sky**"),
        (Step("result", name="f", text="**raw**"), "f → **raw**"),
    ],
)
def test_a_step_is_summed_up_in_a_line(step: Step, line: str) -> None:
    assert summary(step) == line


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


@pytest.mark.parametrize("lengths", [[], [5], [10, 10], [1_000_000, 3], [400, 400, 1]])
def test_texts_share_the_room_there_is(lengths: list[int]) -> None:
    texts = ["x" * length for length in lengths]
    limit = share_of(texts, 500)
    assert sum(min(len(text), limit) for text in texts) <= 500


def test_what_is_left_out_is_said() -> None:
    assert shortened("abc", 3) == ("abc", "")
    text, said = shortened("x" * 2_000, 1_000)
    assert len(text) == 1_000
    assert said.startswith("… 1,000 of 2,000 characters")


@pytest.mark.parametrize("text", ["a`b", "``", "`", "", "a\nb", HOSTILE])
def test_code_spans_and_fences_cannot_be_closed_from_inside(text: str) -> None:
    parse = MarkdownIt("commonmark", {"html": True}).parse
    (_, inline, _) = parse(code_span(text))
    assert [child.type for child in inline.children or ()] == ["code_inline"]
    (block,) = parse(fenced(text))
    assert block.type == "fence"


def test_words_mean_nothing_in_markdown() -> None:
    (_, inline, _) = (
        MarkdownIt("commonmark", {"html": True}).enable("strikethrough").parse(words(f"a {HOSTILE} *b* ~~c~~ _d_"))
    )
    assert {child.type for child in inline.children or ()} <= {"text", "text_special"}
