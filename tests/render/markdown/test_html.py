"""Whole texts: what is shown, and that nothing else can come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.render.markdown.html import to_html

from ...support.fixtures import MARKDOWN, cases
from ...support.html_inspection import inspect

if TYPE_CHECKING:
    from minimax_nb.render.markdown.maths import Formulas


TEX = ("text", "lists", "tables", "code", "formulas", "prices", "links", "xss")


@pytest.mark.parametrize(
    ("name", "title", "source", "expected"),
    [(name, *case) for name in TEX for case in cases(name)],
    ids=lambda value: value if len(value) < 60 and "\n" not in value else "",
)
def test_the_fixtures_come_out_as_they_say(name: str, title: str, source: str, expected: str) -> None:
    html = to_html(source, formulas="tex")
    assert html == expected, f"{name}: {title}"
    inspect(html)


@pytest.mark.parametrize(("title", "source", "expected"), cases("mathml"), ids=lambda value: value[:40])
def test_formulas_come_out_as_mathml(title: str, source: str, expected: str) -> None:
    html = to_html(source, formulas="mathml")
    assert html == expected, title
    inspect(html)


def test_every_fixture_file_is_read() -> None:
    assert {path.stem for path in MARKDOWN.glob("*.md")} == {*TEX, "mathml", "safe_markdown"}
    assert all(len(cases(path.stem)) >= 5 for path in MARKDOWN.glob("*.md"))


SIGNS = (
    '<b>|</details>|<script>|`|``|```\n|```py\n|~~~\n|![a](http://x/y)|[a](javascript:b)|[a](http://x/"y)|'
    "[r]: http://x\n|[r]|\n|\n\n|    |- |> |1. |$5|$x$|$$|\\(|\\)|\\[|\\]|x^2|\\frac{a}{b}|\\href{javascript:x}{y}|"
    "\\text{<b>}|\\\\|<!--|-->|<http://a>|&#60;|&#x202e;|a|b c|*|**|_|~~|\x1b|\u202e|😀|总|\ud800|\r|{|}|^|&"
)
PIECES = SIGNS.split("|")
DOCUMENTS = st.lists(st.sampled_from([*PIECES, "|", "|a|b|\n|-|-|\n"]), max_size=25).map("".join)


@given(DOCUMENTS, st.sampled_from(["mathml", "tex"]))
@settings(max_examples=300, deadline=None)
def test_only_known_tags_and_attributes_come_out_of_anything(text: str, formulas: Formulas) -> None:
    inspect(to_html(text, formulas=formulas))


@given(st.lists(st.sampled_from(["alpha", "beta", "<b>", "$5", "&lt", "'c'", "(d)", "e/f", "值", "😀"]), max_size=30))
@settings(deadline=None)
def test_plain_words_come_out_as_they_are(words: list[str]) -> None:
    assert inspect(to_html(" ".join(words), formulas="tex")).text.split() == words
