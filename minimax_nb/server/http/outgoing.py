"""Reply on its way out: a status, headers, and parts that come when they are due."""

from __future__ import annotations

import json
import math
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minimax_nb.sse import encode_event

from .backend import BrokenOffError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from minimax_nb.server.api_error import ApiError

    from .backend import Backend
    from .response import Response

_MOST_AT_ONCE = 64
"""So many events that are due together are written together, and then others get their turn."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Reply on its way out.

    Attributes:
        status: the HTTP status.
        headers: names and values.
        parts: the body, each part when it is due; ends in a ``BrokenOffError`` where the reply breaks off.
        opened: what is open as long as the parts come.
    """

    status: int
    headers: dict[str, str]
    parts: AsyncGenerator[bytes]
    opened: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def aclose(self) -> None:
        """Close it, at its end or before."""
        await self.parts.aclose()
        await self.opened.aclose()


def error_reply(error: ApiError) -> Outgoing:
    """Make the reply for an error."""
    document = json.dumps(error.body("")).encode()
    return Outgoing(
        error.status, {"content-type": "application/json", "content-length": str(len(document))}, _whole(document)
    )


async def timed_reply(response: Response, arrived: float, backend: Backend) -> Outgoing:
    """Make the reply of a response, as soon as its head is due.

    Args:
        response: what is sent.
        arrived: when the request came, by the monotonic clock.
        backend: what it waits with.
    """
    if response.events is not None:
        return Outgoing(response.status, response.headers, _event_parts(response, arrived, backend))
    await backend.sleep(_due(response, arrived, response.delay_s))
    if response.ending == "hang":
        await backend.hang()
    length = {"content-length": str(len(response.body))}
    return Outgoing(response.status, {**response.headers, **length}, _body_parts(response))


async def _whole(body: bytes) -> AsyncGenerator[bytes]:
    yield body


async def _body_parts(response: Response) -> AsyncGenerator[bytes]:
    body = response.body
    if response.ending == "end":
        yield body
    else:
        yield body[: len(body) // 2]
        raise BrokenOffError


async def _event_parts(response: Response, arrived: float, backend: Backend) -> AsyncGenerator[bytes]:
    events = response.events or ()
    start = 0
    while start < len(events):
        await backend.sleep(_due(response, arrived, events[start].t))
        end = start + 1
        while end < len(events) and end - start < _MOST_AT_ONCE and _due(response, arrived, events[end].t) <= 0:
            end += 1
        yield b"".join([encode_event(event.body) for event in events[start:end]])
        start = end
    if response.ending == "hang":
        await backend.hang()
    if response.ending == "drop":
        raise BrokenOffError


def _due(response: Response, arrived: float, t: float) -> float:
    """Return the seconds until a moment of the reply's own time; none when it has passed."""
    if math.isinf(response.speed):
        return 0.0
    return max(0.0, arrived + t / response.speed - time.monotonic())
