"""The reader's own copies of the lessons: made, renewed while untouched, and never written over once changed.

A small record in the folder holds, for each file, the fingerprint of the lesson that was put there last. By it a file
that is merely old can be told from one that the reader has changed. Of a notebook the sources of its cells count: one
that was run, or saved by another front end, is not changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from . import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORD = ".minimax-lessons.json"
_LESSON = "[0-9][0-9]_*.ipynb"
_PAGES = ("tape-format.md",)
"""Pages of the documentation that lessons link to; they are put beside them."""
_FROM, _TO = b"](../docs/", b"]("
_KINDS = {".ipynb", ".md", ".png", ".svg", ".csv", ".json"}


def lessons_folder() -> Path:
    """The lessons that came with this installation: inside the package, or beside it in a checkout.

    Raises:
        CommandError: there are none.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_lessons", package.parent / "notebooks"):
        if any(folder.glob(_LESSON)):
            return folder
    raise CommandError("expected the lessons beside the package, found none: install minimax-nb again")


def first_lesson(folder: Path) -> str | None:
    """The name of the lesson to begin with."""
    return min((path.name for path in folder.glob(_LESSON)), default=None)


def copy_lessons(folder: Path, source: Path | None = None) -> list[str]:
    """Copy the lessons, leaving alone what the reader has changed.

    Args:
        folder: where to; it is made if need be.
        source: where from; None for those of this installation.

    Returns:
        A line for each thing that happened, at least one.

    Raises:
        CommandError: there are no lessons, or the folder cannot be written to.
    """
    source = lessons_folder() if source is None else source
    if folder.resolve() == source.resolve():
        return ["these are the lessons themselves: nothing is copied"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        known = _read_record(folder)
        before = dict(known)
        counts = {"new": 0, "renewed": 0, "yours": 0}
        lines = []
        for name, content in _contents(source):
            outcome, line = _place(folder, name, content, known)
            counts[outcome] = counts.get(outcome, 0) + 1
            lines += [line] if line else []
        if known != before:
            _write(folder / RECORD, json.dumps(known, indent=1, sort_keys=True).encode())
    except OSError as error:
        raise CommandError(
            f"expected to copy the lessons to {folder}, which cannot be done ({error.strerror or error}); "
            "choose another place with --folder"
        ) from error
    return [
        f"{counts['new']} new, {counts['renewed']} renewed, {counts['yours']} changed by you and left alone",
        *lines,
    ]


def _contents(source: Path) -> Iterator[tuple[Path, bytes]]:
    """What is copied: the lessons, what they need, and the pages that they link to, all in one folder."""
    for path in _files(source):
        content = path.read_bytes()
        yield path.relative_to(source), content.replace(_FROM, _TO) if path.suffix in (".ipynb", ".md") else content
    for page in _PAGES:
        path = source.parent / ("_docs" if source.name == "_lessons" else "docs") / page
        if path.is_file():
            yield Path(page), path.read_bytes()


def _files(source: Path) -> list[Path]:
    """Lessons and what they need; not the helpers of those who change them."""
    found = [path for path in source.rglob("*") if path.is_file() and path.suffix in _KINDS]
    return sorted(path for path in found if not any(part[0] in "._" for part in path.relative_to(source).parts))


def _place(folder: Path, name: Path, lesson: bytes, known: dict[str, str]) -> tuple[str, str]:
    """Put one lesson into the folder.

    Returns:
        What became of it ("new", "renewed", "same" or "yours"), and a line for the reader, perhaps "".
    """
    target, key, mark = folder / name, name.as_posix(), _fingerprint(lesson)
    there = _fingerprint(target.read_bytes()) if os.path.lexists(target) else None
    if there == mark:
        known[key] = mark
        return "same", ""
    if there is None or there == known.get(key):
        _write(target, lesson)
        known[key] = mark
        return ("new" if there is None else "renewed"), ""
    if known.get(key) == mark:
        return "yours", ""  # and nothing newer has come since
    beside = name.with_name(f"{name.stem}.new{name.suffix}")
    taken = folder / beside
    if os.path.lexists(taken) and _fingerprint(taken.read_bytes()) not in (known.get(beside.as_posix()), mark):
        return "yours", f"{key}: a newer one is there, but you have changed {beside} too; move it away to get it"
    _write(taken, lesson)
    known[key] = known[beside.as_posix()] = mark
    return "yours", f"{key}: you have changed it; the newer one is beside it as {beside}"


def _fingerprint(data: bytes) -> str:
    """What tells whether a file is the same: of a notebook its cells as they are typed, of others every byte."""
    return hashlib.sha256(_typed(data) or data).hexdigest()


def _typed(data: bytes) -> bytes | None:
    """The kinds and sources of a notebook's cells, but for empty ones, which running the last cell adds; else None."""
    try:
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(data)["cells"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return json.dumps([cell for cell in cells if cell[1].strip()]).encode()


def _read_record(folder: Path) -> dict[str, str]:
    """What was put where; nothing when the record is missing or spoilt, and then every difference is the reader's."""
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): value for name, value in found.items() if isinstance(value, str)}


def _write(path: Path, data: bytes) -> None:
    """Write a whole file or none: a reader who stops us midway finds no half lesson."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.part")
    half.write_bytes(data)
    half.replace(path)
