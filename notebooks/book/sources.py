"""What the book is made of: the saved lessons, the pages of ``docs/`` and the reference, written where Sphinx reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from minimax_nb.cli.lesson_files import read_notebook, tags_of, write_notebook
from minimax_nb.cli.lesson_strip import EXERCISE, SOLUTION
from notebooks.offline import lessons

from .formulas import typeset_outputs
from .links import ROOT, START, pages, relink
from .reference import reference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def write_sources(folder: Path) -> None:
    """Write every page of the book as Sphinx is to read it.

    Args:
        folder: where; it is empty.
    """
    known = pages()
    for path, page in known.items():
        there = folder / page
        there.parent.mkdir(parents=True, exist_ok=True)
        if path == START:
            there.write_text(start_page(known), encoding="utf-8")
        elif path.startswith("notebooks/"):
            there.write_text(write_notebook(lesson(ROOT / path, known)), encoding="utf-8")
        elif page != known[START]:
            there.write_text(relink((ROOT / path).read_text(encoding="utf-8"), path, known), encoding="utf-8")
    (folder / "api").mkdir()
    for name, text in reference().items():
        (folder / "api" / name).write_text(text, encoding="utf-8")


def start_page(known: Mapping[str, str]) -> str:
    """Write the first page: the README of the lessons, and the contents of the whole book."""
    text = relink((ROOT / START).read_text(encoding="utf-8"), START, known)
    called = {path.stem: f"{path.name[:2]} {title(read_notebook(path))}" for path in lessons()}
    for stem, name in called.items():
        text = text.replace(f"[{stem}](", f"[{name}](")
    numbered = [f"{name} <lessons/{stem}>" for stem, name in called.items()]
    within = [Path(page).with_suffix("").as_posix() for page in dict.fromkeys(known.values())]
    parts = {
        "Lessons": numbered,
        "Reference": [f"api/{Path(name).stem}" for name in reference()],
        "How it works": [page for page in within if page.startswith("docs/")],
        "The project": [page for page in within if page.startswith("project/")],
    }
    return "\n".join([text, *(_contents(caption, entries) for caption, entries in parts.items())])


def title(notebook: Any) -> str:
    """What a lesson is called: its first heading."""
    found = _TITLE.search(notebook.cells[0].source)
    if found is None:
        raise ValueError(f"expected a lesson that begins with a heading, got {notebook.cells[0].source[:60]!r}")
    return found[1]


def _contents(caption: str, entries: Iterable[str]) -> str:
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *entries, "```", ""])


def lesson(path: Path, known: Mapping[str, str]) -> Any:
    """Read a lesson and make a page of the book of it; answers of exercises are folded.

    Args:
        path: the saved notebook.
        known: what ``pages`` gives.
    """
    notebook = prepared(path, known)
    notebook.cells = [part for cell in notebook.cells for part in folded(cell)]
    return notebook


def prepared(path: Path, known: Mapping[str, str]) -> Any:
    """Read a lesson for whatever it is to become: formulas typeset, links turned.

    Args:
        path: the saved notebook.
        known: where files of the project stand there, as for ``relink``.
    """
    notebook = read_notebook(path)
    notebook.metadata.language_info.pygments_lexer = "ipython3"  # it knows magics, and that a prompt is no Python
    typeset_outputs(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = relink(cell.source, path.relative_to(ROOT).as_posix(), known)
    return notebook


def folded(cell: Any) -> list[Any]:
    """Fold a cell that is an exercise or its answer: one of code by a tag, one of text by cells around it."""
    word = {SOLUTION: "Answer", EXERCISE: "Exercise"}
    found = [word[tag] for tag in word if tag in tags_of(cell)]
    if not found:
        return [cell]
    if cell.cell_type == "code":
        cell.metadata.tags = [*cell.metadata.tags, "hide-cell"]
        cell.metadata["mystnb"] = {"code_prompt_show": found[0], "code_prompt_hide": found[0]}
        return [cell]
    begin, end = f'<details class="mm-folded"><summary>{found[0]}</summary>', "</details>"
    around = [nbformat.v4.new_markdown_cell(text, id=f"{cell.id}-{n}") for n, text in enumerate((begin, end))]
    return [around[0], cell, around[1]]
