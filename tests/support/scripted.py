"""A ``create`` that answers from a script, for tests of what stands on top of it."""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


def call(name: Any, arguments: Any = "{}", call_id: Any = "a") -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def message(content: str | None = "", *calls: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = {"content": content, "role": "assistant", **more}
    return {**answer, "tool_calls": list(calls)} if calls else answer


def completion(answer: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    finish = finish or ("tool_calls" if answer.get("tool_calls") else "stop")
    return {
        "id": "x",
        "object": "chat.completion",
        "model": "MiniMax-M2.7",
        "choices": [{"index": 0, "finish_reason": finish, "message": answer}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
    }


def chunks(answer: dict[str, Any], finish: str | None = None) -> list[dict[str, Any]]:
    """The same as a stream: one chunk with all of it, then the finish reason, then the usage."""
    whole = completion(answer, finish)
    delta = dict(answer)
    if "tool_calls" in delta:
        delta["tool_calls"] = [{"index": at, **one} for at, one in enumerate(delta["tool_calls"])]
    frame = {"id": "x", "object": "chat.completion.chunk", "model": "MiniMax-M2.7"}
    return [
        {**frame, "choices": [{"index": 0, "delta": delta}]},
        {**frame, "choices": [{"index": 0, "delta": {}, "finish_reason": whole["choices"][0]["finish_reason"]}]},
        {**frame, "choices": [], "usage": whole["usage"]},
    ]


class Script:
    """Answers each request with the next entry: a message, a list of chunks, or an exception to raise.

    Attributes:
        requests: what was asked, as it was at that moment.
    """

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, Any]] = []

    def __call__(self, **request: Any) -> Any:
        self.requests.append(copy.deepcopy(request))
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if isinstance(answer, BaseException):
            raise answer
        if isinstance(answer, dict):
            return chunks(answer) if request.get("stream") else completion(answer)
        return _played(answer)


class AsyncScript(Script):
    async def __call__(self, **request: Any) -> Any:
        answer = super().__call__(**request)
        return answer if isinstance(answer, dict) else _aplayed(answer)


def client_of(create: Any) -> Any:
    """A client of the SDK's shape whose requests go to this function."""
    return SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))


def _played(pieces: Any) -> Iterator[Any]:
    for piece in pieces:
        if isinstance(piece, BaseException):
            raise piece
        yield piece


async def _aplayed(pieces: Any) -> AsyncIterator[Any]:
    for piece in pieces:
        yield piece
