"""Make lessons that run without a key, check them, and give them away.

A lesson is a notebook NAME.ipynb with its tapes in tapes/NAME beside it. The cell that holds a task is tagged exercise,
the one that answers it solution; nbgrader's marks within a cell are understood, too.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from .lesson_run import CELL_TIMEOUT_S

if TYPE_CHECKING:
    from collections.abc import Callable

ACTIONS: dict[str, str] = {
    "new": "make a lesson to go on from: a notebook, its tape, and a line in README.md",
    "check": "execute lessons in a fresh kernel, without key and network, and compare with what is saved",
    "pack": "put lessons with their tapes, README.md and requirements.txt into a zip; no key goes with them",
    "strip": "write a lesson for students: the answers of its exercises are taken out",
}
"""What can be done, with a line of help each; it is done by ``run(options)`` of the module ``lesson_…``."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions of ``lesson`` and their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION", help="what to do")
    add: dict[str, Callable[[argparse.ArgumentParser], None]] = {
        "new": _add_new,
        "check": _add_check,
        "pack": _add_pack,
        "strip": _add_strip,
    }
    for name, line in ACTIONS.items():
        action = actions.add_parser(name, help=line, description=f"{line[0].upper()}{line[1:]}.", epilog=parser.epilog)
        add[name](action)
        action.add_argument(
            "--folder", type=_folder, default=Path(), help="where the notebooks are; default: the current folder"
        )


def run(options: argparse.Namespace) -> int:
    """Do it."""
    code: int = import_module(f".lesson_{options.action}", __package__).run(options)
    return code


def _add_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the name of its file, with or without .ipynb")
    parser.add_argument("--title", default="", help="its heading; default: made of the name")


def _add_check(parser: argparse.ArgumentParser) -> None:
    _add_names(parser)
    parser.add_argument("--save", action="store_true", help="save what they give now, instead of comparing")
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=CELL_TIMEOUT_S,
        metavar="SECONDS",
        help="how long a cell may take; default: %(default)s",
    )


def _add_pack(parser: argparse.ArgumentParser) -> None:
    _add_names(parser)
    parser.add_argument("-o", "--output", type=_folder, required=True, metavar="FILE.zip", help="the zip to write")
    parser.add_argument("--students", action="store_true", help="take the answers of exercises out, as strip does")
    parser.add_argument(
        "--add",
        type=_folder,
        action="append",
        default=[],
        dest="files",
        metavar="PATH",
        help="a file or folder that the lessons need, such as data; may be given again",
    )


def _add_strip(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the lesson, with or without .ipynb")
    parser.add_argument("-o", "--output", type=_folder, required=True, metavar="FILE", help="the notebook to write")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")


def _add_names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="lessons, with or without .ipynb; default: all")


def _folder(text: str) -> Path:
    return Path(text).expanduser()


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if isfinite(seconds) and seconds > 0:
        return seconds
    raise argparse.ArgumentTypeError(f"expected a number of seconds above 0, got {text[:40]!r}")
