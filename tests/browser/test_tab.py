"""The lessons in a browser tab, served as files: the live view, the stop button, the panel, a saved copy."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from ..support import tab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

READY = "() => document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'"
RUNNING = (
    "() => [...document.querySelectorAll('.jp-Notebook .jp-InputPrompt')].some((e) => e.textContent.includes('*'))"
)
SETTLED = (
    "() => [...document.querySelectorAll('.jp-Notebook .jp-InputPrompt')].every((e) => !e.textContent.includes('*'))"
)
START_MS = 120_000
OUTPUT = ".jp-OutputArea-output"


class Tab:
    """A lesson that is open in a tab."""

    def __init__(self, page: Page, address: str, lesson: str) -> None:
        self.page = page
        self.strangers: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self._note(request.url, address))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.set_default_timeout(60_000)
        page.goto(f"{address}/notebooks/index.html?path={lesson}.ipynb")
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=START_MS)
        page.wait_for_function(READY, timeout=START_MS)

    def _note(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            self.strangers.append(url)

    def menu(self, name: str, entry: str) -> None:
        self.page.locator(".lm-MenuBar").get_by_text(name, exact=True).click()
        self.page.locator(".lm-Menu").get_by_text(entry, exact=True).first.click()

    def run(self, entry: str) -> None:
        """Chooses what to run, and waits until it has begun."""
        self.menu("Run", entry)
        self.page.wait_for_function(RUNNING)

    def settle(self) -> None:
        self.page.wait_for_function(SETTLED, timeout=START_MS)

    def cell(self, holding: str) -> Locator:
        return self.page.locator(".jp-Notebook .jp-CodeCell").filter(has_text=holding).first

    def text(self, holding: str) -> str:
        return "\n".join(self.cell(holding).locator(OUTPUT).all_text_contents())


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with tab.served(tab.site_or_skip()) as url:
        yield url


@contextmanager
def opened(browser: Any, address: str, lesson: str) -> Iterator[Tab]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    yield Tab(context.new_page(), address, lesson)
    context.close()


@pytest.fixture(scope="module")
def start_here(browser: Any, address: str) -> Iterator[Tab]:
    """The first lesson, for several tests: Python takes a quarter of a minute to start."""
    with opened(browser, address, "00_start_here") as book:
        yield book


@pytest.fixture
def lesson(browser: Any, address: str) -> Iterator[Callable[[str], Tab]]:
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(opened(browser, address, name))


def test_the_stop_button_ends_a_reply_and_the_next_cell_works(start_here: Tab) -> None:
    book = start_here
    book.run("Run All Cells")
    asking = book.cell("Why is the sky blue")
    asking.locator(".mm-live").get_by_text("Rayleigh").wait_for()
    asking.get_by_role("button", name="Stop").click()
    book.settle()
    said = book.text("Why is the sky blue")
    assert "The reply stops here because you stopped it" in said
    assert "the part that arrived is in .reply" in said
    asking.click()
    book.run("Run Selected Cell")
    book.settle()
    assert "authored example" in book.text("Why is the sky blue")
    assert "you stopped it" not in book.text("Why is the sky blue")


def test_a_reply_grows_ends_and_is_there_in_a_saved_copy(start_here: Tab) -> None:
    book = start_here
    book.run("Run All Cells")
    asking = book.cell("Why is the sky blue")
    live = asking.locator(".mm-live")
    live.get_by_text("Thinking…").wait_for()
    sizes = [len(live.inner_text())]
    while len(sizes) < 4:
        book.page.wait_for_function(
            "(size) => document.querySelector('.mm-live')?.innerText.length > size", arg=sizes[-1]
        )
        sizes.append(len(live.inner_text()))
    book.settle()
    assert "88 tokens/s" in book.text("And on Mars?")
    assert book.page.locator(".mm-live").count() == 0
    reply = book.text("Why is the sky blue")
    assert "Rayleigh" in reply
    book.menu("File", "Save Notebook")
    book.page.wait_for_timeout(1000)
    expect(book.page.locator(".jp-mod-dirty")).to_have_count(0)  # it is saved
    book.page.reload()
    book.cell("Why is the sky blue").get_by_text("88 tokens/s").first.wait_for(state="attached", timeout=START_MS)
    assert book.text("Why is the sky blue") == reply
    assert (book.strangers, book.errors) == ([], [])


def test_tools_run_and_the_answer_is_that_of_the_saved_lesson(lesson: Callable[[str], Tab]) -> None:
    book = lesson("03_tool_use")
    book.run("Run All Cells")
    book.settle()
    outputs = book.page.locator(f".jp-Notebook .jp-CodeCell {OUTPUT}")
    assert "It's sunny in San Francisco right now" in "".join(outputs.all_text_contents())
    assert book.page.locator(".jp-OutputArea-output[data-mime-type*=stderr]").count() == 0
    assert book.errors == []


def test_a_magic_asks_and_the_box_talks_and_stops(lesson: Callable[[str], Tab]) -> None:
    book = lesson("09_cells_that_ask")
    book.run("Run All Cells")
    book.settle()
    assert "Rayleigh" in book.text("%%minimax")
    panel = book.page.locator(".mm-panel")
    turns = panel.locator(".mm-turn")
    before = turns.count()
    box = panel.get_by_label("Your question")
    box.fill("How are you?")
    box.press("Enter")
    panel.locator(".mm-status").wait_for()
    panel.get_by_role("button", name="Stop").click()
    panel.get_by_text("you stopped it").wait_for()
    box.fill("How are you?")
    box.press("Enter")
    turns.nth(before).get_by_text("tokens (").wait_for()
    assert book.errors == []
