"""Line breaks of an answer as Markdown: kept by hosts that would join the lines."""

from __future__ import annotations

import mistune
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.render.markdown.html import to_html
from minimax_nb.render.markdown.line_breaks import end_of_code_span
from minimax_nb.render.markdown.safe_markdown import to_markdown

LINES = st.lists(
    st.sampled_from(["a", "**b**", "- c", "> d", "`e", "f`", "", "g  ", "h\\", "1. i", "  j"]), max_size=12
)


def drawn(text: str) -> str:
    html = mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])(to_markdown(text))
    assert isinstance(html, str)
    return html


@pytest.mark.parametrize(
    ("text", "breaks"),
    [
        ("Roses are red,\nviolets are blue.", 1),
        ("**Name:** Ada\n**Street:** 1 Lane\n**Town:** Ulm", 2),
        ("> one\n> two\n\n- three\n  four", 2),
        ("one  \ntwo\\\nthree", 2),
        ("one\n\ntwo", 0),
        ("# one\ntwo", 0),
        ("- one\n- two", 0),
        ("`one\ntwo`", 0),
        ("```\none\ntwo\n```", 0),
        ("| a |\n|---|\n| b |", 0),
    ],
)
def test_a_host_keeps_them_as_we_do(text: str, breaks: int) -> None:
    assert drawn(text).count("<br") == to_html(text, formulas="tex").count("<br") == breaks


@given(LINES)
@settings(deadline=None)
def test_writing_them_twice_changes_nothing(lines: list[str]) -> None:
    once = to_markdown("\n".join(lines))
    assert to_markdown(once) == once


@pytest.mark.parametrize(("text", "end"), [("`a` b", 3), ("``a`b`` c", 7), ("`a", 1), ("`a\n\nb`", 1), ("```a`", 3)])
def test_code_ends_where_as_many_backticks_stand(text: str, end: int) -> None:
    assert end_of_code_span(text, 0) == end
