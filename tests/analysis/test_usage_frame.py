"""What was spent, as a table: one row of heads for people, an ordinary DataFrame for code."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from minimax_nb.analysis.usage_frame import DTYPES, UsageFrame

from ..support.html_inspection import DOCUMENT, inspect


def spent(*models: str) -> UsageFrame:
    row = ["service", 2, 1_000, pd.NA, 250, pd.NA, 0.0123, 0, 1]
    index = pd.Index(models, name="model", dtype="object")
    return UsageFrame(pd.DataFrame([row] * len(models), columns=list(DTYPES), index=index).astype(DTYPES))


@pytest.mark.parametrize("models", [(), ("MiniMax-M2.7",), ("<b>a</b>", "b")])
def test_it_has_one_row_of_heads_in_each_form(models: tuple[str, ...]) -> None:
    table = spent(*models)
    html = table._repr_html_()
    assert html is not None
    page = inspect(html, DOCUMENT)
    assert page.tags.count("tr") == 1 + len(models)
    assert not re.search(r"<th[^>]*></th>", html)
    lines = repr(table).split("\n")
    assert len(lines) == 1 + len(models)
    assert lines[0].split() == ["model", *DTYPES]


def test_what_is_not_known_is_a_dash_and_figures_are_grouped() -> None:
    words = repr(spent("m")).split("\n")[1].split()
    assert words == ["m", "service", "2", "1,000", "–", "250", "–", "$0.0123", "0", "1"]


def test_what_pandas_makes_of_it_is_an_ordinary_table() -> None:
    table = spent("a", "b")
    assert type(table[["replies"]]) is pd.DataFrame
    assert table.replies.sum() == 4
    table["more"] = 1
    assert "more" in repr(table)
    assert "more" in str(table._repr_html_())
    with pd.option_context("display.notebook_repr_html", False):
        assert spent("a")._repr_html_() is None
