"""A tape in the making: whole on disk at every moment, in the order of the requests, and never half written."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server.answer.wire import Event
from minimax_nb.server.tape import read as tape
from minimax_nb.server.tape import writer as tapewriter
from minimax_nb.server.tape.recorded import Recorded
from minimax_nb.server.tape.writer import Kept, TapeWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOBODY: frozenset[str] = frozenset()


def kept(number: int, text: str = "x", model: str = "m", **request: Any) -> Kept:
    body = {"choices": [{"delta": {"content": text}, "finish_reason": "stop"}]}
    asked = {"model": model, "messages": [{"role": "user", "content": f"Question {number}"}], **request}
    return Kept(number, asked, Recorded(True, False, False, (Event(0.5, body),), {}), NOBODY)


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


def test_the_old_tape_stays_whole_until_the_new_one_is(writer: TapeWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tapewriter, "_REST", 0)
    written, broken = threading.Event(), threading.Event()
    sync = tapewriter.os.fsync

    def fails_later(descriptor: int) -> None:
        if written.is_set():
            broken.set()
            raise OSError(28, "No space left on device")
        sync(descriptor)
        written.set()

    monkeypatch.setattr(tapewriter.os, "fsync", fails_later)
    writer.keep(kept(0))
    assert written.wait(10)
    writer.keep(kept(1))
    assert broken.wait(10)
    with pytest.raises(OSError, match="No space left on device"):
        writer.close()
    assert on_disk(writer.path.parent) == ["Question 0"]
    assert [path.name for path in writer.path.parent.iterdir()] == [writer.path.name]


def test_a_reply_that_no_tape_can_hold_does_not_cost_the_others(writer: TapeWriter) -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    bad = Recorded(True, False, False, (Event(0.0, {"choices": deep}),), {})
    writer.keep(Kept(0, kept(0).request, bad, NOBODY))
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
    assert isinstance(turn.answer, Recorded)
    assert turn.answer.events == kept(0, text="half \ud83d").reply.events
    assert "\\ud83d" in writer.path.read_text(encoding="utf-8")
