"""A tape in the making: whole on disk at every moment, in the order of the requests, and never half written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server.answer.wire import Event
from minimax_nb.server.tape import journal
from minimax_nb.server.tape import read as tape
from minimax_nb.server.tape.recorded import RecordedReply
from minimax_nb.server.tape.writer import RecordedTurn, TapeWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOBODY: frozenset[str] = frozenset()


def kept(number: int, text: str = "x", model: str = "m", **request: Any) -> RecordedTurn:
    body = {"choices": [{"delta": {"content": text}, "finish_reason": "stop"}]}
    asked = {"model": model, "messages": [{"role": "user", "content": f"Question {number}"}], **request}
    return RecordedTurn(number, asked, RecordedReply(True, False, False, (Event(0.5, body),), {}), NOBODY)


def on_disk(folder: Path) -> list[str]:
    return [str(turn.messages[0]["content"]) for turn in tape.in_folder(folder)]


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[TapeWriter]:
    made = TapeWriter(tmp_path / "new" / "tapes", "api.example")
    made.open()
    yield made
    made.close()


def test_turns_stand_in_the_order_of_their_requests(writer: TapeWriter) -> None:
    for number in (2, 0, 1):
        writer.keep(kept(number))
    writer.close()
    assert on_disk(writer.path.parent) == ["Question 0", "Question 1", "Question 2"]
    assert writer.kept == 3
    assert [path.name for path in writer.path.parent.iterdir()] == [writer.path.name]


def test_the_provenance_names_host_models_and_moment(writer: TapeWriter) -> None:
    writer.keep(kept(0, model="b"))
    writer.keep(kept(1, model="a"))
    writer.close()
    provenance = json.loads(writer.path.read_text(encoding="utf-8"))["provenance"]
    assert (provenance["kind"], provenance["host"], provenance["model"]) == ("recorded", "api.example", ["b", "a"])
    assert f"recorded-{provenance['date'].replace('-', '')}-" in writer.path.name


def test_without_a_turn_there_is_no_tape(writer: TapeWriter) -> None:
    writer.close()
    assert list(writer.path.parent.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"."):
        TapeWriter(tmp_path / "file" / "tapes", "x").open()


def test_each_turn_is_on_disk_as_soon_as_it_is_kept(writer: TapeWriter) -> None:
    for number in range(20):
        writer.keep(kept(number))
        assert on_disk(writer.path.parent) == [f"Question {each}" for each in range(number + 1)]
        assert json.loads(writer.path.read_text(encoding="utf-8"))["turns"], "the tape itself is whole, if not complete"


def test_a_turn_that_comes_again_takes_the_place_of_the_first(writer: TapeWriter) -> None:
    for text in ("half", "whole"):
        writer.keep(kept(0, text=text))
        (turn,) = tape.in_folder(writer.path.parent)
        assert turn.answer.events == kept(0, text=text).reply.events  # type: ignore[union-attr]
    writer.close()
    assert on_disk(writer.path) == ["Question 0"]
    assert writer.kept == 1


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


def test_a_reply_that_no_tape_can_hold_does_not_cost_the_others(writer: TapeWriter) -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    bad = RecordedReply(True, False, False, (Event(0.0, {"choices": deep}),), {})
    writer.keep(RecordedTurn(0, kept(0).request, bad, NOBODY))
    writer.keep(kept(1))
    with pytest.raises(OSError, match="a shape that no tape can hold"):
        writer.close()
    assert on_disk(writer.path.parent) == ["Question 1"]
    while deep:  # taken apart by hand: the interpreter would do it by recursion
        deep = deep[0]


def test_a_lone_surrogate_is_written_as_the_escape_it_came_as(writer: TapeWriter) -> None:
    writer.keep(kept(0, text="half \ud83d"))
    writer.close()
    (turn,) = tape.in_folder(writer.path)
    assert isinstance(turn.answer, RecordedReply)
    assert turn.answer.events == kept(0, text="half \ud83d").reply.events
    assert "\\ud83d" in writer.path.read_text(encoding="utf-8")
