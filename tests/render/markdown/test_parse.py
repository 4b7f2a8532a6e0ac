"""Bounds of parsing: depth, length and width cost no error and no text."""

from __future__ import annotations

import re

import pytest

from minimax_nb.render.markdown.html import to_blocks, to_html

from ...support.html_inspection import inspect


@pytest.mark.parametrize(
    "text",
    [
        ">" * 10_000,
        "[" * 10_000,
        "*" * 9_999 + "a",
        "![" * 5_000 + "](http://x)" * 5_000,
        "- " * 5_000 + "a",
        "".join(f"{'  ' * depth}- a\n" for depth in range(200)),
        "> - " * 300 + "a",
        "(" * 10_000,
        "$" * 10_000,
        "$" + "{" * 3_000 + "x" + "}" * 3_000 + "$",
        "$" + "\\sqrt" * 700 + "x$",
        "`" * 10_000,
        "<" * 10_000,
        "~" * 10_000,
    ],
    ids=lambda text: text[:12].strip(),
)
def test_depth_has_no_end_in_an_error(text: str) -> None:
    inspect(to_html(text, formulas="mathml"))
    inspect(to_html(text, formulas="tex"))


def test_what_is_too_deep_or_too_long_is_shown_as_text_in_full() -> None:
    for text in (
        "> " * 100 + "deep",
        "".join(f"{'  ' * depth}- item{depth}\n" for depth in range(60)),
        "word " * 5_000,
    ):
        shown = inspect(to_html(text, formulas="tex")).text
        assert list(re.findall(r"\w+", text)) == re.findall(r"\w+", shown)


@pytest.mark.heavy
def test_a_table_cannot_blow_up() -> None:
    text = "|a" * 300 + "|\n" + "|-" * 300 + "|\n" + "|\n" * 300
    assert len(to_html(text, formulas="tex")) < 20 * len(text)


def test_a_megabyte_in_one_line_is_shown_as_text() -> None:
    text = "a" * 1_000_000
    assert inspect(to_html(text, formulas="mathml")).text == text


def test_blocks_are_the_whole_in_pieces() -> None:
    text = "# a\n\nb\n\n- c\n- d\n\n```\ne\n```"
    blocks = to_blocks(text, formulas="tex")
    assert [re.match(r"<(\w+)", block)[1] for block in blocks] == ["h1", "p", "ul", "pre"]  # type: ignore[index]
    assert "".join(blocks) == to_html(text, formulas="tex")
