"""Timed ASGI response: what is sent, sent when it is due."""

from __future__ import annotations

import asyncio
import math
import time
from typing import TYPE_CHECKING

from minimax_nb.sse import encode_event

if TYPE_CHECKING:
    from starlette.types import Send

    from .response import Response

_MOST_AT_ONCE = 64
"""So many events that are due together are written together, and then others get their turn."""


class TimedResponse:
    """ASGI response that is sent when it is due.

    Args:
        response: what is sent.
        arrived: when the request came, by the monotonic clock.
    """

    def __init__(self, response: Response, arrived: float) -> None:
        self._response = response
        self._arrived = arrived

    async def send(self, send: Send) -> None:
        """Send it, until its end or without one."""
        response = self._response
        headers = dict(response.headers)
        whole = response.events is None
        if whole:
            await self._until(response.delay_s)
            headers["content-length"] = str(len(response.body))
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        if whole and response.ending == "hang":
            await asyncio.Event().wait()  # until the gate ends it
        await send({"type": "http.response.start", "status": response.status, "headers": raw})
        if whole:
            body = response.body if response.ending == "end" else response.body[: len(response.body) // 2]
            await send({"type": "http.response.body", "body": body, "more_body": response.ending != "end"})
            return
        await self._send_events(send)
        if response.ending == "hang":
            await asyncio.Event().wait()  # until the gate ends it
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
            data = b"".join(encode_event(event.body) for event in events[start:end])
            await send({"type": "http.response.body", "body": data, "more_body": True})
            start = end

    def _due(self, t: float) -> float:
        """Return the seconds until a moment of the reply's own time."""
        if math.isinf(self._response.speed):
            return 0.0
        return self._arrived + t / self._response.speed - time.monotonic()

    async def _until(self, t: float) -> None:
        await asyncio.sleep(max(0.0, self._due(t)))
