"""A loopback server that answers every POST with a scripted event stream: whole, cut, hanging or slow.

``serve(events)`` gives a running ``Server``; ``server.base_url`` is for any client. Nothing here knows the library.
"""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATIENCE = 20.0  # seconds after which a hanging answer ends by itself, so that no test can hang on it


@dataclass
class Server:
    """A running server.

    Attributes:
        base_url: what an OpenAI client takes as its base URL.
        requests: the JSON bodies that came.
        client_left: set when a client closed its connection before its answer was whole.
        connections: how many connections were accepted.
    """

    base_url: str = ""
    requests: list[Any] = field(default_factory=list)
    client_left: threading.Event = field(default_factory=threading.Event)
    connections: int = 0


def event(document: Any) -> bytes:
    """One server-sent event."""
    return f"data: {json.dumps(document, ensure_ascii=False)}\n\n".encode()


DONE = b"data: [DONE]\n\n"


@contextmanager
def serve(
    events: Sequence[bytes],
    *,
    cut_at: int | None = None,
    hang_at: int | None = None,
    delay: float = 0.0,
    status: str = "200 OK",
    content_type: str = "text/event-stream",
) -> Iterator[Server]:
    """Run a server on a free port of 127.0.0.1.

    Args:
        events: the pieces of the body, each sent on its own.
        cut_at: drop the connection after so many events, without the end that HTTP asks for.
        hang_at: after so many events, send nothing more until the client leaves.
        delay: seconds to wait before each event but the first.
        status: the status line's code and reason.
        content_type: the type of the body.
    """
    server, stop = Server(), threading.Event()
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()

    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        for number, data in enumerate(events):
            if number == cut_at:
                return
            if number == hang_at:
                break
            if number and delay:
                stop.wait(delay)
            connection.sendall(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        if cut_at is not None and cut_at >= len(events):
            return
        if hang_at is not None:
            connection.settimeout(PATIENCE)
            with suppress(TimeoutError):
                if connection.recv(1) == b"":
                    server.client_left.set()
            return
        connection.sendall(b"0\r\n\r\n")

    def talk(connection: socket.socket) -> None:
        with connection, suppress(OSError), connection.makefile("rb") as reader:
            while (body := _request(reader)) is not None:
                server.requests.append(json.loads(body) if body else None)
                try:
                    answer(connection)
                except ConnectionError:
                    server.client_left.set()
                    return
                if cut_at is not None or hang_at is not None:
                    return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            connection.settimeout(PATIENCE)
            open_connections.append(connection)
            thread = threading.Thread(target=talk, args=(connection,), daemon=True)
            threads.append(thread)
            thread.start()

    open_connections: list[socket.socket] = []
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield server
        finally:
            stop.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            acceptor.join(PATIENCE)
            for connection in open_connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(PATIENCE)


def _request(reader: Any) -> bytes | None:
    """The body of the next request; None when the client is gone."""
    length, line = 0, reader.readline()
    if not line:
        return None
    while line.strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        line = reader.readline()
    return bytes(reader.read(length))
