"""The journal: no reply is lost, whatever ends the recorder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server.tape import journal
from minimax_nb.server.tape.writer import TapeWriter

from ...support.tape_writers import kept, on_disk

if TYPE_CHECKING:
    from pathlib import Path


def test_each_turn_is_on_disk_as_soon_as_it_is_kept(writer: TapeWriter) -> None:
    for number in range(20):
        writer.keep(kept(number))
        assert on_disk(writer.path.parent) == [f"Question {each}" for each in range(number + 1)]
        assert json.loads(writer.path.read_text(encoding="utf-8"))["turns"], "the tape itself is whole, if not complete"


def test_a_long_tape_is_not_written_over_and_over(writer: TapeWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    fold = journal.JournalContents.fold
    monkeypatch.setattr(
        journal.JournalContents,
        "fold",
        lambda self, path, **options: (written.append(len(self.turns)), fold(self, path, **options)),
    )
    for number in range(1000):
        writer.keep(kept(number))
    writer.close()
    assert sum(written) < 4 * 1000
    assert len(on_disk(writer.path)) == 1000


@pytest.mark.parametrize("fails", ["append", "fold"])
def test_a_full_disk_costs_nothing_that_was_there(
    writer: TapeWriter, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    writer.keep(kept(0))

    def full(*args: Any, **options: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(
            *((journal.Journal, "append", full) if fails == "append" else (journal.JournalContents, "fold", full))
        )
        writer.keep(kept(1))
        if fails == "fold":
            with pytest.raises(OSError, match="No space left on device"):
                writer.close()
    writer.close()
    assert on_disk(writer.path.parent) == ["Question 0", "Question 1"]


def test_a_line_that_was_cut_off_costs_no_other(writer: TapeWriter) -> None:
    for number in range(3):
        writer.keep(kept(number))
    data = journal.journal_of(writer.path).read_bytes()
    start = data.rstrip(b"\n").rindex(b"\n") + 1
    for end in range(start, len(data), 7):
        journal.journal_of(writer.path).write_bytes(data[:end])
        assert on_disk(writer.path.parent) == ["Question 0", "Question 1"]


def left_behind(folder: Path, turns: int) -> Path:
    """What a recorder that was killed leaves: its journal, and a tape that is behind it."""
    made = TapeWriter(folder, "api.example")
    made.open()
    for number in range(turns):
        made.keep(kept(number))
    data = journal.journal_of(made.path).read_bytes()
    made.close()
    made.path.unlink()
    journal.journal_of(made.path).write_bytes(data + b'{"number": 99, "mod')
    return made.path


@pytest.mark.parametrize("turns", [1, 2, 7])
def test_what_a_killed_recorder_left_is_read_and_the_next_one_folds_it(tmp_path: Path, turns: int) -> None:
    path = left_behind(tmp_path, turns)
    wanted = [f"Question {number}" for number in range(turns)]
    assert on_disk(tmp_path) == wanted
    assert not path.exists(), "reading changes nothing"
    other = TapeWriter(tmp_path, "api.example")
    other.open()
    assert on_disk(path) == wanted
    other.close()
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_tape_that_is_named_alone_is_read_with_what_is_beside_it(tmp_path: Path) -> None:
    path = left_behind(tmp_path, 3)
    path.write_text("{}", encoding="utf-8")
    assert len(on_disk(path)) == 3


def test_the_journal_of_a_recorder_that_runs_is_left_alone(writer: TapeWriter) -> None:
    writer.keep(kept(0))
    other = TapeWriter(writer.path.parent, "api.example")
    other.open()
    writer.keep(kept(1))
    other.keep(kept(7))
    assert sorted(on_disk(writer.path.parent)) == ["Question 0", "Question 1", "Question 7"]
    other.close()
    writer.close()
    assert len(list(writer.path.parent.iterdir())) == 2


@pytest.mark.parametrize("text", [b"", b"\n", b"{", b"[]\n", b'{"provenance": 7}\n', b"\xff\n"])
def test_a_journal_that_holds_nothing_does_not_hinder(tmp_path: Path, text: bytes) -> None:
    (tmp_path / ".recorded-x.part").write_bytes(text)
    assert on_disk(tmp_path) == []
    made = TapeWriter(tmp_path, "api.example")
    made.open()
    made.close()
