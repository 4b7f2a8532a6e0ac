"""A completion of the API read into a reply; usage, timing and origin, streamed or not.

A streamed reply is put together as a message first and then read here, so it cannot differ from an unstreamed one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from minimax_nb.errors import StreamFormatError, StreamServiceError, short

from .calls import call_in_service_order, is_object, read_tool_calls, with_text_arguments
from .finish_reason import ending
from .parts import entries, read_message
from .reply import Origin, Reply, Timing, Usage
from .sdk_objects import json_values
from .service_error import service_error_in

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
    data = json_values(completion)
    if not isinstance(data, dict):
        raise StreamFormatError(f"expected a chat completion, got {type(completion).__name__} {short(completion, 80)}")
    message = _first_message(data)
    error = service_error_in(data)
    if message is None and error is None:
        raise StreamFormatError(
            f"expected a chat completion with a message in choices[0], got choices={short(data.get('choices'), 80)}; "
            "check that the base URL points at a chat completions service"
        )
    if message is not None and not isinstance(completion, dict):
        message = _in_wire_order(message)  # an SDK object has the order of its class
    reply = _reply_of(data, message) if message is not None else None
    if error is not None:
        if reply is not None:
            reply = replace(reply, partial_reason="error", problem=error.message)
        raise StreamServiceError(error.message, reply=reply, code=error.code)
    assert reply is not None  # noqa: S101 - one of the two was there
    return reply


def _reply_of(data: dict[str, Any], message: dict[str, Any]) -> Reply:
    received = message.get("tool_calls")
    if isinstance(received, list):
        message = {**message, "tool_calls": [with_text_arguments(call) for call in received]}
    if not message.get("role"):
        message = {**message, "role": "assistant"}
    reasoning, content, _ = read_message(message)
    choice = data["choices"][0]
    finish = str(choice.get("finish_reason") or "") or None
    own = data.get(OWN_KEY)
    own = own if isinstance(own, dict) else {}
    usage = read_usage(data.get("usage"))
    partial_reason, problem = ending(finish)
    calls = read_tool_calls(message)
    return Reply(
        message=message if partial_reason in {None, "length"} else safe_message(message),
        reasoning=reasoning,
        content=content,
        tool_calls=calls,
        usage=usage,
        timing=make_timing(
            own.get("first_token_s"), own.get("last_token_s"), own.get("reasoning_s"), own.get("total_s"), usage
        ),
        finish_reason=finish,
        model=data.get("model") or None,
        id=data.get("id") or None,
        partial_reason=partial_reason,
        problem=problem,
        origin=read_origin(own.get("origin")),
    )


def in_service_order(message: dict[str, Any]) -> dict[str, Any]:
    """The message with its keys in the order in which the service writes them, unknown ones last."""
    return {key: message[key] for key in (*_MESSAGE_ORDER, *message) if key in message}


def safe_message(message: dict[str, Any]) -> dict[str, Any]:
    """The message without tool calls that broke off midway: the service refuses a history that holds one."""
    calls = entries(message, "tool_calls")
    whole = [entry for entry, call in zip(calls, read_tool_calls(message), strict=True) if is_object(call.arguments)]
    if whole:
        return {**message, "tool_calls": whole}
    return {key: value for key, value in message.items() if key != "tool_calls"}


def read_usage(usage: Any) -> Usage:
    """Token counts; all None when the object is missing or holds only zeros, as older back ends send it."""
    data = json_values(usage)
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
    """Seconds, rounded to microseconds, and the speed: completion tokens from the first token to the last.

    A clock that was set back in between makes no time less than none.
    """
    speed = None
    if usage.completion_tokens and first is not None and last is not None and last > first:
        speed = usage.completion_tokens / (last - first)
    return Timing(
        *(
            None if value is None else max(0.0, round(float(value), 6))
            for value in (first, last, reasoning, total, speed)
        )
    )


def read_origin(origin: Any) -> Origin | None:
    """Where the embedded server says a reply came from."""
    if isinstance(origin, dict) and origin.get("kind") in {"service", "recorded", "authored", "practice"}:
        return Origin.from_dict(origin)
    return None


def _first_message(data: dict[str, Any]) -> dict[str, Any] | None:
    choices = data.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    return message if isinstance(message, dict) else None


def _in_wire_order(message: dict[str, Any]) -> dict[str, Any]:
    """The message, and the calls in it, with their keys in the order in which the service writes them."""
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        message = {**message, "tool_calls": [call_in_service_order(call) for call in calls]}
    return in_service_order(message)


def _count(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
