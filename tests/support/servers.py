"""Loopback servers for one test: HTTP answered by a function, and bare connections handed to one."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import openai

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DROPPED = (openai.APIConnectionError, httpx.RemoteProtocolError)
"""A dropped connection, as openai 3.x and 2.x show it."""


@dataclass(frozen=True)
class Received:
    """A request that came.

    Attributes:
        method: its verb.
        path: what it asked for.
        headers: its headers, as they were written.
        body: its body.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """A header's value, whatever the case of its name; empty if it is absent."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")


@dataclass(frozen=True)
class Answer:
    """What a request is answered with."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"


@contextmanager
def serving(answer: Callable[[Received], Answer]) -> Iterator[int]:
    """Answer every GET and POST on a free port of 127.0.0.1, each in a thread of its own; give the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            given = answer(Received(self.command, self.path, dict(self.headers), body))
            self.send_response(given.status)
            self.send_header("Content-Type", given.content_type)
            self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            self.wfile.write(given.body)

        do_POST = do_GET  # noqa: N815 (the name that http.server looks for)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join(5)


@contextmanager
def accepting(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """Hand each connection to a function, one after the other, and close it then; give the port."""

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                talk(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def closed_port() -> int:
    """A port of 127.0.0.1 on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def wait_until(condition: Callable[[], Any]) -> None:
    """Give another thread up to ten seconds."""
    pause = threading.Event()
    for _ in range(1000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it did not happen within ten seconds")
