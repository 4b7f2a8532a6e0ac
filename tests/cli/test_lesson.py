"""``minimax-nb lesson``: its actions and their options, and the way from a new lesson to what students get."""

from __future__ import annotations

import argparse
import zipfile
from typing import TYPE_CHECKING

import pytest

from minimax_nb.cli import lesson, lesson_files
from minimax_nb.cli.lesson import ACTIONS
from minimax_nb.cli.main import main

from ..support.notebooks import read, save

if TYPE_CHECKING:
    from pathlib import Path


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Each action's own parser."""
    parser = argparse.ArgumentParser()
    lesson.add_arguments(parser)
    found = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(found.choices)


@pytest.mark.parametrize("name", ACTIONS)
def test_every_option_has_a_line_of_help(name: str) -> None:
    assert parsers()[name].description
    assert all(action.help for action in parsers()[name]._actions)


@pytest.mark.parametrize("name", ACTIONS)
def test_help_ends_with_0_and_tells_the_exit_codes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["lesson", name, "--help"])
    assert ended.value.code == 0
    assert "Exit codes: 0 done, 1 failed, 2" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "words",
    [[], ["nope"], ["new"], ["new", "a", "b"], ["pack"], ["strip", "-o", "a.ipynb"], ["strip", "a"]]
    + [["check", "--timeout", text] for text in ("0", "-1", "x", "nan", "inf")],
    ids=" ".join,
)
def test_what_is_not_understood_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["lesson", *words])
    assert ended.value.code == 2
    assert "usage: minimax-nb" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [["new", "b"], ["check"], ["pack", "-o", "a.zip"], ["strip", "a", "-o", "c.ipynb"]],
    ids=list(ACTIONS),
)
def test_every_action_says_what_to_install(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "a.ipynb")
    monkeypatch.setattr(lesson_files, "find_spec", lambda name: None)
    assert main(["lesson", *words]) == 1
    assert "pip install 'minimax-nb[lab]'" in capsys.readouterr().err
    assert len(list(tmp_path.iterdir())) == 1


def test_from_a_new_lesson_to_what_students_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["lesson", "new", "sky"]) == 0
    assert main(["lesson", "pack", "--students", "-o", "class.zip"]) == 0
    assert main(["lesson", "strip", "sky", "-o", "students.ipynb"]) == 0
    monkeypatch.chdir(tmp_path / "tapes")
    with zipfile.ZipFile(tmp_path / "class.zip") as archive:
        archive.extractall(tmp_path / "class")
    assert read(tmp_path / "class/sky.ipynb") == read(tmp_path / "students.ipynb")
    assert main(["lesson", "check", "--folder", str(tmp_path / "class")]) == 0
