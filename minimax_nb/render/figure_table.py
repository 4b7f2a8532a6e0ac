"""Figures as an HTML table of our own: one row of heads with units, in a box that scrolls by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .text.escape import escape, escape_prose
from .text.markup import EMPTY, Html, join_html

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    Head = tuple[str, str]
    """What a column holds, and its unit or ""."""

_TABLE = "border-collapse:collapse;margin:.8em 0"
_LINE = "border-bottom:1px solid rgba(128,128,128,.35);padding:.3em .8em"
_UNIT = "opacity:.75;font-size:.85em;font-weight:normal;white-space:nowrap"


def figure_table(label: str, heads: Sequence[Head], rows: Sequence[Sequence[str]], *, words: Collection[int]) -> Html:
    """Draw a table.

    Args:
        label: what it is about, for those who cannot see it.
        heads: one for each column.
        rows: its cells, in words; nothing in them is trusted.
        words: which columns, from 0, hold words and stand to the left; figures stand to the right.

    Returns:
        One ``<div>``.
    """
    sides = [Html("left") if at in words else Html("right") for at in range(len(heads))]
    cells = (
        Html(f'<th scope="col" style="{_LINE};vertical-align:bottom;text-align:{side}">{head_words(head)}</th>')
        for head, side in zip(heads, sides, strict=True)
    )
    body = join_html(_row(row, sides) for row in rows)
    table = Html(f'<table style="{_TABLE}"><thead><tr>{join_html(cells)}</tr></thead><tbody>{body}</tbody></table>')
    return scrolling(table, label)


def head_words(head: Head) -> Html:
    """Write a head with its unit below it."""
    name, unit = head
    return Html(f'{escape_prose(name)}<br><span style="{_UNIT}">{escape_prose(unit)}</span>') if unit else escape(name)


def scrolling(inside: Html, label: str, style: Html = EMPTY) -> Html:
    """Put something wide into a box that scrolls by itself, also with the keys.

    Args:
        inside: the content.
        label: what it is, for a screen reader.
        style: more styles of the box, each ended by a semicolon.
    """
    return Html(
        f'<div style="{style}overflow-x:auto" tabindex="0" role="group" aria-label="{escape(label)}">{inside}</div>'
    )


def _row(cells: Sequence[str], sides: Sequence[Html]) -> Html:
    """Draw a row; its first cell says to whoever hears a figure whose it is."""
    drawn = [
        Html(f'<td style="{_LINE};text-align:{side}">{escape_prose(cell)}</td>')
        for cell, side in zip(cells[1:], sides[1:], strict=True)
    ]
    style = Html(f"{_LINE};font-weight:normal;text-align:{sides[0]}")
    return Html(f'<tr><th scope="row" style="{style}">{escape_prose(cells[0])}</th>{join_html(drawn)}</tr>')
