"""``minimax-nb lesson new``: a lesson that runs and checks at once, beside what is there, and never over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from minimax_nb.cli import UnusableInputError
from minimax_nb.cli.lesson_new import NEW_README, checked_name, title_of
from minimax_nb.cli.main import main

from ..support.notebooks import read, save

if TYPE_CHECKING:
    from pathlib import Path


def make(folder: Path, name: str, *words: str) -> int:
    return main(["lesson", "new", name, "--folder", str(folder), *words])


def test_a_new_lesson_is_executed_checks_and_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "my lessons"
    assert make(folder, "03_high tides.ipynb") == 0
    out = capsys.readouterr().out
    assert "jupyter lab " in out
    assert "minimax-nb lesson check '03_high tides' --save --folder " in out
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {"03_high tides.ipynb", "tapes/03_high tides/03_high tides.json", "README.md"}

    cells = read(folder / "03_high tides.ipynb").cells
    assert cells[0].source.startswith("# High tides\n")
    assert 'mm.replaying("tapes/03_high tides").start()' in cells[1].source
    assert [cell.metadata.get("tags") for cell in cells[-2:]] == [["exercise"], ["solution"]]
    assert cells[-1].metadata.jupyter.source_hidden
    assert all(cell.outputs for cell in cells if cell.cell_type == "code")
    assert str(tmp_path) not in (folder / "03_high tides.ipynb").read_text(encoding="utf-8")

    assert (folder / "README.md").read_text(encoding="utf-8") == (
        f"{NEW_README}- [High tides](03_high%20tides.ipynb)\n"
    )
    assert main(["check", str(folder / "tapes/03_high tides/03_high tides.json")]) == 0
    assert main(["lesson", "check", "--folder", str(folder)]) == 0
    assert make(folder, "03_high tides") == 2


def test_the_same_lesson_is_made_each_time(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        assert make(tmp_path / folder, "sky", "--title", "A *sky*\n[x]") == 0
    first, second = (sorted((tmp_path / folder).rglob("*.*")) for folder in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert read(first[1]).cells[0].source.startswith("# A \\*sky\\* \\[x\\]\n")


@pytest.mark.parametrize("there", ["sky.ipynb", "tapes/sky/a.json", "tapes/sky"])
def test_nothing_is_written_over(there: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / there
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("dear", encoding="utf-8")
    assert make(tmp_path, "sky") == 2
    assert "expected a name that is free, got 'sky'" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "dear"
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]


NO_NAMES = (
    "",
    ".",
    "..",
    "a/b",
    "../a",
    "/a",
    "a\\b",
    "a:b",
    "a\0b",
    "a\nb",
    'a"b',
    "a*",
    "a?",
    "<a>",
    "a|b",
    "~a",
    "-a",
)
NO_NAMES_EITHER = ("a.", "a ", " a", ".a", "CON", "nul.x", "com1", "x" * 81, "é" * 41, ".ipynb", "\udc80", "a\x7f")


@pytest.mark.parametrize("name", [*NO_NAMES, *NO_NAMES_EITHER], ids=ascii)
def test_names_that_are_no_file_names_are_refused(name: str) -> None:
    with pytest.raises(UnusableInputError, match="expected the name of a file, without folders"):
        checked_name(name)


@pytest.mark.parametrize(
    "name", ["a", "03_tides", "high tides", "Gezeiten-übung", "潮汐", "a.b", "console", "it's", "a (1)"]
)
def test_other_names_are_taken(name: str) -> None:
    assert checked_name(name) == checked_name(f"{name}.ipynb") == name


def test_a_name_is_refused_before_anything_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert make(tmp_path, "../sky") == 2
    assert "Where it goes, --folder says" in capsys.readouterr().err
    assert not list(tmp_path.parent.glob("sky*"))


@pytest.mark.parametrize(
    ("name", "title"), [("03_high_tides", "High tides"), ("sky", "Sky"), ("007", "007"), ("été", "Été"), ("_", "_")]
)
def test_a_title_is_made_of_the_name(name: str, title: str) -> None:
    assert title_of(name) == title


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"- [Sky](sky.ipynb)\n"),
        (b"# Mine", b"# Mine\n\n- [Sky](sky.ipynb)\n"),
        (b"# Mine\r\n\r\nA\r\n", b"# Mine\r\n\r\nA\r\n\r\n- [Sky](sky.ipynb)\r\n"),
        (
            b"* [A](a.ipynb): x\n* [B](b.ipynb)\n\nEnd\n",
            b"* [A](a.ipynb): x\n* [B](b.ipynb)\n* [Sky](sky.ipynb)\n\nEnd\n",
        ),
        (b"- [A](a.ipynb)\r\nEnd", b"- [A](a.ipynb)\r\n- [Sky](sky.ipynb)\r\nEnd"),
        (b"| [A](a.ipynb) | x |\n", b"| [A](a.ipynb) | x |\n\n- [Sky](sky.ipynb)\n"),
    ],
    ids=range(6),
)
def test_a_readme_gets_one_line_more(
    before: bytes, after: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minimax_nb.cli.lesson_new.execute", read)
    (tmp_path / "README.md").write_bytes(before)
    assert make(tmp_path, "sky") == 0
    assert (tmp_path / "README.md").read_bytes() == after


def test_a_readme_that_cannot_be_read_stops_it_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_bytes(b"\xff\xfe")
    assert make(tmp_path, "sky") == 2
    assert "expected UTF-8 text" in capsys.readouterr().err
    assert len(list(tmp_path.iterdir())) == 1


def test_other_notebooks_stay_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minimax_nb.cli.lesson_new.execute", read)
    other = save(tmp_path / "moon.ipynb")
    before = other.read_bytes()
    assert make(tmp_path, "sky") == 0
    assert other.read_bytes() == before
