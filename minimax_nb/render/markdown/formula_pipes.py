r"""Formulas in the cells of a table: the ``|`` of ``$|x|$`` ends no cell.

Markdown's tables know code and backslashes, but no formulas. So before the lines of a text are split into cells, such
signs are put aside, and put back into whatever the parser makes of the lines.
"""

from __future__ import annotations

import re

from .formulas import spans

PUT_ASIDE = "\x01"
"""Stands for a ``|``; text that is prepared for the parser holds no control characters."""

_ROUND = re.compile(r"\\\((?:(?!\\\)).){1,300}\\\)")
_PIPE = re.compile(r"(?<!\\)\|")
_ALONE = re.compile(r"(?<=\s)\|(?=\s)")
_BRACKETS = re.compile(r"[({\[]|[)}\]]|(?<=\s)\|(?=\s)")
# What may be a formula that is still being written; a digit after the dollar sign is more likely a price.
_OPENING = re.compile(r"(?<![\w\\$])(?:\$(?![\s\d$])|\\\()")


def put_aside(text: str, *, unfinished: bool = False) -> str:
    """Replace each ``|`` inside a formula, where there are others in its line.

    Args:
        text: Markdown without control characters.
        unfinished: whether the last line is still being written, and a formula in it may be.

    Returns:
        A text as long as that; ``put_back`` gives the same again.
    """
    if "|" not in text or not ("$" in text or "\\(" in text):
        return text
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if "|" in line and ("$" in line or "\\(" in line) and not line.lstrip().startswith("["):
            lines[at] = _in_line(line, unfinished=unfinished and at == len(lines) - 1)
    return "\n".join(lines)


def put_back(text: str, sign: str = "|") -> str:
    """Undo ``put_aside``.

    Args:
        text: any part of its text.
        sign: what to write in the place of each.
    """
    return text.replace(PUT_ASIDE, sign)


def _in_line(line: str, *, unfinished: bool) -> str:
    out: list[str] = []
    at = 0
    found = [*spans(line), *((match.start(), match.end()) for match in _ROUND.finditer(line))]
    for start, end in sorted(found):
        if start < at:
            continue
        out += (line[at:start], _hidden(line[start:end]))
        at = end
    rest = line[at:]
    if unfinished and (begun := _OPENING.search(rest, max(rest.rfind("$"), 0))):
        cell = _ALONE.search(rest, begun.start())
        end = cell.start() if cell else len(rest)
        rest = rest[: begun.start()] + _PIPE.sub(PUT_ASIDE, rest[begun.start() : end]) + rest[end:]
    return "".join([*out, rest])


def _hidden(formula: str) -> str:
    """A formula without its signs; as it is where one stands alone between spaces: that more likely ends a cell."""
    depth = 0
    for sign in _BRACKETS.findall(formula):
        if sign == "|" and depth <= 0:
            return formula
        depth += (sign in "({[") - (sign in ")}]")
    return _PIPE.sub(PUT_ASIDE, formula)
