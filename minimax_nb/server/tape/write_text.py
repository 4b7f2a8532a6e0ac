"""Layout of a recorded tape: a line for each message, each line of a text and each event, so diffs stay small."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .match import comparable_messages, tool_names
from .recorded import has_choices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from minimax_nb.server.answer.wire import Event

    from .recorded import RecordedReply


def tape_text(provenance: Mapping[str, Any], turns: Iterable[str]) -> str:
    """Write a whole tape.

    Args:
        provenance: where it comes from.
        turns: as ``turn_text`` wrote them.
    """
    inner = ",\n".join(turns)
    return f'{{\n  "provenance": {_line(provenance)},\n  "turns": [\n{inner}\n  ]\n}}\n'


def request_of(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a request a tape holds: no more than is compared."""
    messages = comparable_messages(request["messages"])
    for message in messages:
        if message.get("tool_calls") and not message.get("content"):
            message.pop("content", None)  # beside calls it comes as null, as a line break, or not at all
    return {"model": request["model"], "messages": messages, "tools": list(tool_names(dict(request)))}


def turn_text(request: Mapping[str, Any], reply: RecordedReply) -> str:
    """Write one turn of a tape.

    Args:
        request: as ``request_of`` gives it.
        reply: what came.
    """
    shared = _shared(reply.events)
    events = [_line({"t": event.t, "data": _without(event.body, shared)}) for event in reply.events]
    usage = ', "include_usage": true' if reply.include_usage else ""
    form = f'"stream": {_line(reply.stream)}, "reasoning_split": {_line(reply.split)}{usage}'
    return "\n".join(
        [
            "    {",
            '      "request": {',
            f'        "model": {_line(request["model"])},',
            f'        "messages": {_block(map(_message, request["messages"]), 8)},',
            f'        "tools": {_line(request["tools"])}',
            "      },",
            '      "recorded": {',
            f"        {form},",
            *([f'        "shared": {_line(shared)},'] if shared else []),
            f'        "events": {_block(events, 8)}',
            "      }",
            "    }",
        ]
    )


def _message(message: Mapping[str, Any]) -> str:
    """Write a message on one line, but its text line by line where it has several."""
    content = message.get("content")
    if not isinstance(content, str) or "\n" not in content:
        return _line(message)
    rest = "".join(
        f", {_line(key)}: {_line(value)}" for key, value in message.items() if key not in ("role", "content")
    )
    lines = _block(map(_line, content.split("\n")), 10)
    return f'{{"role": {_line(message["role"])}, "content": {lines}{rest}}}'


def _shared(events: Sequence[Event]) -> dict[str, Any]:
    """Find the fields that are the same in all chunks of a stream."""
    first, *others = [event.body for event in events if isinstance(event.body, dict) and has_choices(event.body)] or [
        {}
    ]
    if not others:
        return {}
    return {
        key: value
        for key, value in first.items()
        if key != "choices" and all(key in other and _line(other[key]) == _line(value) for other in others)
    }


def _without(body: dict[str, Any] | str, shared: Mapping[str, Any]) -> dict[str, Any] | str:
    if isinstance(body, str) or not has_choices(body):
        return body
    return {key: value for key, value in body.items() if key not in shared}


def _block(lines: Iterable[str], indent: int) -> str:
    """Write a list with an entry a line."""
    inner = ",\n".join(f"{' ' * (indent + 2)}{line}" for line in lines)
    return f"[\n{inner}\n{' ' * indent}]" if inner else "[]"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
