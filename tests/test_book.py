"""The book: one site of all lessons, the reference and the pages of ``docs/``, which loads nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

import minimax_nb as mm
from notebooks.book.formulas import typeset
from notebooks.book.links import ROOT, pages, relink
from notebooks.book.sources import folded, start_page, title
from notebooks.offline import lessons

from .support import chromium
from .support.made_once import made_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

PAGES = pages()
LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "video": "src"}
"""Elements that load something, and what names it."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole book, built once by the command that readers use."""
    for name in ("sphinx", "myst_nb", "furo"):
        pytest.importorskip(name, reason="needs the extra book")

    def build(folder: Path) -> None:
        command = [sys.executable, "-m", "notebooks.book", "-o", str(folder / "site")]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
        assert run.returncode == 0, run.stderr

    return made_once(tmp_path_factory, "book", build) / "site"


class Elements(HTMLParser):
    """What a page is made of: elements with their attributes, and the text outside of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        if not self.found or self.found[-1][0] not in ("script", "style"):
            self.text += data


def html_of(site: Path, page: str) -> str:
    return (site / page).with_suffix(".html").read_text(encoding="utf-8")


@pytest.mark.heavy
def test_every_page_is_there(site: Path) -> None:
    for page in PAGES.values():
        assert (site / page).with_suffix(".html").exists(), page


@pytest.mark.heavy
def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        for tag, attributes in Elements(path.read_text(encoding="utf-8")).found:
            address = attributes.get(LOADS.get(tag, ""), "")
            assert not re.match(r"(?:https?:)?//", address), f"{path.name} loads {address}"
    for path in site.rglob("*.css"):
        assert not re.search(r"""(?:url\(|@import)\s*["']?(?:https?:)?//""", path.read_text(encoding="utf-8")), path


@pytest.mark.heavy
def test_lessons_stand_in_order_on_the_start_page(site: Path) -> None:
    links = [attributes.get("href", "") for tag, attributes in Elements(html_of(site, "index")).found if tag == "a"]
    first = [link for link in dict.fromkeys(links) if link.startswith("lessons/")]
    assert first == [f"lessons/{path.stem}.html" for path in lessons()]


@pytest.mark.heavy
def test_a_link_between_pages_leads_to_a_page(site: Path) -> None:
    for path in site.rglob("*.html"):
        for tag, attributes in Elements(path.read_text(encoding="utf-8")).found:
            target = attributes.get("href", "") if tag == "a" else ""
            if target and not re.match(r"[a-z]+:|#", target):
                assert (path.parent / target.partition("#")[0]).exists(), f"{path.name} links {target}"


@pytest.mark.heavy
def test_no_formula_is_left_in_tex(site: Path) -> None:
    assert "<math" in html_of(site, "lessons/00_start_here")
    for path in lessons():
        assert not re.search(r"<span>\\\(|>\\\[", html_of(site, f"lessons/{path.stem}")), path.stem


@pytest.mark.heavy
def test_what_is_saved_is_what_is_seen(site: Path) -> None:
    seen = Elements(html_of(site, "lessons/00_start_here")).text
    assert "Thought for 1.7 s · 151 tokens" in seen
    assert "requests go to the embedded server on this machine" in seen


@pytest.mark.heavy
def test_each_public_name_can_be_linked_to(site: Path) -> None:
    ids = {attributes.get("id") for page in (site / "api").glob("*.html") for _, attributes in elements(page)}
    assert {f"minimax_nb.{name}" for name in mm.__all__} <= ids


def elements(page: Path) -> list[tuple[str, dict[str, str]]]:
    return Elements(page.read_text(encoding="utf-8")).found


@pytest.mark.heavy
def test_the_answers_of_lessons_can_be_searched(site: Path) -> None:
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert '"rayleigh"' in index or "rayleigh:" in index  # a word of an answer alone


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.running() as browser:
        yield browser


SHOWN = ["index", "lessons/00_start_here", "lessons/08_models_and_speed", "docs/architecture", "api/talk", "api/errors"]


@pytest.mark.heavy
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("page", SHOWN)
def test_no_page_scrolls_sideways(browser: Browser, site: Path, page: str, width: int) -> None:
    with browser.new_page(viewport={"width": width, "height": 800}) as tab:
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto((site / page).with_suffix(".html").as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") == width
        assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.heavy
def test_a_long_line_of_an_output_is_wrapped(browser: Browser, site: Path) -> None:
    with browser.new_page(viewport={"width": 390, "height": 800}) as tab:
        tab.goto((site / "lessons/00_start_here.html").as_uri())
        line = tab.locator(".cell_output pre", has_text="no key found").first
        assert line.evaluate("each => each.scrollWidth <= each.clientWidth")


@pytest.mark.heavy
def test_the_search_finds_an_answer(browser: Browser, site: Path) -> None:
    with browser.new_page() as tab:
        tab.goto((site / "search.html").as_uri() + "?q=rayleigh")
        found = tab.locator("#search-results a", has_text="Start here")
        found.first.wait_for()


def test_formulas_become_mathml_and_code_stays() -> None:
    html = r"<p>of <span>\(x &lt; 1\)</span></p><code>re.compile(r'\(')</code>"
    shown = typeset(html)
    assert shown.startswith("<p>of <math")
    assert "&lt;" in shown
    assert shown.endswith(r"</p><code>re.compile(r'\(')</code>")


def test_a_formula_that_cannot_be_converted_is_shown_as_code() -> None:
    assert typeset(r"<span>\(\href{a}{b}\)</span>") == r"<code>\href{a}{b}</code>"


@pytest.mark.parametrize(
    ("markdown", "here", "turned"),
    [
        ("[tools](03_tool_use.ipynb)", "notebooks/README.md", "[tools](lessons/03_tool_use.ipynb)"),
        ("[next](01_quick_start.ipynb)", "notebooks/00_start_here.ipynb", "[next](01_quick_start.ipynb)"),
        ("[all](README.md)", "notebooks/16_pictures.ipynb", "[all](../index.md)"),
        ("[map](docs/architecture.md#words)", "CONTRIBUTING.md", "[map](../docs/architecture.md#words)"),
        ("[`x.py`](../minimax_nb/trace.py)", "docs/architecture.md", "`x.py`"),
        ("[out](https://example.com/a.md)", "docs/architecture.md", "[out](https://example.com/a.md)"),
        ("```\n[a](b.md)\n```", "docs/architecture.md", "```\n[a](b.md)\n```"),
    ],
)
def test_links_are_turned_towards_pages(markdown: str, here: str, turned: str) -> None:
    assert relink(markdown, here, PAGES) == turned


def test_pictures_come_along() -> None:
    turned = relink("![tides](pictures/tides.png)", "notebooks/README.md", PAGES)
    assert turned.startswith("![tides](data:image/png;base64,iVBORw0KGgo")


def test_the_start_page_names_lessons_by_their_titles() -> None:
    page = start_page(PAGES)
    assert "[00 Start here](lessons/00_start_here.ipynb) | a model thinks and answers, live, in a cell" in page
    assert [line for line in page.splitlines() if line.startswith("| [")] == re.findall(
        r"^\| \[\d\d .*", page, re.MULTILINE
    )


def test_a_lesson_without_a_title_is_refused() -> None:
    untitled = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Hello")])
    with pytest.raises(ValueError, match="begins with a heading, got 'Hello'"):
        title(untitled)


def cell_of(kind: str, *tags: str) -> Any:
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}[kind]
    return make("1 + 1", metadata={"tags": list(tags)}, id="cell-07")


@pytest.mark.parametrize("tag", ["exercise", "solution"])
def test_exercises_and_their_answers_are_folded(tag: str) -> None:
    [code] = folded(cell_of("code", tag))
    assert "hide-cell" in code.metadata.tags
    begin, text, end = folded(cell_of("markdown", tag))
    assert begin.source.startswith("<details")
    assert text.source == "1 + 1"
    assert end.source == "</details>"
    assert len({each.id for each in (begin, text, end)}) == 3


def test_other_cells_stand_open() -> None:
    cell = cell_of("code", "raises-exception")
    assert folded(cell) == [cell]
    assert cell.metadata.tags == ["raises-exception"]
