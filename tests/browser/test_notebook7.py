"""What is shown and typed in Notebook 7, whose page, menus and shortcuts are not JupyterLab's."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from ..support.chat_box import SETUP, Box
from ..support.lab import FORMS, NOTEBOOK_7, Lab, Notebook, opened, running_lab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

OWN_ERROR = "Cannot read properties of undefined (reading 'schema')"
"""What Notebook 7.6 itself says in the console as it opens any notebook, an empty one too."""
CELLS = (
    "window.jupyterapp.shell.currentWidget.content.widgets"
    ".map(({ model }) => [model.type, model.executionCount, model.sharedModel.source])"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    pytest.importorskip("notebook", reason="needs Notebook 7: pip install 'notebook>=7.2'")
    with running_lab(tmp_path_factory.mktemp("notebook7"), NOTEBOOK_7) as running:
        yield running


@pytest.fixture
def page(browser: Any, server: Lab, request: pytest.FixtureRequest) -> Iterator[Callable[..., Notebook]]:
    """Opens a notebook whose first cell, the set-up, has run."""
    with ExitStack() as stack:

        def make(*cells: str) -> Notebook:
            path = server.write(f"{request.node.name}.ipynb", SETUP, *cells)
            book = stack.enter_context(opened(browser, server, path))
            book.run(0)
            book.wait_idle()
            return book

        yield make


def faults(book: Notebook) -> list[str]:
    """The errors in the console that are ours."""
    return [*(error for error in book.errors if error != OWN_ERROR), *book.strangers]


def test_a_reply_streams_and_leaves_a_document(page: Callable[..., Notebook]) -> None:
    book = page("reply = mm.show(chunks(pause=0.02))", "reply.complete")
    book.run(1)
    live = book.output(1).first
    live.get_by_text("The pull falls").wait_for()
    assert live.locator("details[open] summary").inner_text() == "Thinking"
    live.get_by_text("Writing the answer").wait_for()
    book.wait_idle()
    book.page.locator(".mm-live").wait_for(state="detached")
    assert live.get_by_text("END-OF-ANSWER").is_visible()
    assert not live.get_by_text("The pull falls").is_visible(), "folded when the answer began"
    live.locator("mjx-container").wait_for()

    book.saved_output(1)
    book.open()
    assert book.output(1).first.get_by_text("END-OF-ANSWER").is_visible()
    assert faults(book) == []


def test_a_chat_box_has_its_keys_to_itself(page: Callable[..., Notebook]) -> None:
    book = page("chat.panel()", "'another'")
    book.run(1)
    book.wait_idle()
    box = Box(book)
    before = book.page.evaluate(CELLS)
    box.text.click()
    for key in ("d", "d", "a", "b", "x", "m", "Escape", "d", "d", "Shift+Enter"):
        book.page.keyboard.press(key)
    book.page.keyboard.type("tides?")
    assert box.text.input_value() == "ddabxmdd\ntides?"
    assert book.page.evaluate(CELLS) == before, "no cell was cut, made, turned into text or run"

    book.page.keyboard.press("Enter")
    box.wait_turns(1)
    assert box.turns.first.get_by_text("END-OF-ANSWER").is_visible()
    assert box.turns.first.get_by_text("ddabxmdd").is_visible()
    assert book.page.evaluate(CELLS) == before
    outputs = book.save()["cells"][1]["outputs"]
    assert "END-OF-ANSWER" in json.dumps(outputs)
    assert {kind for output in outputs for kind in output["data"]} == FORMS
    assert faults(book) == []
