"""Tables that tools returned, read from the HTML that such values write of themselves.

That HTML is a stranger's: it may hold scripts, forms and pictures from elsewhere, or close what stands around it. So it
is read for its rows and words alone, and drawn anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .html_tokens import EndTag, StartTag, html_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPTIONS = {"max_rows": 30, "max_cols": 12, "border": 0}
_LONGEST_HTML = 60_000
_LARGEST_SPAN = 1_000
_SPACE = re.compile(r"[ \t\n\f\r]+")
"""What a page shows as one space; a no-break space is a sign of its own."""

_DRAWN_BY_OTHERS = frozenset(
    {"script", "style", "iframe", "object", "embed", "applet", "svg", "canvas", "video", "audio"}
)
"""Elements without which a value is not what it is meant to be: a chart, a page, a table with a style sheet."""
_LINE_ENDS = frozenset({"br", "p", "div", "li", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "dt", "dd"})
_NOT_SHOWN = frozenset({"template", "noscript", "head", "title", "textarea", "select", "datalist"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: its words.
        is_head: whether it names a row or a column.
        columns: how many columns it spans.
        rows: how many rows it spans.
        align: "left", "right", "center" or "".
    """

    text: str
    is_head: bool = False
    columns: int = 1
    rows: int = 1
    align: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; ``align`` is as for a cell."""

    cells: tuple[Cell, ...]
    align: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as data.

    Attributes:
        head: the rows that name the columns.
        body: the other rows.
        beside: words that stood before or after the table, such as its size.
    """

    head: tuple[Row, ...] = ()
    body: tuple[Row, ...] = ()
    beside: str = ""


def read_table(value: Any) -> Table | None:
    """Read a table that a tool returned.

    Args:
        value: anything; a table is what has ``to_html``, as a DataFrame does.

    Returns:
        Its rows, the middle ones left out if there are many; None for what is no table, or more than a table: with a
        script or a style sheet of its own, or very long. Such a value is shown by itself.
    """
    write = getattr(value, "to_html", None)
    if not callable(write) or isinstance(value, type):
        return None
    try:
        html = str(write(**_OPTIONS))
        return _read(html) if len(html) <= _LONGEST_HTML else None
    except Exception:  # noqa: BLE001 - some other object with a method of that name, or no HTML at all
        return None


def with_place(tables: Mapping[int, Table], place: int, table: Table | None) -> dict[int, Table]:
    """Tables by the place of their step, once one more step stands at a place.

    Args:
        tables: the tables before that.
        place: where the step stands; those from there on have moved by one.
        table: the step's own table, if it has one.
    """
    moved = {at + (at >= place): each for at, each in tables.items()}
    return moved if table is None else {**moved, place: table}


def _read(html: str) -> Table | None:
    reader = _TableReader()
    for token in html_tokens(html):
        match token:
            case StartTag(tag, attributes):
                if tag in _DRAWN_BY_OTHERS:
                    return None
                reader.start(tag, attributes)
            case EndTag(tag):
                reader.end(tag)
            case words:
                reader.take(words)
    return reader.table()


class _TableReader:
    """Collects the cells of HTML's tables; a table within a cell is part of that cell's words."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_head = False
        self._head: list[Row] = []
        self._body: list[Row] = []
        self._row: tuple[list[Cell], str] | None = None
        self._cell: dict[str, str] | None = None
        self._tag = ""
        self._words: list[str] = []
        self._beside: list[str] = []
        self._hidden: list[str] = []
        self._links: list[str] = []

    def table(self) -> Table | None:
        """The rows so far, none lost when their ends did not come; None where there are none."""
        self._end_row()
        self._beside += self._words
        found = Table(tuple(self._head), tuple(self._body), _tidy(self._beside))
        return found if found.head or found.body else None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin a table, row or cell, or take what an element without an end says."""
        if tag in _NOT_SHOWN:
            self._hidden.append(tag)
        elif self._hidden:
            return
        elif tag == "table":
            self._depth += 1
        elif tag == "img":
            self._words.append(f"🖼 {attributes.get('alt') or 'image'}")
        elif tag == "a":
            self._links.append(attributes.get("href", ""))
        elif tag in _LINE_ENDS and (self._depth != 1 or tag != "tr"):
            self._words.append("\n")
        elif self._depth == 1:
            self._begin(tag, attributes)

    def end(self, tag: str) -> None:
        """End a table, row or cell."""
        if self._hidden:
            if tag == self._hidden[-1]:
                self._hidden.pop()
        elif tag == "a" and self._links:
            self._end_link(self._links.pop())
        elif tag == "table":
            if self._depth == 1:
                self._end_row()
            self._depth = max(0, self._depth - 1)
        elif self._depth == 1 and tag in {"td", "th"}:
            self._end_cell()
        elif self._depth == 1 and tag in {"tr", "thead", "tbody", "tfoot"}:
            self._end_row()
            self._in_head = self._in_head and tag == "tr"
        elif tag in _LINE_ENDS or tag in {"td", "th"}:
            self._words.append("\n" if tag in _LINE_ENDS else " ")

    def take(self, words: str) -> None:
        """Take words, to the cell or beside the table."""
        if not self._hidden:
            self._words.append(_SPACE.sub(" ", words))

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in {"thead", "tbody", "tfoot"}:
            self._end_row()
            self._in_head = tag == "thead"
        elif tag == "tr":
            self._end_row()
            self._row = ([], _alignment(attributes))
        elif tag in {"td", "th"}:
            self._end_cell()
            self._row = self._row or ([], "")
            self._cell, self._tag = attributes, tag

    def _end_link(self, address: str) -> None:
        """Say where a link leads, unless its words do."""
        if address.lower().startswith(("https://", "http://", "mailto:")) and address not in "".join(self._words):
            self._words.append(f" ({address})")

    def _end_cell(self) -> None:
        """The words since the cell began are its own; those outside of any cell stand beside the table."""
        words, self._words = self._words, []
        if self._cell is None or self._row is None:
            self._beside += [*words, "\n"]
            return
        cell = Cell(
            _tidy(words),
            self._tag == "th",
            _span(self._cell.get("colspan", "")),
            _span(self._cell.get("rowspan", "")),
            _alignment(self._cell),
        )
        self._row[0].append(cell)
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            cells, align = self._row
            rows = self._head if self._in_head and not self._body else self._body
            rows += [Row(tuple(cells), align)] if cells else []
        self._row = None


def _tidy(words: list[str]) -> str:
    """Words as lines, space between and around them as a page would show it."""
    lines = (_SPACE.sub(" ", line).strip(" ") for line in "".join(words).split("\n"))
    return "\n".join(filter(None, lines))


def _span(value: str) -> int:
    return min(int(value), _LARGEST_SPAN) if value.isascii() and value.isdigit() and value.strip("0") else 1


def _alignment(attributes: dict[str, str]) -> str:
    """The side that a style or an attribute of HTML sets the words to; "" for none, or any other."""
    style = attributes.get("style", "").lower().replace(" ", "")
    sides = [side.removeprefix("text-align:") for side in style.split(";") if side.startswith("text-align:")]
    side = sides[-1] if sides else (attributes.get("align") or attributes.get("halign") or "").lower()
    return side if side in {"left", "right", "center"} else ""
