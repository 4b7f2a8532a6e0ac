"""Markdown -> the words alone, for a line that sums up what a model wrote."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .html import prepare
from .parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

_BREAKS = {"softbreak", "hardbreak"}
_CELLS = {"th_open", "td_open"}


@lru_cache(maxsize=2_000)  # a line stands in three forms, live and saved
def plain_words(text: str) -> str:
    """Give the words of a text without the marks that format them.

    Args:
        text: Markdown, cut anywhere.

    Returns:
        Plain text, not escaped. Items keep their bullet or number, cells and headings are told apart by a dot.
    """
    parts: list[str] = []
    for block in parse(prepare(text), unfinished=True).blocks:
        parts += [block.text] if block.kind == "preformatted" else _spoken(block.tokens)
    return " ".join(filter(None, parts)).removesuffix(" ·")


def _spoken(tokens: Iterable[Token]) -> Iterator[str]:
    beside = False
    for token in tokens:
        if token.type == "table_open":
            beside = False
        elif token.type == "list_item_open":
            yield f"{token.info}{token.markup}" if token.info else "•"
        elif token.type in _CELLS:
            if beside:
                yield "·"
            beside = True
        elif token.type == "heading_close":
            yield "·"
        elif token.type == "inline":
            yield _inline(token.children or ())
        else:
            yield token.content


def _inline(tokens: Iterable[Token]) -> str:
    return "".join(
        " " if token.type in _BREAKS else _inline(token.children) if token.children else token.content
        for token in tokens
    )
