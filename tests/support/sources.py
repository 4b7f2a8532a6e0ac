"""One reply as chunks, as events and as sources that know whether they were closed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from openai import AsyncOpenAI, OpenAI

import minimax_nb as mm

from .sse_server import Server, event
from .wire import HEAD, chunk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


USAGE = {"total_tokens": 30, "prompt_tokens": 10, "completion_tokens": 20}
CALL = {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}
CHUNKS = [
    chunk({"role": "assistant", "reasoning_content": "hm"}),
    chunk({"content": "Hel"}),
    chunk({"content": "lo"}),
    chunk({"tool_calls": [CALL]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"x": '}}]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]}),
    chunk({}, "tool_calls"),
    {**HEAD, "choices": [], "usage": USAGE},
]
EVENTS = [event(item) for item in CHUNKS]
ASK: dict[str, Any] = {"model": "MiniMax-M2.7", "messages": [{"role": "user", "content": "Hi"}], "stream": True}


def client(server: Server, timeout: float = 10) -> OpenAI:
    return OpenAI(base_url=server.base_url, api_key="k", max_retries=0, timeout=timeout)


def asked(server: Server, timeout: float = 10) -> Any:
    return client(server, timeout).chat.completions.create(**ASK)


def whole(reply: mm.Reply) -> None:
    assert (reply.reasoning, reply.content, reply.finish_reason) == ("hm", "Hello", "tool_calls")
    assert reply.tool_calls == (mm.ToolCall("a", "f", '{"x": 1}'),)
    assert reply.complete
    assert reply.problem is None


class Closable:
    """An iterator that knows whether it was closed."""

    def __init__(self, items: list[Any], error: BaseException | None = None) -> None:
        self.items, self.error, self.closed = iter(items), error, 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        for item in self.items:
            return item
        raise self.error or StopIteration

    def close(self) -> None:
        self.closed += 1


class AsyncClosable(Closable):
    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        await asyncio.sleep(0)
        for item in self.items:
            return item
        raise self.error or StopAsyncIteration

    __iter__ = None  # type: ignore[assignment]

    async def aclose(self) -> None:
        self.closed += 1


def collected(server: Server, asynchronous: bool, timeout: float = 10) -> mm.Reply:
    if not asynchronous:
        return mm.collect(asked(server, timeout))

    async def run() -> mm.Reply:
        async with AsyncOpenAI(base_url=server.base_url, api_key="k", max_retries=0, timeout=timeout) as async_client:
            return await mm.acollect(async_client.chat.completions.create(**ASK))

    return asyncio.run(run())
