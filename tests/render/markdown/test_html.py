"""Whole texts: what is shown, and that nothing else can come out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.render.markdown.html import to_blocks, to_html

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
