"""``minimax-nb lesson pack``: all that a lesson needs, the same bytes each time, and no secret."""

from __future__ import annotations

import io
import json
import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from minimax_nb.cli.lesson_pack import zipped
from minimax_nb.cli.main import main

from ..support.notebooks import TAPE, code, printed, save, save_tape

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-very-secret-key-0123456789"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two lessons with a tape each; the working folder is another one."""
    for name in ("moon", "sky"):
        save(tmp_path / f"mine/{name}.ipynb", code("1"), code("42", printed("42"), tags=["solution"]))
        save_tape(tmp_path / f"mine/tapes/{name}/{name}.json")
    return tmp_path / "mine"


def pack(folder: Path, *words: str) -> int:
    return main(["lesson", "pack", "--folder", str(folder), "-o", str(folder.parent / "all.zip"), *words])


def files(folder: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(folder.parent / "all.zip") as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_notebooks_tapes_readme_and_requirements_go(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert pack(folder) == 0
    found = files(folder)
    tapes = ["tapes/moon/moon.json", "tapes/sky/sky.json"]
    assert list(found) == ["README.md", "moon.ipynb", "requirements.txt", "sky.ipynb", *tapes]
    assert found["requirements.txt"] == b"minimax-nb[lab]\n"
    assert b"- [moon](moon.ipynb)\n- [sky](sky.ipynb)\n" in found["README.md"]
    for name in ("sky.ipynb", tapes[1]):
        assert found[name] == (folder / name).read_bytes()
    assert "2 lessons, 6 files" in capsys.readouterr().out


def test_a_readme_and_requirements_of_ones_own_go(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "README.md").write_text("[Sky](sky.ipynb) [Moon](moon.ipynb) [x](https://x.example/a.ipynb)", "utf-8")
    (folder / "requirements.txt").write_text("scipy", encoding="utf-8")
    assert pack(folder, "sky") == 0
    found = files(folder)
    assert found["README.md"] == (folder / "README.md").read_bytes()
    assert found["requirements.txt"] == b"scipy\nminimax-nb[lab]\n"
    assert "moon.ipynb" not in found
    assert "tapes/moon/moon.json" not in found
    out = capsys.readouterr().out
    assert "README.md links moon.ipynb, which is not in the zip" in out
    assert "x.example" not in out
    (folder / "requirements.txt").write_text("Minimax_NB==1.0\n", encoding="utf-8")
    assert pack(folder) == 0
    assert files(folder)["requirements.txt"] == b"Minimax_NB==1.0\n"


def test_the_bytes_are_the_same_at_another_time_and_place(folder: Path) -> None:
    assert pack(folder) == 0
    first = (folder.parent / "all.zip").read_bytes()
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))
    moved = folder.rename(folder.parent / "elsewhere")
    assert pack(moved, "sky", "moon") == 0
    assert (folder.parent / "all.zip").read_bytes() == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_order_of_files_does_not_count() -> None:
    assert zipped({"a": b"1", "b": b"2"}) == zipped({"b": b"2", "a": b"1"})


@pytest.mark.parametrize("place", ["sky.ipynb", "tapes/sky/sky.json", "README.md", "requirements.txt", "data.csv"])
def test_a_key_is_named_by_its_place_and_nothing_is_written(
    place: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if place == "sky.ipynb":
        save(folder / place, code("1"), code(f"key = '{KEY}'"))
    elif place.startswith("tapes"):
        save_tape(folder / place, json.loads(json.dumps(TAPE).replace("Because.", KEY)))
    else:
        (folder / place).write_text(f"# x {KEY}", encoding="utf-8")
    added = ["--add", str(folder / place)] if place == "data.csv" else []
    assert pack(folder, *added) == 1
    err = capsys.readouterr().err
    assert f"\n  {place}, {'cell 2, line 1' if place == 'sky.ipynb' else 'line '}" in err
    assert KEY not in err
    assert not (folder.parent / "all.zip").exists()


def test_the_key_that_is_set_is_known(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", "quite ordinary words")
    save(folder / "sky.ipynb", code("1", printed("these are quite ordinary words.")))
    assert pack(folder) == 1
    assert "\n  sky.ipynb, the output of cell 1\n" in capsys.readouterr().err


def test_students_get_no_answers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert pack(folder, "--students", "--add", str(folder)) == 0
    assert not any(b"42" in data for data in files(folder).values())
    assert b"42" in (folder / "sky.ipynb").read_bytes()
    assert "sky.ipynb: without the answers in cell 2" in capsys.readouterr().out


def test_a_key_in_an_answer_that_students_do_not_get_is_none(folder: Path) -> None:
    save(folder / "sky.ipynb", code(KEY, tags=["solution"]))
    assert pack(folder) == 1
    assert pack(folder, "--students") == 0


def test_files_that_lessons_need_can_be_added(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "data/.hidden").mkdir(parents=True)
    for name in ("a.csv", ".b.csv", ".hidden/c.csv"):
        (folder / "data" / name).write_bytes(b"\xff\x00")
    assert pack(folder, "sky", "--add", str(folder / "data")) == 0
    assert {name for name in files(folder) if name.startswith("data/")} == {"data/a.csv"}
    for path, said in ((folder / "none.csv", "there is none"), (folder / "moon.ipynb", "name it, too")):
        assert pack(folder, "sky", "--add", str(path)) == 2
        assert said in capsys.readouterr().err


def test_what_lies_elsewhere_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_tape(folder.parent / "shared/a.json")
    save(folder / "sky.ipynb", code('mm.replaying("../shared").start()'))
    assert pack(folder) == 2
    assert "expected files inside of" in capsys.readouterr().err
    save(folder / "sky.ipynb", code('mm.replaying("gone").start()'))
    assert pack(folder) == 0
    assert "sky.ipynb replays 'gone', which is not there" in capsys.readouterr().out


def test_the_zip_is_no_file_of_another_kind_and_not_in_itself(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "sky.ipynb").read_bytes()
    words = ["lesson", "pack", "--folder", str(folder), "--add", str(folder), "-o"]
    assert main([*words, str(folder / "sky.ipynb")]) == 2
    assert "ends with .zip" in capsys.readouterr().err
    assert (folder / "sky.ipynb").read_bytes() == before
    target = folder / "out/all.zip"
    assert main([*words, str(target)]) == 0
    first = target.read_bytes()
    assert main([*words, str(target)]) == 0
    assert target.read_bytes() == first
