"""The calls in a message, and their arguments. Anything may be broken."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from .parts import entries
from .reply import ToolCall

if TYPE_CHECKING:
    from collections.abc import Mapping

BROKEN = object()
"""What ``parse_json`` gives for a text that is no JSON."""


class Call(NamedTuple):
    """A call in a message, its parts as they stand there; "" for a name or id that is none.

    Of a custom tool's call the arguments are its input: any text.
    """

    id: str
    name: str
    arguments: Any
    is_custom: bool = False


def read_tool_calls(message: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    """The tool calls of an assistant message; of a custom tool's call the arguments are its input."""
    calls = []
    for entry in entries(message, "tool_calls"):
        call = read_call(entry) if is_call(entry) else Call("", "", None)
        text = "" if call.arguments is None else arguments_text(call.arguments)
        name = _inside(entry).get("name")
        calls.append(ToolCall(str(entry.get("id") or ""), str(name or ""), text))
    return tuple(calls)


def with_tool_call(message: dict[str, Any], call_id: str) -> dict[str, Any]:
    """The message with the old ``function_call`` as an entry of ``tool_calls``, which is what the service takes.

    Args:
        message: an assistant message; one without ``function_call`` comes back as it is.
        call_id: the id for the call, which had none.

    Returns:
        A new message. A ``function_call`` that is no call, or stands beside ``tool_calls``, is left out of it.
    """
    call = message.get("function_call")
    if call is None:
        return message
    kept = {key: value for key, value in message.items() if key != "function_call"}
    if isinstance(call, dict) and not message.get("tool_calls"):
        kept["tool_calls"] = [{"id": call_id, "type": "function", "function": dict(call)}]
    return kept


def calls_of(message: Mapping[str, Any]) -> list[Call]:
    """The calls of an assistant message; entries that are no call are left out."""
    if message.get("role") != "assistant":
        return []
    found = message.get("tool_calls")
    return [read_call(entry) for entry in found if is_call(entry)] if isinstance(found, list) else []


def is_call(entry: Any) -> bool:
    """Whether an entry of ``tool_calls`` has the shape of a call, of a function or a custom tool."""
    return isinstance(entry, dict) and (isinstance(entry.get("function"), dict) or is_custom(entry))


def is_custom(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of ``tool_calls`` calls a custom tool, which takes a text in place of a JSON object."""
    return isinstance(entry.get("custom"), dict) and not isinstance(entry.get("function"), dict)


def read_call(entry: dict[str, Any]) -> Call:
    """The parts of an entry that has the shape of a call."""
    inside, custom = _inside(entry), is_custom(entry)
    return Call(
        _text(entry.get("id")), _text(inside.get("name")), inside.get("input" if custom else "arguments"), custom
    )


def _inside(entry: Mapping[str, Any]) -> dict[str, Any]:
    inside = entry.get("custom" if is_custom(entry) else "function")
    return inside if isinstance(inside, dict) else {}


def result_id(message: Mapping[str, Any]) -> str:
    """The id of the call that a tool message answers, or ""."""
    return _text(message.get("tool_call_id"))


def call_fault(call: Call) -> str | None:
    """The code of the rule that a call breaks by its arguments, or None; the input of a custom tool is any text."""
    if call.is_custom:
        return None if isinstance(call.arguments, str) else "arguments-not-text"
    return arguments_fault(call.arguments)


def arguments_fault(arguments: Any) -> str | None:
    """The code of the rule that a call's arguments break, or None for a good JSON object."""
    if not isinstance(arguments, str):
        return "broken-arguments" if arguments is None else "arguments-not-text"
    value = parse_json(arguments)
    if isinstance(value, dict):
        return None
    if isinstance(value, str) and isinstance(parse_json(value), dict):
        return "double-encoded-arguments"
    return "broken-arguments" if value is BROKEN else "arguments-not-object"


def arguments_text(arguments: Any) -> str:
    """Arguments as the JSON text that the API asks for, also where a service gives them as an object."""
    if isinstance(arguments, str):
        return arguments
    return json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))


def sendable_input(value: Any) -> str:
    """The input of a custom tool's call as the text that it has to be; "" for none."""
    return "" if value is None else arguments_text(value)


def is_object(text: str) -> bool:
    """Whether a text is a JSON object."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def call_in_service_order(call: Any) -> Any:
    """A call with its keys in the order in which the service writes them, unknown ones last."""
    if not isinstance(call, dict):
        return call
    function = call.get("function")
    if isinstance(function, dict):
        call = {**call, "function": _in_order(function, ("name", "arguments"))}
    return _in_order(call, ("id", "type", "function", "index"))


def with_text_arguments(call: Any) -> Any:
    """A call whose arguments are JSON text, whatever a service gave."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or isinstance(function.get("arguments"), str | None):
        return call
    return {**call, "function": {**function, "arguments": arguments_text(function["arguments"])}}


def parse_json(text: str) -> Any:
    """The value of a JSON text as strictly as the service reads it, or ``BROKEN``."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return BROKEN


def json_text(value: Any) -> str | None:
    """A value as compact JSON that any client can send and the service can read, or None if there is no such text."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:  # half of a surrogate pair: fine in JSON as an escape, but not as a character
            text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return None
    return text


def _in_order(values: dict[str, Any], first: tuple[str, ...]) -> dict[str, Any]:
    return {key: values[key] for key in (*first, *values) if key in values}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
