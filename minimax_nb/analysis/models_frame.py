"""The DataFrame that ``mm.models()`` returns: any other in every respect but how it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from minimax_nb.frontend import RichDisplay
from minimax_nb.render.modeltable import models_html, models_text
from minimax_nb.render.text.quoting import fenced

if TYPE_CHECKING:
    from minimax_nb.render.text.markup import Bundle

DTYPES = {
    "context_window": "Int64",
    "max_output": "Int64",
    "tokens_per_s": "Int64",
    "input_usd": "Float64",
    "output_usd": "Float64",
    "cache_read_usd": "Float64",
    "cache_write_usd": "Float64",
    "price_note": "string",
    "temperature": "string",
    "thinking": "string",
    "status": "string",
    "description": "string",
    "sources": "string",
}
"""The columns of the table; ``served``, a bool, may follow."""


class ModelsFrame(RichDisplay, pd.DataFrame):
    """A DataFrame of models that draws itself so that its long texts can be read.

    Whatever pandas derives from it (a selection, a copy, a join) is an ordinary DataFrame: that is what pandas makes
    for a subclass that names no constructor of its own. With columns added or taken away in place it looks like one.
    """

    def _forms(self) -> Bundle | None:
        if not self._is_whole() or not pd.get_option("display.notebook_repr_html"):
            return None
        rows = self._plain_rows()
        text = models_text(rows)
        return {"text/plain": text, "text/markdown": fenced(text), "text/html": models_html(rows)}

    def _repr_html_(self) -> str | None:
        own = super()._repr_html_()
        return pd.DataFrame._repr_html_(self) if own is None else own  # type: ignore[attr-defined]  # not in the stubs

    def __repr__(self) -> str:
        return models_text(self._plain_rows()) if self._is_whole() else super().__repr__()

    def _is_whole(self) -> bool:
        """Whether it still has the columns that were put there, and one name a row."""
        found = [(name, str(dtype)) for name, dtype in zip(self.columns, self.dtypes, strict=True)]
        whole = list(DTYPES.items())
        return self.index.nlevels == 1 and self.columns.nlevels == 1 and found in (whole, [*whole, ("served", "bool")])

    def _plain_rows(self) -> list[dict[str, Any]]:
        """Its rows without pandas; None for what is missing."""
        names = list(self.columns)
        return [
            {
                "model": model,
                **{name: None if pd.isna(value) else value for name, value in zip(names, row, strict=True)},
            }
            for model, row in zip(self.index, self.itertuples(index=False, name=None), strict=True)
        ]
