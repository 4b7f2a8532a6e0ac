"""The answers of exercises, taken out of a notebook for those who are to find them.

A cell tagged ``solution`` is emptied. Marks inside of a cell are read as nbgrader reads them: what stands between
``### BEGIN SOLUTION`` and ``### END SOLUTION`` gives way to a stub, a cell that nbgrader knows as a solution becomes
one as a whole, and hidden tests and mark schemes go.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from minimax_nb.runtime.atomic_write import write_atomic

from . import OK, UnusableInputError
from .lesson_files import SUFFIX, find_lessons, name_cell, need_lab, read_notebook, tags_of, tapes_of, write_notebook

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

SOLUTION = "solution"
EXERCISE = "exercise"
"""Tags of cells."""

_STUBS = {"code": ["# YOUR CODE HERE", "raise NotImplementedError()"]}
_STUB = ["YOUR ANSWER HERE"]
_REGIONS = ("SOLUTION", "HIDDEN TESTS", "MARK SCHEME")
"""What stands between BEGIN and END of such a name is for teachers; in the place of a solution a stub is put."""


def run(options: argparse.Namespace) -> int:
    """Write a notebook without its answers."""
    need_lab()
    [path] = find_lessons(options.folder, [options.name])
    target = options.output
    _check_target(path, target, force=options.force)
    notebook = read_notebook(path)
    removed = strip(notebook, path.name)
    if not removed:
        raise UnusableInputError(
            f"expected solutions in {path.name}, found none: tag their cells {SOLUTION}, or put their lines between "
            "### BEGIN SOLUTION and ### END SOLUTION. Nothing was written"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(target, write_notebook(notebook))
    print(f"{target}: without the answers in {', '.join(removed)}")
    print("Outputs of other cells stay: see whether one gives an answer away.")
    if tapes_of(path, notebook)[0] and target.parent.resolve() != path.parent.resolve():
        print("Its tapes have to be beside it. To give away both: minimax-nb lesson pack --students")
    return OK


def _check_target(path: Path, target: Path, *, force: bool) -> None:
    if target.suffix != SUFFIX:
        raise UnusableInputError(f"expected a name that ends with {SUFFIX} after -o, got {str(target)[:80]!r}")
    if not os.path.lexists(target):
        return
    if target.exists() and target.samefile(path):
        raise UnusableInputError(f"expected another file than the lesson itself after -o, got {str(target)[:80]!r}")
    if not force:
        raise UnusableInputError(f"expected a file that is not there yet, got {target}; to write over it: --force")


def strip(notebook: Any, name: str) -> list[str]:
    """Take the answers out of a notebook.

    Args:
        notebook: is changed.
        name: of its file, for errors.

    Returns:
        The cells that held answers, by number alone: how an answer begins is a part of it.

    Raises:
        UnusableInputError: a mark has no partner, so that nobody can say what is an answer.
    """
    removed = []
    for number, cell in enumerate(notebook.cells, 1):
        if SOLUTION in tags_of(cell):
            _put(cell, [])
        elif (lines := _without_regions(cell, f"{name}, {name_cell(number, cell)}")) is not None:
            _put(cell, lines)
        elif _is_nbgraders(cell):
            _put(cell, _stub(cell))
        else:
            continue
        removed.append(f"cell {number}")
    return removed


def _put(cell: Any, lines: list[str]) -> None:
    """Put other lines into a cell, unfold it, and forget what the answer has put out."""
    cell.source = "\n".join(lines)
    cell.pop("attachments", None)
    folded = cell.metadata.get("jupyter", {})
    folded.pop("source_hidden", None)
    if not folded:
        cell.metadata.pop("jupyter", None)
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None


def _is_nbgraders(cell: Any) -> bool:
    """Whether nbgrader knows it as a cell that students answer in."""
    marks = cell.metadata.get("nbgrader")
    return isinstance(marks, dict) and bool(marks.get("solution"))


def _stub(cell: Any) -> list[str]:
    return _STUBS.get(cell.cell_type, _STUB)


def _without_regions(cell: Any, place: str) -> list[str] | None:
    """The lines of a cell without what stands between marks; None where there is no mark."""
    kept: list[str] = []
    inside = ""
    lines = cell.source.split("\n")
    marks = [_mark(line) for line in lines]
    for line, (begins, name) in zip(lines, marks, strict=True):
        if name and (begins == bool(inside) or inside not in ("", name)):
            raise UnusableInputError(_unpaired(place, line, inside))
        if name and begins:
            inside = name
            if name == "SOLUTION":
                indent = line[: len(line) - len(line.lstrip())]
                kept += [indent + each for each in _stub(cell)]
        elif name:
            inside = ""
        elif not inside:
            kept.append(line)
    if inside:
        raise UnusableInputError(_unpaired(place, "", inside))
    return kept if any(name for _, name in marks) else None


def _mark(line: str) -> tuple[bool, str]:
    """Whether a line begins or ends a region, and which; anywhere in the line, as nbgrader looks for it."""
    found = re.search(rf"\b(BEGIN|END) ({'|'.join(_REGIONS)})\b", line)
    return (found[1] == "BEGIN", found[2]) if found else (False, "")


def _unpaired(place: str, line: str, inside: str) -> str:
    wanted = f"### END {inside}" if inside else "a BEGIN before it"
    got = f"got {line.strip()[:60]!r}" if line else "found none"
    return f"{place}: expected {wanted}, {got}; add it, or mend the mark. Nothing was written"
