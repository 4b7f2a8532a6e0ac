"""What the server's tests share: a handler that rehearses at once, and a server behind a socket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openai
import pytest

from minimax_nb.server.app import EmbeddedServer
from minimax_nb.server.service.handler import Handler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minimax_nb.server.http.response import Response


def _ask(handler: Handler, *, path: str = "/v1/chat/completions", method: str = "POST", **request: Any) -> Response:
    body = {"model": "MiniMax-M2.7", "messages": [{"role": "user", "content": "Ping?"}], **request}
    return handler.handle(method, path, {}, json.dumps(body).encode())


@pytest.fixture
def ask() -> Callable[..., Response]:
    """Ask a handler without a key; fields of the request by keyword."""
    handler = Handler(speed=float("inf"))
    return lambda **request: _ask(request.pop("handler", handler), **request)


@pytest.fixture
def said(ask: Callable[..., Response]) -> Callable[..., Any]:
    """The parsed body that ``ask`` comes back with."""
    return lambda **request: json.loads(ask(**request).body)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    """A server that does not wait."""
    with EmbeddedServer(speed="max") as running:
        yield running


@pytest.fixture
def client(server: EmbeddedServer) -> Iterator[openai.OpenAI]:
    """The SDK, pointed at the server, without retries."""
    with openai.OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0, timeout=20) as made:
        yield made
