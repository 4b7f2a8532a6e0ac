"""The handler behind a socket: real HTTP on 127.0.0.1, in a thread of its own, for the holder of its key alone.

``start()`` gives the one server of this process; ``EmbeddedServer`` makes further ones.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import math
import os
import secrets
import socket
import threading
import time
from typing import TYPE_CHECKING, Self

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from . import tape
from .handler import Handler, Response, speed_from
from .refusals import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from .wire import Event

HOST = "127.0.0.1"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_LARGEST_BODY = 64 * 2**20
"""Bytes; the service's own limit on a request (page of MiniMax-M3)."""
_MOST_OPEN = 400
_LONGEST_S = 900.0
"""No reply, not even a hanging one, is kept open for longer than this many seconds."""
_MOST_AT_ONCE = 64
"""So many events that are due together are written together, and then others get their turn."""


class EmbeddedServer:
    """A server on this machine that speaks the documented API.

    Args:
        tapes: folders or files of tapes to answer from, before the built-in ones.
        port: the port to listen on; 0 for any that is free.
        strict: answer what no tape matches with an error instead of a rehearsal.
        quirks: names from ``minimax_nb.server.quirks.QUIRKS``, for every reply.
        fault: a fault for every request, such as "rate-limit" or "cut:3".
        speed: how many times faster than real time replies come, or "max"; by default what the environment variable
            MINIMAX_NB_SPEED says, else 1.
        key: the bearer key to ask for; a random one by default.

    Attributes:
        base_url: what an OpenAI client takes as its base URL, once started.
        api_key: the key it has to carry.

    Raises:
        TapeFormatError: a tape is broken.
        ValueError: there is no such quirk, fault or speed.
    """

    def __init__(
        self,
        *,
        tapes: Sequence[str | Path] = (),
        port: int = 0,
        strict: bool = False,
        quirks: Sequence[str] = (),
        fault: str | None = None,
        speed: float | str | None = None,
        key: str | None = None,
    ) -> None:
        self.api_key = key or f"nb-{secrets.token_urlsafe(24)}"
        turns = [turn for folder in tapes for turn in tape.in_folder(folder)] + tape.built_in()
        try:
            pace = speed_from(speed or os.environ.get("MINIMAX_NB_SPEED") or 1)
            self.handler = Handler(turns, self.api_key, strict, tuple(quirks), fault, pace)
        except ApiError as error:
            raise ValueError(error.message) from None
        self._wanted_port = port
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._server: uvicorn.Server | None = None
        self._door = _Door(self.handler)

    def __repr__(self) -> str:
        return f"EmbeddedServer({self.base_url!r})" if self._thread else "EmbeddedServer(stopped)"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port it listens on; 0 before it has started."""
        port: int = self._socket.getsockname()[1] if self._socket else 0
        return port

    @property
    def base_url(self) -> str:
        """The URL for an OpenAI client."""
        return f"http://{HOST}:{self.port}/v1"

    @property
    def open_replies(self) -> int:
        """How many replies are being sent right now."""
        return len(self._door.open)

    def start(self) -> Self:
        """Begin to serve, in a thread of its own.

        Returns:
            The server itself, ready to be asked.

        Raises:
            OSError: the port is in use; the message says what to do.
        """
        if self._thread:
            return self
        self._socket = _listening(self._wanted_port)
        self._door.hosts = {f"{name}:{self.port}" for name in (HOST, "localhost")}
        config = uvicorn.Config(
            self._door.app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="critical",  # an aborted reply is no news to a reader of a notebook
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="minimax_nb embedded server", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started and self._thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.002)
        if not self._server.started:
            self.stop()
            raise OSError("the embedded server did not start within 10 seconds; start it again or restart the kernel")
        return self

    def stop(self) -> None:
        """End all replies, close the port and wait for the thread; nothing happens when it is not running."""
        server, thread = self._server, self._thread
        self._server = self._thread = None
        if server:
            server.should_exit = True
            self._door.close()
        if thread and thread is not threading.current_thread():
            thread.join(5)
        if self._socket:
            self._socket.close()
            self._socket = None

    def forget(self) -> None:
        """Drop everything without a word to the other side: in a forked child the thread is not there."""
        self._server = self._thread = None
        if self._socket:
            self._socket.close()
            self._socket = None


_running: EmbeddedServer | None = None
_starting = threading.Lock()


def start() -> EmbeddedServer:
    """The embedded server of this process, started when it is first asked for.

    Returns:
        The running server, with ``base_url`` and ``api_key``.
    """
    global _running
    with _starting:
        if _running is None:
            _running = EmbeddedServer().start()
        return _running


def stop() -> None:
    """Stop the embedded server of this process, if it runs."""
    global _running
    with _starting:
        if _running is not None:
            _running.stop()
            _running = None


def _after_fork() -> None:
    """The parent's server is not the child's: it would share its port, and has no thread there."""
    global _running, _starting
    _starting = threading.Lock()
    if _running is not None:
        _running.forget()
        _running = None


atexit.register(stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _listening(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen(1024)
    except (OSError, OverflowError) as error:
        made.close()
        raise OSError(
            f"expected to listen on port {port} of {HOST}, which is not to be had ({error}); "
            "choose another port, or 0 for any that is free"
        ) from error
    return made


class _Door:
    """Lets in what comes to this machine's own name, small enough and not too much at once."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.hosts: set[str] = set()
        self.open: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.app = Starlette(routes=[Route("/{path:path}", self._enter, methods=_METHODS)])

    def close(self) -> None:
        """End every open reply, from whichever thread."""
        if self._loop:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in self.open])

    async def _enter(self, request: Request) -> _Paced:
        self._loop = asyncio.get_running_loop()
        arrived = time.monotonic()
        try:
            self._look(request)
            body = await _body(request)
        except ApiError as error:
            document = json.dumps(error.body("")).encode()
            return _Paced(Response(error.status, {"content-type": "application/json"}, body=document), arrived, self)
        headers = {name.lower(): value for name, value in request.headers.items()}
        return _Paced(self.handler.handle(request.method, request.url.path, headers, body), arrived, self)

    def _look(self, request: Request) -> None:
        """A page in a browser may reach this port under a name of its own; only our own names are answered."""
        if request.headers.get("host", "").lower() not in self.hosts:
            raise ApiError(403, "forbidden_error", "this server answers to 127.0.0.1 and localhost alone")
        if request.method not in ("GET", "POST"):
            raise ApiError(405, "method_not_allowed", f"expected GET or POST, got {request.method}")
        if len(self.open) >= _MOST_OPEN:
            raise ApiError(503, "server_error", f"connection limit: {_MOST_OPEN} replies are open (1041)")


async def _body(request: Request) -> bytes:
    parts = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > _LARGEST_BODY:
            raise ApiError(413, "bad_request_error", f"expected a body of at most {_LARGEST_BODY} bytes")
        parts.append(part)
    return b"".join(parts)


class _Paced:
    """A response that is sent when it is due, and no longer than somebody listens."""

    def __init__(self, response: Response, arrived: float, door: _Door) -> None:
        self._response = response
        self._arrived = arrived
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        sending = asyncio.ensure_future(self._send(send))
        leaving = asyncio.ensure_future(_gone(receive))
        self._door.open.add(sending)
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED, timeout=_LONGEST_S)
        finally:
            self._door.open.discard(sending)
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send(self, send: Send) -> None:
        response = self._response
        headers = dict(response.headers)
        whole = response.events is None
        if whole:
            await self._until(response.delay_s)
            headers["content-length"] = str(len(response.body))
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        if whole and response.ending == "hang":
            await asyncio.sleep(_LONGEST_S)
        await send({"type": "http.response.start", "status": response.status, "headers": raw})
        if whole:
            body = response.body if response.ending == "end" else response.body[: len(response.body) // 2]
            await send({"type": "http.response.body", "body": body, "more_body": response.ending != "end"})
            return
        await self._send_events(send)
        if response.ending == "hang":
            await asyncio.sleep(_LONGEST_S)
        if response.ending == "end":
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        # Else the reply is left unfinished, and the connection drops.

    async def _send_events(self, send: Send) -> None:
        events = self._response.events or ()
        start = 0
        if not events or events[0].t:
            await send({"type": "http.response.body", "body": b"", "more_body": True})
        while start < len(events):
            await self._until(events[start].t)
            end = start + 1
            while end < len(events) and end - start < _MOST_AT_ONCE and self._due(events[end].t) <= 0:
                end += 1
            data = b"".join(map(encoded, events[start:end]))
            await send({"type": "http.response.body", "body": data, "more_body": True})
            start = end

    def _due(self, t: float) -> float:
        """Seconds until a moment of the reply's own time."""
        if math.isinf(self._response.speed):
            return 0.0
        return self._arrived + t / self._response.speed - time.monotonic()

    async def _until(self, t: float) -> None:
        await asyncio.sleep(max(0.0, self._due(t)))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def encoded(event: Event) -> bytes:
    """An event as it stands on the wire."""
    if isinstance(event.body, str):
        text = event.body if event.body.startswith(":") else event.body.replace("\n", "\ndata: ").join(("data: ", ""))
    else:
        text = f"data: {json.dumps(event.body, ensure_ascii=False, separators=(',', ':'))}"
    return f"{text}\n\n".encode("utf-8", "backslashreplace")
