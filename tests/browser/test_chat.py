"""A turn with tools in JupyterLab: the timeline grows, and one static output stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..support.lab import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SETUP = """
import time
import minimax_nb as mm

def get_weather(location: str) -> str:
    '''Look up the weather at a place that the user has named.

    Args:
        location: City and country, e.g. San Francisco, US
    '''
    time.sleep(2)
    return "24℃, sunny"

chat = mm.Chat(tools=[get_weather])
"""
ASK = 'reply = chat("How\'s the weather in San Francisco?")'
GAP = """
(output) => {
    const steps = [...output.querySelectorAll("details")].map((each) => each.getBoundingClientRect());
    return steps[3].top - steps[2].bottom;
}
"""
LINES = """
(line) => {
    const words = document.createRange();
    const figures = line.querySelector("span[style*=float]");
    words.setStartAfter(figures);
    words.setEndBefore(line.lastElementChild);
    const tops = [...words.getClientRects()].map(({ top }) => top);
    const [first, beside] = [line.querySelector("b"), figures].map((each) => each.getBoundingClientRect().top);
    return { figures: beside, first, count: tops.length };
}
"""


def test_the_timeline_grows_and_ends_as_one_static_output(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP, ASK)
    book.run(0)
    book.run(1)
    live = book.page.locator(".mm-live")
    past = live.locator(".mm-past")
    live.locator(".mm-thoughts").get_by_text("The user wants").wait_for()
    past.get_by_text("get_weather(location=").wait_for()
    live.get_by_text("Running get_weather…").wait_for()
    assert live.locator(".mm-calls").inner_text().strip() == ""
    past.get_by_text("24℃, sunny").first.wait_for()
    live.locator("details").nth(3).wait_for()
    gap = live.evaluate(GAP)

    book.wait_idle()
    book.output(1).get_by_text("4 steps").or_(book.output(1).get_by_text("5 steps")).wait_for()
    assert live.count() == 0
    assert book.output(1).locator("details").count() == 4
    assert book.output(1).first.evaluate(GAP) == pytest.approx(gap, abs=2)
    book.saved_output(1)
    assert book.errors == []
    assert book.strangers == []


def test_stop_in_a_tool_is_shown_and_the_chat_goes_on(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP, ASK, "print('findings', len(mm.check_history(chat.messages)), chat.messages[-1]['content'])")
    book.run(0)
    book.run(1)
    book.page.locator(".mm-live").get_by_text("Running get_weather…").wait_for()
    book.interrupt()
    book.wait_idle()
    book.output(1).get_by_text("Interrupted.").first.wait_for()
    shown = book.output(1).first.inner_text()
    assert "get_weather(location=" in shown
    assert ") → [No result" in shown
    assert book.output(1).last.inner_text().startswith("Interrupted; the part that arrived")
    book.run(2)
    book.output(2).get_by_text("findings 0 [No result: the user interrupted").wait_for()


def test_a_question_to_the_reader_is_said_to_be_waited_for(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP.replace("tools=[get_weather]", "tools=[get_weather], approve=True"), ASK)
    book.run(0)
    book.run(1)
    live = book.page.locator(".mm-live")
    live.get_by_text("Waiting for permission to run get_weather…").wait_for()
    answer = book.page.locator("input.jp-Stdin-input")
    answer.fill("y")
    answer.press("Enter")
    live.get_by_text("Running get_weather…").wait_for()
    book.wait_idle()
    assert ") → 24℃, sunny" in book.output(1).first.inner_text()
    assert book.errors == []


def test_on_a_narrow_page_figures_stand_beside_the_first_line_of_a_step(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP, ASK, "chat.trace")
    book.page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    book.resize(480, 900)
    for cell in range(3):
        book.run(cell)
    book.wait_idle()
    steps = book.output(2).locator("summary:has(span[style*=float])")
    steps.first.wait_for()
    for trusted in (True, False):
        placed = [steps.nth(at).evaluate(LINES) for at in range(steps.count())]
        assert len(placed) >= 4
        assert max(each["count"] for each in placed) > 1
        assert all(abs(each["figures"] - each["first"]) <= 6 for each in placed), placed
        if trusted:
            saved = book.save()
            saved["cells"][2]["source"] += "  # changed by a stranger, so its outputs are sanitised"
            book.path.write_text(json.dumps(saved))
            book.open()
            book.page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
            steps.first.wait_for()


DRAWING = """
import sys, time
sys.path.insert(0, {support!r})
import pandas as pd
from matplotlib import pyplot as plt
from IPython.display import HTML
import minimax_nb as mm
from scripted import Script, call, client_of, message

def chart():
    '''Draw.'''
    figure, axes = plt.subplots(figsize=(2, 1))
    axes.plot([1, 2])
    return figure

def pair() -> list:
    '''Draw two, one of them closed.'''
    first, second = (plt.subplots(figsize=(2, 1))[0] for _ in range(2))
    plt.close(first)
    return [first, second]

def words() -> HTML:
    '''Write.'''
    return HTML("<b>as it is</b>")

def table() -> pd.DataFrame:
    '''List.'''
    return pd.DataFrame({{"city": ["Rome"], "t": [24]}})

def rest() -> str:
    '''Rest.'''
    time.sleep(3)
    return "rested"

names = ("chart", "pair", "words", "table", "rest")
calls = [call(name, "{{}}", name) for name in names]
script = Script(message("", *calls), message("Drawn."))
chat = mm.Chat(client_of(script), tools=[chart, pair, words, table, rest])
"""
LEFT = "(table) => table.getBoundingClientRect().left"


def test_what_tools_return_is_shown_once_and_a_table_stays_where_it_is(notebook: Callable[..., Notebook]) -> None:
    pytest.importorskip("matplotlib")
    support = str(Path(__file__).parents[1] / "support")
    book = notebook(DRAWING.format(support=support), "reply = chat('Draw')", "script.requests[-1]['messages'][3:5]")
    book.run(0)
    book.run(1)
    live = book.page.locator(".mm-live table")
    live.wait_for()
    left = live.evaluate(LEFT)
    book.wait_idle()
    book.output(1).get_by_text("Drawn.").wait_for()
    assert book.output(1).locator("table").evaluate(LEFT) == left
    assert book.output(1).locator("img").count() == 3
    assert book.output(1).locator("b", has_text="as it is").count() == 1
    outputs = book.save()["cells"][1]["outputs"]
    assert sum("image/png" in output["data"] for output in outputs) == 3
    book.run(2)
    book.output(2).get_by_text("<b>as it is</b>").wait_for()
    assert book.errors == []
