"""A recorded tape, as it is written."""

from __future__ import annotations

from typing import Any

from minimax_nb.server.answer.wire import Event
from minimax_nb.server.tape import read as tape
from minimax_nb.server.tape.recorded import RecordedReply
from minimax_nb.server.tape.write_text import request_of, tape_text, turn_text

PING = {"role": "user", "content": "Ping?"}
REQUEST = {"model": "Far-1", "messages": [PING]}
PROVENANCE = {"kind": "recorded", "host": "api.example", "model": "Far-1", "date": "2026-11-01", "time": "10:00:00Z"}


def chunk(text: str, t: float, **more: Any) -> Event:
    return Event(t, {"id": "a1", "choices": [{"index": 0, "delta": {"content": text}, **more}], "model": "Far-1"})


EVENTS = (
    chunk("Po", 0.5),
    chunk("ng.", 0.9, finish_reason="stop"),
    Event(0.9, {"id": "a1", "choices": [], "usage": {"total_tokens": 3}}),
    Event(1.0, "[DONE]"),
)
STREAMED = RecordedReply(True, False, False, EVENTS, {})
WHOLE = RecordedReply(
    False, False, False, (Event(1.25, {"id": "b2", "choices": [{"message": {"content": "Pong."}}]}),), {}
)


def taped(
    *replies: RecordedReply, name: str = "t", request: dict[str, Any] = REQUEST, **top: Any
) -> list[tape.TapeTurn]:
    text = tape_text({**PROVENANCE, **top}, [turn_text(request_of(request), reply) for reply in replies])
    return tape.parse(name, text)
