"""Saved lessons are finished documents: executed, readable without a kernel, free of scripts and of machine traces."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from minimax_nb.catalog import find

from .support.notebook_files import opened

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
LESSONS = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))
SIZE_BUDGET = 300_000

lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def code_cells(path: Path) -> list[Any]:
    return [cell for cell in opened(path).cells if cell.cell_type == "code"]


def bundles(path: Path) -> list[dict[str, Any]]:
    return [output.data for cell in code_cells(path) for output in cell.outputs if "data" in output]


def test_there_are_lessons_and_their_numbers_have_no_gap() -> None:
    assert [int(path.name[:2]) for path in LESSONS] == list(range(len(LESSONS)))
    assert LESSONS


@lesson
def test_every_cell_was_run_in_order(path: Path) -> None:
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1))


@lesson
def test_errors_stand_only_where_the_lesson_wants_them(path: Path) -> None:
    for cell in code_cells(path):
        # IPython prints the usage error of a magic to stderr instead of an error output.
        failed = any(output.output_type == "error" or output.get("name") == "stderr" for output in cell.outputs)
        assert failed == ("raises-exception" in cell.metadata.get("tags", [])), cell.source


@lesson
def test_nothing_saved_needs_a_kernel_or_a_script(path: Path) -> None:
    assert "widgets" not in opened(path).metadata
    for data in bundles(path):
        assert "application/vnd.jupyter.widget-view+json" not in data
        assert "application/javascript" not in data
        page = data.get("text/html", "")
        assert not re.search(r"<\s*(script|iframe|object|embed|link)\b|\son\w+\s*=|javascript:", page, re.IGNORECASE)


@lesson
def test_a_shown_reply_holds_its_answer_in_every_form(path: Path) -> None:
    shown = [data for data in bundles(path) if "text/markdown" in data]
    for data in shown:
        assert data["text/plain"].strip()
        assert data["text/markdown"].strip()
        assert data["text/html"].strip()


@lesson
def test_a_lesson_stays_small(path: Path) -> None:
    assert path.stat().st_size < SIZE_BUDGET


@lesson
def test_a_lesson_is_listed(path: Path) -> None:
    assert f"({path.name})" in (FOLDER / "README.md").read_text(encoding="utf-8")


@lesson
def test_links_between_lessons_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+\.(?:ipynb|md|png))\)", path.read_text(encoding="utf-8")):
        assert (FOLDER / target).exists(), target


def test_the_readme_commands_are_the_ones_that_ci_runs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"^(python3 -m venv .+)$", readme, re.MULTILINE)
    assert len(commands) == 2
    assert commands[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_pictures_and_files_the_readme_names_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)\)", readme):
        assert (ROOT / target).exists(), target


@lesson
def test_the_model_is_named_in_one_place(path: Path) -> None:
    """A class that has another one changes that place."""
    named = [line for cell in code_cells(path) for line in cell.source.splitlines() if find_models(line)]
    assert len(named) <= 1, named


def find_models(line: str) -> list[str]:
    return [name for name in re.findall(r"MiniMax-M[\w.-]+", line) if find(name) is not None]


@lesson
def test_who_names_a_model_asks_it_everywhere(path: Path) -> None:
    source = "\n".join(cell.source for cell in code_cells(path))
    if "MODEL = " in source:
        assert not re.search(r"\b(?:Chat|batch)\((?![^\n]*(?:MODEL|\*\*))", source)
