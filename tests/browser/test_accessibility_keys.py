"""Everything in JupyterLab with the keys alone: folds, boxes that scroll, and all of the chat box."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from ..support.chat_box import SETUP, Box
from ..support.gallery import SETUP as GALLERY
from ..support.keyboard import Keyboard
from ..support.pictures import file, noise

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from ..support.lab import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LONG = "'```python\\n' + 'a = 1; ' * 60 + '\\n```\\n\\n' + '| a ' * 60 + '|\\n' + '| - ' * 60 + '|\\n\\nEnd'"
OUTPUTS = (
    f"reply = mm.show(chunks('Hm.', {LONG}, pause=0))",
    "mm.Reply(tool_calls=[mm.ToolCall('a', 'look', '{}')])",
    "_ = feed(LiveRun(), *some('- a\\n' * 60, ''))",
)

ASKING = """
pause = 0.01
script += [{}, {}, CALL, {}, CALL, {}]
chat = mm.Chat(client, tools=[get_weather], approve=True, model='MiniMax-M3')
time.sleep = lambda seconds: None
"""


def wait_until(book: Notebook, box: Locator, holds: str) -> None:
    """Waits for something about a box; browsers scroll little by little."""
    book.page.wait_for_function(f"(box) => box.{holds}", arg=box.element_handle())


def test_folds_and_boxes_of_outputs(notebook: Callable[..., Notebook]) -> None:
    book = notebook(GALLERY, *OUTPUTS)
    for cell in range(4):
        book.run(cell)
    book.wait_idle()
    box = book.output(3).locator(".mm-thoughts > div")
    box.wait_for()
    keys = Keyboard(book.page)
    book.page.locator(".jp-Cell").nth(1).focus()

    keys.go_to("Thought")
    folded = book.output(1).locator("details")
    for key, state in (("Enter", True), ("Space", False)):
        keys.press(key)
        assert folded.evaluate("(panel) => panel.open") == state
    listing, table = book.output(1).locator("pre"), book.output(1).locator("div:has(> table)")
    for name, place in (("a = 1;", listing), ("aaa", table)):
        keys.go_to(name)
        keys.press("ArrowRight", "ArrowRight", "ArrowLeft")
        wait_until(book, place, "scrollLeft > 0")
    keys.go_to("Tool call: look")
    keys.press("Enter")
    assert not book.output(2).locator("details").evaluate("(call) => call.open")

    keys.go_to("Thinking")
    keys.go_to("Thinking")
    expect(box).to_be_focused()
    end = box.evaluate("(box) => box.scrollTop")
    keys.press("ArrowUp")
    wait_until(book, box, f"scrollTop < {end}")
    expect(box).to_be_focused()
    keys.press("Control+ArrowUp")
    assert box.get_attribute("data-lm-suppress-shortcuts") is None, "other keys are JupyterLab's"
    assert book.errors == []


def test_whoever_unfolds_the_thinking_with_the_keys_stays_there(notebook: Callable[..., Notebook]) -> None:
    book = notebook("import minimax_nb as mm\nfrom fake_stream import *\nreply = mm.show(chunks(pause=0.02))")
    book.run()
    live = book.page.locator(".mm-live")
    live.locator(".mm-answer").get_by_text("Tides").wait_for()
    live.locator("summary").focus()
    book.page.keyboard.press("Enter")
    book.wait_idle()
    book.output().locator("summary", has_text="Thought for").wait_for()
    expect(book.output().locator("summary")).to_be_focused()


def test_the_chat_box(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP + ASKING, "chat.panel()")
    book.resize(1100, 700)
    book.page.on("filechooser", lambda _: None)  # from now on the page's own window stays closed
    book.run(0)
    book.run(1)
    book.wait_idle()
    box, keys = Box(book), Keyboard(book.page)
    book.page.locator(".jp-Cell").nth(1).focus()

    keys.go_to("Model")
    keys.go_to("Thinking")
    keys.press("Space")
    expect(box.button("Thinking")).to_have_attribute("aria-pressed", "false")
    keys.press("Space")
    keys.type("xdd")  # which would cut the cell, were it the notebook's
    keys.go_to("Conversation")
    keys.go_to("Add a picture or video")
    with book.page.expect_file_chooser() as chooser:
        keys.press("Enter")
    chooser.value.set_files({"name": "a.png", "mimeType": "image/png", "buffer": file(noise())})
    box.root.locator(".mm-file img").wait_for()
    expect(box.text).to_be_focused()
    keys.go_to("Remove: ", key="Shift+Tab")
    keys.press("Enter")
    box.root.locator(".mm-file").wait_for(state="detached")
    expect(box.text).to_be_focused()

    keys.type("Tides?")
    keys.press("Enter")
    box.root.get_by_text("The acceleration is about").wait_for()
    keys.go_to("Stop")
    keys.press("Space")
    box.wait_turns(1)
    expect(box.text).to_be_focused()
    keys.press("ArrowUp")
    assert box.text.input_value() == "Tides?"
    keys.press("Escape")
    assert box.text.input_value() == ""
    keys.go_to("Edit question", key="Shift+Tab")
    keys.press("Enter")
    expect(box.text).to_be_focused()
    keys.press("Enter")
    box.root.get_by_text("END-OF-ANSWER").wait_for()
    box.wait_turns(1)
    for name in ("Edit question", "Copy answer", "Copy this code", "Conversation"):
        keys.go_to(name, key="Shift+Tab")
    for key, holds in (("Home", "scrollTop === 0"), ("ArrowDown", "scrollTop > 0")):
        keys.press(key)
        wait_until(book, box.root.locator(".mm-talk"), holds)
    for name in ("Thought", "Copy this code", "Your question"):
        keys.go_to(name)

    keys.type("Weather?")
    keys.press("Enter")
    box.button("Allow").wait_for()
    expect(box.text).to_be_focused()
    keys.go_to("Allow", key="Shift+Tab")
    keys.press("Enter")
    box.wait_turns(2)
    expect(box.text).to_be_focused()
    keys.type("Weather now?")
    keys.press("Enter")
    box.button("Refuse").wait_for()
    keys.go_to("Refuse", key="Shift+Tab")
    keys.press("Tab")
    keys.type("not today")
    keys.press("Enter")
    box.wait_turns(3)
    expect(box.text).to_be_focused()

    keys.go_to("Clear", key="Shift+Tab")
    keys.press("Enter")
    box.button("Undo").wait_for()
    expect(box.text).to_be_focused()
    keys.go_to("Undo", key="Shift+Tab")
    keys.press("Enter")
    box.turns.nth(2).wait_for()
    expect(box.text).to_be_focused()
    keys.press("Escape")
    assert book.errors == []
