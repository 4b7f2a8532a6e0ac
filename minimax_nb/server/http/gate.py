"""Gate of a server on this machine, an ASGI app, with its checks: host, method, size and number."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.routing import Route

from minimax_nb.server.api_error import ApiError

from .asgi_response import ReplyResponse
from .backend import LoopBackend
from .outgoing import error_reply

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from starlette.requests import Request

    from .backend import Backend
    from .outgoing import Outgoing

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_LARGEST_BODY = 64 * 2**20
"""Bytes; the service's own limit on a request (page of MiniMax-M3)."""
_MOST_OPEN = 400
_LONGEST_BODY_S = 60.0


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
    """Gate that admits requests to this machine's own name, small enough and not too many at once.

    Args:
        authorizes: whether an ``Authorization`` header is one of ours.
        answer: gives the reply to a request; it has to reject those without authorization.
        lifespan: what is open as long as the server runs.

    Attributes:
        hosts: the names with ports that the server answers to.
        open: the replies being sent; each can be cancelled.
        app: the ASGI app behind a port.
    """

    def __init__(
        self,
        authorizes: Callable[[str], bool],
        answer: Callable[[InboundRequest, Backend], Awaitable[Outgoing]],
        lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]] | None = None,
    ) -> None:
        self.hosts: set[str] = set()
        self.open: set[Any] = set()
        self.app = Starlette(routes=[Route("/{path:path}", self._endpoint, methods=_METHODS)], lifespan=lifespan)
        self._authorizes = authorizes
        self._answer = answer
        self._loop: asyncio.AbstractEventLoop | None = None

    def close(self) -> None:
        """End every open reply, from whichever thread."""
        if self._loop:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in self.open])

    async def reply(
        self, method: str, path: str, query: str, headers: dict[str, str], body: bytes, backend: Backend
    ) -> Outgoing:
        """Give the reply to a request that comes from this process, through no port.

        Args:
            method: as sent.
            path: the path without its query.
            query: what stood behind the question mark.
            headers: by lower-case name.
            body: as sent.
            backend: what the reply waits with.
        """
        arrived = time.monotonic()
        try:
            self._check_admission(method, headers.get("host", ""))
            if not self._authorizes(headers.get("authorization", "")):
                body = b""  # as over a port, where it is not read
            if len(body) > _LARGEST_BODY:
                raise _too_large()
        except ApiError as error:
            return error_reply(error)
        return await self._answer(InboundRequest(method, path, query, headers, body, arrived), backend)

    async def _endpoint(self, request: Request) -> ReplyResponse:
        self._loop = asyncio.get_running_loop()
        arrived = time.monotonic()
        try:
            self._check_admission(request.method, request.headers.get("host", ""))
            known = self._authorizes(request.headers.get("authorization", ""))
            body = await _body(request) if known else b""
        except ApiError as error:
            return ReplyResponse(partial(_refused, error), self.open)
        headers = {name.lower(): value for name, value in request.headers.items()}
        inbound = InboundRequest(request.method, request.url.path, request.url.query, headers, body, arrived)
        return ReplyResponse(partial(self._answer, inbound, LoopBackend()), self.open)

    def _check_admission(self, method: str, host: str) -> None:
        """Check host, method and load: a page in a browser may reach this port under a name of its own."""
        if host.lower() not in self.hosts:
            raise ApiError(403, "forbidden_error", "this server answers to 127.0.0.1 and localhost alone")
        if method not in ("GET", "POST"):
            raise ApiError(405, "method_not_allowed", f"expected GET or POST, got {method}")
        if len(self.open) >= _MOST_OPEN:
            raise ApiError(503, "server_error", f"connection limit: {_MOST_OPEN} replies are open (1041)")


async def _refused(error: ApiError) -> Outgoing:
    return error_reply(error)


def _too_large() -> ApiError:
    return ApiError(413, "bad_request_error", f"expected a body of at most {_LARGEST_BODY} bytes")


async def _body(request: Request) -> bytes:
    parts = []
    size = 0
    try:
        async with asyncio.timeout(_LONGEST_BODY_S):
            async for part in request.stream():
                size += len(part)
                if size > _LARGEST_BODY:
                    raise _too_large()
                parts.append(part)
    except TimeoutError:
        raise ApiError(408, "bad_request_error", f"expected the body within {_LONGEST_BODY_S:.0f} seconds") from None
    return b"".join(parts)
