"""``minimax-nb``: the way in, help, exit codes, and keys that never come out."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from minimax_nb import __version__
from minimax_nb.cli import COMMANDS, doctor
from minimax_nb.cli.main import build_parser, main

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `minimax-nb ([a-z]+)[^`|]*` \| (.+?) \|$", re.MULTILINE)


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Each command's own parser."""
    found = next(a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(found.choices)


def test_the_readme_tells_of_every_command_in_the_parsers_words() -> None:
    rows = dict(ROW.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    assert rows == COMMANDS
    assert list(parsers()) == list(COMMANDS)


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)], ids=str)
def test_help_is_there_and_ends_with_0(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Exit codes: 0 done, 1 failed, 2" in out
    for line in COMMANDS.values() if not words else ():
        assert line in out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_a_line_of_help(name: str) -> None:
    assert parsers()[name].description
    for action in parsers()[name]._actions:
        assert action.help, action.dest


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"minimax-nb {__version__}\n"


@pytest.mark.parametrize("words", [["nope"], ["ask", "--nope"], ["check"], ["check", "a", "b"], ["doctor", "x"]])
def test_what_is_not_understood_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: minimax-nb")


def test_ctrl_c_ends_with_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def press(options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "run", press)
    assert main(["doctor"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_key_in_an_error_is_taken_out(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "sk-very-secret-key-0123456789"

    def fail(options: object) -> int:
        raise OSError(f"no such file: {secret}")

    monkeypatch.setenv("MINIMAX_API_KEY", f" {secret}\n")
    monkeypatch.setattr(doctor, "run", fail)
    assert main(["doctor"]) == 1
    assert capsys.readouterr().err == "minimax-nb: no such file: [key]\n"


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
@pytest.mark.parametrize("words", ["doctor", "--help", "serve --help"])
def test_a_reader_who_has_had_enough_is_no_error(words: str) -> None:
    command = f"'{sys.executable}' -m minimax_nb {words} | true"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert not ended.stderr


def test_a_narrow_encoding_gets_escapes_instead_of_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "messages.json"
    path.write_text(json.dumps([{"role": "user", "content": "24℃"}]), encoding="utf-8")
    command = [sys.executable, "-m", "minimax_nb", "check", "--repair", str(path)]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 0
    assert json.loads(ended.stdout.decode("ascii")) == [{"role": "user", "content": "24℃"}]


@pytest.mark.parametrize(
    ("shell", "code", "out"),
    [
        ('"$0" -m minimax_nb ask "Hi, how are you?" | true', 1, ""),
        ('"$0" -m minimax_nb --help | head -n 1', 0, "usage: minimax-nb"),
        ('"$0" -m minimax_nb doctor 2>&1 | true', 1, ""),
        ('"$0" -m minimax_nb ask "Hi, how are you?" >&-', 0, ""),
        ('"$0" -m minimax_nb ask "Hi, how are you?" 2>&-', 0, ""),
        ('PYTHONUTF8=0 PYTHONIOENCODING=ascii "$0" -m minimax_nb ask "Hi, how are you?" | head -c 1', None, ""),
    ],
)
def test_whoever_reads_the_output_may_leave_or_close_it(shell: str, code: int | None, out: str) -> None:
    environ = {**os.environ, "MINIMAX_NB_SPEED": "max", "PYTHONWARNINGS": "error"}
    command = ["bash", "-o", "pipefail", "-c", shell, sys.executable]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=environ, check=False, stdin=subprocess.DEVNULL
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.returncode in ({code} if code is not None else {0, 1})
    assert done.stdout.startswith(out)
