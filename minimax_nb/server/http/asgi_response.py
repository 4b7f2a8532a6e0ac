"""Timed ASGI response: what is sent, sent when it is due."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from minimax_nb.sse import encode_event

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Send

    from .response import Response

_MOST_AT_ONCE = 64
"""So many events that are due together are written together, and then others get their turn."""


class TimedResponse(StreamingResponse):
    """ASGI response that is sent when it is due, or until the client disconnects.

    Args:
        response: what is sent.
        arrived: when the request came, by the monotonic clock.
    """

    def __init__(self, response: Response, arrived: float) -> None:
        self._response = response
        self._arrived = arrived
        is_stream = response.events is not None
        length = {} if is_stream else {"content-length": str(len(response.body))}
        parts = self._event_parts() if is_stream else self._body_parts()
        super().__init__(parts, response.status, {**response.headers, **length})

    async def stream_response(self, send: Send) -> None:
        """Send it, until its end or without one."""
        if self._response.events is None:
            await self._until(self._response.delay_s)
            if self._response.ending == "hang":
                await asyncio.Event().wait()  # until the gate ends it
        with contextlib.suppress(_BrokenOffError):  # left unfinished, so the connection drops
            await super().stream_response(send)

    async def _body_parts(self) -> AsyncIterator[bytes]:
        body = self._response.body
        if self._response.ending == "end":
            yield body
        else:
            yield body[: len(body) // 2]
            raise _BrokenOffError

    async def _event_parts(self) -> AsyncIterator[bytes]:
        events = self._response.events or ()
        start = 0
        while start < len(events):
            await self._until(events[start].t)
            end = start + 1
            while end < len(events) and end - start < _MOST_AT_ONCE and self._due(events[end].t) <= 0:
                end += 1
            yield b"".join([encode_event(event.body) for event in events[start:end]])
            start = end
        if self._response.ending == "hang":
            await asyncio.Event().wait()  # until the gate ends it
        if self._response.ending == "drop":
            raise _BrokenOffError

    def _due(self, t: float) -> float:
        """Return the seconds until a moment of the reply's own time."""
        if math.isinf(self._response.speed):
            return 0.0
        return self._arrived + t / self._response.speed - time.monotonic()

    async def _until(self, t: float) -> None:
        await asyncio.sleep(max(0.0, self._due(t)))


class _BrokenOffError(Exception):
    """Break of a reply: nothing follows, not even its end."""
