"""Lessons executed as the tests do it: in a fresh kernel, without key, network and waiting.

So a lesson's outputs are the same on every machine and at every run.
"""

from __future__ import annotations

import os
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from minimax_nb.render.text.text import visible
from minimax_nb.runtime import background

from . import CommandError
from .lesson_files import name_cell, need_lab, read_notebook, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbformat import NotebookNode

CELL_TIMEOUT_S = 60
PREFIXES = ("OPENAI_", "MINIMAX_")
PYTHON: dict[str, dict[str, str]] = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
}
"""What a notebook says of its language, without the version of whoever has executed it."""

_START_TIMEOUT_S = 60
_LONGEST_ERROR = 400
_KERNEL_OPTIONS = ["--Application.log_level=CRITICAL"]
"""A kernel warns at each start that it listens on this machine, and complains when it is stopped midway."""


def offline(environ: Mapping[str, str]) -> dict[str, str]:
    """Leave every key and address out of an environment, so that tapes and rehearsals answer, at once.

    How the embedded server is reached stays: there are machines on which it can have no port.
    """
    kept = {
        name: value for name, value in environ.items() if not name.startswith(PREFIXES) or name == "MINIMAX_NB_SERVER"
    }
    return kept | {"MINIMAX_NB_SPEED": "max"}


def look_through_fonts() -> None:
    """Have matplotlib do what it says something about in the first cell that loads it on a new machine."""
    if find_spec("matplotlib") is not None:
        import_module("matplotlib.font_manager")


def execute(path: Path, timeout_s: float = CELL_TIMEOUT_S) -> NotebookNode:
    """Execute a notebook in a fresh kernel; the file stays as it is.

    Args:
        path: the notebook; its folder is the kernel's.
        timeout_s: how long one cell may take.

    Raises:
        CommandError: a cell failed that is not marked ``raises-exception`` or took too long, or there is no kernel.
        UnusableInputError: it is no notebook.
    """
    need_lab()
    from jupyter_client.kernelspec import NoSuchKernel
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = read_notebook(path)
    at = 0

    def started(cell_index: int, **_: Any) -> None:
        nonlocal at
        at = cell_index

    client = NotebookClient(
        notebook,
        timeout=timeout_s,
        startup_timeout=_START_TIMEOUT_S,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=_KERNEL_OPTIONS,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=started,
    )
    look_through_fonts()
    try:
        # In another thread: in the main one nbclient takes Ctrl-C for itself, and fails with a traceback.
        background.run(partial(client.async_execute, env=offline(os.environ)))
    except CellExecutionError as error:
        said = " ".join(f"{error.ename}: {error.evalue}".split()).removesuffix(":")
        said = visible(shorten(said, _LONGEST_ERROR))
        problem = f"which failed: {said}; mend it, or tag it raises-exception if it is meant to"
    except CellTimeoutError:
        problem = f"which took longer than {timeout_s:g} s; shorten it, or allow more with --timeout"
    except DeadKernelError:
        problem = "in which the kernel died; run it in JupyterLab to see why"
    except (NoSuchKernel, RuntimeError) as error:
        raise CommandError(
            f"{path.name}: expected the kernel 'python3' to start: {error}; install it: pip install 'minimax-nb[lab]'"
        ) from error
    else:
        return notebook
    where = name_cell(at + 1, notebook.cells[at])
    raise CommandError(f"{path.name}: expected every cell to run, got {where}, {problem}")


def without_machine(notebook: NotebookNode) -> None:
    """Take out what the machine leaves: the interpreter's version, times, and the state of widgets."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata.update({name: type(notebook.metadata)(value) for name, value in PYTHON.items()})
    for cell in notebook.cells:
        for trace in ("execution", "ExecuteTime"):
            cell.metadata.pop(trace, None)
