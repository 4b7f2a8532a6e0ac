"""The reader's copies of the lessons: what is theirs stays theirs."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.cli import CommandError
from minimax_nb.cli.lessons import RECORD, copy_lessons, first_lesson, lessons_folder

if TYPE_CHECKING:
    from pathlib import Path

RUN = {"outputs": [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}], "execution_count": 7}
FIRST, SECOND, BESIDE = "00_first.ipynb", "01_second.ipynb", "00_first.new.ipynb"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder of lessons, with what its makers need beside them."""
    folder = tmp_path / "source"
    (folder / "pictures").mkdir(parents=True)
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / FIRST).write_text("first, 1")
    (folder / SECOND).write_text("second, 1")
    (folder / "README.md").write_text("read me")
    (folder / "pictures" / "a.png").write_bytes(b"\x89PNG")
    for mine in ("conftest.py", "sanitize.cfg", ".hidden.md", ".ipynb_checkpoints/00_first.ipynb"):
        (folder / mine).write_text("not for readers")
    return folder


@pytest.fixture
def copy(tmp_path: Path, source: Path) -> Path:
    """The reader's folder, filled once."""
    copy_lessons(tmp_path / "deep" / "lessons", source)
    return tmp_path / "deep" / "lessons"


def files(folder: Path) -> dict[str, str]:
    """What a folder holds, but for our own record."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_text(errors="replace") for name, path in found.items() if name != RECORD}


def test_the_lessons_are_found_and_begin_with_the_first() -> None:
    assert first_lesson(lessons_folder()) == "00_start_here.ipynb"


def test_lessons_and_what_they_need_are_copied(copy: Path) -> None:
    assert sorted(files(copy)) == [FIRST, SECOND, "README.md", "pictures/a.png"]
    assert not list(copy.rglob("*.part"))


def test_a_second_copy_changes_nothing(copy: Path, source: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*")}
    assert copy_lessons(copy, source) == ["0 new, 0 renewed, 0 changed by you and left alone"]
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*")} == before


def test_an_untouched_lesson_is_renewed(copy: Path, source: Path) -> None:
    (source / FIRST).write_text("first, 2")
    assert copy_lessons(copy, source)[0].startswith("0 new, 1 renewed")
    assert files(copy)[FIRST] == "first, 2"
    assert BESIDE not in files(copy)


def test_a_changed_lesson_stays_and_nothing_is_said_while_there_is_no_newer_one(copy: Path, source: Path) -> None:
    (copy / FIRST).write_text("mine")
    assert copy_lessons(copy, source) == ["0 new, 0 renewed, 1 changed by you and left alone"]
    assert files(copy)[FIRST] == "mine"
    assert BESIDE not in files(copy)


def test_a_newer_lesson_comes_beside_a_changed_one_once(copy: Path, source: Path) -> None:
    (copy / FIRST).write_text("mine")
    (source / FIRST).write_text("first, 2")
    assert copy_lessons(copy, source)[1] == f"{FIRST}: you have changed it; the newer one is beside it as {BESIDE}"
    assert (files(copy)[FIRST], files(copy)[BESIDE]) == ("mine", "first, 2")
    (copy / BESIDE).unlink()
    assert len(copy_lessons(copy, source)) == 1
    assert BESIDE not in files(copy)


def test_the_one_beside_is_renewed_until_it_is_changed_too(copy: Path, source: Path) -> None:
    (copy / FIRST).write_text("mine")
    for version in ("first, 2", "first, 3"):
        (source / FIRST).write_text(version)
        copy_lessons(copy, source)
        assert files(copy)[BESIDE] == version
    (copy / BESIDE).write_text("mine too")
    (source / FIRST).write_text("first, 4")
    for _ in range(2):
        assert "move it away to get it" in copy_lessons(copy, source)[1]
        assert (files(copy)[FIRST], files(copy)[BESIDE]) == ("mine", "mine too")


def test_a_deleted_lesson_starts_anew(copy: Path, source: Path) -> None:
    (copy / FIRST).write_text("mine")
    copy_lessons(copy, source)
    (copy / FIRST).unlink()
    copy_lessons(copy, source)
    assert files(copy)[FIRST] == "first, 1"


@pytest.mark.parametrize("record", [None, b"", b"[]", b"\xff", b'{"00_first.ipynb": 3}', b"[" * 100_000])
def test_without_a_record_every_difference_is_the_readers(record: bytes | None, copy: Path, source: Path) -> None:
    (copy / FIRST).write_text("mine")
    (copy / RECORD).unlink()
    if record is not None:
        (copy / RECORD).write_bytes(record)
    copy_lessons(copy, source)
    assert (files(copy)[FIRST], files(copy)[BESIDE]) == ("mine", "first, 1")
    assert set(json.loads((copy / RECORD).read_text())) == {FIRST, BESIDE, SECOND, "README.md", "pictures/a.png"}


def test_the_lessons_themselves_are_not_copied_onto_themselves(source: Path) -> None:
    before = files(source)
    assert copy_lessons(source, source) == ["these are the lessons themselves: nothing is copied"]
    assert files(source) == before
    assert not (source / RECORD).exists()


@pytest.mark.parametrize("blocked", ["lessons", FIRST])
def test_a_place_that_cannot_be_written_to_is_told(blocked: str, tmp_path: Path, source: Path) -> None:
    folder = tmp_path / "lessons"
    if blocked == "lessons":
        folder.write_text("a file")
    else:
        (folder / blocked).mkdir(parents=True)
    with pytest.raises(CommandError, match="choose another place with --folder"):
        copy_lessons(folder, source)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_told(tmp_path: Path, source: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(CommandError, match="--folder"):
            copy_lessons(tmp_path / "lessons", source)
    finally:
        tmp_path.chmod(0o755)


def test_a_link_that_leads_nowhere_is_told(copy: Path, source: Path) -> None:
    (copy / FIRST).unlink()
    (copy / FIRST).symlink_to(copy / "gone")
    with pytest.raises(CommandError, match="--folder"):
        copy_lessons(copy, source)


def notebook(*sources: str, as_list: bool = False, **more: Any) -> str:
    """A notebook of code cells."""
    cells = [
        {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "outputs": [], "execution_count": None, **more}
        | {"source": source.splitlines(keepends=True) if as_list else source}
        for number, source in enumerate(sources)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


SOURCES = ("import minimax_nb as mm\n1 + 1", "print(1)")


@pytest.mark.parametrize(
    "saved",
    [
        notebook(*SOURCES, **RUN),
        notebook(*SOURCES, as_list=True, metadata={"trusted": True}),
        notebook(*SOURCES, "", " \n", **RUN),  # Shift-Enter in the last cell adds one
        json.dumps(json.loads(notebook(*SOURCES)) | {"metadata": {"language_info": {"version": "3.13"}}}, indent=1),
    ],
    ids=["run", "lists", "empty", "metadata"],
)
def test_a_lesson_that_was_only_run_is_renewed(saved: str, copy: Path, source: Path) -> None:
    (source / FIRST).write_text(notebook(*SOURCES))
    copy_lessons(copy, source)
    (copy / FIRST).write_text(saved)
    assert copy_lessons(copy, source) == ["0 new, 0 renewed, 0 changed by you and left alone"]
    assert files(copy)[FIRST] == saved
    (source / FIRST).write_text(notebook(*SOURCES, "newer"))
    assert copy_lessons(copy, source) == ["0 new, 1 renewed, 0 changed by you and left alone"]
    assert files(copy)[FIRST] == notebook(*SOURCES, "newer")


@pytest.mark.parametrize(
    "saved",
    [
        notebook(SOURCES[0], "print(2)", **RUN),
        notebook(*SOURCES, "mine", **RUN),
        notebook(SOURCES[0]),
        notebook(*reversed(SOURCES)),
        notebook(*SOURCES, cell_type="raw"),
        '{"cells": [{"cell_type": "code"}]}',
        '{"cells": 3}',
        "[" * 100_000,
    ],
    ids=["changed", "added", "removed", "moved", "kind", "broken", "none", "deep"],
)
def test_a_lesson_whose_cells_were_changed_is_kept_and_told(saved: str, copy: Path, source: Path) -> None:
    (source / FIRST).write_text(notebook(*SOURCES))
    copy_lessons(copy, source)
    (copy / FIRST).write_text(saved)
    (source / FIRST).write_text(notebook(*SOURCES, "newer"))
    assert copy_lessons(copy, source)[1].startswith(f"{FIRST}: you have changed it")
    assert files(copy)[FIRST] == saved


def test_a_lesson_that_was_run_in_jupyter_counts_as_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "lessons"
    copy_lessons(folder)
    import nbformat  # takes a second: see support/notebook_files.py

    name = "00_start_here.ipynb"
    book = nbformat.read(folder / name, as_version=4)
    for cell in book.cells:
        cell.metadata["execution"] = {"iopub.status.busy": "2026-11-23T00:00:00Z"}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], 99
    nbformat.write(book, folder / name)
    assert copy_lessons(folder) == ["0 new, 0 renewed, 0 changed by you and left alone"]


def test_pages_that_lessons_link_to_lie_beside_the_copies(tmp_path: Path, source: Path) -> None:
    copy_lessons(tmp_path / "real")
    page = tmp_path / "real" / "tape-format.md"
    assert page.read_text(encoding="utf-8").startswith("# Tapes, written by hand")
    for lesson in (tmp_path / "real").glob("*.ipynb"):
        for target in re.findall(r"\]\(([^)#:]+\.(?:ipynb|md|png))\)", lesson.read_text(encoding="utf-8")):
            assert (tmp_path / "real" / target).exists(), target
    (source / FIRST).write_text("See [the page](../docs/tape-format.md).")
    copy_lessons(tmp_path / "other", source)
    assert files(tmp_path / "other")[FIRST] == "See [the page](tape-format.md)."


def test_an_installed_copy_brings_the_pages_along(tmp_path: Path) -> None:
    (tmp_path / "_lessons").mkdir()
    (tmp_path / "_docs").mkdir()
    (tmp_path / "_lessons" / FIRST).write_text("first")
    (tmp_path / "_docs" / "tape-format.md").write_text("page")
    copy_lessons(tmp_path / "copy", tmp_path / "_lessons")
    assert sorted(files(tmp_path / "copy")) == [FIRST, "tape-format.md"]
