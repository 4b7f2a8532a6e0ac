"""How a saved lesson differs from what it gives now: which cell, and in what, in a few lines."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minimax_nb.render.text.text import visible

from .lesson_files import name_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_DIFF = 40
"""So many lines of a diff are shown."""

_WIDEST = 200
_BEFORE = 40
"""So much of a long line is shown, from so far before the place where it differs: HTML stands on one line."""
_RUN = "number of the run"
_CHANGED = re.compile(r"(?P<before>-+)(?P<after>\++)")
_PIXELS = re.compile(r'("image/png": )"[^"]*"')
_FIRST = ("text/plain", "text/markdown")
"""These are read more easily than the other forms of the same output."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that gives something else than what is saved.

    Attributes:
        cell: its number and beginning.
        lines: what differs, as the lines of a short diff.
    """

    cell: str
    lines: list[str]


def file_difference(saved: str, now: str) -> list[str]:
    """What would change in a notebook's file, as the lines of a short diff.

    Pixels are left out, as in nbval: they depend on the fonts and the drawing library of the machine.
    """
    return unified(_PIXELS.sub(r"\1", saved), _PIXELS.sub(r"\1", now))


def cell_differences(saved: Any, now: Any) -> list[Difference]:
    """Compare two runs of one notebook, cell by cell; pixels of pictures are left out here, too."""
    found = []
    for number, (before, after) in enumerate(zip(saved.cells, now.cells, strict=True), 1):
        if before.cell_type != "code":
            continue
        lines = _difference(_forms(before), _forms(after))
        if lines:
            found.append(Difference(name_cell(number, before), lines))
    return found


def unified(saved: str, now: str) -> list[str]:
    """The lines of a unified diff, the long ones cut around what differs, and no more of them than can be read."""
    if saved == now:
        return []
    lines = list(difflib.unified_diff(saved.splitlines(), now.splitlines(), "saved", "now", lineterm="", n=1))
    if not lines:
        return ["--- saved", "+++ now", "(line breaks differ, and nothing else)"]
    shown = [visible(line) for line in _cut(lines[:LONGEST_DIFF])]
    return [*shown, f"… and {len(lines) - LONGEST_DIFF} lines more"] if len(lines) > LONGEST_DIFF else shown


def _difference(saved: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The diff of the first form that differs, and the names of the others."""
    differing = [name for name in {**saved, **now} if saved.get(name) != now.get(name)]
    if not differing:
        return []
    first, *others = sorted(differing, key=lambda name: (name == _RUN, name.rpartition(" ")[2] not in _FIRST))
    lines = [f"{first}:", *unified(saved.get(first, ""), now.get(first, ""))]
    lines += [f"(and {', '.join(others)})"] if others else []
    return lines


def _forms(cell: Any) -> dict[str, str]:
    """Everything that a cell has put out, each form by its name, and when it was run."""
    forms = {}
    for number, output in enumerate(cell.outputs, 1):
        for name, text in _of_output(output).items():
            forms[f"output {number}, {name}"] = text
    return {**forms, _RUN: f"[{cell.execution_count or ' '}]"}


def _of_output(output: Any) -> dict[str, str]:
    if output.output_type == "stream":
        return {output.name: output.text}
    if output.output_type == "error":
        return {"error": "\n".join([f"{output.ename}: {output.evalue}", *output.traceback])}
    forms = {kind: _text(kind, output.data[kind]) for kind in sorted(output.data, key=_easily_read)}
    return {**forms, "metadata": _text("", output.metadata), "type": output.output_type}


def _easily_read(kind: str) -> tuple[int, str]:
    return _FIRST.index(kind) if kind in _FIRST else len(_FIRST), kind


def _text(kind: str, value: Any) -> str:
    if kind == "image/png":
        return "a picture"
    return value if isinstance(value, str) else json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)


def _cut(lines: list[str]) -> list[str]:
    """Cut long lines: a line that was changed, before and after, around the first sign that differs."""
    changed_at = {}
    for block in _CHANGED.finditer("".join(line[0] for line in lines)):
        for before, after in zip(range(*block.span("before")), range(*block.span("after")), strict=False):
            changed_at[before] = changed_at[after] = _alike(lines[before][1:], lines[after][1:])
    cut = []
    for number, line in enumerate(lines):
        begin = 1 + (max(0, changed_at.get(number, 0) - _BEFORE) if len(line) > _WIDEST else 0)
        end = begin + _WIDEST
        cut.append(f"{line[0]}{'…' if begin > 1 else ''}{line[begin:end]}{'…' if len(line) > end else ''}")
    return cut


def _alike(one: str, other: str) -> int:
    """How many characters two lines have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))
