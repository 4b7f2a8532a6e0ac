"""A table that a tool returned as HTML of our own, in the form that pandas gives its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .figure_table import scrolling
from .text.escape import escape_prose
from .text.markup import EMPTY, Html, join_html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minimax_nb.steps.tables import Cell, Row, Table

_ALIGNMENTS = {
    "left": Html(' style="text-align: left;"'),
    "right": Html(' style="text-align: right;"'),
    "center": Html(' style="text-align: center;"'),
}


def table_html(table: Table | None) -> Html:
    """Draw a table.

    Args:
        table: what ``read_table`` made of a tool's result; nothing in it is trusted.

    Returns:
        One ``<div>`` that scrolls sideways, or nothing where there is no table.
    """
    if table is None:
        return EMPTY
    head = Html(f"  <thead>\n{_rows(table.head)}  </thead>\n") if table.head else EMPTY
    body = Html(f"  <tbody>\n{_rows(table.body)}  </tbody>\n")
    beside = Html(f"<p>{_lines(table.beside)}</p>") if table.beside else EMPTY
    # JupyterLab puts a table in the middle of a page's own HTML, and to the left in an output.
    drawn = Html(f'<table class="dataframe" style="margin:0 0 .8em">\n{head}{body}</table>')
    return scrolling(join_html((drawn, beside)), "Table")


def _rows(rows: Sequence[Row]) -> Html:
    return join_html(Html(f"    <tr{_aligned(row.align)}>\n{_cells(row.cells)}    </tr>\n") for row in rows)


def _cells(cells: Sequence[Cell]) -> Html:
    return join_html(map(_cell, cells))


def _cell(cell: Cell) -> Html:
    tag = Html("th") if cell.is_head and cell.text else Html("td")  # the corner of a table heads nothing
    columns = Html(f' colspan="{cell.columns:d}"') if cell.columns > 1 else EMPTY
    rows = Html(f' rowspan="{cell.rows:d}" valign="top"') if cell.rows > 1 else EMPTY
    return Html(f"      <{tag}{columns}{rows}{_aligned(cell.align)}>{_lines(cell.text)}</{tag}>\n")


def _aligned(side: str) -> Html:
    return _ALIGNMENTS.get(side, EMPTY)


def _lines(text: str) -> Html:
    return Html(escape_prose(text).replace("\n", "<br>"))
