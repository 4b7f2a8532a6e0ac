"""The lessons on paper: one PDF of one or of all, printed by the Chromium that is installed."""

from __future__ import annotations

import re
import shutil
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from .links import ROOT, START
from .site import MissingError, need
from .sources import prepared, title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
"""What is looked for in PATH."""
_TEMPLATES = Path(__file__).parent / "templates"
_TEMPLATE = "book_print"
_NEEDED = ("nbconvert", "playwright")
_FOLDED = re.compile(r"<details(?![^>]*\sopen\b)")
_FOOTER = (
    '<div style="width:100%;font:8px sans-serif;color:#667;text-align:center">'
    '<span class="pageNumber"></span> / <span class="totalPages"></span></div>'
)
_MARGIN = {"top": "18mm", "bottom": "18mm", "left": "20mm", "right": "18mm"}


def build_pdf(target: Path, paths: Sequence[Path]) -> None:
    """Print lessons.

    Args:
        target: the file; what is there is written over.
        paths: the saved lessons.

    Raises:
        MissingError: a package or the browser is missing.
    """
    need(*_NEEDED)
    from playwright.sync_api import sync_playwright

    browser = find_browser()
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as driver:
        page = Path(folder, "lessons.html")
        page.write_text(printable(paths), encoding="utf-8")
        chromium = driver.chromium.launch(executable_path=browser)
        # A document: it needs no script, and asks nobody for anything.
        tab = chromium.new_context(java_script_enabled=False, offline=True).new_page()
        tab.goto(page.as_uri())
        options: dict[str, Any] = {"format": "A4", "margin": _MARGIN, "print_background": True}
        options |= {"display_header_footer": True, "header_template": "<span></span>", "footer_template": _FOOTER}
        tab.pdf(path=target, outline=True, tagged=True, **options)
        chromium.close()


def find_browser() -> str:
    """Find the browser that prints.

    Raises:
        MissingError: there is none.
    """
    for name in BROWSERS:
        if (path := shutil.which(name)) is not None:
            return path
    raise MissingError(
        f"expected a browser that prints, found no {', '.join(BROWSERS)} in PATH. Debian: apt-get install chromium"
    )


def printable(paths: Sequence[Path]) -> str:
    """Write the page that is printed: a cover where there are several lessons, then one after the other."""
    known = {path.relative_to(ROOT).as_posix(): f"#{path.stem}" for path in paths}
    # Where there is a cover, it is the list of all.
    known |= {START: "#cover"} if len(known) > 1 else {}
    notebooks = {path: prepared(path, known) for path in paths}
    titles = {path.stem: title(notebook) for path, notebook in notebooks.items()}
    name = next(iter(titles.values())) if len(titles) == 1 else "minimax_nb: the lessons"
    articles = [_article(path, notebook) for path, notebook in notebooks.items()]
    cover = [_cover(name, titles)] if len(titles) > 1 else []
    head = f'<meta charset="utf-8"><title>{escape(name)}</title><style>{_style()}</style>'
    body = "\n".join([*cover, *articles])
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def _article(path: Path, notebook: Any) -> str:
    from nbconvert import HTMLExporter

    exporter: Any = HTMLExporter(
        extra_template_basedirs=[str(_TEMPLATES)],
        template_name=_TEMPLATE,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    body, _ = exporter.from_notebook_node(notebook)
    return f'<article class="lesson" id="{path.stem}">{_FOLDED.sub("<details open", body)}</article>'


def _cover(name: str, titles: Mapping[str, str]) -> str:
    entries = [f'<li><a href="#{stem}">{stem[:2]}&ensp;{escape(text)}</a></li>' for stem, text in titles.items()]
    return f'<div class="cover" id="cover"><h1>{escape(name)}</h1><ol>{"".join(entries)}</ol></div>'


def _style() -> str:
    from pygments.formatters import HtmlFormatter

    formatter: Any = HtmlFormatter(style="default")
    highlighting = formatter.get_style_defs(".highlight")
    return f"{highlighting}\n{(_TEMPLATES / _TEMPLATE / 'print.css').read_text(encoding='utf-8')}"
