"""A first lesson to go on from: a notebook that runs without a key, its tape, and a line in the folder's README.md."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from minimax_nb.catalog import DEFAULT_MODEL

from . import OK, UnusableInputError
from .arguments import check_text, read_text
from .lesson_files import SUFFIX, TAPES, need_lab, where_option, write_notebook
from .lesson_run import PYTHON, execute, without_machine
from .lesson_strip import EXERCISE, SOLUTION

if TYPE_CHECKING:
    import argparse

README = "README.md"

_LONGEST = 80
_NO_NAME = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\ud800-\udfff]|^[.~\s-]|[.\s]$')
"""What some system takes for a path, an option, or nothing at all: lessons are given away."""
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""Names that are no files on Windows."""
_ENTRY = re.compile(r"^(?P<sign>[-*+]) [^\r\n]*\]\([^)\r\n]+\.ipynb\)[^\r\n]*", re.MULTILINE)
_QUESTION = "Why is the sky blue?"
NEW_README = """\
# Lessons

They run without a key: their answers are on the tapes that lie beside them.

```bash
python -m pip install 'minimax-nb[lab]'
python -m jupyter lab
```

"""


def run(options: argparse.Namespace) -> int:
    """Make the lesson; what is there already stays as it is."""
    name = checked_name(options.name)
    need_lab()
    folder = options.folder
    notebook, tape = folder / f"{name}{SUFFIX}", folder / TAPES / name / f"{name}.json"
    for path in (notebook, tape.parent):
        if os.path.lexists(path):
            raise UnusableInputError(f"expected a name that is free, got {name!r}: {path} is there already")
    check_text(options.title)
    title = " ".join(options.title.split()) or title_of(name)
    readme = folder / README
    contents = {readme: _listed(readme, f"[{_escaped(title)}]({quote(notebook.name)})")}
    contents |= zip((tape, notebook), _made(name, title), strict=True)
    for path, text in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    print(f"{notebook}: executed, and saved with its outputs\n{tape}: its answers\n{readme}: a line about it")
    print(f"Open it: jupyter lab {shlex.quote(str(notebook))}")
    print(f"When it is changed: minimax-nb lesson check {shlex.quote(name)} --save{where_option(folder)}")
    return OK


def checked_name(name: str) -> str:
    """The name of a lesson, without the suffix.

    Raises:
        UnusableInputError: it is none that a file can have, here and on other systems.
    """
    stem = name.removesuffix(SUFFIX)
    if not stem or len(stem.encode(errors="replace")) > _LONGEST or _NO_NAME.search(stem) or _DEVICES.fullmatch(stem):
        raise UnusableInputError(
            f"expected the name of a file, without folders, got {name[:60]!r}; take letters, digits, _ and -, "
            f"{_LONGEST} bytes at most, as in 03_tides. Where it goes, --folder says"
        )
    return stem


def title_of(name: str) -> str:
    """A title made of a name: ``03_high_tides`` becomes "High tides"."""
    words = re.sub(r"^\d+[_-]+", "", name).replace("_", " ").strip() or name
    return words[0].upper() + words[1:]


def _made(name: str, title: str) -> tuple[str, str]:
    """The tape, and the notebook as it is after it was run: elsewhere, so that nothing half is left here."""
    import nbformat

    tape = json.dumps(_tape(title), indent=2, ensure_ascii=False) + "\n"
    notebook = nbformat.v4.new_notebook(cells=_cells(name, title), metadata=PYTHON)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"  # nbformat's own are new each time
    with TemporaryDirectory(prefix="minimax-nb-lesson-") as place:
        path = Path(place) / TAPES / name / f"{name}.json"
        path.parent.mkdir(parents=True)
        path.write_text(tape, encoding="utf-8")
        path = Path(place) / f"{name}{SUFFIX}"
        path.write_text(write_notebook(notebook), encoding="utf-8")
        notebook = execute(path)
    without_machine(notebook)
    return tape, write_notebook(notebook)


def _tape(title: str) -> dict[str, Any]:
    content = [
        "Air scatters short waves **much more strongly** than long ones.",
        "",
        "So blue light reaches the eye from every side of the sky, and red light mostly goes straight on.",
    ]
    return {
        "provenance": {
            "kind": "authored",
            "note": f"Written by hand, for the lesson {title!r}. No model wrote it.",
        },
        "turns": [
            {
                "note": "Change the question here and in the notebook. tape-format.md says what may stand here.",
                "request": {"messages": [{"role": "user", "content": _QUESTION}]},
                "reply": {"reasoning": "The question is about light in the air: scattering.", "content": content},
            }
        ],
    }


def _cells(name: str, title: str) -> list[Any]:
    from nbformat.v4 import new_code_cell, new_markdown_cell

    return [
        new_markdown_cell(
            f"# {_escaped(title)}\n\nSay here what the reader will see. The lesson runs without a key: "
            f"the tape in `{TAPES}/{name}` answers, for all cells that follow."
        ),
        new_code_cell(
            f'import minimax_nb as mm\n\nMODEL = "{DEFAULT_MODEL}"      # the model of this lesson: change it here\n\n'
            f'tapes = mm.replaying("{TAPES}/{name}").start()'
        ),
        new_markdown_cell("## A question"),
        new_code_cell(f'chat = mm.Chat(model=MODEL)\n\nreply = chat("{_QUESTION}")'),
        new_markdown_cell(
            "## Your turn\n\nHow many words has the answer? Its text is `reply.content`.", metadata={"tags": [EXERCISE]}
        ),
        new_code_cell("len(reply.content.split())", metadata={"tags": [SOLUTION], "jupyter": {"source_hidden": True}}),
    ]


def _escaped(title: str) -> str:
    """A title as Markdown that reads as it was typed."""
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", " ".join(title.split()))


def _listed(readme: Path, entry: str) -> str:
    """A README with one line more: after the last one that lists a notebook, else at the end."""
    text = read_text(str(readme)) if os.path.lexists(readme) else NEW_README
    end = "\r\n" if "\r\n" in text else "\n"
    if listed := list(_ENTRY.finditer(text)):
        at = listed[-1].end()
        return f"{text[:at]}{end}{listed[-1]['sign']} {entry}{text[at:]}"
    text = text.rstrip()
    return f"{text}{end * 2 if text else ''}- {entry}{end}"
