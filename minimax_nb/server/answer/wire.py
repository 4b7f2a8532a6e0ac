"""Wire formats: an answer as one completion, or as a timed stream of chunks; split or native.

The segments and their times are the same in every format, so the joined stream is the completion.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .answer import Answer, completion_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .chunking import Segment

_SENSITIVE = {
    "input_sensitive": False,
    "output_sensitive": False,
    "input_sensitive_type": 0,
    "output_sensitive_type": 0,
    "output_sensitive_int": 0,
}
_BASE_RESP = {"base_resp": {"status_code": 0, "status_msg": ""}}
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Event:
    """Server-sent event with its time.

    Attributes:
        t: seconds since the request.
        body: a chunk, or text that is sent as it is.
    """

    t: float
    body: dict[str, Any] | str


@dataclass(frozen=True, slots=True)
class Envelope:
    """Envelope of a reply: what every chunk repeats."""

    id: str
    created: int
    model: str
    origin: dict[str, str]


@dataclass(frozen=True, slots=True)
class WireFormat:
    """Wire format: how thinking, usage and calls are written.

    Attributes:
        split: thinking in fields of its own instead of a block at the head of ``content``.
        opening: what stands before the thinking in native format.
        closing: what stands between thinking and answer in native format.
        include_usage: one more chunk at the end, with the usage.
        reasoning_key: the field for the thinking as one text, "" for none.
        details: whether ``reasoning_details`` is written.
        mirrored: native format that also fills ``reasoning_key``.
        tool_index: the first call's ``index``; None for no index at all.
        same_index: all calls carry the first call's index.
        null_content: ``content`` is null beside tool calls.
        plain: without the fields that MiniMax's own service alone has.
        extras: further top-level fields.
    """

    split: bool = False
    opening: str = "<think>\n"
    closing: str = "\n</think>\n\n"
    include_usage: bool = False
    reasoning_key: str = "reasoning_content"
    details: bool = True
    mirrored: bool = False
    tool_index: int | None = 0
    same_index: bool = False
    null_content: bool = False
    plain: bool = False
    extras: tuple[tuple[str, Any], ...] = ()


def completion(
    answer: Answer, head: Envelope, form: WireFormat, usage: dict[str, Any], times: dict[str, Any]
) -> dict[str, Any]:
    """Write the whole reply as one document.

    Args:
        answer: what is said.
        head: id, time, model, origin.
        form: how it is written.
        usage: the usage object.
        times: the times of the reply, for the ``minimax_nb`` field.
    """
    calls = [
        {**_call(call.name, call.arguments, _call_id(head, n)), **_index(form, n)}
        for n, call in enumerate(answer.calls)
    ]
    content: str | None = _native(answer, form)
    if form.null_content and calls and not (content or "").strip():
        content = None
    message = _fields(
        form,
        content=content,
        calls=calls or None,
        reasoning=answer.reasoning if answer.reasoning and (form.split or form.mirrored) else None,
    )
    if "content" not in message:
        message = {"content": content, **message}
    return {
        "id": head.id,
        "choices": [{"finish_reason": answer.finish_reason, "index": 0, "message": message}],
        "created": head.created,
        "model": head.model,
        "object": "chat.completion",
        "usage": usage,
        **({} if form.plain else _SENSITIVE),
        **dict(form.extras),
        **({} if form.plain else _BASE_RESP),
        "minimax_nb": {**times, "origin": head.origin},
    }


def stream(
    answer: Answer, head: Envelope, form: WireFormat, usage: dict[str, Any], parts: list[Segment]
) -> list[Event]:
    """Write the reply as chunks: the finish reason on the last segment; usage, if asked for, in one more chunk."""
    deltas = list(_deltas(answer, head, form, parts))
    found = []
    for position, (t, delta) in enumerate(deltas):
        choice: dict[str, Any] = {"index": 0, "delta": delta}
        if position == len(deltas) - 1:
            choice = {"finish_reason": answer.finish_reason, **choice}
        found.append(_chunk(t, head, form, [choice], None, first=position == 0))
    if form.include_usage:
        last = _chunk(deltas[-1][0], head, form, [], usage, first=False)
        found.append(last)
    return found


def usage_of(answer: Answer, prompt_tokens: int, cached_tokens: int) -> dict[str, Any]:
    """Write the usage object; details only where there is something to say, as the service does."""
    total, thinking = completion_tokens(answer)
    prompt = answer.prompt_tokens if answer.prompt_tokens is not None else prompt_tokens
    cached = answer.cached_tokens if answer.cached_tokens is not None else cached_tokens
    usage: dict[str, Any] = {
        "total_tokens": prompt + total,
        "total_characters": 0,
        "prompt_tokens": prompt,
        "completion_tokens": total,
    }
    if thinking:
        usage["completion_tokens_details"] = {"reasoning_tokens": thinking}
    if cached:
        usage["prompt_tokens_details"] = {"cached_tokens": min(cached, prompt)}
    return usage


def _chunk(
    t: float,
    head: Envelope,
    form: WireFormat,
    choices: list[dict[str, Any]],
    usage: dict[str, Any] | None,
    *,
    first: bool,
) -> Event:
    ours: dict[str, Any] = {"t": t}
    if first:
        ours["origin"] = head.origin
    body: dict[str, Any] = {
        "id": head.id,
        "choices": choices,
        "created": head.created,
        "model": head.model,
        "object": "chat.completion.chunk",
        "usage": usage,
    }
    body.update(_SENSITIVE if choices and not form.plain else {})
    body.update(form.extras)
    if not choices and not form.plain:
        body.update(_BASE_RESP)
    return Event(t, {**body, "minimax_nb": ours})


def _deltas(
    answer: Answer, head: Envelope, form: WireFormat, parts: list[Segment]
) -> Iterator[tuple[float, dict[str, Any]]]:
    """Write the delta of each segment, with its time."""
    thinking = len([part for part in parts if part.kind == "reasoning"])
    for number, part in enumerate(parts):
        if part.kind == "reasoning":
            yield part.t, _thinking(form, part.text, first=number == 0)
            if (
                number == thinking - 1
                and not form.split
                and (thinking == len(parts) or parts[number + 1].kind == "call")
            ):
                yield part.t, _fields(form, content=_closing(answer, form))
        elif part.kind == "content":
            closes = thinking and number == thinking and not form.split
            yield part.t, _fields(form, content=(_closing(answer, form) if closes else "") + part.text)
        elif part.kind == "call":
            call = _call(part.text, "", _call_id(head, part.call))
            yield part.t, _fields(form, calls=[{**call, **_index(form, part.call)}])
        else:
            yield part.t, _fields(form, calls=[{"function": {"arguments": part.text}, **_index(form, part.call)}])
    if not parts:
        yield answer.speed.first_token_s, _fields(form, content="")


def _thinking(form: WireFormat, text: str, *, first: bool) -> dict[str, Any]:
    if form.split:
        # The service lets an empty content ride along from the second chunk on (observed in 2026).
        return _fields(form, content=None if first else "", reasoning=text)
    return _fields(form, content=(form.opening if first else "") + text, reasoning=text if form.mirrored else None)


def _fields(
    form: WireFormat,
    *,
    content: str | None = None,
    calls: list[dict[str, Any]] | None = None,
    reasoning: str | None = None,
) -> dict[str, Any]:
    """Write a message or delta with its fields in the service's order."""
    found: dict[str, Any] = {} if content is None else {"content": content}
    found["role"] = "assistant"
    if not form.plain:
        found["name"] = "MiniMax AI"
    if calls:
        found["tool_calls"] = calls
    if not form.plain:
        found["audio_content"] = ""
    if reasoning is not None:
        if form.reasoning_key:
            found[form.reasoning_key] = reasoning
        if form.details and form.split:
            found["reasoning_details"] = [detail(reasoning)]
    return found


def detail(text: str, index: int = 0) -> dict[str, Any]:
    """Write one item of ``reasoning_details``."""
    return {
        "type": "reasoning.text",
        "id": f"reasoning-text-{index + 1}",
        "format": "MiniMax-response-v1",
        "index": index,
        "text": text,
    }


def _native(answer: Answer, form: WireFormat) -> str:
    """Write the content in this format."""
    if form.split or not answer.reasoning:
        return answer.content
    return f"{form.opening}{answer.reasoning}{_closing(answer, form)}{answer.content}"


def _closing(answer: Answer, form: WireFormat) -> str:
    """Return the end tag of the thinking; the service closes a reply cut while thinking with one line break."""
    if answer.finish_reason == "length" and not answer.content:
        return form.closing.rstrip("\n") + "\n"
    return form.closing


def _call(name: str, arguments: str, call_id: str) -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _index(form: WireFormat, number: int) -> dict[str, int]:
    if form.tool_index is None:
        return {}
    return {"index": form.tool_index if form.same_index else form.tool_index + number}


def _call_id(head: Envelope, number: int) -> str:
    """Make ``call_function_<12 characters>_<n>``: the characters are the reply's, n counts its calls from 1."""
    value = int(hashlib.sha256(head.id.encode()).hexdigest(), 16)
    letters = ""
    for _ in range(12):
        value, digit = divmod(value, len(_ALPHABET))
        letters += _ALPHABET[digit]
    return f"call_function_{letters}_{number + 1}"
