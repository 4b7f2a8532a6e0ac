"""Small notebooks, written and read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import nbformat

if TYPE_CHECKING:
    from pathlib import Path

TAPE: dict[str, Any] = {
    "provenance": {"kind": "authored"},
    "turns": [
        {
            "request": {"messages": [{"role": "user", "content": "Why?"}]},
            "reply": {"reasoning": "A short question.", "content": "Because."},
        }
    ],
}


def code(source: str, *outputs: Any, count: int | None = None, **metadata: Any) -> Any:
    """A code cell."""
    return nbformat.v4.new_code_cell(source, outputs=list(outputs), execution_count=count, metadata=metadata)


def printed(text: str) -> Any:
    """What a cell has printed."""
    return nbformat.v4.new_output("stream", text=text)


def markdown(source: str, **metadata: Any) -> Any:
    """A cell of prose."""
    return nbformat.v4.new_markdown_cell(source, metadata=metadata)


def notebook(*cells: Any) -> Any:
    """A notebook of these cells, whose ids are the same each time."""
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number:02d}"
    return nbformat.v4.new_notebook(cells=list(cells))


def save(path: Path, *cells: Any) -> Path:
    """Save a notebook of these cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook(*cells)) + "\n", encoding="utf-8")
    return path


def save_tape(path: Path, tape: Any = TAPE) -> Path:
    """Save a tape."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(tape, indent=1), encoding="utf-8")
    return path


def read(path: Path) -> Any:
    """Read a notebook."""
    return nbformat.read(path, as_version=4)
