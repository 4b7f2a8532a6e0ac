"""Several models at once in JupyterLab: columns that grow together, and one static output that stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..support.lab import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SETUP = "import minimax_nb as mm\nclient = mm.connect()"
ASK = """models = ["MiniMax-M2.7", "MiniMax-M9", "MiniMax-M2.7-highspeed"]
comparison = mm.compare("Tell me about tides.", models, client=client)"""


def test_columns_grow_together_and_end_as_one_static_output(notebook: Callable[..., Notebook]) -> None:
    left = "print('open', sorted({type(each).__name__ for each in ipywidgets.widgets.widget._instances.values()}))"
    book = notebook(SETUP, ASK, "print(len(comparison), list(comparison.errors))", f"import ipywidgets\n{left}")
    _make_room(book)
    book.run(0)
    book.wait_idle()
    book.run(1)
    live = book.page.locator(".mm-live")
    live.get_by_text("MiniMax-M9", exact=True).wait_for()
    live.get_by_text("Failed.").wait_for()
    for column in (0, 2):
        live.nth(column).locator(".mm-thoughts").wait_for()
    boxes = [live.nth(column).bounding_box() for column in range(3)]
    assert len({box["y"] for box in boxes if box}) == 1, "they stand side by side"
    book.wait_idle()
    book.output(1).locator("th").get_by_text("Tokens/s").wait_for()
    assert live.count() == 0
    columns = book.output(1).locator("table").last.locator("tbody th")
    assert columns.all_inner_texts() == ["MiniMax-M2.7", "MiniMax-M9", "MiniMax-M2.7-highspeed"]

    book.run(2)
    book.output(2).get_by_text("3 ['MiniMax-M9']").wait_for()
    book.page.wait_for_timeout(6_000)  # longer than it takes to let go of views that nobody needs
    book.run(3)
    book.output(3).wait_for()
    assert book.output(3).inner_text().strip() == "open ['SharedCode']"
    book.saved_output(1)
    assert book.errors == []
    assert book.strangers == []

    saved = book.save()
    saved["cells"][1]["source"] += "  # changed by a stranger, so its outputs are sanitised"
    book.path.write_text(json.dumps(saved))
    book.open()
    _make_room(book)
    heads = book.output(1).get_by_text("MiniMax-M2.7", exact=False).locator("visible=true")
    heads.first.wait_for()
    columns = book.output(1).locator("div:has(> div:text-matches('^MiniMax-M[0-9.]+(-highspeed)?$'))")
    assert len({columns.nth(column).bounding_box()["y"] for column in range(3)}) == 1, "still side by side"


def test_on_a_narrow_page_the_columns_stand_below_each_other(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP, ASK)
    book.run(0)
    book.wait_idle()
    _make_room(book)
    book.resize(480, 900)
    book.run(1)
    live = book.page.locator(".mm-live")
    live.nth(2).locator(".mm-thoughts").wait_for()
    boxes = [live.nth(column).bounding_box() for column in range(3)]
    assert len({box["x"] for box in boxes if box}) == 1
    book.wait_idle()
    book.output(1).locator("th").get_by_text("Tokens/s").wait_for()
    output = book.output(1).first
    assert output.evaluate("(el) => el.scrollWidth <= el.clientWidth + 1"), "nothing but the table scrolls sideways"
    book.save()
    book.open()
    book.output(1).locator("th").get_by_text("Tokens/s").wait_for()
    assert book.errors == []


def test_stop_ends_all_of_them_and_keeps_what_had_arrived(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP, ASK, "print('open', mm.usage()['replies'].sum())")
    book.run(0)
    book.wait_idle()
    book.run(1)
    live = book.page.locator(".mm-live")
    for column in (0, 2):
        live.nth(column).locator(".mm-thoughts").wait_for()
    book.interrupt()
    book.wait_idle()
    book.output(1).first.get_by_text("Interrupted.").nth(1).wait_for()
    assert book.output(1).first.get_by_text("Failed.").count() == 1
    book.run(2)
    book.output(2).get_by_text("open 2").wait_for()


def _make_room(book: Notebook) -> None:
    """Folds the file browser away."""
    book.page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
