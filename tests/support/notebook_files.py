"""Notebooks: read, written, run in a kernel.

What it takes is loaded when it is used: nbformat reads a grammar of addresses for a second, and most runs want none.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> Any:
    """A notebook of its own, to be changed."""
    import nbformat

    return nbformat.read(path, as_version=4)


@cache
def opened(path: Path) -> Any:
    """A notebook that many tests look at, and none changes."""
    return read(path)


def made(*sources: str) -> Any:
    """A notebook with these code cells."""
    import nbformat

    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def run(notebook: Any, folder: Path | None = None) -> None:
    """Run a notebook in a kernel of its own, in a folder; its cells then hold their outputs."""
    # The fast loop refuses processes: better here than where nbclient has a loop and a signal handler to leave behind.
    sys.audit("subprocess.Popen", sys.executable, [], None, None)
    from nbclient import NotebookClient

    if find_spec("mcp") is None and any("mm.mcp(" in cell.source for cell in notebook.cells):
        pytest.skip("needs the package mcp")
    place = {"metadata": {"path": str(folder)}} if folder is not None else {}
    NotebookClient(notebook, timeout=120, startup_timeout=120, kernel_name="python3", resources=place).execute()
