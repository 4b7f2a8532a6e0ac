"""Lessons held to what they give now: executed, compared with what is saved, and their tapes looked at."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from minimax_nb.render.text.quantities import count
from minimax_nb.runtime.atomic_write import write_atomic

from . import FAILED, OK, CommandError, UnusableInputError
from .arguments import read_text
from .check import tape_faults
from .lesson_differences import cell_differences
from .lesson_files import find_lessons, need_lab, read_notebook, tapes_of, where_option, write_notebook
from .lesson_run import execute, without_machine

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from nbformat import NotebookNode


def run(options: argparse.Namespace) -> int:
    """Check each lesson, and go on with the next when one is not as it should be."""
    need_lab()
    # All are read before the first kernel starts: what is no notebook is told at once.
    lessons = [(path, read_notebook(path)) for path in find_lessons(options.folder, options.names)]
    wrong = [path.name for path, saved in lessons if not _is_well(path, saved, options)]
    if not wrong:
        return OK
    if len(lessons) > 1:
        print(f"\n{len(wrong)} of {count(len(lessons), 'lesson')} to see to: {', '.join(wrong)}")
    return FAILED


def _is_well(path: Path, saved: NotebookNode, options: argparse.Namespace) -> bool:
    """Check one lesson, say what is wrong with it, and save it when this is wanted."""
    tapes_play = _tapes_play(path, saved)
    try:
        now = execute(path, options.timeout)
    except UnusableInputError:
        raise
    except CommandError as error:
        print(f"failed: {error}" + (". Nothing was saved" if options.save else ""), flush=True)
        return False
    found = cell_differences(saved, now)
    if options.save:
        _save(path, now)
    elif found:
        print(f"out of date: {path.name}, in {count(len(found), 'cell')}")
        for difference in found:
            print(f"\n{difference.cell}, {difference.lines[0]}")
            print(*(f"  {line}".rstrip() for line in difference.lines[1:]), sep="\n")
        again = f"minimax-nb lesson check {shlex.quote(path.stem)} --save{where_option(options.folder)}"
        print(f"\nIf what it gives now is right: {again}", flush=True)
    else:
        print(f"current: {path.name}", flush=True)
    return tapes_play and (options.save or not found)


def _save(path: Path, now: NotebookNode) -> None:
    without_machine(now)
    text = write_notebook(now)
    same = text.encode() == path.read_bytes()
    if not same:
        write_atomic(path, text)
    print(f"{'current' if same else 'saved'}: {path.name}", flush=True)


def _tapes_play(path: Path, notebook: NotebookNode) -> bool:
    """Look for faults in the tapes of a lesson, and say them."""
    sound = True
    for tape in tapes_of(path, notebook)[0]:
        _, faults = tape_faults(tape.stem, read_text(str(tape)))
        if faults:
            print(f"broken tape: {tape}\n{faults}\n")
            sound = False
    return sound
