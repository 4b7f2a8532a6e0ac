"""Emphasis beside Chinese, Japanese and Korean text.

CommonMark decides by spaces and punctuation whether ``**`` can open or close, and such texts have no spaces: in
``**总计：**值`` nothing would be bold, and models write that all the time. So a neighbour of these scripts counts as a
boundary.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it.rules_inline.state_inline import Delimiter

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

_WITHOUT_SPACES = re.compile(
    "[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)


def add_emphasis(md: MarkdownIt) -> None:
    """Replace a parser's rule for ``*`` and ``_``; what pairs them up stays."""
    md.inline.ruler.at("emphasis", _emphasis)


def _emphasis(state: StateInline, silent: bool) -> bool:
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    found = state.scanDelims(state.pos, marker == "*")
    end = state.pos + found.length
    opens, closes = found.can_open, found.can_close
    if marker == "*":
        before = state.src[state.pos - 1 : state.pos]
        after = state.src[end : end + 1]
        if _WITHOUT_SPACES.match(before) or _WITHOUT_SPACES.match(after):
            opens, closes = bool(after.strip()), bool(before.strip())
    for _ in range(found.length):
        state.push("text", "", 0).content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker), length=found.length, token=len(state.tokens) - 1, end=-1, open=opens, close=closes
            )
        )
    state.pos = end
    return True
