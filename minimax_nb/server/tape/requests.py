"""Requests of a tape, read: what is compared, checked against what a request can have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .located import Located

ROLES = ("system", "user", "assistant", "tool", "developer", "root")
"""Roles that somebody can write into a tape; a recorded one may hold whatever the endpoint has taken."""
_FIELDS = ("role", "content", "begins", "tool_calls", "optional")
_NOT_COMPARED = ("name", "tool_call_id", "reasoning_content", "reasoning_details", "reasoning", "audio_content")


def messages_of(request: Located, *, by_hand: bool) -> tuple[dict[str, Any], ...]:
    """Read the messages of a turn's request, texts that stand as lists of lines joined.

    Args:
        request: the turn's request.
        by_hand: whether the tape was written by hand, and not recorded.

    Raises:
        TapeFormatError: naming the field that no request can have, or that has a value of another type.
    """
    found = request.get("messages", list)
    if not found.value:
        raise found.wrong("at least one message")
    for message in found.items():
        _check(message, by_hand=by_hand)
    return tuple(_lines_joined(message.value) for message in found.items())


def models_of(request: Located) -> tuple[str, ...]:
    """Read the models that a turn answers for; none for any."""
    if "model" not in request.value:
        return ()
    model = request.get("model", str, list)
    return (model.value,) if isinstance(model.value, str) else tuple(item.need(str).value for item in model.items())


def tools_of(request: Located) -> tuple[str, ...] | None:
    """Read the names of the tools to match; None when they are not compared."""
    if "tools" not in request.value:
        return None
    return tuple(sorted(item.need(str).value for item in request.get("tools", list).items()))


def _check(message: Located, *, by_hand: bool) -> None:
    role = message.get("role", str)
    if by_hand and role.value not in ROLES:
        raise role.wrong(f"one of {', '.join(ROLES)}")
    message.only(*_FIELDS, *_NOT_COMPARED)
    message.maybe("optional", bool)
    if "begins" in message.value:
        _check_beginning(message)
    if message.value.get("content") is not None:
        content = message.get("content", str, list)
        for part in content.items() if isinstance(content.value, list) else ():
            part.need(str, dict)
    if "tool_calls" in message.value:
        calls = message.get("tool_calls", list)
        if role.value != "assistant":
            raise calls.wrong("no tool_calls but in a message of the assistant")
        for call in calls.items():
            _check_call(call)


def _check_beginning(message: Located) -> None:
    """Check the text that a content begins with, which stands in the place of the whole of it."""
    begins = message.get("begins", str, list)
    if "content" in message.value:
        raise begins.wrong("no begins beside content: one of the two")
    for line in begins.items() if isinstance(begins.value, list) else ():
        line.need(str)
    if not _joined(begins.value).strip():
        raise begins.wrong("a text that is not empty; content left out takes any")


def _check_call(call: Located) -> None:
    """Check a call, be it ``{name, arguments}`` or as a request has it."""
    inner = call.get("function", dict) if "function" in call.need(dict).value else call
    call.only(*(("id", "type", "index", "function") if inner is not call else ("name", "arguments")))
    inner.only("name", "arguments")
    inner.get("name", str)
    if "arguments" not in inner.value:
        raise inner.wrong("a field 'arguments'")


def _lines_joined(message: dict[str, Any]) -> dict[str, Any]:
    """Join the lines of each text that stands as a list of them."""
    return {key: _joined(value) if key in ("content", "begins") else value for key, value in message.items()}


def _joined(text: Any) -> Any:
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        return "\n".join(text)
    return text
