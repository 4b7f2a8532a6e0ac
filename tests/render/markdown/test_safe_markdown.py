"""Markdown that no host can be hurt by."""

from __future__ import annotations

import re

import mistune
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.render.markdown.safe_markdown import is_harmless, to_markdown

from ...support.fixtures import cases

SIGNS = (
    "<b>|</details>|<script>alert(1)</script>|<!--|-->|<![CDATA[|<?php|<a href='|'>|<div\n|<img src=x onerror=y>|"
    "<http://a>|<javascript:x>|`|``|```\n|~~~\n|![a](http://e/x)|![](data:x)|[a](javascript:x)|[a]( <java\nscript:x>)|"
    "[r]|![r]|[r][r]|[a](java&#115;cript:x)|[r]: javascript:x\n|\n|\n\n|    |- |> |1. |$5|$x$|$$|\\(|\\)|\\[|\\]|x^2|"
    "<sub>|</sub>|<SUP>|<br>|<br\n|<kbd>k</kbd>|<sub>s</sub>|\\begin{align}|\\end{align}|</|"
    "\\href{javascript:x}{y}|\\|\\\\|&#60;b&#62;|\\<|*|**|_|a|b c|\x1b|\r\n"
)
PIECES = SIGNS.split("|")
DOCUMENTS = st.lists(st.sampled_from([*PIECES, "| ", "|a|b|\n|-|-|\n", "|$|x|$|", "$|"]), max_size=20).map("".join)


@pytest.mark.parametrize(("title", "source", "expected"), cases("safe_markdown"), ids=lambda value: value[:40])
def test_the_fixtures_come_out_as_they_say(title: str, source: str, expected: str) -> None:
    assert to_markdown(source) == expected, title
    assert is_harmless(expected)


@given(DOCUMENTS)
@settings(deadline=None, max_examples=300)
def test_nothing_harmful_is_left_for_our_parser_or_another(text: str) -> None:
    markdown = to_markdown(text)
    assert is_harmless(markdown)
    html = mistune.create_markdown(escape=False, plugins=["table", "strikethrough"])(markdown)
    assert isinstance(html, str)
    assert not re.search(r"(?i)<(/?(script|details|b|img|div)\b|!|\?)|<a [^>]*href=.?(javascript|data)", html), html


@given(DOCUMENTS)
@settings(deadline=None, max_examples=100)
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    once = to_markdown(text)
    assert is_harmless(once + "\n\n# more\n\n" + once)


@pytest.mark.parametrize(
    "markdown",
    [
        "<b>a</b>",
        "<sub>a",
        "a</sub>",
        "<sub>a<sup>b</sub></sup>",
        "<sub>a</kbd>",
        "<sub class=x>a</sub>",
        "<br class=x>",
        "<br>\n",
        "a <!-- b -->",
        "<div>\n",
        "![a](https://x.y/z.png)",
        "[a](javascript:b)",
        "[a](JAVA&#115;cript:b)",
        "[a](data:b)",
        "[a](//x.y)",
        "[a]\n\n[a]: vbscript:b",
        "```\nopen",
        "~~~",
    ],
)
def test_harm_is_seen(markdown: str) -> None:
    assert not is_harmless(markdown)


@pytest.mark.parametrize("text", ["[" * 20_000, "<" * 20_000, "![" * 10_000, "`" * 20_000, "$" * 20_000, "> " * 5_000])
def test_depth_and_length_end_in_code(text: str) -> None:
    assert is_harmless(to_markdown(text))


def test_ordinary_answers_are_not_touched() -> None:
    text = (
        "## Result\n\nIt is **4**, see [here](https://x.y).\n\n1. `a < b`\n2. $x^2$\n\n```python\nif a < b: pass\n```\n"
    )
    assert to_markdown(text) == text
