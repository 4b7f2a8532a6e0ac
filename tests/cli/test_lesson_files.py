"""Notebooks found, read and refused; the tapes that they replay."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from minimax_nb.cli import CommandError, UnusableInputError, lesson_files
from minimax_nb.cli.lesson_files import find_lessons, name_cell, need_lab, read_notebook, tapes_of

from ..support.notebooks import code, markdown, notebook, save, save_tape

if TYPE_CHECKING:
    from pathlib import Path


def test_without_names_every_notebook_is_taken_in_order(tmp_path: Path) -> None:
    for name in ("b", "a", ".hidden", ".ipynb_checkpoints/a"):
        save(tmp_path / f"{name}.ipynb")
    assert [path.name for path in find_lessons(tmp_path, [])] == ["a.ipynb", "b.ipynb"]


def test_a_name_may_have_its_suffix_and_counts_once(tmp_path: Path) -> None:
    path = save(tmp_path / "my.first.ipynb")
    assert find_lessons(tmp_path, ["my.first", "my.first.ipynb"]) == [path]


@pytest.mark.parametrize("name", ["moon", "sky.txt", "..", "", "a\0b", "moon.ipynb"])
def test_a_name_that_is_none_is_refused_and_the_others_are_told(name: str, tmp_path: Path) -> None:
    save(tmp_path / "sky.ipynb")
    with pytest.raises(UnusableInputError, match=r"expected the name of a notebook in .* there is sky"):
        find_lessons(tmp_path, [name])


def test_an_empty_folder_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UnusableInputError, match="lesson new NAME"):
        find_lessons(tmp_path, [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "got no JSON"),
        ("[" * 100_000, "got no JSON"),
        ("[]", 'got JSON without "nbformat"'),
        ("3", 'got JSON without "nbformat"'),
        ('{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}', "save it anew in Jupyter"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "expected a sound notebook"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [7]}', "expected a sound notebook"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 7}', "expected a sound notebook"),
        ('{"nbformat": 4, "nbformat_minor": "5", "metadata": {}, "cells": []}', "expected a sound notebook"),
        ('{"nbformat": 4, "metadata": {}, "cells": []}', "expected a sound notebook"),
        (
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "id": "a"}]}',
            "expected a sound notebook",
        ),
    ],
    ids=range(11),
)
def test_what_is_no_notebook_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnusableInputError, match=said) as refused:
        read_notebook(path)
    assert str(path) in str(refused.value)
    assert len(str(refused.value)) < 600


def test_cells_without_an_id_get_the_same_one_each_time(tmp_path: Path) -> None:
    path = save(tmp_path / "a.ipynb", markdown("# A"), code("1"), code("2"))
    saved = json.loads(path.read_text(encoding="utf-8"))
    del saved["cells"][1]["id"], saved["cells"][2]["id"]
    saved["cells"][0]["id"] = "cell-02"
    path.write_text(json.dumps(saved), encoding="utf-8")
    assert [cell.id for cell in read_notebook(path).cells] == ["cell-02", "cell-01", "cell-02-new"]


def test_a_notebook_from_before_ids_stays_without(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    cell = {"cell_type": "markdown", "metadata": {}, "source": ["# A\n", "b"]}
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell]}), encoding="utf-8")
    [read] = read_notebook(path).cells
    assert read.source == "# A\nb"
    assert "id" not in read


def test_its_own_tapes_and_those_that_it_names_are_found(tmp_path: Path) -> None:
    own, other = save_tape(tmp_path / "tapes/sky/a.json"), save_tape(tmp_path / "more/b.json")
    single = save_tape(tmp_path / "one.json")
    (tmp_path / "more/notes.txt").write_text("no tape", encoding="utf-8")
    book = notebook(
        markdown('`mm.replaying("prose")`'),
        code('mm.replaying("more").start()\nmm.replaying( \'one.json\')\nwith mm.replaying("tapes/sky"): pass'),
        code('mm.replaying("gone")\nmm.replaying(place)'),
    )
    assert tapes_of(tmp_path / "sky.ipynb", book) == ([own, other, single], ["gone"])


def test_a_cell_is_named_by_its_first_words() -> None:
    assert name_cell(3, code("\n  x = 1\ny")) == "cell 3 (x = 1)"
    assert name_cell(3, code("")) == "cell 3"
    assert name_cell(3, code("\x1b" + "x" * 99)) == f"cell 3 (␛{'x' * 49}…)"


def test_where_jupyter_is_missing_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    need_lab()
    monkeypatch.setattr(lesson_files, "find_spec", lambda name: None if name == "nbclient" else object())
    with pytest.raises(CommandError, match=r"found no nbclient\. Install them: pip install 'minimax-nb\[lab\]'"):
        need_lab()
