"""Execute every lesson anew and save it: ``python -m notebooks.refresh``.

``--check`` saves nothing and fails when a saved lesson differs from what it gives now. Names of lessons may follow.
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from typing import TYPE_CHECKING, Any

import nbformat
from nbclient import NotebookClient

from notebooks.offline import FOLDER, go_offline, lessons

if TYPE_CHECKING:
    from pathlib import Path

CELL_TIMEOUT_S = 60
SHOWN_LINES = 40
SHOWN_COLUMNS = 200
_PIXELS = re.compile(r'("image/png": )"[^"]*"')
"""They depend on the fonts and the drawing library of the machine."""


def execute(path: Path) -> str:
    """Run a lesson in a fresh kernel; return the file as it should be saved.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell failed that is not marked ``raises-exception``.
    """
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_S,
        startup_timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(FOLDER)}},
    ).execute()
    normalise(notebook)
    return str(nbformat.writes(notebook)) + "\n"


def normalise(notebook: Any) -> None:
    """Take out what depends on the machine: the interpreter's version, and marks that an editor leaves."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
    }
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        kept = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
        cell.metadata = nbformat.NotebookNode(kept)


def difference(path: Path, now: str) -> list[str]:
    """What would change in the file, as the lines of a unified diff; pixels of pictures are left out, as in nbval."""
    saved, now = (_PIXELS.sub(r"\1", text) for text in (path.read_text(encoding="utf-8"), now))
    return list(difflib.unified_diff(saved.splitlines(), now.splitlines(), "saved", "now", lineterm="", n=1))


def main(arguments: list[str] | None = None) -> int:
    """Refresh or check the lessons; the exit code says whether all is well."""
    parser = argparse.ArgumentParser(prog="python -m notebooks.refresh", description=__doc__)
    parser.add_argument("names", nargs="*", help="lessons to take, by the beginning of their names; default all")
    parser.add_argument("--check", action="store_true", help="save nothing; fail when a saved lesson is out of date")
    options = parser.parse_args(arguments)
    go_offline()
    stale = 0
    for path in lessons():
        if options.names and not path.name.startswith(tuple(options.names)):
            continue
        now = execute(path)
        changed = difference(path, now)
        if changed and options.check:
            stale += 1
            print(
                f"out of date: {path.name}; run: python -m notebooks.refresh",
                *(line[:SHOWN_COLUMNS] for line in changed[:SHOWN_LINES]),
                sep="\n",
            )
        elif changed:
            path.write_text(now, encoding="utf-8")
            print(f"saved: {path.name}")
        else:
            print(f"current: {path.name}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
