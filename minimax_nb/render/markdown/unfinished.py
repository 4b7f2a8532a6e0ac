"""Text that is still being written: as it will look, without the marks that wait for what belongs to them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

_CODE = re.compile(r"(?<!`)(`+)(?!`)")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*$")
_HALF = re.compile(r"(?<![*\\])\*$|(?<![~\\])~$")
_MARK = re.compile(r"\\.|\*\*|\*|~~|</?(?:sub|sup|kbd)>", re.DOTALL | re.IGNORECASE)
_TAG_BEGUN = re.compile(r"<(?:/?(?:su?|su[bp]|kb?|kbd)?|br?|br ?/?)$", re.IGNORECASE)
_TABLE_HEAD = re.compile(r"\|.*\|[ \t]*")
_DELIMITERS = re.compile(r"[|:\- \t]*")
_LONGEST_HEAD = 500
"""Characters of a line that is held back; a longer one is text that begins with a ``|``."""
_DASH = re.compile(r"[ >]*-[ \t]*")
_STAR = re.compile(r"[ >]*[*+][ \t]*")
_LISTS = {"bullet_list_open", "ordered_list_open"}
_ENDS = {"list_item_close", "bullet_list_close", "ordered_list_close", "blockquote_close"}


def mend(text: str) -> str:
    """Close what is open at the end of a paragraph: code, emphasis, a tag, the address of a link.

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
    if not ticks and (begun := _TAG_BEGUN.search(prose)):
        text, prose = text[: -len(begun[0])], prose[: begun.start()]
    marks = _open_marks(prose)
    if not ticks and (half := _HALF.search(prose)) and (half[0] == "~" or "**" in marks):
        text, prose = text[:-1], prose[:-1]
        marks = _open_marks(prose)
    if not marks:
        return text + ticks
    if not ticks and prose.lower().endswith(marks[-1]):
        text = text[: -len(marks.pop())]
    return text.rstrip() + ticks + "".join(mark.replace("<", "</") for mark in reversed(marks))


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


def hold_table_head(tokens: list[Token], last: str) -> None:
    """Leave out the line that may be the head of a table, and the begun row of dashes below it.

    Args:
        tokens: those of the last block, changed in place; none are left where it is all there is.
        last: the last line, not yet ended; "" when the one before it has only just ended.
    """
    at = len(tokens) - 1
    while at >= 0 and tokens[at].type in _ENDS:
        at -= 1
    if at < 1 or tokens[at].type != "paragraph_close":
        return
    inside, last = tokens[at - 1], last.strip(" >\t")
    lines = inside.content.split("\n")
    head = lines[-1] if not last else lines[-2] if len(lines) > 1 else ""
    begun = 0
    if _TABLE_HEAD.fullmatch(head) and len(head) <= _LONGEST_HEAD and _DELIMITERS.fullmatch(last):
        begun = 1 + bool(last)
    elif last and lines[-1].startswith("|") and len(lines[-1]) <= _LONGEST_HEAD:
        begun = 1
    if begun == len(lines) and len(tokens) == 3:
        tokens.clear()
    elif begun:
        inside.content = "\n".join(lines[:-begun])


def _take_tag(marks: list[str], tag: str) -> None:
    """Put an opening tag among the open marks; a closing one ends it, and what has been opened in it."""
    opening = tag.replace("/", "")
    if tag == opening:
        marks.append(tag)
    elif opening in marks:
        del marks[len(marks) - 1 - marks[::-1].index(opening) :]


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
        if mark[0] == "<":
            _take_tag(marks, mark.lower())
            continue
        if mark in marks:
            if not before.isspace():
                del marks[marks.index(mark) :]
        # Within a word it is more likely a product or a power.
        elif not after.isspace() and not (before.isascii() and before.isalnum()):
            marks.append(mark)
    return marks
