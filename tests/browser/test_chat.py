"""A turn with tools in JupyterLab: the timeline grows, and one static output stays."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab import Notebook

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


def test_the_timeline_grows_and_ends_as_one_static_output(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP, ASK)
    book.run(0)
    book.run(1)
    live = book.page.locator(".mm-live")
    past = live.locator(".mm-past")
    live.locator(".mm-thoughts").get_by_text("The user wants").wait_for()
    past.get_by_text("get_weather(location=").wait_for()
    live.get_by_text("Running the tools").wait_for()
    assert live.locator(".mm-calls").inner_text().strip() == ""
    past.get_by_text("24℃, sunny").first.wait_for()

    book.wait_idle()
    book.output(1).get_by_text("4 steps").or_(book.output(1).get_by_text("5 steps")).wait_for()
    assert live.count() == 0
    assert book.output(1).locator("details").count() == 4
    (output,) = book.save()["cells"][1]["outputs"]
    assert output["output_type"] == "display_data"
    assert set(output["data"]) == {"text/plain", "text/markdown", "text/html"}
    assert "<script" not in json.dumps(output)
    assert book.errors == []
    assert book.strangers == []


def test_stop_in_a_tool_is_shown_and_the_chat_goes_on(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP, ASK, "print('findings', len(mm.check_history(chat.messages)), chat.messages[-1]['content'])")
    book.run(0)
    book.run(1)
    book.page.locator(".mm-live").get_by_text("Running the tools").wait_for()
    book.interrupt()
    book.wait_idle()
    book.output(1).get_by_text("Interrupted.").first.wait_for()
    assert "get_weather(location=" in book.output(1).first.inner_text()
    book.run(2)
    book.output(2).get_by_text("findings 0 [No result: the user interrupted").wait_for()
