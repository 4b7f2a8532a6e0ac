"""ASGI app of a server on this machine, with its checks: host, method, size, number and duration."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from starlette.applications import Starlette
from starlette.routing import Route

from minimax_nb.server.api_error import ApiError

from .asgi_response import TimedResponse
from .response import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from starlette.requests import Request
    from starlette.responses import StreamingResponse
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
        authorizes: whether an ``Authorization`` header is one of ours.
        answer: gives the response to a request; it has to reject those without authorization.
        lifespan: what is open as long as the server runs.

    Attributes:
        hosts: the names with ports that the server answers to.
        open: the replies being sent.
    """

    def __init__(
        self,
        authorizes: Callable[[str], bool],
        answer: Callable[[InboundRequest], Awaitable[StreamingResponse]],
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

    async def _endpoint(self, request: Request) -> _BoundedResponse | TimedResponse:
        self._loop = asyncio.get_running_loop()
        arrived = time.monotonic()
        try:
            self._check_admission(request)
            known = self._authorizes(request.headers.get("authorization", ""))
            body = await _body(request) if known else b""
        except ApiError as error:
            return error_response(error, arrived)
        headers = {name.lower(): value for name, value in request.headers.items()}
        inbound = InboundRequest(request.method, request.url.path, request.url.query, headers, body, arrived)
        return _BoundedResponse(partial(self._answer, inbound), self.open)

    def _check_admission(self, request: Request) -> None:
        """Check host, method and load: a page in a browser may reach this port under a name of its own."""
        if request.headers.get("host", "").lower() not in self.hosts:
            raise ApiError(403, "forbidden_error", "this server answers to 127.0.0.1 and localhost alone")
        if request.method not in ("GET", "POST"):
            raise ApiError(405, "method_not_allowed", f"expected GET or POST, got {request.method}")
        if len(self.open) >= _MOST_OPEN:
            raise ApiError(503, "server_error", f"connection limit: {_MOST_OPEN} replies are open (1041)")


def error_response(error: ApiError, arrived: float) -> TimedResponse:
    """Make the response for an error."""
    document = json.dumps(error.body("")).encode()
    return TimedResponse(Response(error.status, {"content-type": "application/json"}, body=document), arrived)


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


class _BoundedResponse:
    """ASGI response that counts as open, can be ended by the gate, and is not sent for longer than a limit."""

    def __init__(self, answer: Callable[[], Awaitable[StreamingResponse]], open_: set[asyncio.Task[None]]) -> None:
        self._answer = answer
        self._open = open_

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._open.add(task)
        try:
            # What is over the limit is left unfinished, so the connection drops.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LONGEST_S):
                    response = await self._answer()
                    await response(scope, receive, send)
        finally:
            self._open.discard(task)
