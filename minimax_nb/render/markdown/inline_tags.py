"""The few tags of HTML that models write and Markdown lacks: ``<sub>``, ``<sup>``, ``<kbd>`` and ``<br>``.

Bare ones alone, and in pairs that lie within one another and within the emphasis around them; whatever else looks like
a tag stays text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

PAIRED = ("sub", "sup", "kbd")
_TAG = re.compile(rf"<(/?)({'|'.join(PAIRED)})>", re.IGNORECASE)
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_DEEPEST = 4
"""Tags within tags that are drawn; powers of powers of powers are not."""


def add_inline_tags(md: MarkdownIt) -> None:
    """Teach a parser the tags; its tokens then go through ``pair_tags``."""
    md.inline.ruler.before("autolink", "line_break", _line_break)
    md.inline.ruler.before("autolink", "inline_tag", _inline_tag)


def _line_break(state: StateInline, silent: bool) -> bool:
    found = _LINE_BREAK.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.push("hardbreak", "br", 0)
    state.pos = found.end()
    return True


def _inline_tag(state: StateInline, silent: bool) -> bool:
    found = _TAG.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        token = state.push("inline_tag", found[2].lower(), 0)
        token.content = found[0]
        token.hidden = bool(found[1])  # whether it closes, until ``pair_tags`` knows more
    state.pos = found.end()
    return True


class _Level:
    """The tags that are open within one element of Markdown's, such as emphasis."""

    def __init__(self) -> None:
        self.open: list[Token] = []
        self.count = dict.fromkeys(PAIRED, 0)


def pair_tags(tokens: Iterable[Token]) -> None:
    """Make elements of the tags that pair up, and text of the others, in time that grows with their number.

    Args:
        tokens: the inside of a paragraph, changed in place.
    """
    levels = [_Level()]
    for token in tokens:
        if token.type == "inline_tag":
            if token.hidden:
                _close(token, levels)
            else:
                levels[-1].open.append(token)
                levels[-1].count[token.tag] += 1
        elif token.nesting > 0:
            levels.append(_Level())
        elif token.nesting < 0 and len(levels) > 1:
            _as_text(levels.pop().open)
    for level in levels:
        _as_text(level.open)


def _close(token: Token, levels: list[_Level]) -> None:
    """Pair a closing tag with the last of its kind; those opened since then are text."""
    level = levels[-1]
    if not level.count[token.tag]:
        _as_text([token])
        return
    while (opener := level.open.pop()).tag != token.tag:
        level.count[opener.tag] -= 1
        _as_text([opener])
    level.count[token.tag] -= 1
    if sum(len(each.open) for each in levels[-_DEEPEST - 1 :]) >= _DEEPEST:
        _as_text([opener, token])
        return
    for each, kind, nesting in ((opener, "tag_open", 1), (token, "tag_close", -1)):
        each.type, each.content, each.hidden = kind, "", False
        each.nesting = 1 if nesting > 0 else -1


def _as_text(tokens: Iterable[Token]) -> None:
    for token in tokens:
        token.type, token.tag, token.hidden = "text", "", False
