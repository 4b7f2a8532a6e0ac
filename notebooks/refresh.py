"""Execute every lesson anew and save it: ``python -m notebooks.refresh``.

``--check`` saves nothing and fails when a saved lesson differs from what it gives now. Names of lessons may follow.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

import nbformat

from minimax_nb.cli.lesson_differences import file_difference
from minimax_nb.cli.lesson_files import write_notebook
from minimax_nb.cli.lesson_run import PYTHON, execute
from notebooks.book.slide_types import set_slide_types
from notebooks.offline import lessons

if TYPE_CHECKING:
    from pathlib import Path


def executed(path: Path) -> str:
    """Run a lesson in a fresh kernel; return the file as it should be saved.

    Raises:
        CommandError: a cell failed that is not marked ``raises-exception``.
    """
    notebook = execute(path)
    normalise(notebook)
    return write_notebook(notebook)


def normalise(notebook: Any) -> None:
    """Take out what depends on the machine, marks that an editor leaves, and say which cell begins a slide."""
    notebook.metadata = nbformat.from_dict(PYTHON)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        kept = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
        cell.metadata = nbformat.NotebookNode(kept)
    set_slide_types(notebook)


def main(arguments: list[str] | None = None) -> int:
    """Refresh or check the lessons; the exit code says whether all is well."""
    parser = argparse.ArgumentParser(prog="python -m notebooks.refresh", description=__doc__)
    parser.add_argument("names", nargs="*", help="lessons to take, by the beginning of their names; default all")
    parser.add_argument("--check", action="store_true", help="save nothing; fail when a saved lesson is out of date")
    parser.add_argument("--in-process", action="store_true", help="let the embedded server answer without a port")
    options = parser.parse_args(arguments)
    if options.in_process:
        os.environ["MINIMAX_NB_SERVER"] = "inprocess"
    stale = 0
    for path in lessons():
        if options.names and not path.name.startswith(tuple(options.names)):
            continue
        now = executed(path)
        changed = file_difference(path.read_text(encoding="utf-8"), now)
        if changed and options.check:
            stale += 1
            print(f"out of date: {path.name}; run: python -m notebooks.refresh", *changed, sep="\n")
        elif changed:
            path.write_text(now, encoding="utf-8")
            print(f"saved: {path.name}")
        else:
            print(f"current: {path.name}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
