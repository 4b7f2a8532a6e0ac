"""A fast loopback service for batches: it answers each prompt with an echo, and counts how often each was asked.

``with RowService() as service`` runs it in a thread. As a script it runs in a process of its own, prints its address
and ends with its standard input. Nothing here knows the library.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections import Counter
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


class RowService:
    """A running service.

    Args:
        delay: seconds that each answer takes.
        reply: makes the content of an answer of the last message's text; ``None`` for an echo.
        refuse: gives a status and a body for a prompt that is refused, or None.

    Attributes:
        base_url: what an OpenAI client takes as its base URL.
        asked: how often each prompt came.
        most: how many requests were in flight at once, at most.
        answered: how many were answered.
    """

    def __init__(
        self,
        *,
        delay: float = 0.0,
        reply: Callable[[str], str] | None = None,
        refuse: Callable[[str], tuple[int, Any] | None] | None = None,
    ) -> None:
        self.base_url = ""
        self.asked: Counter[str] = Counter()
        self.most = 0
        self.answered = 0
        self._delay = delay
        self._reply = reply or (lambda text: f"echo: {text}")
        self._refuse = refuse or (lambda _: None)
        self._inside = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self.run(),), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)
        self._loop.close()

    async def run(self) -> None:
        """Serve until it is told to end."""
        connections: set[asyncio.Task[Any]] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            connections.add(task)
            try:
                while True:
                    await self._one(reader, writer)
            except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                pass
            finally:
                connections.discard(task)
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
        self.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        self._ready.set()
        await self._end.wait()
        server.close()
        for task in tuple(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].split()
        if not length:  # a client that has gone midway
            raise ConnectionError(head)
        body = await reader.readexactly(int(length[0]))
        content = json.loads(body)["messages"][-1]["content"]
        text = content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
        self.asked[text] += 1
        self._inside += 1
        self.most = max(self.most, self._inside)
        try:
            if self._delay:
                await asyncio.sleep(self._delay)
            refused = self._refuse(text)
            status, document = refused or (200, self._completion(text))
            data = json.dumps(document).encode()
            writer.write(
                b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (status, len(data))
                + data
            )
            await writer.drain()
            self.answered += refused is None
        finally:
            self._inside -= 1

    def _completion(self, text: str) -> dict[str, Any]:
        message = {
            "role": "assistant",
            "name": "MiniMax AI",
            "audio_content": "",
            "content": self._reply(text),
            "reasoning_content": f"They say {text}.",
            "reasoning_details": [
                {
                    "type": "reasoning.text",
                    "id": "reasoning-text-1",
                    "format": "MiniMax-response-v1",
                    "index": 0,
                    "text": f"They say {text}.",
                }
            ],
        }
        return {
            "id": f"{self.answered:016x}{id(self):016x}",
            "object": "chat.completion",
            "created": 1790000000,
            "model": "MiniMax-M2.7",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {
                "prompt_tokens": 20,
                "completion_tokens": 30,
                "total_tokens": 50,
                "completion_tokens_details": {"reasoning_tokens": 10},
            },
            "base_resp": {"status_code": 0, "status_msg": ""},
        }


if __name__ == "__main__":
    with RowService(delay=float(sys.argv[1]) if len(sys.argv) > 1 else 0.0) as running:
        print(running.base_url, flush=True)
        sys.stdin.read()
