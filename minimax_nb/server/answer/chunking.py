"""Chunking: an answer cut into uneven segments as the service does, each with its time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .answer import tokens

if TYPE_CHECKING:
    from .answer import Answer

Kind = Literal["reasoning", "content", "call", "arguments"]


@dataclass(frozen=True, slots=True)
class Segment:
    """Segment of an answer that comes at once."""

    t: float
    kind: Kind
    text: str
    call: int = 0


def segments(answer: Answer, tokens_per_s: float) -> list[Segment]:
    """Cut an answer up as the service does, coarsely and unevenly, each segment with its time.

    Args:
        answer: what is said.
        tokens_per_s: tokens a second after the first segment, unless the answer has a speed of its own.
    """
    rate = answer.speed.tokens_per_s or tokens_per_s
    made: list[tuple[Kind, str, int]] = []
    made += [("reasoning", text, 0) for text in split_text(answer.reasoning)]
    made += [("content", text, 0) for text in split_text(answer.content)]
    for number, call in enumerate(answer.calls):
        made.append(("call", call.name, number))
        made += [("arguments", text, number) for text in split_text(call.arguments, longest=40)]
    timed = []
    said = 0
    before = 0
    for position, (kind, text, number) in enumerate(made):
        said += tokens(text)
        before = said if position == 0 else before
        timed.append(Segment(round(answer.speed.first_token_s + (said - before) / rate, 3), kind, text, number))
    return timed


def split_text(text: str, longest: int = 120) -> list[str]:
    """Split a text into 1 to ``longest`` characters each, at places that depend on nothing but the text."""
    state = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:4], "big")
    found = []
    start = 0
    while start < len(text):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        size = 4 + (state >> 16) % (12 if start == 0 else longest - 3)
        found.append(text[start : start + size])
        start += size
    return found


def reply_times(parts: list[Segment]) -> dict[str, Any]:
    """Return the times of a reply that came as one document, in seconds since the request."""
    if not parts:
        return {"first_token_s": None, "last_token_s": None, "reasoning_s": None, "total_s": 0.0}
    thinking = [part.t for part in parts if part.kind == "reasoning"]
    return {
        "first_token_s": parts[0].t,
        "last_token_s": parts[-1].t,
        "reasoning_s": round(thinking[-1] - thinking[0], 3) if thinking else None,
        "total_s": parts[-1].t,
    }
