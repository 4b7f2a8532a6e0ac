"""Rows of text in columns, for the terminal: the last column holds the prose and is folded to the width there is."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

from minimax_nb.render.text.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

_GAP = "  "
_NARROWEST = 30


def columns(rows: Sequence[tuple[str, ...]], indent: str = "") -> str:
    """The rows as lines.

    Args:
        rows: of the same number of cells each; line breaks count in the last cell alone.
        indent: stands before each line.

    Returns:
        The lines, folded to the terminal's width, or not at all where standard output is none.
    """
    if not rows:
        return ""
    wide = [max(len(row[number]) for row in rows) for number in range(len(rows[0]) - 1)]
    before = sum(wide) + len(_GAP) * len(wide) + len(indent)
    room = max(_NARROWEST, shutil.get_terminal_size().columns - before) if sys.stdout.isatty() else None
    lines = []
    for *cells, prose in rows:
        head = "".join(f"{visible(cell):{width}}{_GAP}" for cell, width in zip(cells, wide, strict=True))
        for number, line in enumerate(_folded(visible(prose), room)):
            lines.append(f"{indent}{head if number == 0 else ' ' * len(head)}{line}".rstrip())
    return "\n".join(lines)


def _folded(text: str, room: int | None) -> list[str]:
    paragraphs = text.split("\n")
    if room is None:
        return paragraphs
    return [line for paragraph in paragraphs for line in (textwrap.wrap(paragraph, room) or [""])]
