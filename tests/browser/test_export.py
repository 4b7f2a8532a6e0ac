"""A saved notebook as ``nbconvert --to html`` writes it: the answer is there, and the model's text is harmless."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

TESTS = Path(__file__).parents[1]
LESSONS = sorted(TESTS.parent.glob("notebooks/[0-9][0-9]_*.ipynb"))
TEMPLATE_HOSTS = {"cdnjs.cloudflare.com", "cdn.jsdelivr.net", "unpkg.com"}
"""From where nbconvert's own page would load its typesetter."""


@cache
def exporter() -> HTMLExporter:
    """What writes notebooks as pages; it reads its templates once."""
    return HTMLExporter()


class Export:
    """An exported notebook in a page without a network, and what it tried to do."""

    def __init__(self, page: Any, notebook: Any) -> None:
        self.page = page
        self.strangers: set[str] = set()
        self.dialogs: list[str] = []
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        page.route("**/*", self._refuse)
        html, _ = exporter().from_notebook_node(notebook)
        page.set_content(html, wait_until="load")
        page.wait_for_timeout(500)

    def _refuse(self, route: Any) -> None:
        if (host := urlsplit(route.request.url).hostname) and host not in TEMPLATE_HOSTS:
            self.strangers.add(host)
        route.abort()


@pytest.fixture
def page(browser: Any) -> Any:
    opened = browser.new_page(viewport={"width": 1000, "height": 900})
    opened.set_default_timeout(20_000)
    yield opened
    opened.close()


def test_hostile_text_stays_text_in_an_export(page: Any) -> None:
    calls = "[{'name': '</summary></details><script>window.pwned=1</script>', 'arguments': HOSTILE}]"
    code = (
        "import minimax_nb as mm\nfrom fake_stream import *\n"
        f"reply = mm.show(chunks(HOSTILE * 2, HOSTILE * 2 + 'END-OF-ANSWER', calls={calls}, pause=0))"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    beside = {"metadata": {"path": str(TESTS / "support")}}
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources=beside).execute()
    export = Export(page, notebook)
    output = page.locator(".jp-OutputArea-output")
    assert "END-OF-ANSWER" in output.inner_text()
    assert output.inner_text().count("</details>") >= 1
    assert output.locator("details").count() == 2
    assert output.locator("script, img, iframe, style, [onclick], a[href^='javascript'], a[href^='data']").count() == 0
    assert page.evaluate("() => window.pwned") is None
    assert export.dialogs == []
    assert export.strangers == set()


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_an_exported_lesson_shows_its_outputs(page: Any, path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    export = Export(page, notebook)
    shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert page.locator(".jp-OutputArea-output").count() >= len(shown)
    folded = sum("".join(output.get("data", {}).get("text/html", "")).count("<details") for output in shown)
    assert page.locator(".jp-OutputArea-output details").count() == folded
    assert export.dialogs == []
    assert export.strangers == set()
