"""A trace in words: one line a step, plain text and Markdown."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from minimax_nb.render import tracetext
from minimax_nb.render.tracetext import call_words, share_of, shortened, summary
from minimax_nb.steps.steps import Step

from ..support.hostile import hostile_steps


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
        (Step("result", name="f", arguments='{"a": "b"}', text="1"), 'f(a="b") → 1'),
        (Step("result", name="f", arguments="{}", text="1"), "f() → 1"),
        (
            Step("result", name="save", arguments=f'{{"path": "a.txt", "text": "{"x" * 500}"}}', text="done"),
            'save(path="a.txt", text="xxxxxxxxxxx…") → done',
        ),
        (Step("result", name="f", arguments=f"{'x' * 500}", text="1"), f"f({'x' * 39}…) → 1"),
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


@pytest.mark.parametrize("limit", [10, 40, 100])
@pytest.mark.parametrize(
    "arguments", ['{"a": "' + "x" * 900 + '"}', "{" + ",".join(f'"k{n}": {n}' for n in range(99)) + "}"]
)
def test_a_call_in_short_is_about_as_long_as_it_may_be(arguments: str, limit: int) -> None:
    assert len(call_words("f", arguments, limit)) <= limit + 10
    assert call_words("f", arguments, limit).endswith(")")
    assert call_words("f" * 200, arguments, limit).startswith("ffff")


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
