"""Whole texts: what is shown, and that nothing else can come out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.render.markdown.html import to_html

from ...support.html_inspection import inspect

if TYPE_CHECKING:
    from minimax_nb.render.markdown.maths import Formulas


FIXTURES = Path(__file__).parent / "fixtures"
TEX = ("text", "lists", "tables", "code", "formulas", "prices", "links", "xss")


def cases(name: str) -> list[tuple[str, str, str]]:
    """Title, input and expected output of each case in a fixture file: three parts, each ended by a lone full stop.

    A character that no editor shows stands in the input as its number in braces: {U+001B}.
    """
    text = (FIXTURES / f"{name}.md").read_text(encoding="utf-8")
    found = re.findall(r"^([^\n]+)\n\.\n(.*?)\n\.\n(.*?)\n\.\n", text, re.DOTALL | re.MULTILINE)
    return [
        (title, re.sub(r"\{U\+(....)\}", lambda m: chr(int(m[1], 16)), source), html) for title, source, html in found
    ]


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
    assert {path.stem for path in FIXTURES.glob("*.md")} == {*TEX, "mathml", "safe_markdown"}
    assert all(len(cases(path.stem)) >= 5 for path in FIXTURES.glob("*.md"))


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
