"""Run in a tab's Python by ``run_lessons.mjs``: the cells of a lesson, one after the other."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

ENVIRONMENT = {**os.environ, "MINIMAX_NB_SPEED": "max", "MINIMAX_NB_DISPLAY": "static", "COLUMNS": "80"}


async def run_cells(lesson: str, home: str) -> str:
    """What each code cell of a notebook left, as JSON; shell, server, settings and folder are new."""
    os.environ.clear()
    os.environ.update(ENVIRONMENT)
    os.chdir(home)
    InteractiveShell.clear_instance()
    if "minimax_nb" in sys.modules:
        _forget()
    shell = InteractiveShell.instance(colors="nocolor")
    return json.dumps([await _run(shell, cell) for cell in json.loads(lesson)["cells"] if cell["cell_type"] == "code"])


def _forget() -> None:
    """Stop the server of the lesson before, and drop what the library was told there."""
    from minimax_nb.client import configure
    from minimax_nb.server import app

    app.stop()
    configure._process = configure._Process()


async def _run(shell: InteractiveShell, cell: dict[str, Any]) -> dict[str, Any]:
    source = "".join(cell["source"])
    with capture_output() as seen:
        result = await shell.run_cell_async(source, store_history=True, transformed_cell=shell.transform_cell(source))
    error = result.error_before_exec or result.error_in_exec
    return {
        "stdout": seen.stdout,
        "stderr": seen.stderr,
        "plain": [(output.data or {}).get("text/plain") for output in seen.outputs],
        "error": None if error is None else f"{type(error).__name__}: {error}",
    }
