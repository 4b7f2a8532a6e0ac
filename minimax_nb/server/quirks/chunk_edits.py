"""Edits of chunks in a finished stream, of which quirks are made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from minimax_nb.server.answer.wire import Event

if TYPE_CHECKING:
    from collections.abc import Callable


def delta_of(event: Event) -> dict[str, Any] | None:
    """Return the event's delta; None where it has none."""
    if isinstance(event.body, str) or not event.body.get("choices"):
        return None
    delta: dict[str, Any] | None = event.body["choices"][0].get("delta")
    return delta


def each_delta(events: list[Event], change: Callable[[dict[str, Any]], dict[str, Any]]) -> list[Event]:
    """Change the delta of each event."""
    return [event if (delta := delta_of(event)) is None else with_delta(event, change(delta)) for event in events]


def with_delta(event: Event, delta: dict[str, Any], *, last: bool = True) -> Event:
    """Return the event with another delta; without its finish reason where ``last`` is false."""
    if isinstance(event.body, str):
        return event
    choice = {**event.body["choices"][0], "delta": delta}
    if not last:
        choice.pop("finish_reason", None)
    return Event(event.t, {**event.body, "choices": [choice]})


def finish_of(event: Event) -> str | None:
    """Return the event's finish reason; None where it has none."""
    if isinstance(event.body, str) or not event.body.get("choices"):
        return None
    reason: str | None = event.body["choices"][0].get("finish_reason")
    return reason


def with_finish(event: Event, finish: str | None) -> Event:
    """Return the event with another finish reason, or with none."""
    if isinstance(event.body, str):
        return event
    reason = {"finish_reason": finish} if finish else {}
    return Event(event.t, {**event.body, "choices": [{**reason, **_choice_without(event.body)}]})


def without_finish(event: Event) -> Event:
    """Return the event with its finish reason taken away."""
    return with_finish(event, None)


def _choice_without(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body["choices"][0].items() if key != "finish_reason"}


def last_finish(events: list[Event]) -> int | None:
    """Find the position of the last event with a finish reason; None where there is none."""
    return next((n for n in range(len(events) - 1, -1, -1) if finish_of(events[n])), None)


def event_text(event: Event) -> str:
    """Return the event's body as one line of text."""
    return event.body if isinstance(event.body, str) else json.dumps(event.body, ensure_ascii=False)
