"""What a lesson is made of: its notebook, and the tapes that it replays."""

from __future__ import annotations

import json
import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minimax_nb.render.text.text import visible

from . import CommandError, UnusableInputError
from .arguments import read_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbformat import NotebookNode

SUFFIX = ".ipynb"
TAPES = "tapes"
"""The folder beside the notebooks that holds a folder of tapes for each."""

_FORMAT = 4
_MINOR_WITH_IDS = 5
_REPLAYED = re.compile(r"""\breplaying\(\s*(["'])(?P<path>.+?)\1""")


def need_lab() -> None:
    """Say what to install where notebooks can be neither read nor executed.

    Raises:
        CommandError: a package is missing.
    """
    missing = [name for name in ("nbformat", "nbclient", "ipykernel") if find_spec(name) is None]
    if missing:
        raise CommandError(
            f"expected the packages for notebooks, found no {' and no '.join(missing)}. "
            "Install them: pip install 'minimax-nb[lab]'"
        )


def find_lessons(folder: Path, names: Sequence[str]) -> list[Path]:
    """Find notebooks by their names, with or without the suffix.

    Args:
        folder: where they are.
        names: those that are wanted, each once; empty for all that are in the folder.

    Raises:
        UnusableInputError: there is none, or one is missing.
    """
    there = sorted(path for path in folder.glob(f"*{SUFFIX}") if path.is_file() and not path.name.startswith("."))
    if not names:
        if not there:
            raise UnusableInputError(
                f"expected notebooks in {folder}, found none; make one with minimax-nb lesson new NAME, "
                "or say where they are with --folder"
            )
        return there
    return list(dict.fromkeys(_lesson(folder, name, there) for name in names))


def _lesson(folder: Path, name: str, there: list[Path]) -> Path:
    path = folder / (name if name.endswith(SUFFIX) else name + SUFFIX)
    try:
        if path.is_file():
            return path
    except ValueError:  # a NUL in the name, on Python before 3.14
        pass
    known = ", ".join(each.stem for each in there[:12]) or "no notebook"
    raise UnusableInputError(f"expected the name of a notebook in {folder}, got {name[:60]!r}; there is {known}")


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook as it is saved; cells that have no id get one, as their format wants it.

    Raises:
        UnusableInputError: it is no notebook, or one that is broken.
    """
    return parse_notebook(read_text(str(path)), str(path))


def parse_notebook(text: str, called: str) -> NotebookNode:
    """Parse the JSON of a notebook.

    Args:
        text: the JSON.
        called: the name of what holds it, for errors.

    Raises:
        UnusableInputError: it is no notebook, or one that is broken.
    """
    import nbformat
    from nbformat.v4.rwbase import rejoin_lines

    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnusableInputError(f"expected a notebook in {called}, got no JSON: {error}") from error
    if not isinstance(found, dict) or "nbformat" not in found:
        raise UnusableInputError(f'expected a notebook in {called}, got JSON without "nbformat"')
    if found["nbformat"] != _FORMAT:
        raise UnusableInputError(
            f"expected a notebook of format {_FORMAT} in {called}, got {found['nbformat']!r}; save it anew in Jupyter"
        )
    if not isinstance(found.get("nbformat_minor"), int) or not isinstance(found.get("cells"), list):
        raise UnusableInputError(f'expected a sound notebook in {called}, got none with "nbformat_minor" and "cells"')
    notebook: NotebookNode = nbformat.from_dict(found)
    _give_ids(notebook)
    try:
        nbformat.validate(notebook)
    except (nbformat.ValidationError, TypeError, AttributeError) as error:
        said = str(getattr(error, "message", error))[:200]
        raise UnusableInputError(f"expected a sound notebook in {called}: {said}; open it in Jupyter") from error
    rejoin_lines(notebook)
    return notebook


def _give_ids(notebook: Any) -> None:
    """Number the cells that have no id, instead of leaving it to nbformat, whose ids are new each time."""
    if notebook.nbformat_minor < _MINOR_WITH_IDS:
        return
    taken = {str(cell.get("id")) for cell in notebook.cells if isinstance(cell, dict)}
    for number, cell in enumerate(notebook.cells):
        if isinstance(cell, dict) and "id" not in cell:
            name = f"cell-{number:02d}"
            cell["id"] = name if name not in taken else f"{name}-new"


def write_notebook(notebook: NotebookNode) -> str:
    """Give the file as it is saved, with the line break at its end that Jupyter writes."""
    import nbformat

    return str(nbformat.writes(notebook)) + "\n"


def where_option(folder: Path) -> str:
    """The option that a command which is suggested needs to find the folder again; "" for the current one."""
    return "" if folder == Path() else f" --folder {shlex.quote(str(folder))}"


def tags_of(cell: Any) -> list[str]:
    """The tags of a cell."""
    return list(cell.metadata.get("tags") or [])


def name_cell(number: int, cell: Any) -> str:
    """What a cell is called where something is wrong with it: its number, from 1, and how it begins."""
    first = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
    return f"cell {number} ({visible(shorten(first))})" if first else f"cell {number}"


def shorten(text: str, most: int = 50) -> str:
    """The beginning of a text, with a sign that there is more."""
    return text if len(text) <= most else f"{text[:most]}…"


def tapes_of(path: Path, notebook: Any) -> tuple[list[Path], list[str]]:
    """Find what a notebook replays.

    Args:
        path: where it is; its tapes are seen from there.
        notebook: its content.

    Returns:
        The tapes of ``tapes/NAME`` and of every ``replaying("…")``, and the folders that are named there and missing: a
        notebook may record them itself.
    """
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    named = [found["path"] for source in sources for found in _REPLAYED.finditer(source)]
    tapes: dict[Path, None] = {}
    missing = []
    for name in dict.fromkeys([f"{TAPES}/{path.stem}", *named]):
        place = path.parent / name
        if place.is_dir():
            tapes |= dict.fromkeys(sorted(place.glob("*.json")))
        elif place.is_file():
            tapes[place] = None
        elif name in named:
            missing.append(name)
    return list(tapes), missing
