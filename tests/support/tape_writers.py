"""Turns to write on a tape, and what is then on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minimax_nb.server.answer.wire import Event
from minimax_nb.server.tape import read as tape
from minimax_nb.server.tape.recorded import RecordedReply
from minimax_nb.server.tape.writer import RecordedTurn

if TYPE_CHECKING:
    from pathlib import Path


NOBODY: frozenset[str] = frozenset()


def kept(number: int, text: str = "x", model: str = "m", **request: Any) -> RecordedTurn:
    body = {"choices": [{"delta": {"content": text}, "finish_reason": "stop"}]}
    asked = {"model": model, "messages": [{"role": "user", "content": f"Question {number}"}], **request}
    return RecordedTurn(number, asked, RecordedReply(True, False, False, (Event(0.5, body),), {}), NOBODY)


def on_disk(folder: Path) -> list[str]:
    return [str(turn.messages[0]["content"]) for turn in tape.in_folder(folder)]
