"""The table of models: drawn by itself, and an ordinary frame once it is changed."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter

import minimax_nb as mm
from minimax_nb.catalog import MODELS

if TYPE_CHECKING:
    from collections.abc import Callable


DERIVED: dict[str, Callable[[pd.DataFrame], Any]] = {
    "copied": lambda table: table.copy(),
    "copied as any object": copy.copy,
    "copied deeply": copy.deepcopy,
    "selected": lambda table: table[["input_usd"]],
    "sliced": lambda table: table[:],
    "located": lambda table: table.loc[table["input_usd"] < 0.5],
    "sorted": lambda table: table.sort_values("input_usd"),
    "turned": lambda table: table.T,
    "joined": lambda table: table.join(pd.DataFrame({"mine": 1}, index=table.index)),
    "merged": lambda table: table.merge(table, on="model"),
    "put together": lambda table: pd.concat([table, table]),
    "assigned to": lambda table: table.assign(mine=1),
    "converted": lambda table: table.astype("object"),
}


def html_of(table: Any) -> Any:
    """What a notebook shows of it."""
    return table._repr_html_()


@pytest.mark.parametrize("name", DERIVED)
def test_what_is_made_from_the_table_of_models_is_an_ordinary_frame(name: str) -> None:
    derived = DERIVED[name](mm.models())
    assert type(derived) is pd.DataFrame
    assert 'class="dataframe"' in html_of(derived)


def test_the_table_of_models_draws_itself() -> None:
    table = mm.models()
    html = html_of(table)
    assert html.count("<tbody>") == len(MODELS)
    assert 'class="dataframe"' not in html
    assert str(table) == repr(table)
    forms, _ = DisplayFormatter().format(table)
    assert forms == {"text/plain": repr(table), "text/markdown": f"```\n{table!r}\n```", "text/html": html}
    for model in MODELS:
        assert model.name in html
        assert model.description in repr(table)


def test_the_table_of_models_survives_pickling() -> None:
    table = mm.models()
    again = pickle.loads(pickle.dumps(table))
    pd.testing.assert_frame_equal(again, table)
    assert html_of(again) == html_of(table)


def test_a_table_that_was_changed_in_place_shows_what_it_holds() -> None:
    table = mm.models()
    table.loc["MiniMax-M2", "max_output"] = 123_456
    assert "123,456" in html_of(table)
    table["mine"] = 7
    assert 'class="dataframe"' in html_of(table)
    forms, _ = DisplayFormatter().format(table)
    assert set(forms) == {"text/plain", "text/html"}
    assert "columns]" in repr(table)
    del table["mine"]
    assert "123,456" in repr(table)
    del table["sources"]
    assert 'class="dataframe"' in html_of(table)


def test_a_reader_who_wants_no_html_gets_none() -> None:
    with pd.option_context("display.notebook_repr_html", False):
        assert html_of(mm.models()) is None
