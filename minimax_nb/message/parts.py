"""What a message of a history holds: its calls, their arguments, its thinking. Anything may be broken."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from minimax_nb.message.reply import Reply
from minimax_nb.message.think import ThinkSplitter, split_think

Form = Literal["none", "details", "native", "reasoning_content", "reasoning"]
_OPENING = re.compile(r"\s*<(?:mm:)?think>")


def as_dict(message: Any) -> dict[str, Any] | None:
    """The message as a dict of its own: from a dict, an object of the openai package or a Reply; else None.

    Of an object, what was set goes along, also what its class does not know: as the SDK itself sends it.
    """
    if isinstance(message, Reply):
        message = message.message
    plain = _plain(message, 5)
    return plain if isinstance(plain, dict) else None


def _plain(value: Any, depth: int) -> Any:
    """The value with objects of the openai package turned into dicts, also inside of dicts and lists."""
    if depth == 0 or isinstance(value, str | int | float | None):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, depth - 1) for inner in value]
    dump = getattr(type(value), "model_dump", None)
    if dump is None:
        return value
    try:
        return dump(value, mode="json", exclude_unset=True)
    except Exception:  # noqa: BLE001 - some other class's method of that name
        return value


class Call(NamedTuple):
    """A call in a message, its parts as they stand there; "" for a name or id that is none."""

    id: str
    name: str
    arguments: Any


def calls_of(message: dict[str, Any]) -> list[Call]:
    """The calls of an assistant message; entries that are no call are left out."""
    if message.get("role") != "assistant":
        return []
    entries = message.get("tool_calls")
    return [read_call(entry) for entry in entries if is_call(entry)] if isinstance(entries, list) else []


def is_call(entry: Any) -> bool:
    """Whether an entry of ``tool_calls`` has the shape of a call."""
    return isinstance(entry, dict) and isinstance(entry.get("function"), dict)


def read_call(entry: dict[str, Any]) -> Call:
    """The parts of an entry that has the shape of a call."""
    function = entry["function"]
    return Call(_text(entry.get("id")), _text(function.get("name")), function.get("arguments"))


def result_id(message: dict[str, Any]) -> str:
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


BROKEN = object()


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


def is_empty(content: Any) -> bool:
    """Whether content says nothing: absent, "", no parts, or empty text parts only."""
    if isinstance(content, list):
        return all(isinstance(part, dict) and part.get("type") == "text" and part.get("text") == "" for part in content)
    return content is None or content == ""


class Thought(NamedTuple):
    """The thinking in a message: the form it stands in, and its text."""

    form: Form
    text: str


NO_THOUGHT = Thought("none", "")


def thought_of(message: dict[str, Any]) -> Thought:
    """The thinking of an assistant message; where it stands twice, the structured field counts."""
    details = message.get("reasoning_details")
    if isinstance(details, list):
        texts = [_text(entry.get("text")) for entry in details if isinstance(entry, dict)]
        if any(texts):
            return Thought("details", "\n\n".join(text for text in texts if text))
    for form in ("native", "reasoning_content", "reasoning"):
        text = _native(message.get("content")) if form == "native" else _text(message.get(form))
        if text:
            return Thought(form, text)
    return NO_THOUGHT


def answer_of(message: dict[str, Any]) -> str:
    """The content of an assistant message without its thinking, blanks around it cut off."""
    content = message.get("content")
    return split_think(content).content.strip() if isinstance(content, str) else ""


def think_fault(content: Any) -> str | None:
    """The code of the rule that the tags of a content break, or None."""
    if not isinstance(content, str) or "think>" not in content:
        return None
    splitter = ThinkSplitter()
    splitter.feed(content)
    if splitter.unopened:
        return "think-unopened"
    opening = _OPENING.match(content)
    closing = "</mm:think>" if opening and "mm:" in opening[0] else "</think>"
    return "think-unclosed" if opening and closing not in content[opening.end() :] else None


def same_thinking(one: str, other: str) -> bool:
    """Whether two texts are the same but for blanks, which servers cut off in one field and not in the other."""
    return one == other or "".join(one.split()) == "".join(other.split())


def _native(content: Any) -> str:
    return split_think(content).reasoning if isinstance(content, str) and "think>" in content else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
