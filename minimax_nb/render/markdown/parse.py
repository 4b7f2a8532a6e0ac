"""Markdown -> top-level blocks of tokens, with bounds on size and depth and nothing lost beyond them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from .emphasis import add_emphasis
from .formula_pipes import put_aside, put_back
from .formulas import add_formulas
from .inline_tags import add_inline_tags, pair_tags
from .unfinished import drop_mark, hold_table_head, mend

if TYPE_CHECKING:
    from collections.abc import Mapping

# Quotes in lists in quotes …: markdown-it drops what lies deeper than its limit, so such a block is shown as text.
_DEEPEST = 40
# Emphasis and links pair up in time that can grow with the square of a paragraph, brackets within brackets worse.
_LONGEST_INLINE = 8_000
_DEEPEST_BRACKETS = 60
# A table completes short rows: a few signs could become millions of cells.
_TOKENS_PER_CHARACTER = 4
_SAFE_LINK = re.compile(r"https?://|mailto:", re.IGNORECASE)
_BRACKETS = re.compile(r"[\[\]]")


@dataclass(frozen=True, slots=True)
class Block:
    """One top-level block.

    Attributes:
        kind: the type of its first token, such as ``paragraph_open``.
        tokens: markdown-it's tokens, inline ones parsed; none for ``preformatted``.
        start: its first line.
        end: the line after its last one.
        text: for ``preformatted``, its source, to be shown as it is.
    """

    kind: str
    tokens: list[Token]
    start: int
    end: int
    text: str = ""


@dataclass(slots=True)
class Links:
    """Link reference definitions, ``[name]: https://…``: where each stands, in lines of the text last parsed."""

    known: dict[str, Any] = field(default_factory=dict)

    def before(self, line: int) -> Links:
        """Give the definitions that end at or before a line."""
        return Links({name: link for name, link in self.known.items() if link["map"][1] <= line})

    def moved(self) -> Links:
        """Give the same, as of before the text that is parsed next."""
        return Links({name: {**link, "map": [-1, -1]} for name, link in self.known.items()})


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - markdown-it's name
        """Let only the web and mail become links; what is refused stays readable as its source."""
        return _SAFE_LINK.match(url) is not None


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    md = _Parser("commonmark", {"html": False, "maxNesting": _DEEPEST})
    md.enable(["table", "strikethrough"])
    md.disable(["html_block", "html_inline"])
    add_inline_tags(md)
    add_emphasis(md)
    add_formulas(md)
    return md


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text in blocks.

    Attributes:
        blocks: in order.
        links: all definitions known at the end.
        decided: the line from which on a formula is open, that may yet close and swallow what follows it; else the
            number of lines that have ended.
    """

    blocks: list[Block]
    links: Links
    decided: int


def parse(
    text: str, links: Links | None = None, *, unfinished: bool = False, cut: bool = False, hold: bool = False
) -> Parsed:
    """Split Markdown into its top-level blocks.

    Args:
        text: Markdown with line feeds only, control characters already visible.
        links: definitions from the text before this one.
        unfinished: whether the last line is still being written; marks that are open in it are closed.
        cut: whether the text breaks off at its end, as it also does while it is being written; a list mark that its
            item has yet to follow is left out.
        hold: whether to leave out a last line that may be the head of a table, until the next one tells.

    Returns:
        The blocks, and what is known about the text to come.
    """
    md = _parser()
    complete = text.count("\n")
    env: dict[str, Any] = {"references": dict(links.known) if links else {}, "complete": complete}
    tokens: list[Token] = []
    # markdown-it 3 reads one character too far where a table is followed by a bare quote mark that ends the text.
    feed = "\n" if text.rstrip(" \t").endswith(">") else ""
    md.block.parse(put_aside(text, unfinished=unfinished) + feed, md, env, tokens)
    for token in tokens:
        token.content = put_back(token.content)
    lines = text.split("\n")
    blocks = []
    for group in _top_level(tokens):
        start, end = group[0].map or (0, 0)
        if (unfinished or cut) and end > complete:
            drop_mark(group, lines[-1], complete)
        if hold and (end > complete or (end == complete and not lines[-1].strip(" >\t"))):
            hold_table_head(group, lines[-1])
        if not group:
            continue
        if unfinished and end > complete:
            _mend_last(group, complete)
        if _is_too_much(group, lines[start:end]):
            blocks.append(Block("preformatted", [], start, end, "\n".join(lines[start:end])))
            continue
        for token in group:
            if token.type == "inline":
                token.children = inline(md, token.content, env) or _text(token.content)
        blocks.append(Block(group[0].type, group, start, end))
    return Parsed(blocks, Links(env["references"]), env.get("undecided", complete))


def _top_level(tokens: list[Token]) -> list[list[Token]]:
    groups: list[list[Token]] = []
    for token in tokens:
        if token.level == 0 and token.nesting >= 0:
            groups.append([])
        groups[-1].append(token)
    return groups


def _mend_last(group: list[Token], complete: int) -> None:
    """Close what is open at the end of the paragraph, or of the cell, that is being written."""
    last = next((token for token in reversed(group) if token.type == "inline" and token.content), None)
    if last is not None and last.map and last.map[1] > complete and len(last.content) <= _LONGEST_INLINE:
        last.content = mend(last.content)


def _is_too_much(group: list[Token], lines: list[str]) -> bool:
    limit = 1_000 + _TOKENS_PER_CHARACTER * sum(map(len, lines))
    return len(group) > limit or max(token.level for token in group) >= _DEEPEST - 1


def _is_simple(content: str) -> bool:
    """Tell whether the inline rules will be through with it in good time."""
    if len(content) > _LONGEST_INLINE:
        return False
    depth = 0
    # Few brackets cannot nest deeply.
    for bracket in _BRACKETS.findall(content) if content.count("[") > _DEEPEST_BRACKETS else ():
        depth = depth + 1 if bracket == "[" else max(0, depth - 1)
        if depth > _DEEPEST_BRACKETS:
            return False
    return True


def inline(md: MarkdownIt, content: str, env: Mapping[str, Any]) -> list[Token] | None:
    """Parse the inside of a paragraph.

    Args:
        md: the parser to use.
        content: its text.
        env: what the parser found before, such as link definitions.

    Returns:
        The tokens, or None when it is too long or too deep to be worth it.
    """
    children: list[Token] = []
    if not _is_simple(content):
        return None
    try:
        md.inline.parse(content, md, dict(env), children)
    except RecursionError:  # pictures in pictures in pictures …
        return None
    pair_tags(children)
    return children


def _text(content: str) -> list[Token]:
    token = Token("text", "", 0)
    token.content = content
    return [token]
