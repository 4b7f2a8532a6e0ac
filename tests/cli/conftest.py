"""What the commands meet: a server of our own, a server that says what it is told to, a pipe, and secrets."""

from __future__ import annotations

import io
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server.app import EmbeddedServer

from ..support.servers import Answer, Received, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., EmbeddedServer]]:
    """Start an embedded server with these options, and let requests go to it."""
    running: list[EmbeddedServer] = []

    def start(**options: Any) -> EmbeddedServer:
        server = EmbeddedServer(speed="max", **options).start()
        running.append(server)
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", server.api_key)
        return server

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def answering() -> Iterator[Callable[[int, str], str]]:
    """Start a server that answers everything with this status and text; ``KEY`` becomes the key it was sent."""
    with ExitStack() as stack:

        def start(status: int, text: str) -> str:
            def answer(request: Received) -> Answer:
                key = request.header("authorization").removeprefix("Bearer ")
                return Answer(text.replace("KEY", key).encode(), status)

            return f"http://127.0.0.1:{stack.enter_context(serving(answer))}/v1"

        yield start


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Let these bytes come by standard input."""

    def put(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))

    put(b"")
    return put
