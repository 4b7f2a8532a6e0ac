"""Lessons in one file to give away: notebooks, tapes, README.md and requirements.txt, the same bytes each time."""

from __future__ import annotations

import io
import os
import re
import zipfile
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from minimax_nb.client.endpoint import VARIABLES
from minimax_nb.render.text.quantities import count

from . import OK, CommandError, UnusableInputError
from .lesson_files import SUFFIX, find_lessons, need_lab, parse_notebook, tapes_of, write_notebook
from .lesson_new import NEW_README, README
from .lesson_secrets import secret_places
from .lesson_strip import strip

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

REQUIREMENTS = "requirements.txt"
_NEEDED = "minimax-nb[lab]"
_DATE = (1980, 1, 1, 0, 0, 0)
"""The first that a zip can hold."""
_LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+\.ipynb)\)")


def run(options: argparse.Namespace) -> int:
    """Write the zip, unless something secret would go with it."""
    need_lab()
    target = options.output
    if target.suffix != ".zip":
        raise UnusableInputError(f"expected a name that ends with .zip after -o, got {str(target)[:80]!r}")
    lessons = find_lessons(options.folder, options.names)
    others = [each for path in options.files for each in _files_in(path) if each.resolve() != target.resolve()]
    _refuse_notebooks(others, lessons)
    files, notes = _collected(options.folder, lessons, others, students=options.students)
    _refuse_secrets(files)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(zipped(files))
    print(f"{target}: {count(len(lessons), 'lesson')}, {count(len(files), 'file')}", *files, sep="\n  ")
    print(*notes, sep="\n", end="\n" if notes else "")
    return OK


def zipped(files: dict[str, bytes]) -> bytes:
    """The bytes of a zip: the same for the same files, whenever and wherever it is made."""
    whole = io.BytesIO()
    # Stored, not deflated: what deflating gives depends on the library, and its version, that Python is built with.
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 3  # Unix, on whatever system this is
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name])
    return whole.getvalue()


def _collected(
    folder: Path, lessons: Sequence[Path], others: Sequence[Path], *, students: bool
) -> tuple[dict[str, bytes], list[str]]:
    """The files by their names in the zip, and what the teacher should know of them."""
    files, notes = {_name_in(folder, path): path.read_bytes() for path in others}, []
    for path in lessons:
        data = path.read_bytes()
        notebook = parse_notebook(_text(data, path), str(path))
        tapes, missing = tapes_of(path, notebook)
        notes += [f"{path.name} replays {name!r}, which is not there" for name in missing]
        if students and (removed := strip(notebook, path.name)):
            data = write_notebook(notebook).encode()
            notes.append(f"{path.name}: without the answers in {', '.join(removed)}")
        files[_name_in(folder, path)] = data
        files |= {_name_in(folder, tape): tape.read_bytes() for tape in tapes}
    readme, requirements = folder / README, folder / REQUIREMENTS
    text = readme.read_bytes() if readme.is_file() else _readme(lessons)
    files[README] = text
    files[REQUIREMENTS] = _requirements(requirements.read_bytes() if requirements.is_file() else b"")
    linked = dict.fromkeys(unquote(name) for name in _LINK.findall(text.decode(errors="replace")))
    notes += [f"{README} links {name}, which is not in the zip" for name in linked if name not in files]
    return files, notes


def _files_in(path: Path) -> list[Path]:
    """A file, or all in a folder but hidden ones."""
    if not path.exists():
        raise UnusableInputError(f"expected a file or a folder to add, got {str(path)[:80]!r}: there is none")
    if path.is_file():
        return [path]
    found = sorted(each for each in path.rglob("*") if each.is_file())
    return [each for each in found if not any(part.startswith(".") for part in each.relative_to(path).parts)]


def _refuse_notebooks(others: Sequence[Path], lessons: Sequence[Path]) -> None:
    """Let no lesson go as an added file: its answers and tapes would not be looked at."""
    known = {path.resolve() for path in lessons}
    for path in others:
        if path.suffix == SUFFIX and path.resolve() not in known:
            raise UnusableInputError(f"expected lessons by name, and other files after --add, got {path}: name it, too")


def _name_in(folder: Path, path: Path) -> str:
    """Where a file stands in the zip: where it stands in the folder."""
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        raise UnusableInputError(
            f"expected files inside of {folder.resolve()}, got {path}: what is given away has to lie beside the "
            "lessons; move it there, or name a folder around both with --folder"
        ) from None


def _readme(lessons: Sequence[Path]) -> bytes:
    return "".join([NEW_README, *(f"- [{path.stem}]({quote(path.name)})\n" for path in sorted(lessons))]).encode()


def _requirements(present: bytes) -> bytes:
    """The lessons' own requirements, if any, with this package among them."""
    if re.search(rb"^\s*minimax[-_.]nb\b", present, re.MULTILINE | re.IGNORECASE):
        return present
    return present + (b"" if not present or present.endswith(b"\n") else b"\n") + f"{_NEEDED}\n".encode()


def _text(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableInputError(f"expected UTF-8 text in {path}: {error}; save it as UTF-8") from error


def _refuse_secrets(files: dict[str, bytes]) -> None:
    """Refuse to give away what looks like a key, or is one of the keys that are set here.

    Raises:
        CommandError: naming each place, and never the secret.
    """
    keys = [os.environ.get(name, "").strip() for name in VARIABLES if name.endswith("_KEY")]
    places = [f"  {name}, {place}" for name, data in files.items() for place in secret_places(name, data, keys)]
    if places:
        raise CommandError(
            "expected lessons without secrets, found what looks like a key. Take it out, and have the key replaced if "
            "anybody has seen it. Nothing was written. It stands in\n" + "\n".join(places)
        )
