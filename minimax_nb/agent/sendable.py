"""A received message as it can be sent back: its calls in the one form that every server takes.

It is changed where no server would take it back, or the model would not find what was run, and nowhere else:

* arguments that are no JSON object: in Python notation, encoded twice or the like, they are run, and what was run
  stands in the history as JSON; else what can be read of them stands there, and the result says what is wrong;
* arguments that fit their tool only as its schema reads them, such as an object within as text: likewise;
* a call without a name or id, or with the id of another call of the turn: it gets one of its own;
* the old ``function_call``: it becomes a call in ``tool_calls``;
* a ``refusal`` without content: its words stand in the content too, for no server takes an empty message;
* calls as ``<minimax:tool_call>`` text in the content, from a server without a parser for them: the message becomes
  what a server with one would have sent, ``tool_calls`` and the rest of the content.

The call of a custom tool stays as it is: its input is any text.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from minimax_nb.message.arguments import fixed_arguments
from minimax_nb.message.calls import (
    arguments_text,
    calls_of,
    is_custom,
    json_text,
    read_tool_calls,
    sendable_input,
    with_text_arguments,
    with_tool_call,
)
from minimax_nb.message.completion import in_service_order
from minimax_nb.message.parts import is_empty, read_message, refusal_of
from minimax_nb.message.sdk_objects import as_dict
from minimax_nb.tools.xml_calls import parse_tool_calls

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minimax_nb.message.reply import Reply
    from minimax_nb.tools.tool import Tool


def with_tool_calls(reply: Reply) -> Reply:
    """The reply with the call of the old ``function_call`` in ``tool_calls``, still without an id."""
    message = with_tool_call(reply.message, "")
    if message is reply.message:
        return reply
    if "tool_calls" in message:
        message["tool_calls"] = [with_text_arguments(call) for call in message["tool_calls"]]
    message = in_service_order(message)
    return replace(reply, message=message, tool_calls=read_tool_calls(message))


def with_refusal_as_content(reply: Reply) -> Reply:
    """The reply with the words of a refusal in the content of its message, where that says nothing."""
    declined = refusal_of(reply.message)
    if not declined or not is_empty(reply.message.get("content")):
        return reply
    return replace(reply, message={**reply.message, "content": declined})


def without_function_call(message: dict[str, Any]) -> dict[str, Any]:
    """The message without the old ``function_call``, for a reply that broke off; the very same if it has none."""
    if message.get("function_call") is None:
        return message
    return {key: value for key, value in message.items() if key != "function_call"}


def sendable_calls(
    entries: list[dict[str, Any]], prefix: str, history: list[Any], tools: Mapping[str, Tool]
) -> list[dict[str, Any]]:
    """The calls as they can be sent back: each with a name, an id of its own, and a JSON object as arguments.

    Args:
        entries: the calls as received.
        prefix: what the ids begin with that are given here.
        history: the messages before, whose ids are taken.
        tools: the tools by name, for the arguments as they will be run.
    """
    seen: set[str] = set()
    before = {call.id for message in history for call in calls_of(as_dict(message) or {})}
    kept = []
    for number, entry in enumerate(entries, 1):
        call_id = entry.get("id")
        if not isinstance(call_id, str) or not call_id or call_id in seen:
            names = itertools.chain(
                [f"{prefix}_{number}"], (f"{prefix}_{number}_{more}" for more in itertools.count(2))
            )
            call_id = next(name for name in names if name not in seen and name not in before)
        kept.append(_sendable_call(entry if entry.get("id") == call_id else {**entry, "id": call_id}, tools))
        seen.add(call_id)
    return kept


def _sendable_call(entry: dict[str, Any], tools: Mapping[str, Tool]) -> dict[str, Any]:
    key, holds = ("custom", "input") if is_custom(entry) else ("function", "arguments")
    inside = entry.get(key)
    inside = inside if isinstance(inside, dict) else {}
    changes = {}
    if not isinstance(inside.get("name"), str) or not inside["name"]:
        changes["name"] = "unnamed"
    given = inside.get(holds)
    good = sendable_input(given) if key == "custom" else _as_run(tools.get(str(inside.get("name"))), given)
    if good != given:
        changes[holds] = good
    return {**entry, key: {**inside, **changes}} if changes else entry


def _as_run(tool: Tool | None, arguments: Any) -> str:
    """The arguments as JSON text: those that the tool will be run with, if they differ from what was written."""
    fixed = fixed_arguments(arguments)
    again = tool.second_reading(arguments_text(arguments)) if tool is not None and arguments is not None else None
    return fixed if again is None else json_text(again) or fixed


def with_parsed_calls(reply: Reply, tools: dict[str, Tool], seed: str) -> Reply:
    """The reply with the calls that stand as XML in its content, from a server that has no parser for them."""
    content = reply.message.get("content")
    if not tools or reply.message.get("tool_calls") or not isinstance(content, str) or "tool_call>" not in content:
        return reply
    parsed = parse_tool_calls(content, tools.values(), seed=seed)
    if not parsed.tool_calls:
        return reply
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in parsed.tool_calls
    ]
    message = in_service_order({**reply.message, "content": parsed.content, "tool_calls": calls})
    reasoning, answer, _ = read_message(message)
    return replace(reply, message=message, reasoning=reasoning, content=answer, tool_calls=parsed.tool_calls)
