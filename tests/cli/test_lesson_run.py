"""Notebooks executed in a kernel of their own, without keys; what goes wrong there, told with its cell."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.cli import CommandError
from minimax_nb.cli.lesson_run import execute, offline, without_machine

from ..support.notebooks import code, markdown, notebook, save

if TYPE_CHECKING:
    from pathlib import Path


def test_keys_and_addresses_are_left_out_and_nobody_waits() -> None:
    there = {"MINIMAX_API_KEY": "a", "OPENAI_BASE_URL": "b", "MINIMAX_NB_DISPLAY": "text", "PATH": "/bin"}
    assert offline(there) == {"PATH": "/bin", "MINIMAX_NB_SPEED": "max"}
    without_a_port = {"MINIMAX_NB_SERVER": "inprocess"}
    assert offline({**there, **without_a_port}) == {"PATH": "/bin", "MINIMAX_NB_SPEED": "max", **without_a_port}


def test_a_kernel_sees_no_key_and_stands_in_the_notebooks_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", "sk-very-secret-key-0123456789")
    source = "import os, pathlib\nprint(os.environ.get('MINIMAX_API_KEY'), os.environ['MINIMAX_NB_SPEED'])"
    path = save(tmp_path / "a.ipynb", markdown("# A"), code(f"{source}\nprint(pathlib.Path('a.ipynb').exists())"))
    before = path.read_bytes()
    [output] = execute(path).cells[1].outputs
    assert output.text == "None max\nTrue\n"
    assert path.read_bytes() == before
    assert os.environ["MINIMAX_API_KEY"]


def test_a_cell_that_fails_or_takes_too_long_is_named(tmp_path: Path) -> None:
    path = save(tmp_path / "a.ipynb", markdown("# A"), code("1"), code("1 / 0"))
    with pytest.raises(CommandError, match=r"^a\.ipynb: expected .* got cell 3 \(1 / 0\), which failed: Zero"):
        execute(path)
    path = save(tmp_path / "a.ipynb", code("raise NotImplementedError()"))
    with pytest.raises(CommandError, match=r"which failed: NotImplementedError; mend it"):
        execute(path)
    path = save(tmp_path / "a.ipynb", code("import time"), code("time.sleep(60)"))
    with pytest.raises(CommandError, match=r"got cell 2 \(time.sleep\(60\)\), which took longer than 1 s"):
        execute(path, timeout_s=1)


def test_a_kernel_that_dies_is_told(tmp_path: Path) -> None:
    path = save(tmp_path / "a.ipynb", code("import os"), code("os._exit(3)"))
    with pytest.raises(CommandError, match=r"got cell 2 \(os._exit\(3\)\), in which the kernel died"):
        execute(path)


def test_a_cell_may_fail_where_it_is_meant_to(tmp_path: Path) -> None:
    path = save(tmp_path / "a.ipynb", code("1 / 0", tags=["raises-exception"]))
    assert execute(path).cells[0].outputs[0].ename == "ZeroDivisionError"


def test_what_the_machine_leaves_is_taken_out_and_nothing_else() -> None:
    marks: dict[str, Any] = {"jupyter": {"source_hidden": True}, "tags": ["solution"], "nbgrader": {"solution": True}}
    book = notebook(code("1", execution={"iopub.status.busy": "2026-01-01"}, **marks))
    book.metadata.update({"widgets": {}, "language_info": {"name": "python", "version": "3.99"}, "title": "A"})
    without_machine(book)
    assert book.cells[0].metadata == marks
    assert "version" not in book.metadata.language_info
    assert "widgets" not in book.metadata
    assert book.metadata.title == "A"
