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
    """A call in a message, its parts as they stand there; "" for a name or id that is none."""

    id: str
    name: str
    arguments: Any


def read_tool_calls(message: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    """The tool calls of an assistant message; of a custom tool's call the arguments are its input."""
    calls = []
    for entry in entries(message, "tool_calls"):
        function, custom = entry.get("function"), entry.get("custom")
        if isinstance(function, dict):
            name, arguments = function.get("name"), function.get("arguments")
        else:
            name, arguments = (custom.get("name"), custom.get("input")) if isinstance(custom, dict) else ("", None)
        text = "" if arguments is None else arguments_text(arguments)
        calls.append(ToolCall(str(entry.get("id") or ""), str(name or ""), text))
    return tuple(calls)


def calls_of(message: Mapping[str, Any]) -> list[Call]:
    """The calls of an assistant message; entries that are no call are left out."""
    if message.get("role") != "assistant":
        return []
    found = message.get("tool_calls")
    return [read_call(entry) for entry in found if is_call(entry)] if isinstance(found, list) else []


def is_call(entry: Any) -> bool:
    """Whether an entry of ``tool_calls`` has the shape of a call."""
    return isinstance(entry, dict) and isinstance(entry.get("function"), dict)


def read_call(entry: dict[str, Any]) -> Call:
    """The parts of an entry that has the shape of a call."""
    function = entry["function"]
    return Call(_text(entry.get("id")), _text(function.get("name")), function.get("arguments"))


def result_id(message: Mapping[str, Any]) -> str:
    """The id of the call that a tool message answers, or ""."""
    return _text(message.get("tool_call_id"))


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
