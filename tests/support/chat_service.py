"""A chat service on a free port of 127.0.0.1: answers by a function, remembers what it was asked and when."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import openai

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MODEL = "MiniMax-M2.7"
_ids = itertools.count(1)  # a reply is known by its id


@dataclass(frozen=True)
class Asked:
    """A request that came.

    Attributes:
        at: when, in seconds of the monotonic clock.
        body: the request.
        headers: its headers, their names in small letters.
    """

    at: float
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def text(self) -> str:
        """The last message's text."""
        content = self.body["messages"][-1]["content"]
        return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


@dataclass(frozen=True)
class Said:
    """What a request is answered with.

    Attributes:
        body: JSON, or bytes as they are.
        status: HTTP's.
        headers: further headers.
        delay_s: before it is sent.
        cut: whether the connection breaks in the middle of the body.
        hang: whether nothing is ever sent.
    """

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    cut: bool = False
    hang: bool = False


def says(
    content: str | None,
    *,
    thinking: str = "",
    calls: tuple[tuple[str, str], ...] = (),
    finish: str | None = None,
    usage: tuple[int, int] = (10, 5),
    delay_s: float = 0.0,
    **message: Any,
) -> Said:
    """A completion, as MiniMax sends it.

    Args:
        content: the answer.
        thinking: what goes into ``reasoning_content``, with ``reasoning_details``.
        calls: tool calls, each with name and arguments.
        finish: the finish reason; without it the one that fits.
        usage: tokens of the prompt and of the reply.
        delay_s: before it is sent.
        **message: further fields of the message.
    """
    said: dict[str, Any] = {"role": "assistant", "content": content, **message}
    if thinking:
        said["reasoning_content"] = thinking
        said["reasoning_details"] = [{"type": "reasoning.text", "id": "r-1", "text": thinking}]
    if calls:
        said["tool_calls"] = [
            {"id": f"call_{at}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for at, (name, arguments) in enumerate(calls)
        ]
    prompt, completion = usage
    body = {
        "id": f"c-{next(_ids)}",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": [
            {"index": 0, "finish_reason": finish or ("tool_calls" if calls else "stop"), "message": said},
        ],
        "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
        "base_resp": {"status_code": 0, "status_msg": ""},
    }
    return Said(body, delay_s=delay_s)


def refuses(code: int, words: str = "no", *, status: int = 200, **headers: str) -> Said:
    """MiniMax's way to say no: ``base_resp`` under HTTP 200, or with an HTTP status the words of OpenAI's form."""
    if status == 200:
        return Said({"id": "c-1", "choices": None, "base_resp": {"status_code": code, "status_msg": words}})
    said = {"type": "error", "error": {"type": "api_error", "message": f"{words} ({code})", "http_code": str(status)}}
    return Said(said, status, {name.replace("_", "-"): value for name, value in headers.items()})


def echo(asked: Asked) -> Said:
    """The last message's text, in capitals."""
    return says(asked.text.upper(), thinking=f"They say {asked.text}.")


class Service:
    """The service.

    Attributes:
        url: its base URL.
        asked: the requests that came, in order.
        flying: how many are being answered.
        most_flying: how many were at once, at most.
        answer: what makes the answers; may be changed at any time.
    """

    def __init__(self, answer: Callable[[Asked], Said]) -> None:
        self.answer = answer
        self.url = ""
        self.asked: list[Asked] = []
        self.flying = 0
        self.most_flying = 0

    @property
    def texts(self) -> list[str]:
        """The last message's text of each request."""
        return [asked.text for asked in self.asked]

    def client(self, **options: Any) -> openai.OpenAI:
        """A plain client of it."""
        return openai.OpenAI(base_url=self.url, api_key="sk-test-0123456789", **options)

    def aclient(self, **options: Any) -> openai.AsyncOpenAI:
        """A plain async client of it."""
        return openai.AsyncOpenAI(base_url=self.url, api_key="sk-test-0123456789", **options)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):  # the last: it is over
            while (asked := await self._read(reader)) is not None:
                if not asked.body:
                    await _write(writer, Said({}, 404))
                    continue
                self.asked.append(asked)
                self.flying += 1
                self.most_flying = max(self.most_flying, self.flying)
                try:
                    said = self.answer(asked)
                    await asyncio.sleep(3600 if said.hang else said.delay_s)
                    whole = await _write(writer, said)
                finally:
                    self.flying -= 1
                if not whole:
                    break
        writer.close()

    @staticmethod
    async def _read(reader: asyncio.StreamReader) -> Asked | None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return None
        lines = head.split("\r\n")
        if lines[0].startswith("GET"):  # for the models: nobody says which there are
            return Asked(time.monotonic(), {}, {})
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Asked(time.monotonic(), json.loads(body or b"{}"), headers)


async def _write(writer: asyncio.StreamWriter, said: Said) -> bool:
    body = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
    head = [f"HTTP/1.1 {said.status} Said", f"Content-Length: {len(body)}"]
    head += [f"{name}: {value}" for name, value in ({"Content-Type": "application/json"} | said.headers).items()]
    writer.write("\r\n".join([*head, "", ""]).encode("latin-1"))
    writer.write(body[: len(body) // 2] if said.cut else body)
    await writer.drain()
    return not said.cut


@contextmanager
def chat_service(answer: Callable[[Asked], Said] = echo) -> Iterator[Service]:
    """A service that runs in a thread with a loop of its own.

    Args:
        answer: what makes the answers; called in that loop.
    """
    service = Service(answer)
    ready, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(service._talk, "127.0.0.1", 0, limit=1 << 24)
        service.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        ready.set()
        await stop.wait()
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield service
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
