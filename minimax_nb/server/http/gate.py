"""ASGI app of a server on this machine, with its checks: host, method, size, number and duration."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Route

from minimax_nb.server.api_error import ApiError

from .asgi_response import TimedResponse
from .response import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_LARGEST_BODY = 64 * 2**20
"""Bytes; the service's own limit on a request (page of MiniMax-M3)."""
_MOST_OPEN = 400
_LONGEST_BODY_S = 60.0
_LONGEST_S = 900.0
"""No reply, not even a hanging one, is kept open for longer than this many seconds."""


@dataclass(frozen=True, slots=True)
class InboundRequest:
    """Request that was admitted.

    Attributes:
        method: "GET" or "POST".
        path: the path without its query.
        query: what stood behind the question mark.
        headers: by lower-case name.
        body: as received; empty without authorization: then it is not read.
        arrived: when it came, by the monotonic clock.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    arrived: float


class Gate:
    """ASGI app that admits requests to this machine's own name, small enough and not too many at once.

    Args:
        knows: whether an ``Authorization`` header is one of ours.
        answer: gives for a request the function that sends the reply; it has to reject those without authorization.
        lifespan: what is open as long as the server runs.

    Attributes:
        hosts: the names with ports that the server answers to.
        open: the replies being sent.
    """

    def __init__(
        self,
        authorizes: Callable[[str], bool],
        answer: Callable[[InboundRequest], Callable[[Send], Awaitable[None]]],
        lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
    ) -> None:
        self.hosts: set[str] = set()
        self.open: set[asyncio.Task[None]] = set()
        self.app = Starlette(routes=[Route("/{path:path}", self._endpoint, methods=_METHODS)], lifespan=lifespan)
        self._authorizes = authorizes
        self._answer = answer
        self._loop: asyncio.AbstractEventLoop | None = None

    def close(self) -> None:
        """End every open reply, from whichever thread."""
        if self._loop:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in self.open])

    async def _endpoint(self, request: Request) -> _UntilDisconnect:
        self._loop = asyncio.get_running_loop()
        arrived = time.monotonic()
        try:
            self._check_admission(request)
            known = self._authorizes(request.headers.get("authorization", ""))
            body = await _body(request) if known else b""
        except ApiError as error:
            return _UntilDisconnect(error_response(error, arrived), self.open)
        headers = {name.lower(): value for name, value in request.headers.items()}
        inbound = InboundRequest(request.method, request.url.path, request.url.query, headers, body, arrived)
        return _UntilDisconnect(self._answer(inbound), self.open)

    def _check_admission(self, request: Request) -> None:
        """Check host, method and load: a page in a browser may reach this port under a name of its own."""
        if request.headers.get("host", "").lower() not in self.hosts:
            raise ApiError(403, "forbidden_error", "this server answers to 127.0.0.1 and localhost alone")
        if request.method not in ("GET", "POST"):
            raise ApiError(405, "method_not_allowed", f"expected GET or POST, got {request.method}")
        if len(self.open) >= _MOST_OPEN:
            raise ApiError(503, "server_error", f"connection limit: {_MOST_OPEN} replies are open (1041)")


def error_response(error: ApiError, arrived: float) -> Callable[[Send], Awaitable[None]]:
    """Return the function that sends an error."""
    document = json.dumps(error.body("")).encode()
    return TimedResponse(Response(error.status, {"content-type": "application/json"}, body=document), arrived).send


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


class _UntilDisconnect:
    """ASGI response that is sent until the client disconnects."""

    def __init__(self, sender: Callable[[Send], Awaitable[None]], open_: set[asyncio.Task[None]]) -> None:
        self._sender = sender
        self._open = open_

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send it."""
        sending = asyncio.ensure_future(self._sender(send))
        leaving = asyncio.ensure_future(_disconnected(receive))
        self._open.add(sending)
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED, timeout=_LONGEST_S)
        finally:
            self._open.discard(sending)
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
