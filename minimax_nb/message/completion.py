"""What a message, a usage object and an error of the API say, streamed or not.

A streamed reply is put together as a message first and then read here, so it cannot differ from an unstreamed one.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from minimax_nb.errors import StreamFormatError, StreamServiceError
from minimax_nb.message.reply import Origin, Reply, Timing, ToolCall, Usage
from minimax_nb.message.think import gap_between, split_think
from minimax_nb.stream.toolcalls import arguments_text, call_in_service_order, is_object

from .sdk_objects import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

LENGTH_PROBLEM = "the reply reached its token limit (finish_reason 'length'); ask with a higher max_completion_tokens"
OWN_KEY = "minimax_nb"
"""The key under which the embedded server says when and from where it speaks."""

_MESSAGE_ORDER = (
    "content",
    "role",
    "name",
    "tool_calls",
    "audio_content",
    "reasoning_content",
    "reasoning",
    "reasoning_details",
)
_TRAILING_CLOSING = re.compile(r"\s*</(?:mm:)?think>\s*\Z")
_TRAILING_CODE = re.compile(r"\((\d{4,5})\)\s*\Z")


class Refusal(NamedTuple):
    """The service said no: its words, and its number if it gave one."""

    message: str
    code: int | None


def from_completion(completion: Any) -> Reply:
    """Read a reply that was not streamed.

    Args:
        completion: the SDK's ``ChatCompletion`` or the JSON object as a dict.

    Returns:
        The reply; its ``message`` is the first choice's message as received, except that arguments of tool calls
        are always JSON text.

    Raises:
        StreamServiceError: the service reports an error in it, under ``error`` or ``base_resp``.
        StreamFormatError: there is no message in it.
    """
    data = plain(completion)
    if not isinstance(data, dict):
        raise StreamFormatError(f"expected a chat completion, got {type(completion).__name__} {_shortened(completion)}")
    message = _first_message(data)
    refusal = refusal_in(data)
    if message is None and refusal is None:
        raise StreamFormatError(
            f"expected a chat completion with a message in choices[0], got choices={_shortened(data.get('choices'))}; "
            "check that the base URL points at a chat completions service"
        )
    if message is not None and not isinstance(completion, dict):
        message = _in_wire_order(message)  # an SDK object has the order of its class
    reply = _reply_of(data, message) if message is not None else None
    if refusal is not None:
        if reply is not None:
            reply = replace(reply, partial_reason="error", problem=refusal.message)
        raise StreamServiceError(refusal.message, reply=reply, code=refusal.code)
    assert reply is not None  # noqa: S101 - one of the two was there
    return reply


def _reply_of(data: dict[str, Any], message: dict[str, Any]) -> Reply:
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        message = {**message, "tool_calls": [_with_text_arguments(call) for call in calls]}
    if not message.get("role"):
        message = {**message, "role": "assistant"}
    reasoning, content = read_message(message)
    choice = data["choices"][0]
    finish = choice.get("finish_reason") or None
    own = data.get(OWN_KEY)
    own = own if isinstance(own, dict) else {}
    usage = read_usage(data.get("usage"))
    return Reply(
        message=message,
        reasoning=reasoning,
        content=content,
        tool_calls=read_tool_calls(message),
        usage=usage,
        timing=make_timing(
            own.get("first_token_s"), own.get("last_token_s"), own.get("reasoning_s"), own.get("total_s"), usage
        ),
        finish_reason=finish,
        model=data.get("model") or None,
        id=data.get("id") or None,
        partial_reason="length" if finish == "length" else None,
        problem=LENGTH_PROBLEM if finish == "length" else None,
        origin=read_origin(own.get("origin")),
    )


def read_message(message: Mapping[str, Any]) -> tuple[str, str]:
    """The thinking and the answer of an assistant message.

    The thinking is counted once, wherever it stands: in ``reasoning_details``, ``reasoning_content``, ``reasoning``
    or ``<think>`` blocks of the content, in this order.
    """
    field = next((text for text in structured_reasoning(message) if text.strip()), "")
    content = message.get("content")
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "".join(text for text in texts if isinstance(text, str))
    split = split_think(content if isinstance(content, str) else "", lone_closing_counts=not field)
    return field or split.reasoning, split.content


def structured_reasoning(message: Mapping[str, Any]) -> list[str]:
    """The thinking in each of the fields that can hold it, the one that counts most first; "" where there is none."""
    fields = [""]
    for key in ("reasoning_content", "reasoning"):
        value = message.get(key)
        fields.append(value if isinstance(value, str) else "")
    entries = [entry.get("text") for entry in _entries(message, "reasoning_details")]
    texts = [text for text in entries if isinstance(text, str) and text]
    gapless = "".join(texts) in fields  # then another field has the same thinking in one piece
    fields[0] = "".join(
        text if gapless or number == 0 else gap_between(texts[number - 1], text) + text
        for number, text in enumerate(texts)
    )
    # Split replies may end with the tag that the model itself wrote (observed on M2.x in 2026).
    return [_TRAILING_CLOSING.sub("", text) if "think>" in text[-20:] else text for text in fields]


def read_tool_calls(message: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    """The tool calls of an assistant message."""
    calls = []
    for entry in _entries(message, "tool_calls"):
        function = entry.get("function")
        function = function if isinstance(function, dict) else {}
        arguments = function.get("arguments")
        text = "" if arguments is None else arguments_text(arguments)
        calls.append(ToolCall(str(entry.get("id") or ""), str(function.get("name") or ""), text))
    return tuple(calls)


def in_service_order(message: dict[str, Any]) -> dict[str, Any]:
    """The message with its keys in the order in which the service writes them, unknown ones last."""
    return {key: message[key] for key in (*_MESSAGE_ORDER, *message) if key in message}


def safe_message(message: dict[str, Any]) -> dict[str, Any]:
    """The message without tool calls that broke off midway: the service refuses a history that holds one."""
    calls = _entries(message, "tool_calls")
    whole = [entry for entry, call in zip(calls, read_tool_calls(message), strict=True) if is_object(call.arguments)]
    if whole:
        return {**message, "tool_calls": whole}
    return {key: value for key, value in message.items() if key != "tool_calls"}


def read_usage(usage: Any) -> Usage:
    """Token counts; all None when the object is missing or holds only zeros, as older back ends send it."""
    data = plain(usage)
    if not is_real_usage(data):
        return Usage()
    completion, prompt = data.get("completion_tokens_details"), data.get("prompt_tokens_details")
    return Usage(
        prompt_tokens=_count(data.get("prompt_tokens")),
        completion_tokens=_count(data.get("completion_tokens")),
        reasoning_tokens=_count(completion.get("reasoning_tokens")) if isinstance(completion, dict) else None,
        cached_tokens=_count(prompt.get("cached_tokens")) if isinstance(prompt, dict) else None,
        total_tokens=_count(data.get("total_tokens")),
    )


def is_real_usage(usage: Any) -> bool:
    """Whether a usage object counts anything."""
    keys = ("total_tokens", "prompt_tokens", "completion_tokens")
    return isinstance(usage, dict) and any(_count(usage.get(key)) for key in keys)


def make_timing(
    first: float | None, last: float | None, reasoning: float | None, total: float | None, usage: Usage
) -> Timing:
    """Seconds, rounded to microseconds, and the speed: completion tokens from the first token to the last."""
    speed = None
    if usage.completion_tokens and first is not None and last is not None and last > first:
        speed = usage.completion_tokens / (last - first)
    return Timing(
        *(None if value is None else round(float(value), 6) for value in (first, last, reasoning, total, speed))
    )


def read_origin(origin: Any) -> Origin | None:
    """Where the embedded server says a reply came from."""
    if isinstance(origin, dict) and origin.get("kind") in {"service", "recorded", "authored", "practice"}:
        return Origin.from_dict(origin)
    return None


def refusal_in(data: Mapping[str, Any]) -> Refusal | None:
    """The error that a completion or a chunk reports, under ``error`` or as a non-zero ``base_resp``."""
    error = data.get("error")
    if error:
        return read_refusal(plain(error))
    base = data.get("base_resp")
    if not base:
        return None
    base = plain(base)
    code = _code(base.get("status_code")) if isinstance(base, dict) else None
    if not code:
        return None
    return Refusal(_worded(str(base.get("status_msg") or ""), code), code)


def read_refusal(error: Any) -> Refusal:
    """An error object of the API, or its text."""
    if not isinstance(error, dict):
        error = {"message": error}
    message = str(error.get("message") or error.get("type") or "")
    found = _TRAILING_CODE.search(message)
    code = int(found[1]) if found else _code(error.get("code"))
    return Refusal(_worded(message, code), code)


def _first_message(data: dict[str, Any]) -> dict[str, Any] | None:
    choices = data.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    return message if isinstance(message, dict) else None


def _entries(message: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects in a list of the message; none when it holds something else."""
    value = message.get(key)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _in_wire_order(message: dict[str, Any]) -> dict[str, Any]:
    """The message, and the calls in it, with their keys in the order in which the service writes them."""
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        message = {**message, "tool_calls": [call_in_service_order(call) for call in calls]}
    return in_service_order(message)


def _with_text_arguments(call: Any) -> Any:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or isinstance(function.get("arguments"), str | None):
        return call
    return {**call, "function": {**function, "arguments": arguments_text(function["arguments"])}}


def _worded(message: str, code: int | None) -> str:
    text = message or "no reason given"
    return f"the service answered with an error: {text}" + (f" ({code})" if code and f"({code})" not in text else "")


def _count(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _code(value: Any) -> int | None:
    text = str(value)
    return int(text) if re.fullmatch(r"-?\d{1,9}", text) else None


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:80] + "…"
