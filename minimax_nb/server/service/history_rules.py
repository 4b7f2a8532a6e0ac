"""History rules of the service: roles, contents, and tool results that follow their calls.

Texts are those observed on the service (2025, 2026): the short ones after "invalid params,".
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from minimax_nb.server.api_error import invalid

from .media_rules import check_medium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .models import ServedModel

_ROLES = ("system", "user", "assistant", "tool")
# MiniMax-M3 takes roles that OpenAI does not know, such as root. This one MiniMax's own suite wants refused.
_INVALID_ROLE = "invalid_role"
_MEDIA = {"image_url": "image", "video_url": "video", "input_audio": "audio"}
_RECEIVED_PARTS = ("thinking", "reasoning", "reasoning_text", "redacted_thinking", "refusal")
_NO_TEXT = re.compile("[\x00\ud800-\udfff\ufffe\uffff]")
_WITHOUT_INK = {"Cc", "Cf", "Zs", "Zl", "Zp"}
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {chr(code) for code in range(0xFE00, 0xFE10)}
_DETACHED = "tool call result does not follow tool call"


def check_messages(messages: list[Any], model: ServedModel) -> None:
    """Check a history against the service's rules.

    Args:
        messages: the request's list.
        model: the model that is to answer.

    Raises:
        ApiError: 400 / 2013, for the first rule that is broken.
    """
    if not messages:
        raise invalid("invalid chat setting")
    for number, message in enumerate(messages):
        if not isinstance(message, dict):
            raise invalid(f"Mismatch type object with value {type(message).__name__}: messages[{number}]")
        role = message.get("role")
        if not _is_role(role, model):
            raise invalid(f"chat content has invalid message role: {role}")
        if role == "system" and number and model.is_m2:
            raise invalid("chat content has invalid message role: system")
        if any(_NO_TEXT.search(text) for text in _texts(message)):
            raise invalid(f"Syntax error: invalid character in messages[{number}]")
        _content(message, model)
        if role == "assistant":
            _arguments(message)
    _results(messages)


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a message, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _is_role(role: Any, model: ServedModel) -> bool:
    if model.is_m2:
        return role in _ROLES
    return isinstance(role, str) and role.strip() != "" and role != _INVALID_ROLE


def _content(message: dict[str, Any], model: ServedModel) -> None:
    content = message.get("content")
    if (_is_empty(content) and not _has_calls(message)) or (message["role"] == "tool" and _is_blank(content)):
        raise invalid("chat content is empty")
    if isinstance(content, str | None):
        return
    if not isinstance(content, list):
        raise invalid(f"Mismatch type string with value {type(content).__name__}: content")
    for part in content:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text" and isinstance(part.get("text"), str):
            continue
        if message["role"] == "assistant" and kind in _RECEIVED_PARTS:
            continue  # received so from another server: nobody knows that it is refused
        medium = _MEDIA.get(kind) if isinstance(kind, str) else None
        # Pictures and films through MiniMax-M3 only, audio through none (pages of the M2 family and of M3).
        if medium is None:
            raise invalid(f"chat content has invalid part type: {kind}")
        if model.is_m2 or medium == "audio":
            raise invalid(f"model[{model.id}] does not support {medium} input")
        check_medium(part)


def _is_empty(content: Any) -> bool:
    if isinstance(content, list):
        return all(isinstance(part, dict) and part.get("type") == "text" and part.get("text") == "" for part in content)
    return content is None or content == ""


def _is_blank(content: Any) -> bool:
    """Whether a tool's result holds nothing that can be seen."""
    if isinstance(content, list):
        return all(
            isinstance(part, dict) and part.get("type") == "text" and _is_blank(part.get("text")) for part in content
        )
    return isinstance(content, str) and all(
        each.isspace() or unicodedata.category(each) in _WITHOUT_INK or each in _FILLERS for each in content
    )


def _has_calls(message: dict[str, Any]) -> bool:
    return message["role"] == "assistant" and bool(message.get("tool_calls"))


def _arguments(message: dict[str, Any]) -> None:
    calls = message.get("tool_calls") or []
    if not isinstance(calls, list):
        raise invalid(f"Mismatch type array with value {type(calls).__name__}: tool_calls")
    for call in calls:
        if _is_custom(call):
            continue  # a text for a tool of another server, which made this call: nobody knows that it is refused
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict) or not function.get("name"):
            raise invalid("function name or parameters is empty")
        try:
            whole = isinstance(json.loads(function.get("arguments") or ""), dict)
        except (TypeError, ValueError, RecursionError):
            whole = False
        if not whole:
            raise invalid(f"invalid function arguments json string, tool_call_id: {call.get('id')}")


def _is_custom(call: Any) -> bool:
    if not isinstance(call, dict) or isinstance(call.get("function"), dict):
        return False
    custom = call.get("custom")
    return isinstance(custom, dict) and bool(custom.get("name")) and isinstance(custom.get("input"), str)


def _results(messages: list[dict[str, Any]]) -> None:
    """Check that each call has its result, directly after the message with the calls, and each result its call."""
    known = {call_id for message in messages for call_id in _call_ids(message)}
    waiting: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            call_id = str(message.get("tool_call_id"))
            if call_id in waiting:
                waiting.remove(call_id)
            elif call_id in known:
                raise invalid(_DETACHED)
            else:
                raise invalid(f"tool result's tool id({call_id}) not found")
            continue
        if waiting:
            raise invalid(_DETACHED)
        waiting = _call_ids(message)
    if waiting:
        raise invalid(_DETACHED)


def _call_ids(message: dict[str, Any]) -> list[str]:
    if message["role"] != "assistant":
        return []
    return [str(call.get("id")) for call in message.get("tool_calls") or ()]
