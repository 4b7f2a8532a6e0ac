"""Quirks that concern a stream: each a function from a finished list of events to another."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from minimax_nb.server.answer.wire import Event

from .chunk_edits import (
    delta_of,
    each_delta,
    event_text,
    finish_of,
    last_finish,
    with_delta,
    with_finish,
    without_finish,
)

if TYPE_CHECKING:
    from collections.abc import Callable

DONE = Event(0.0, "[DONE]")


def snapshot(events: list[Event]) -> list[Event]:
    """Let each text field carry all of its text so far, as the documentation's own sample code expects."""
    return _grown(events, ("content", "reasoning_content", "reasoning"))


def reasoning_snapshot(events: list[Event]) -> list[Event]:
    """Let the separate thinking alone grow; content stays incremental and the thinking is repeated beside it."""
    so_far = ""

    def change(delta: dict[str, Any]) -> dict[str, Any]:
        nonlocal so_far
        so_far += delta.get("reasoning_content") or ""
        return {**delta, "reasoning_content": so_far} if so_far else delta

    return each_delta(events, change)


def _grown(events: list[Event], keys: tuple[str, ...]) -> list[Event]:
    so_far = dict.fromkeys(keys, "")
    details: dict[int, str] = {}

    def change(delta: dict[str, Any]) -> dict[str, Any]:
        delta = dict(delta)
        for key in keys:
            if isinstance(delta.get(key), str):
                so_far[key] += delta[key]
                delta[key] = so_far[key]
        if delta.get("reasoning_details"):
            grown = []
            for item in delta["reasoning_details"]:
                details[item["index"]] = details.get(item["index"], "") + item["text"]
                grown.append({**item, "text": details[item["index"]]})
            delta["reasoning_details"] = grown
        return delta

    return each_delta(events, change)


def split_tags(events: list[Event]) -> list[Event]:
    """Send content that holds a tag one character at a time."""
    return _cut_up(events, lambda text: "think>" in text)


def characters(events: list[Event]) -> list[Event]:
    """Send thinking and answer one character at a time."""
    return _cut_up(events, bool)


def _cut_up(events: list[Event], wanted: Callable[[str], bool]) -> list[Event]:
    found = []
    for event in events:
        delta = delta_of(event)
        if delta is None:
            found.append(event)
            continue
        key = next((key for key in ("reasoning_content", "reasoning", "content") if delta.get(key)), None)
        if key is None or not wanted(delta[key]):
            found.append(event)
            continue
        for number, letter in enumerate(delta[key]):
            single = {**delta, key: letter}
            if delta.get("reasoning_details"):
                single["reasoning_details"] = [{**delta["reasoning_details"][0], "text": letter}]
            found.append(with_delta(event, single, last=number == len(delta[key]) - 1))
    return found


def unclosed_think(events: list[Event]) -> list[Event]:
    """Leave out the closing tag of native thinking."""

    def change(delta: dict[str, Any]) -> dict[str, Any]:
        content = delta.get("content")
        return {**delta, "content": content.replace("</think>", "")} if content else delta

    return each_delta(events, change)


def stray_close(events: list[Event]) -> list[Event]:
    """End split thinking with a literal closing tag, in two chunks."""
    last = max((n for n, event in enumerate(events) if (delta_of(event) or {}).get("reasoning_content")), default=None)
    if last is None:
        return events
    delta = delta_of(events[last]) or {}
    added = []
    for text in ("\n</th", "ink>"):
        more = {**delta, "reasoning_content": text}
        if delta.get("reasoning_details"):
            more["reasoning_details"] = [{**delta["reasoning_details"][0], "text": text}]
        added.append(with_delta(events[last], more, last=False))
    return [*events[: last + 1], *added, *events[last + 1 :]]


def two_details(events: list[Event]) -> list[Event]:
    """Send the second half of the thinking as a second item of reasoning_details, index 1."""
    thinking = [n for n, event in enumerate(events) if (delta_of(event) or {}).get("reasoning_details")]
    found = list(events)
    for n in thinking[len(thinking) // 2 :]:
        delta = delta_of(events[n]) or {}
        second = {**delta["reasoning_details"][0], "id": "reasoning-text-2", "index": 1}
        found[n] = with_delta(events[n], {**delta, "reasoning_details": [second]})
    return found


def _calls(events: list[Event], change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> list[Event]:
    return each_delta(
        events,
        lambda delta: {**delta, "tool_calls": change(delta["tool_calls"])} if delta.get("tool_calls") else delta,
    )


def empty_names(events: list[Event]) -> list[Event]:
    """Repeat id, name and type as empty texts in continuations."""

    def change(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            call if call.get("id") else {"id": "", "type": "", **call, "function": {"name": "", **call["function"]}}
            for call in calls
        ]

    return _calls(events, change)


def whole_calls(events: list[Event]) -> list[Event]:
    """Send each call whole in one chunk, the last one together with the finish reason."""
    found: list[Event] = []
    for event in events:
        calls = (delta_of(event) or {}).get("tool_calls")
        if calls and not calls[0].get("id") and found:
            opening = delta_of(found[-1]) or {}
            whole = dict(opening["tool_calls"][0])
            text = whole["function"]["arguments"] + calls[0]["function"]["arguments"]
            whole["function"] = {**whole["function"], "arguments": text}
            found[-1] = with_delta(event, {**opening, "tool_calls": [whole]})
        else:
            found.append(event)
    return found


def object_arguments(events: list[Event]) -> list[Event]:
    """Send whole calls with arguments as an object instead of a text."""

    def change(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {**call, "function": {**call["function"], "arguments": json.loads(call["function"]["arguments"] or "{}")}}
            for call in calls
        ]

    return _calls(whole_calls(events), change)


def late_piece(events: list[Event]) -> list[Event]:
    """Send the last chunk of the first call after the other calls are complete."""
    chunks = [n for n, event in enumerate(events) if (delta_of(event) or {}).get("tool_calls")]
    first = [n for n in chunks if (delta_of(events[n]) or {})["tool_calls"][0].get("index") == 0]
    if len(first) < 2 or first[-1] == chunks[-1]:
        return events
    moved, end = events[first[-1]], events[chunks[-1]]
    moved_last = with_finish(Event(end.t, moved.body), finish_of(end))
    rest = [without_finish(event) if event is end else event for event in events if event is not moved]
    return [*rest[: chunks[-1]], moved_last, *rest[chunks[-1] :]]


def two_json(events: list[Event]) -> list[Event]:
    """Send two documents in one event, on two data lines without a blank one between them."""
    found = []
    for first, second in zip(events[::2], [*events[1::2], None], strict=False):
        if second is None:
            found.append(first)
        else:
            found.append(Event(second.t, f"{event_text(first)}\n{event_text(second)}"))
    return found


def role_empty(events: list[Event]) -> list[Event]:
    """Send the role as an empty text."""
    return each_delta(events, lambda delta: {**delta, "role": ""})


def role_first(events: list[Event]) -> list[Event]:
    """Send the role alone in a first chunk."""
    if not events or delta_of(events[0]) is None:
        return events
    return [with_delta(events[0], {"role": "assistant"}, last=False), *events]


def finish_alone(events: list[Event]) -> list[Event]:
    """Send the finish reason in a chunk of its own."""
    last = last_finish(events)
    if last is None:
        return events
    ending = with_delta(events[last], {"role": "assistant"})
    return [*events[:last], without_finish(events[last]), ending, *events[last + 1 :]]


def finish_twice(events: list[Event]) -> list[Event]:
    """Send the finish reason once more, in an empty chunk."""
    last = last_finish(events)
    if last is None:
        return events
    again = with_delta(events[last], {"role": "assistant"})
    return [*events[: last + 1], again, *events[last + 1 :]]


def finish_singular(events: list[Event]) -> list[Event]:
    """Spell the finish reason of calls "tool_call"."""
    last = last_finish(events)
    if last is None or finish_of(events[last]) != "tool_calls":
        return events
    return [*events[:last], with_finish(events[last], "tool_call"), *events[last + 1 :]]


def final_message(events: list[Event]) -> list[Event]:
    """Repeat the whole reply in the ``message`` of one more event (M2 in October 2025, and the older endpoint)."""
    return _ended(events, lambda whole: {"message": whole})


def delta_null(events: list[Event]) -> list[Event]:
    """Send one more chunk with ``delta: null`` and an empty ``message``."""
    return _ended(events, lambda whole: {"delta": None, "message": {**whole, "content": ""}})


def _ended(events: list[Event], ending: Callable[[dict[str, Any]], dict[str, Any]]) -> list[Event]:
    last = last_finish(events)
    if last is None:
        return events
    body = events[last].body
    if isinstance(body, str):
        return events
    content = "".join((delta_of(event) or {}).get("content") or "" for event in events)
    whole = {"content": content, "role": "assistant", "name": "MiniMax AI", "audio_content": ""}
    choice = {"finish_reason": finish_of(events[last]), "index": 0, **ending(whole)}
    more = Event(events[last].t, {**body, "choices": [choice], "object": "chat.completion"})
    return [*events[: last + 1], more, *events[last + 1 :]]


def zero_usage(events: list[Event]) -> list[Event]:
    """Send a usage of zeros in every chunk."""
    zeros = {"total_tokens": 0, "total_characters": 0}
    return [
        event
        if isinstance(event.body, str) or event.body.get("usage")
        else Event(event.t, {**event.body, "usage": zeros})
        for event in events
    ]


def keep_alive(events: list[Event]) -> list[Event]:
    """Send comment lines between the events."""
    return [each for event in events for each in (Event(event.t, ": keep-alive"), event)]


def done(events: list[Event]) -> list[Event]:
    """End the stream with the mark that OpenAI's own service sends."""
    return [*events, replace(DONE, t=events[-1].t if events else 0.0)]


def no_done(events: list[Event]) -> list[Event]:
    """Send no mark at the end: the service mostly leaves it out (observed in 2026)."""
    return [event for event in events if event.body != DONE.body]
