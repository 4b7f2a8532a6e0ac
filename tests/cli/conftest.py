"""What the commands meet: a server of our own, a server that says what it is told to, a pipe, and secrets."""

from __future__ import annotations

import io
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server.app import EmbeddedServer

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
    running: list[ThreadingHTTPServer] = []

    def start(status: int, text: str) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                key = self.headers.get("authorization", "").removeprefix("Bearer ")
                body = text.replace("KEY", key).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815 (the name that http.server looks for)

            def log_message(self, *args: Any) -> None:
                """Be quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}/v1"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Let these bytes come by standard input."""

    def put(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))

    put(b"")
    return put
