"""Replies of a tape, read: those written by hand, in no wire format, and those recorded, event by event."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from minimax_nb.server.answer.answer import Answer, Call, TokenSpeed
from minimax_nb.server.answer.wire import Event

from .recorded import RecordedReply, has_choices

if TYPE_CHECKING:
    from .located import Located

_FINISHES = ("stop", "length", "tool_calls", "content_filter")
_LONGEST_S = 1e6


def authored(at: Located, origin: dict[str, str]) -> Answer:
    """Read a reply that was written by hand.

    Raises:
        TapeFormatError: naming the field that is wrong.
    """
    at.only("reasoning", "content", "tool_calls", "finish_reason", "usage", "pace")
    calls = tuple(_call(item) for item in at.get("tool_calls", list).items()) if "tool_calls" in at.value else ()
    if not calls and "content" not in at.value:
        raise at.wrong("a field 'content' or 'tool_calls'")
    finish = at.maybe("finish_reason", str) or ("tool_calls" if calls else "stop")
    if finish not in _FINISHES:
        raise at.get("finish_reason", str).wrong(f"one of {', '.join(_FINISHES)}")
    return Answer(
        content=_text(at, "content"),
        reasoning=_text(at, "reasoning"),
        calls=calls,
        finish_reason=finish,
        speed=_speed(at),
        origin=origin,
        **_usage(at),
    )


def recorded(at: Located, origin: dict[str, str]) -> RecordedReply:
    """Read a reply that was recorded.

    Raises:
        TapeFormatError: naming the field that is wrong.
    """
    at.only("stream", "reasoning_split", "include_usage", "shared", "events")
    stream = at.get("stream", bool).value
    entries = at.get("events", list)
    if not entries.value or (not stream and len(entries.value) > 1):
        raise entries.wrong("at least one event" if stream else "one event: the reply was no stream")
    shared = at.maybe("shared", dict) or {}
    events: list[Event] = []
    for entry in entries.items():
        entry.only("t", "data")
        t = entry.get("t", int, float)
        if not (events[-1].t if events else 0) <= t.value < _LONGEST_S:
            raise t.wrong("a number of seconds, no smaller than the one before")
        data = entry.get("data", *((dict, str) if stream else (dict,))).value
        if isinstance(data, dict) and has_choices(data):
            data = {**shared, **data}
        events.append(Event(float(t.value), data))
    return RecordedReply(
        stream=stream,
        split=bool(at.maybe("reasoning_split", bool)),
        include_usage=bool(at.maybe("include_usage", bool)),
        events=tuple(events),
        origin=origin,
    )


def _text(at: Located, key: str) -> str:
    if key not in at.value:
        return ""
    text = at.get(key, str, list)
    if isinstance(text.value, str):
        return text.value
    return "\n".join(item.need(str).value for item in text.items())


def _call(at: Located) -> Call:
    at.only("name", "arguments")
    arguments = at.get("arguments", dict, str).value
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return Call(at.get("name", str).value, text)


def _speed(at: Located) -> TokenSpeed:
    if "pace" not in at.value:
        return TokenSpeed()
    pace = at.get("pace", dict)
    pace.only("first_token_s", "tokens_per_s")
    for key in pace.value:
        number = pace.get(key, int, float)
        if not 0 < number.value < 100_000:
            raise number.wrong("a number above 0")
    return TokenSpeed(**pace.value)


def _usage(at: Located) -> dict[str, int]:
    keys = ("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens")
    if "usage" not in at.value:
        return {}
    usage = at.get("usage", dict)
    usage.only(*keys)
    for key in usage.value:
        if usage.get(key, int).value < 0:
            raise usage.get(key, int).wrong("a number of tokens")
    return dict(usage.value)
