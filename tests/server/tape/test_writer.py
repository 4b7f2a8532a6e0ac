"""A tape in the making: whole on disk at every moment, in the order of the requests, and never half written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server.answer.wire import Event
from minimax_nb.server.tape import read as tape
from minimax_nb.server.tape.recorded import RecordedReply
from minimax_nb.server.tape.writer import RecordedTurn, TapeWriter

from ...support.tape_writers import NOBODY, kept, on_disk

if TYPE_CHECKING:
    from pathlib import Path


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


def test_a_turn_that_comes_again_takes_the_place_of_the_first(writer: TapeWriter) -> None:
    for text in ("half", "whole"):
        writer.keep(kept(0, text=text))
        (turn,) = tape.in_folder(writer.path.parent)
        assert turn.answer.events == kept(0, text=text).reply.events  # type: ignore[union-attr]
    writer.close()
    assert on_disk(writer.path) == ["Question 0"]
    assert writer.kept == 1


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
