"""A prompt for each row in JupyterLab: one bar while it runs, with a name and a value, and one line that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..support.lab import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SETUP = 'import minimax_nb as mm\nclient = mm.connect()\nrows = [f"note {number}" for number in range(40)]'
ASK = 'out = mm.batch(rows, "About? {text}", client=client, max_concurrency=2)'


def test_a_bar_grows_in_its_place_and_a_line_stays(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP, ASK)
    book.run(0)
    book.wait_idle()
    book.run(1)
    bar = book.page.get_by_role("progressbar", name="Batch")
    bar.wait_for()
    heights, values = set(), []
    while bar.count() and len(values) < 500:
        box = book.output(1).bounding_box()
        value = bar.evaluate_all("bars => bars.map(bar => [bar.ariaValueNow, bar.ariaValueMax, bar.ariaValueText])")
        if box is not None and value and bar.count():
            heights.add(round(box["height"]))
            values.append(value[0])
        book.page.wait_for_timeout(50)
    book.wait_idle()
    assert len(heights) == 1, "nothing below it moves while it runs"
    done = [int(now) for now, _, _ in values]
    assert done == sorted(done)
    assert len(set(done)) > 2, "it is seen to grow"
    assert values[-1][1:] == ["40", f"{done[-1]} of 40 rows"]
    saved = book.saved_output(1)
    assert "".join(saved["data"]["text/plain"]).startswith("40 rows: 40 answered · ")
    assert "progressbar" not in "".join(saved["data"]["text/html"])
    assert book.output(1).inner_text().startswith("40 rows: 40 answered")
    assert book.errors == []


def test_the_stop_button_returns_what_is_done(notebook: Callable[..., Notebook]) -> None:
    slow = ASK[:-1] + ', extra_body={"minimax_nb": {"speed": 2}})'
    book = notebook(SETUP, slow, 'print(out.attrs["minimax_nb"]["stopped"], out["reply"].notna().sum() > 1)')
    book.run(0)
    book.wait_idle()
    book.run(1)
    book.page.get_by_text("40 rows: 2 answered").wait_for()
    book.interrupt()
    book.output(1).get_by_text("stopped: interrupted").wait_for()
    book.wait_idle()
    book.run(2)
    book.output(2).get_by_text("interrupted True").wait_for()
    assert book.output(1).count() == 1
    assert book.errors == []
