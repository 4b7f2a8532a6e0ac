"""Untrusted text as Markdown code and words."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from minimax_nb.render.text.quoting import code_span, fenced, words

from ...support.hostile import HOSTILE


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
