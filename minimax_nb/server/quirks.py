"""The odd shapes in which the service and its relatives have been seen to answer, each a switch with a name.

``FORM_QUIRKS`` change how a message is written, streamed or not; ``STREAM_QUIRKS`` change a finished list of events.
``QUIRKS`` names them all with a line each: the command line, the lessons and the tests read that one table.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .refusals import invalid
from .wire import Event, Form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

DONE = Event(0.0, "[DONE]")

FORM_QUIRKS: dict[str, tuple[str, dict[str, Any]]] = {
    "bare-think": ("no line breaks inside the think tags", {"opening": "<think>", "closing": "</think>\n\n"}),
    "mm-think": ("the thinking stands in <mm:think> tags", {"opening": "<mm:think>\n", "closing": "\n</mm:think>\n\n"}),
    "unopened-think": ("the opening think tag is missing", {"opening": ""}),
    "mirrored": ("native form that has the thinking in reasoning_content too", {"mirrored": True}),
    "no-details": ("split form without reasoning_details", {"details": False}),
    "only-details": ("split form without reasoning_content", {"reasoning_key": ""}),
    "reasoning-key": (
        "split form as vLLM has it: a field 'reasoning'",
        {"reasoning_key": "reasoning", "details": False},
    ),
    "no-index": ("tool calls without an index", {"tool_index": None}),
    "same-index": ("parallel tool calls that all have index 0", {"same_index": True}),
    "index-from-1": ("tool calls counted from 1", {"tool_index": 1}),
    "null-content": ("content is null beside tool calls", {"null_content": True}),
    "service-tier": ("a service_tier that OpenAI's list does not know", {"extras": (("service_tier", "standard"),)}),
}


def form_with(form: Form, names: Iterable[str]) -> Form:
    """The form, changed by those of the named quirks that concern it."""
    for name in names:
        if name in FORM_QUIRKS:
            form = replace(form, **FORM_QUIRKS[name][1])
    return form


def stream_with(events: list[Event], names: Iterable[str]) -> list[Event]:
    """The events, changed by those of the named quirks that concern them, in the table's order."""
    wanted = set(names)
    for name, (_, change) in STREAM_QUIRKS.items():
        if name in wanted:
            events = change(events)
    return events


def checked(names: Sequence[str]) -> tuple[str, ...]:
    """The names, each of which must be known.

    Raises:
        ApiError: naming the one that is not, and those that are.
    """
    for name in names:
        if name not in QUIRKS:
            raise invalid(f"unknown quirk {str(name)[:60]!r}, expected one of {', '.join(QUIRKS)}")
    return tuple(names)


def _snapshot(events: list[Event]) -> list[Event]:
    """Each text field carries all of its text so far, as the documentation's own sample code expects."""
    return _grown(events, ("content", "reasoning_content", "reasoning"))


def _reasoning_snapshot(events: list[Event]) -> list[Event]:
    """Only the separate thinking grows; content stays incremental and the thinking is repeated beside it."""
    so_far = ""

    def change(delta: dict[str, Any]) -> dict[str, Any]:
        nonlocal so_far
        so_far += delta.get("reasoning_content") or ""
        return {**delta, "reasoning_content": so_far} if so_far else delta

    return _each_delta(events, change)


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

    return _each_delta(events, change)


def _split_tags(events: list[Event]) -> list[Event]:
    """Content that holds a tag comes one character at a time."""
    return _cut_up(events, lambda text: "think>" in text)


def _characters(events: list[Event]) -> list[Event]:
    return _cut_up(events, bool)


def _cut_up(events: list[Event], wanted: Callable[[str], bool]) -> list[Event]:
    found = []
    for event in events:
        delta = _delta(event)
        if delta is None:
            found.append(event)
            continue
        key = next((key for key in ("reasoning_content", "reasoning", "content") if delta.get(key)), None)
        if key is None or not wanted(delta[key]):
            found.append(event)
            continue
        for number, letter in enumerate(delta[key]):
            cut = {**delta, key: letter}
            if delta.get("reasoning_details"):
                cut["reasoning_details"] = [{**delta["reasoning_details"][0], "text": letter}]
            found.append(_with_delta(event, cut, last=number == len(delta[key]) - 1))
    return found


def _unclosed_think(events: list[Event]) -> list[Event]:
    """The closing tag of native thinking never comes."""

    def change(delta: dict[str, Any]) -> dict[str, Any]:
        content = delta.get("content")
        return {**delta, "content": content.replace("</think>", "")} if content else delta

    return _each_delta(events, change)


def _stray_close(events: list[Event]) -> list[Event]:
    """Split thinking ends with a literal closing tag, in two pieces."""
    last = max((n for n, event in enumerate(events) if (_delta(event) or {}).get("reasoning_content")), default=None)
    if last is None:
        return events
    delta = _delta(events[last]) or {}
    added = []
    for text in ("\n</th", "ink>"):
        more = {**delta, "reasoning_content": text}
        if delta.get("reasoning_details"):
            more["reasoning_details"] = [{**delta["reasoning_details"][0], "text": text}]
        added.append(_with_delta(events[last], more, last=False))
    return [*events[: last + 1], *added, *events[last + 1 :]]


def _two_details(events: list[Event]) -> list[Event]:
    """The second half of the thinking comes as a second item of reasoning_details, index 1."""
    thinking = [n for n, event in enumerate(events) if (_delta(event) or {}).get("reasoning_details")]
    found = list(events)
    for n in thinking[len(thinking) // 2 :]:
        delta = _delta(events[n]) or {}
        second = {**delta["reasoning_details"][0], "id": "reasoning-text-2", "index": 1}
        found[n] = _with_delta(events[n], {**delta, "reasoning_details": [second]})
    return found


def _calls(events: list[Event], change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> list[Event]:
    return _each_delta(
        events,
        lambda delta: {**delta, "tool_calls": change(delta["tool_calls"])} if delta.get("tool_calls") else delta,
    )


def _empty_names(events: list[Event]) -> list[Event]:
    """Continuations repeat id, name and type as empty texts."""

    def change(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            call if call.get("id") else {"id": "", "type": "", **call, "function": {"name": "", **call["function"]}}
            for call in calls
        ]

    return _calls(events, change)


def _whole_calls(events: list[Event]) -> list[Event]:
    """Each call comes whole in one chunk, the last one together with the finish reason."""
    found: list[Event] = []
    for event in events:
        calls = (_delta(event) or {}).get("tool_calls")
        if calls and not calls[0].get("id") and found:
            opening = _delta(found[-1]) or {}
            whole = dict(opening["tool_calls"][0])
            text = whole["function"]["arguments"] + calls[0]["function"]["arguments"]
            whole["function"] = {**whole["function"], "arguments": text}
            found[-1] = _with_delta(event, {**opening, "tool_calls": [whole]})
        else:
            found.append(event)
    return found


def _object_arguments(events: list[Event]) -> list[Event]:
    """Whole calls whose arguments are an object instead of a text."""

    def change(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {**call, "function": {**call["function"], "arguments": json.loads(call["function"]["arguments"] or "{}")}}
            for call in calls
        ]

    return _calls(_whole_calls(events), change)


def _late_piece(events: list[Event]) -> list[Event]:
    """The last piece of the first call comes after the other calls are complete."""
    pieces = [n for n, event in enumerate(events) if (_delta(event) or {}).get("tool_calls")]
    first = [n for n in pieces if (_delta(events[n]) or {})["tool_calls"][0].get("index") == 0]
    if len(first) < 2 or first[-1] == pieces[-1]:
        return events
    moved, end = events[first[-1]], events[pieces[-1]]
    moved_last = _with_choice(Event(end.t, moved.body), _finish(end))
    rest = [_without_finish(event) if event is end else event for event in events if event is not moved]
    return [*rest[: pieces[-1]], moved_last, *rest[pieces[-1] :]]


def _two_json(events: list[Event]) -> list[Event]:
    """Two documents in one event, on two data lines without a blank one between them."""
    found = []
    for first, second in zip(events[::2], [*events[1::2], None], strict=False):
        if second is None:
            found.append(first)
        else:
            found.append(Event(second.t, f"{_text(first)}\n{_text(second)}"))
    return found


def _role_empty(events: list[Event]) -> list[Event]:
    return _each_delta(events, lambda delta: {**delta, "role": ""})


def _role_first(events: list[Event]) -> list[Event]:
    """The first chunk holds the role alone."""
    if not events or _delta(events[0]) is None:
        return events
    return [_with_delta(events[0], {"role": "assistant"}, last=False), *events]


def _finish_alone(events: list[Event]) -> list[Event]:
    """The finish reason comes on a chunk of its own."""
    last = _finishing(events)
    if last is None:
        return events
    ending = _with_delta(events[last], {"role": "assistant"})
    return [*events[:last], _without_finish(events[last]), ending, *events[last + 1 :]]


def _finish_twice(events: list[Event]) -> list[Event]:
    last = _finishing(events)
    if last is None:
        return events
    again = _with_delta(events[last], {"role": "assistant"})
    return [*events[: last + 1], again, *events[last + 1 :]]


def _finish_singular(events: list[Event]) -> list[Event]:
    """The finish reason of calls is "tool_call"."""
    last = _finishing(events)
    if last is None or _finish(events[last]) != "tool_calls":
        return events
    return [*events[:last], _with_choice(events[last], "tool_call"), *events[last + 1 :]]


def _final_message(events: list[Event]) -> list[Event]:
    """One more event repeats the whole reply in ``message`` (M2 in October 2025, and the older endpoint)."""
    return _ended(events, lambda whole: {"message": whole})


def _delta_null(events: list[Event]) -> list[Event]:
    """One more chunk with ``delta: null`` and an empty ``message``."""
    return _ended(events, lambda whole: {"delta": None, "message": {**whole, "content": ""}})


def _ended(events: list[Event], ending: Callable[[dict[str, Any]], dict[str, Any]]) -> list[Event]:
    last = _finishing(events)
    if last is None:
        return events
    body = events[last].body
    if isinstance(body, str):
        return events
    content = "".join((_delta(event) or {}).get("content") or "" for event in events)
    whole = {"content": content, "role": "assistant", "name": "MiniMax AI", "audio_content": ""}
    choice = {"finish_reason": _finish(events[last]), "index": 0, **ending(whole)}
    more = Event(events[last].t, {**body, "choices": [choice], "object": "chat.completion"})
    return [*events[: last + 1], more, *events[last + 1 :]]


def _zero_usage(events: list[Event]) -> list[Event]:
    """Every chunk carries a usage of zeros."""
    zeros = {"total_tokens": 0, "total_characters": 0}
    return [
        event
        if isinstance(event.body, str) or event.body.get("usage")
        else Event(event.t, {**event.body, "usage": zeros})
        for event in events
    ]


def _keep_alive(events: list[Event]) -> list[Event]:
    """Comment lines between the events."""
    return [each for event in events for each in (Event(event.t, ": keep-alive"), event)]


def _done(events: list[Event]) -> list[Event]:
    return [*events, replace(DONE, t=events[-1].t if events else 0.0)]


def _no_done(events: list[Event]) -> list[Event]:
    return [event for event in events if event.body != DONE.body]


STREAM_QUIRKS: dict[str, tuple[str, Callable[[list[Event]], list[Event]]]] = {
    "characters": ("one character a chunk", _characters),
    "split-tags": ("think tags come one character a chunk", _split_tags),
    "unclosed-think": ("the closing think tag is missing", _unclosed_think),
    "stray-close": ("split thinking ends with a literal closing tag", _stray_close),
    "two-details": ("two items of reasoning_details, index 0 and 1", _two_details),
    "whole-calls": ("each tool call in one chunk", _whole_calls),
    "object-arguments": ("tool arguments as an object instead of a text", _object_arguments),
    "empty-names": ("pieces of a call repeat id, name and type as empty texts", _empty_names),
    "late-piece": ("the first call's last piece comes after the second call", _late_piece),
    "snapshot": ("each text field carries all of its text so far", _snapshot),
    "reasoning-snapshot": ("reasoning_content carries all of its text so far, to the end", _reasoning_snapshot),
    "role-first": ("the first chunk holds the role alone", _role_first),
    "role-empty": ("the role is an empty text", _role_empty),
    "finish-alone": ("the finish reason on an empty chunk", _finish_alone),
    "finish-twice": ("the finish reason comes twice", _finish_twice),
    "finish-singular": ("the finish reason of calls is tool_call", _finish_singular),
    "final-message": ("one more event with the whole reply in message", _final_message),
    "delta-null": ("one more chunk with delta null", _delta_null),
    "zero-usage": ("a usage of zeros on every chunk", _zero_usage),
    "done": ("data: [DONE] at the end", _done),
    "no-done": ("no [DONE] at the end, as is the rule", _no_done),
    "two-json": ("two documents in one event", _two_json),
    "keep-alive": ("comment lines between the events", _keep_alive),
}

QUIRKS: dict[str, str] = {name: line for name, (line, _) in [*FORM_QUIRKS.items(), *STREAM_QUIRKS.items()]}


def _delta(event: Event) -> dict[str, Any] | None:
    """The event's delta; None where it has none."""
    if isinstance(event.body, str) or not event.body.get("choices"):
        return None
    delta: dict[str, Any] | None = event.body["choices"][0].get("delta")
    return delta


def _each_delta(events: list[Event], change: Callable[[dict[str, Any]], dict[str, Any]]) -> list[Event]:
    """The events, each with its delta changed."""
    return [event if (delta := _delta(event)) is None else _with_delta(event, change(delta)) for event in events]


def _with_delta(event: Event, delta: dict[str, Any], *, last: bool = True) -> Event:
    """The event with another delta; without its finish reason where ``last`` is false."""
    if isinstance(event.body, str):
        return event
    choice = {**event.body["choices"][0], "delta": delta}
    if not last:
        choice.pop("finish_reason", None)
    return Event(event.t, {**event.body, "choices": [choice]})


def _finish(event: Event) -> str | None:
    if isinstance(event.body, str) or not event.body.get("choices"):
        return None
    reason: str | None = event.body["choices"][0].get("finish_reason")
    return reason


def _with_choice(event: Event, finish: str | None) -> Event:
    if isinstance(event.body, str):
        return event
    reason = {"finish_reason": finish} if finish else {}
    return Event(event.t, {**event.body, "choices": [{**reason, **_choice_without(event.body)}]})


def _without_finish(event: Event) -> Event:
    return (
        event
        if isinstance(event.body, str)
        else Event(event.t, {**event.body, "choices": [_choice_without(event.body)]})
    )


def _choice_without(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body["choices"][0].items() if key != "finish_reason"}


def _finishing(events: list[Event]) -> int | None:
    return next((n for n in range(len(events) - 1, -1, -1) if _finish(events[n])), None)


def _text(event: Event) -> str:
    return event.body if isinstance(event.body, str) else json.dumps(event.body, ensure_ascii=False)
