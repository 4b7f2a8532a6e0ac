"""Responses: a status, headers, and a body or events with the times at which they are due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minimax_nb.server.answer import wire
    from minimax_nb.server.quirks.faults import Ending


@dataclass(frozen=True, slots=True)
class Response:
    """Response that is not sent yet.

    Attributes:
        status: the HTTP status.
        headers: names and values.
        body: the whole body; empty for a stream.
        events: the events of a stream, in order of time; None when it is none.
        delay_s: seconds from the request to a body that is no stream.
        ending: how the connection ends after the last event or the body.
        speed: how many times faster than its times the reply is sent; infinity for at once.
    """

    status: int
    headers: dict[str, str]
    body: bytes = b""
    events: tuple[wire.Event, ...] | None = None
    delay_s: float = 0.0
    ending: Ending = "end"
    speed: float = 1.0
