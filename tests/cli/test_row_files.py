"""Files of rows: what comes in goes out as it was, and a file is whole or as it was before."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from minimax_nb.cli import CommandError, UnusableInputError
from minimax_nb.cli.row_files import check_writable, form_of, read_rows, write_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXTS = st.text(st.characters(exclude_characters="\x00\ufeff", exclude_categories=("Cs",)), min_size=1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def put(path: Path, text: str) -> str:
    path.write_bytes(text.encode())
    return str(path)


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        ("a.csv", "id,text\n007,NA\n1.50,nan\n", [{"id": "007", "text": "NA"}, {"id": "1.50", "text": "nan"}]),
        ("a.CSV", '\ufeffa,b\r\n"x, ""y""\nz",2\r\n', [{"a": 'x, "y"\nz', "b": "2"}]),
        ("a.csv", "a,b\nx,\n,y\n", [{"a": "x", "b": None}, {"a": None, "b": "y"}]),
        ("a.csv", "a,b\nx\n", [{"a": "x", "b": None}]),
        ("a.csv", ",text\n0,x\n", [{"": "0", "text": "x"}]),
        ("a.csv", "a,b\n", []),
        ("a.jsonl", '{"a": 1}\n\n{"b": [2.0, null]}\r\n', [{"a": 1, "b": None}, {"a": None, "b": [2.0, None]}]),
        ("a.ndjson", '{"a": "007", "b": 12345678901234567890}', [{"a": "007", "b": 12345678901234567890}]),
        (
            "a.txt",
            "one\r\n\n  \n two\u2028lines\x0b\nthree",
            [{"text": t} for t in ("one", " two\u2028lines\x0b", "three")],
        ),
    ],
)
def test_cells_stay_as_they_are_written(name: str, text: str, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    file = put(tmp_path / name, text)
    frame = read_rows(file, form_of(file))
    found = [{k: None if v is None or v != v else v for k, v in row.items()} for row in frame.to_dict("records")]
    assert found == rows
    assert json.dumps(found) == json.dumps(rows)  # 1 is no 1.0
    assert list(frame.index) == list(range(1, len(rows) + 1))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "", "found nothing"),
        ("a.csv", "a,b\n1,2\n1,2,3\n", "line 3"),
        ("a.csv", "a,a\n1,2\n", "got a more than once"),
        ("a.jsonl", '{"a": 1}\n\n{"a": \n', "line 3"),
        ("a.jsonl", '{"a": 1}\n[2]\n', "expected a JSON object in line 2"),
        ("a.jsonl", "[" * 100_000, "line 1"),
        ("a.xlsx", "", "expected a file that ends with .csv"),
        ("a", "", "say --format"),
    ],
)
def test_what_is_no_such_file_is_told_with_its_line(name: str, text: str, said: str, tmp_path: Path) -> None:
    file = put(tmp_path / name, text)
    with pytest.raises(UnusableInputError) as told:
        read_rows(file, form_of(file))
    assert said in str(told.value)


def test_parquet_does_not_come_by_a_pipe() -> None:
    with pytest.raises(UnusableInputError, match="on standard input, got parquet"):
        read_rows("-", "parquet")


def test_a_wanted_form_comes_before_the_ending_and_standard_input_is_csv() -> None:
    assert form_of("rows.txt", "jsonl") == "jsonl"
    assert form_of("-") == "csv"


@example(rows=[("a\rb", "c\r\nd"), ('e"f', "g,h"), (" i ", None)])
@given(rows=st.lists(st.tuples(TEXTS | st.none(), TEXTS | st.none()), min_size=1, max_size=4))
def test_every_reader_of_csv_finds_the_texts_again(rows: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("csv") / "out.csv"
    write_rows(pd.DataFrame(rows, columns=["a", "b"], dtype=object), str(path), "csv")
    wanted = [[cell or "" for cell in row] for row in rows]
    with path.open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file, strict=True)) == [["a", "b"], *wanted]
    assert read_rows(str(path), "csv").fillna("").to_numpy().tolist() == wanted


@given(rows=st.lists(st.fixed_dictionaries({"a": JSON, "b": JSON}), min_size=1, max_size=4))
def test_json_lines_find_every_value_again(rows: list[Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("jsonl") / "out.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    write_rows(read_rows(str(path), "jsonl"), str(path), "jsonl")
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line] == rows


def test_half_a_character_is_written_as_an_escape(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    write_rows(pd.DataFrame({"a": ["x\ud800"]}, dtype=object), str(path), "jsonl")
    assert json.loads(path.read_text()) == {"a": "x\ud800"}
    write_rows(pd.DataFrame({"a": ["x\ud800"]}, dtype=object), str(path), "csv")
    assert path.read_text() == "a\nx\\ud800\n"


def test_values_of_every_kind_can_be_written(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "n": pd.array([1, None], "Int64"),
            "x": pd.array([0.1, None], "Float64"),
            "b": pd.array([True, None], "boolean"),
            "t": pd.to_datetime(["2026-11-26", None]),
            "o": [{"k": [1]}, float("nan")],
        }
    )
    write_rows(frame, str(tmp_path / "out.csv"), "csv")
    assert (tmp_path / "out.csv").read_text() == 'n,x,b,t,o\n1,0.1,True,2026-11-26 00:00:00,"{""k"": [1]}"\n,,,,\n'
    write_rows(frame, str(tmp_path / "out.jsonl"), "jsonl")
    first, second = map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())
    assert first == {"n": 1, "x": 0.1, "b": True, "t": "2026-11-26 00:00:00", "o": {"k": [1]}}
    assert set(second.values()) == {None}


def test_an_empty_cell_of_a_single_column_is_no_blank_line(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_rows(pd.DataFrame({"reply": ["a", None, "b"]}, dtype=object), str(path), "csv")
    assert len(read_rows(str(path), "csv")) == 3


def test_a_file_is_as_it_was_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.csv"
    path.write_text("before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CommandError, match="No space left"):
        write_rows(pd.DataFrame({"a": ["x"]}), str(path), "csv")
    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["out.csv"]


def test_a_link_leads_to_the_file_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "out.csv"
    link.symlink_to(tmp_path / "there" / "real.csv")
    write_rows(pd.DataFrame({"a": ["x"]}), str(link), "csv")
    assert link.is_symlink()
    assert (tmp_path / "there" / "real.csv").read_text() == "a\nx\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("out.txt", "expected a file that ends with .csv, .jsonl, .ndjson, .parquet after -o"),
        ("out", "after -o"),
        ("no/out.csv", "make it first"),
        ("folder.csv", "which is none"),
    ],
)
def test_what_cannot_be_written_is_told_before_anything_is_asked(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UnusableInputError) as told:
        check_writable(str(tmp_path / name))
    assert said in str(told.value)


@pytest.mark.parametrize("ask", [check_writable, lambda name: read_rows(name, "parquet")], ids=["write", "read"])
def test_parquet_says_what_it_needs(ask: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for engine in ("pyarrow", "fastparquet"):
        monkeypatch.setitem(sys.modules, engine, None)
    with pytest.raises(UnusableInputError, match="pip install pyarrow"):
        ask(str(tmp_path / "rows.parquet"))


def test_parquet_keeps_kinds_and_an_index_with_names(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", exc_type=ImportError)  # it may need a newer numpy
    path = str(tmp_path / "rows.parquet")
    frame = pd.DataFrame({"n": [1, 2], "text": ["a", None]}, index=pd.Index(["x", "y"], name="id"))
    frame.to_parquet(path)
    read = read_rows(path, form_of(path))
    assert list(read.columns) == ["id", "n", "text"]
    write_rows(read, path, check_writable(path))
    again = pd.read_parquet(path)
    assert again["n"].tolist() == [1, 2]
    assert again["id"].tolist() == ["x", "y"]
    put(tmp_path / "rows.parquet", "no parquet")
    with pytest.raises(UnusableInputError, match="expected Parquet in"):
        read_rows(path, "parquet")


def test_rows_go_to_standard_output(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame({"a": ["x\r\ny"]})
    write_rows(frame, "-", "csv")
    assert capsys.readouterr().out == 'a\n"x\r\ny"\n'
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    write_rows(frame, "-", "jsonl")
    assert sys.stdout.getvalue() == '{"a": "x\\r\\ny"}\n'  # type: ignore[attr-defined]
