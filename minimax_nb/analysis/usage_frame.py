"""The DataFrame that ``mm.usage()`` returns: any other in every respect but how it looks."""

from __future__ import annotations

from typing import Any

import pandas as pd

from minimax_nb.render.figure_table import figure_table
from minimax_nb.render.text.escape import escape_prose
from minimax_nb.render.text.markup import Html
from minimax_nb.render.text.quantities import dollars
from minimax_nb.render.text.text import one_line

DTYPES = {
    "origin": "string",
    "replies": "Int64",
    "prompt_tokens": "Int64",
    "cached_tokens": "Int64",
    "completion_tokens": "Int64",
    "reasoning_tokens": "Int64",
    "cost_usd": "Float64",
    "uncounted": "Int64",
    "unpriced": "Int64",
}
"""The columns of the table."""

_HEADS = (
    ("Model", ""),
    ("Origin", ""),
    ("Replies", ""),
    ("Prompt", "tokens"),
    ("Cached", "tokens"),
    ("Completion", "tokens"),
    ("Reasoning", "tokens"),
    ("Cost", "US dollars"),
    ("Uncounted", "replies"),
    ("Unpriced", "replies"),
)
_LEGEND = "– not known. Uncounted: came without token counts. Unpriced: of no known cost."
_SMALL = "font-size:.85em;opacity:.75"
_UNKNOWN = "–"


class UsageFrame(pd.DataFrame):
    """A DataFrame of what was spent that draws itself with one row of heads.

    Whatever pandas derives from it is an ordinary DataFrame; with columns added or taken away in place it looks like
    one.
    """

    def _repr_html_(self) -> str | None:
        if not self._is_whole() or not pd.get_option("display.notebook_repr_html"):
            ordinary: str | None = super()._repr_html_()  # type: ignore[misc]  # the stubs do not know it
            return ordinary
        rows = [[_words(name, value) for name, value in row.items()] for row in self._plain_rows()]
        table = figure_table("Usage by model", _HEADS, rows, words={0, 1})
        return Html(f'<div>{table}<div style="{_SMALL}">{escape_prose(_LEGEND)}</div></div>')

    def __repr__(self) -> str:
        if not self._is_whole():
            return super().__repr__()
        heads = ["model", *DTYPES]
        lines = [heads, *([_words(name, row[name]) for name in heads] for row in self._plain_rows())]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(_aligned(line, widths) for line in lines)

    def _is_whole(self) -> bool:
        found = [(name, str(dtype)) for name, dtype in zip(self.columns, self.dtypes, strict=True)]
        return self.index.nlevels == 1 and self.columns.nlevels == 1 and found == list(DTYPES.items())

    def _plain_rows(self) -> list[dict[str, Any]]:
        rows = self.itertuples(index=False, name=None)
        return [
            {"model": model, **dict(zip(DTYPES, row, strict=True))} for model, row in zip(self.index, rows, strict=True)
        ]


def _words(column: str, value: Any) -> str:
    if pd.isna(value):
        return _UNKNOWN
    if isinstance(value, str):
        return one_line(value)
    return dollars(value) if column == "cost_usd" else f"{value:,}"


def _aligned(cells: list[str], widths: list[int]) -> str:
    """Set words to the left, figures to the right."""
    both = enumerate(zip(cells, widths, strict=True))
    return "  ".join(cell.ljust(width) if at < 2 else cell.rjust(width) for at, (cell, width) in both).rstrip()
