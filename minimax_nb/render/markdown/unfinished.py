"""Text that is still being written: as it will look, without the marks that wait for what belongs to them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

_CODE = re.compile(r"(?<!`)(`+)(?!`)")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*$")
_HALF = re.compile(r"(?<![*\\])\*$|(?<![~\\])~$")
_MARK = re.compile(r"\\.|\*\*|\*|~~", re.DOTALL)
_DASH = re.compile(r"[ >]*-[ \t]*")
_STAR = re.compile(r"[ >]*[*+][ \t]*")
_LISTS = {"bullet_list_open", "ordered_list_open"}
_ENDS = {"list_item_close", "bullet_list_close", "ordered_list_close", "blockquote_close"}


def mend(text: str) -> str:
    """Close what is open at the end of a paragraph: code, emphasis, the address of a link.

    Only for what is shown meanwhile; the finished paragraph is read as it was written.

    Args:
        text: the inside of a paragraph, cut anywhere.

    Returns:
        Markdown of which the last words look as they will when the closing marks have come.
    """
    text = _LINK.sub(r"\1", text)
    prose, ticks = _without_code(text)
    if ticks and text.endswith(ticks):
        return text.removesuffix(ticks)
    marks = _open_marks(prose)
    if not ticks and (half := _HALF.search(prose)) and (half[0] == "~" or "**" in marks):
        text, prose = text[:-1], prose[:-1]
        marks = _open_marks(prose)
    if not marks:
        return text + ticks
    if not ticks and prose.endswith(marks[-1]):
        text = text.removesuffix(marks.pop())
    return text.rstrip() + ticks + "".join(reversed(marks))


def drop_mark(tokens: list[Token], last: str, number: int) -> None:
    """Leave out a list mark that its item has yet to follow, also where it reads as text or underlines a heading.

    Args:
        tokens: those of the last block, changed in place; none are left of a list that only begins.
        last: the last line, not yet ended.
        number: which line that is.
    """
    at = len(tokens) - 1
    while at >= 0 and tokens[at].type in _ENDS:
        at -= 1
    if at < 0:
        return
    if tokens[at].type == "list_item_open" and (tokens[at].map or [-1])[0] == number:
        alone = tokens[at - 1].type in _LISTS
        del tokens[at - alone : at + 2 + alone]
    elif tokens[at].type == "paragraph_close" and _STAR.fullmatch(last):
        inside = tokens[at - 1]
        inside.content = inside.content.rpartition("\n")[0]
    elif tokens[at].type == "heading_close" and _DASH.fullmatch(last):
        for token, kind in ((tokens[at - 2], "paragraph_open"), (tokens[at], "paragraph_close")):
            token.type, token.tag, token.markup = kind, "p", ""


def _without_code(text: str) -> tuple[str, str]:
    """Split off the text before and between its code, and the backticks that are open at its end."""
    parts: list[str] = []
    at = 0
    ticks = ""
    for run in _CODE.finditer(text):
        if not ticks:
            parts.append(text[at : run.start()])
            ticks = run[1]
        elif run[1] == ticks:
            parts.append("x")  # code stands for a word
            ticks = ""
            at = run.end()
    return "".join(parts) if ticks else "".join(parts) + text[at:], ticks


def _open_marks(prose: str) -> list[str]:
    marks: list[str] = []
    for found in _MARK.finditer(prose):
        mark = found[0]
        before, after = prose[: found.start()][-1:], prose[found.end() :][:1]
        if mark[0] == "\\":
            continue
        if mark in marks:
            if not before.isspace():
                del marks[marks.index(mark) :]
        # Within a word it is more likely a product or a power.
        elif not after.isspace() and not (before.isascii() and before.isalnum()):
            marks.append(mark)
    return marks
