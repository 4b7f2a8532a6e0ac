"""From HTTP to the handler and back: who is let in, and when each piece is sent."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import time
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from .handler import Handler, Response
from .refusals import ApiError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from .wire import Event

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_LARGEST_BODY = 64 * 2**20
"""Bytes; the service's own limit on a request (page of MiniMax-M3)."""
_MOST_OPEN = 400
_LONGEST_BODY_S = 60.0
_LONGEST_S = 900.0
"""No reply, not even a hanging one, is kept open for longer than this many seconds."""
_MOST_AT_ONCE = 64
"""So many events that are due together are written together, and then others get their turn."""


class Door:
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

    async def _enter(self, request: Request) -> Paced:
        self._loop = asyncio.get_running_loop()
        arrived = time.monotonic()
        try:
            self._look(request)
            known = self.handler.knows(request.headers.get("authorization", ""))
            body = await _body(request) if known else b""  # a stranger's is not read
        except ApiError as error:
            document = json.dumps(error.body("")).encode()
            return Paced(Response(error.status, {"content-type": "application/json"}, body=document), arrived, self)
        headers = {name.lower(): value for name, value in request.headers.items()}
        return Paced(self.handler.handle(request.method, request.url.path, headers, body), arrived, self)

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
    try:
        async with asyncio.timeout(_LONGEST_BODY_S):
            async for part in request.stream():
                size += len(part)
                if size > _LARGEST_BODY:
                    raise ApiError(413, "bad_request_error", f"expected a body of at most {_LARGEST_BODY} bytes")
                parts.append(part)
    except TimeoutError:
        raise ApiError(408, "bad_request_error", f"expected the body within {_LONGEST_BODY_S:.0f} seconds") from None
    return b"".join(parts)


class Paced:
    """A response that is sent when it is due, and no longer than somebody listens."""

    def __init__(self, response: Response, arrived: float, door: Door) -> None:
        self._response = response
        self._arrived = arrived
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send it, as an ASGI application does."""
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
