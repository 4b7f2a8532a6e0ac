"""Line breaks of an answer in Markdown: hosts join the lines of a paragraph unless two spaces end them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .formulas import environment_end, spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

_TICKS = re.compile("`+")
_STOP = re.compile(r"\\begin\{|\\.|`|\$|\n", re.DOTALL)


def with_hard_breaks(markdown: str, tokens: Iterable[Token]) -> str:
    """End each line that another of its paragraph follows with two spaces, save in code spans and formulas.

    Args:
        markdown: the text.
        tokens: the block tokens of it.
    """
    lines = markdown.split("\n")
    for token in tokens:
        if token.type == "inline" and token.map and token.map[1] - token.map[0] > 1:
            start, end = token.map
            for at in _broken_lines("\n".join(lines[start:end])):
                line = lines[start + at].rstrip()
                # Beside a formula that stands alone the line ends as it is.
                if not line.endswith("$$") and not lines[start + at + 1].lstrip(" >").startswith("$$"):
                    lines[start + at] = f"{line}  "
    return "\n".join(lines)


def end_of_code_span(prose: str, at: int) -> int:
    """Find the end of the code that begins here, in its paragraph; of the backticks alone when nothing closes them."""
    ticks = _TICKS.match(prose, at)
    width = ticks.end() - at if ticks else 1
    limit = prose.find("\n\n", at)
    for closing in _TICKS.finditer(prose, at + width, limit if limit > 0 else len(prose)):
        if closing.end() - closing.start() == width:
            return closing.end()
    return at + width


def _broken_lines(paragraph: str) -> Iterator[int]:
    """Find the lines that a plain line feed ends, by their number."""
    formulas = dict(spans(paragraph))
    line = at = 0
    while found := _STOP.search(paragraph, at):
        at, sign = found.start(), found[0]
        if sign == "\n":
            yield line
        end = found.end()
        if sign == "`":
            end = end_of_code_span(paragraph, at)
        elif sign == "$":
            end = formulas.get(at, end)
        elif sign.startswith("\\begin"):
            end = max(environment_end(paragraph, at), end)
        line += paragraph.count("\n", at, end)
        at = end
