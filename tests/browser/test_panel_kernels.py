"""The chat panel in JupyterLab when its kernel ends, and in a front end that draws nothing but widgets on show."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING

import pytest

from ..support.chat_box import SETUP, Box
from ..support.lab import TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..support.lab import Lab, Notebook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SESSION = "window.jupyterapp.shell.currentWidget.sessionContext"
ENDED = "The kernel that held this conversation has ended"
COLAB = "\nimport sys\nfrom types import ModuleType\nsys.modules['google.colab'] = ModuleType('google.colab')"


def opened(notebook: Callable[..., Notebook], *cells: str, setup: str = "") -> tuple[Notebook, Box]:
    """A notebook with a panel in its second cell."""
    book = notebook(SETUP + setup, "chat.panel()", *cells)
    book.run(0)
    book.run(1)
    book.wait_idle()
    return book, Box(book)


def ask_server(book: Notebook, lab: Lab, method: str, path: str = "") -> None:
    """Does something to the kernel as another window would, without this page."""
    kernel = book.page.evaluate(f"() => {SESSION}.session.kernel.id")
    url = f"{lab.url}/api/kernels/{kernel}{path}?token={TOKEN}"
    data = b"{}" if method == "POST" else None
    urllib.request.urlopen(urllib.request.Request(url, method=method, data=data)).close()


def end(book: Notebook, lab: Lab, how: str) -> None:
    """Ends the kernel."""
    if how == "restarted":
        book.page.evaluate(f"() => void ({SESSION}.restartKernel?.() ?? {SESSION}.session.kernel.restart())")
    elif how == "changed":
        book.page.evaluate(f"() => void {SESSION}.changeKernel({{ name: 'python3' }})")
    elif how == "restarted elsewhere":
        ask_server(book, lab, "POST", "/restart")
    else:
        ask_server(book, lab, "DELETE")


@pytest.mark.parametrize("how", ["restarted", "restarted elsewhere", "changed", "shut down elsewhere"])
def test_a_panel_whose_kernel_has_ended_says_what_to_run(notebook: Callable[..., Notebook], lab: Lab, how: str) -> None:
    book, box = opened(notebook)
    box.ask("Tides?")
    box.wait_turns(1)
    box.ask("More?")
    box.root.locator(".mm-status").wait_for()
    box.text.fill("a draft")
    end(book, lab, how)
    box.root.get_by_text(ENDED).wait_for()
    assert "Run the cells above again, then this one" in box.root.locator(".mm-notes").inner_text()
    assert "busy" not in box.root.inner_text()
    assert box.text.input_value() == "a draft"
    assert box.button("Send").is_disabled()
    assert box.root.locator(".mm-status").count() == 0
    (output,) = book.save()["cells"][1]["outputs"]
    assert "END-OF-ANSWER" in "".join(output["data"]["text/plain"])


def test_a_question_that_no_kernel_took_comes_back(notebook: Callable[..., Notebook], lab: Lab) -> None:
    book, box = opened(notebook, "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)")
    book.run(2)
    box.ask("On its way?")
    box.root.get_by_text("Waiting for the kernel, which may be busy").wait_for()
    end(book, lab, "restarted")
    box.root.get_by_text(ENDED).wait_for()
    assert box.text.input_value() == "On its way?"
    assert "busy" not in box.root.inner_text()


def test_a_panel_with_an_output_of_its_own_is_there_once(notebook: Callable[..., Notebook]) -> None:
    book, box = opened(notebook, setup=COLAB)
    assert book.output(1).locator(".mm-panel").count() == book.page.locator(".mm-panel").count() == 1
    box.ask("Tides?")
    box.wait_turns(1)
    assert box.turns.first.get_by_text("END-OF-ANSWER").is_visible()
    transcript = book.output(1).get_by_text("Run this cell to go on")
    transcript.wait_for(state="attached")
    assert not transcript.is_visible()
    book.run(1)
    book.wait_idle()
    Box(book).turns.first.get_by_text("END-OF-ANSWER").wait_for()
    assert book.page.locator(".mm-panel").count() == 1
    assert book.errors == []
