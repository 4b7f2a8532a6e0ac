"""``minimax-nb lesson check``: what is saved is held to what is given now, and saved anew where this is wanted."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from minimax_nb.cli.main import main

from ..support.notebooks import TAPE, code, markdown, printed, read, save, save_tape

if TYPE_CHECKING:
    from pathlib import Path

ASK = 'import minimax_nb as mm\n\ntapes = mm.replaying("tapes/a").start()'
SAID = "minimax_nb: the tapes in tapes/a answer; nothing is sent anywhere.\n"


def check(folder: Path, *words: str) -> int:
    return main(["lesson", "check", *words, "--folder", str(folder)])


def test_a_current_lesson_ends_with_0_and_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / "a.ipynb", markdown("# A"), code("print(1)", printed("1\n"), count=1))
    before = path.read_bytes()
    assert check(tmp_path) == 0
    assert capsys.readouterr().out == "current: a.ipynb\n"
    assert path.read_bytes() == before


def test_the_cells_that_differ_are_told_with_a_short_diff(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(tmp_path / "a.ipynb", code("x = 1", count=1), code("print(x)", printed("2\n"), count=2), code("print(3)"))
    save(tmp_path / "b.ipynb", code("1 +", tags=["odd"]))
    save(tmp_path / "c.ipynb", markdown("nothing to run"))
    assert check(tmp_path) == 1
    out = capsys.readouterr().out
    assert out.startswith("out of date: a.ipynb, in 2 cells\n\ncell 2 (print(x)), output 1, stdout:\n  --- saved\n")
    assert "\n  -2\n  +1\n" in out
    assert "cell 3 (print(3)), output 1, stdout:" in out
    assert "minimax-nb lesson check a --save" in out
    assert "failed: b.ipynb: expected every cell to run, got cell 1 (1 +), which failed: SyntaxError" in out
    assert "current: c.ipynb" in out
    assert out.endswith("2 of 3 lessons to see to: a.ipynb, b.ipynb\n")


def test_save_saves_what_is_given_now_and_keeps_marks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    marks = {"tags": ["solution"], "jupyter": {"source_hidden": True}, "mine": 1}
    path = save(tmp_path / "a.ipynb", code("print(1)", printed("2\n"), count=7, **marks))
    assert check(tmp_path, "a", "--save") == 0
    assert check(tmp_path, "a.ipynb") == 0
    saved = path.read_bytes()
    assert check(tmp_path, "--save") == 0
    assert capsys.readouterr().out == "saved: a.ipynb\ncurrent: a.ipynb\ncurrent: a.ipynb\n"
    assert path.read_bytes() == saved
    [cell] = read(path).cells
    assert (cell.outputs[0].text, cell.execution_count, cell.metadata) == ("1\n", 1, marks)


def test_a_lesson_that_fails_is_not_saved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / "a.ipynb", code("print(1)"), code("1 / 0"))
    before = path.read_bytes()
    assert check(tmp_path, "--save") == 1
    assert capsys.readouterr().out.endswith("Nothing was saved\n")
    assert path.read_bytes() == before


def test_tapes_are_looked_at_and_play(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(tmp_path / "a.ipynb", code(ASK, printed(SAID), count=1))
    tape = save_tape(tmp_path / "tapes/a/a.json")
    assert check(tmp_path) == 0
    capsys.readouterr()
    save_tape(tape, {**TAPE, "turns": [{"request": {"messages": []}, "reply": {"content": "x"}}]})
    assert check(tmp_path) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"broken tape: {tape}\nline  where")
    assert "turns[0].request.messages" in out
    assert "failed: a.ipynb: " in out


def test_a_broken_tape_that_no_cell_has_played_is_no_less_broken(tmp_path: Path) -> None:
    save(tmp_path / "a.ipynb", markdown("# A"))
    save_tape(tmp_path / "tapes/a/a.json", {"provenance": {}, "turns": []})
    assert check(tmp_path) == 1
    assert check(tmp_path, "--save") == 1


def test_what_is_no_notebook_ends_with_2_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = save(tmp_path / "a.ipynb", code("print(1)"))
    before = path.read_bytes()
    (tmp_path / "b.ipynb").write_text("{}", encoding="utf-8")
    assert check(tmp_path, "--save") == 2
    assert "expected a notebook in" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_it_without_a_traceback(tmp_path: Path) -> None:
    save(tmp_path / "a.ipynb", code("import pathlib, time\npathlib.Path('on').touch()\ntime.sleep(60)"))
    command = [sys.executable, "-m", "minimax_nb", "lesson", "check", "--folder", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        deadline = time.monotonic() + 60
        while not (tmp_path / "on").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
