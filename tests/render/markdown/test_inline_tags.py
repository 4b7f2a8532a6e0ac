"""The tags that are drawn: in pairs, bare, a few deep, and never seen as text while they are being written."""

from __future__ import annotations

import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minimax_nb.render.markdown.blocks import BlockStream
from minimax_nb.render.markdown.html import to_html
from minimax_nb.render.markdown.inline_tags import PAIRED

from ...support.html_inspection import inspect

TAGS = [f"<{mark}{tag}>" for tag in PAIRED for mark in ("", "/")]
TEXTS = st.lists(
    st.sampled_from([*TAGS, "<SUB>", "<sub x>", "<br>", "<b>", "**", "*", "`", "a", " ", "[l](http://x.y)", "\n", "|"]),
    max_size=40,
).map("".join)


@given(TEXTS)
@settings(deadline=None, max_examples=300)
def test_whatever_comes_is_balanced_and_nothing_is_lost(text: str) -> None:
    assume("```" not in text)  # what stands behind a fence names a language, and is not shown
    html = to_html(text, formulas="mathml")
    found = inspect(html)
    drawn = sum(found.tags.count(tag) for tag in PAIRED)
    left = sum(found.text.lower().count(tag) for tag in TAGS)
    assert 2 * drawn + left == sum(text.lower().count(tag) for tag in TAGS)


@given(TEXTS)
@settings(deadline=None, max_examples=100)
def test_every_frame_on_the_way_is_balanced(text: str) -> None:
    stream = BlockStream()
    for character in text:
        stream.feed(character)
        stream.frame()
        inspect("".join(stream.snapshot()))


@pytest.mark.parametrize(
    "text",
    [
        "H<sub>2</sub>O and <kbd>Ctrl</kbd>",
        "- **x<sup>2</SUP>** is",
        "| a<sub>1</sub> | b<br>c |\n|---|---|\n| x<sup>2</sup> | <kbd>y</kbd> |\n",
        "one<br/>two<br >three",
        "> *a <sub>b</sub>*",
    ],
)
def test_no_part_of_a_tag_is_seen_while_it_is_written(text: str) -> None:
    stream = BlockStream()
    for character in text:
        stream.feed(character)
        stream.frame()
        assert not set("<>") & set(inspect("".join(stream.snapshot())).text)
    stream.finish()
    assert not set("<>") & set(inspect("".join(stream.snapshot())).text)


def test_text_that_only_begins_like_a_tag_is_seen_when_it_goes_on() -> None:
    stream = BlockStream()
    for text, shown in (("a <", "<p>a </p>"), ("s", "<p>a </p>"), ("o", "<p>a &lt;so</p>")):
        stream.feed(text)
        stream.frame()
        assert stream.snapshot() == [shown]
    stream.feed(" and 5 <")
    stream.finish()
    assert stream.snapshot() == ["<p>a &lt;so and 5 &lt;</p>"]


def test_code_that_is_open_shows_the_tags_in_it() -> None:
    stream = BlockStream()
    stream.feed("`<su")
    stream.frame()
    assert stream.snapshot() == ["<p><code>&lt;su</code></p>"]


@pytest.mark.parametrize(
    "text",
    [
        "<sub>" * 1_500,
        "</sub>" * 1_300,
        "<sub>" * 700 + "</sub>" * 700,
        "<sub><sup>" * 700,
        "<sub>*a" * 1_000,
        "<su" * 2_600,
    ],
    ids=["opened", "closed", "nested", "mixed", "in emphasis", "begun"],
)
def test_thousands_of_tags_take_their_time_alone(text: str) -> None:
    for whole in (text, "\n\n".join([text] * 5)):
        started = time.process_time()
        found = inspect(to_html(whole, formulas="mathml"))
        assert time.process_time() - started < 4
        assert sum(map(found.tags.count, PAIRED)) <= 4 * whole.count("\n\n") + 1_000


def test_tags_deep_within_one_another_are_text() -> None:
    html = to_html("<sub>" * 500 + "x" + "</sub>" * 500, formulas="mathml")
    assert html.count("<sub>") == 4
