"""Long texts in saved HTML: what is laid out late, and what is not."""

from __future__ import annotations

import re

import pytest

from minimax_nb.render.markdown.deferred import LONG
from minimax_nb.render.markdown.html import to_html

LISTING = "```python\n" + "x = 1\n" * 20 + "```\n\n"
TABLE = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 9 + "\n"
PADDING = "Words.\n\n" * (LONG // 8 + 1)
STYLE = re.compile(r'<(\w+) tabindex="0" style="content-visibility:auto;contain-intrinsic-height:auto (\d+)em;')


def test_a_long_text_has_its_listings_and_tables_laid_out_late() -> None:
    html = to_html(PADDING + LISTING + TABLE + "# Title\n\n- item\n\n> quote", formulas="tex")

    assert STYLE.findall(html) == [("pre", "29"), ("div", "24")]


def test_what_is_said_is_the_same() -> None:
    html = to_html(PADDING + LISTING + TABLE, formulas="tex")

    plain = to_html(PADDING, formulas="tex") + to_html(LISTING + TABLE, formulas="tex")
    assert re.sub(r"content-visibility:auto;contain-intrinsic-height:auto \d+em;", "", html) == plain


@pytest.mark.parametrize("text", [LISTING + TABLE, LISTING, TABLE])
def test_a_short_text_is_left_as_it_is(text: str) -> None:
    assert "content-visibility" not in to_html(text, formulas="tex")


def test_so_is_what_a_live_view_shows_because_it_grows_in_sight() -> None:
    assert "content-visibility" not in to_html(PADDING + LISTING, formulas="mathml")
