"""HTTP protocol of uvicorn with time limits for a request's headers and body, and a bound on silent connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

HEADERS_S = 20.0
"""Seconds from the connection, or from the first byte of a further request on it, to the end of the headers."""
BODY_S = 20.0
"""Seconds without a byte of a body that is still to come; each byte begins them anew, for a body may be large."""
MOST_WAITING = 512
"""Connections that have not sent their headers yet; beyond that the oldest of them makes room."""
_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class TimedH11Protocol(H11Protocol):
    """Connection whose requests have to come in time, headers and body.

    uvicorn waits for both without end, and a browser tab or a stuck client could hold every file descriptor of the
    process.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._headers_due: asyncio.TimerHandle | None = None
        self._body_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait, and make room where too many wait already."""
        super().connection_made(transport)
        self._wait_for_headers()
        waiting = [each for each in self.connections if isinstance(each, TimedH11Protocol) and each.headers_due_at]
        if len(waiting) > MOST_WAITING:
            min(waiting, key=lambda each: each.headers_due_at or 0.0).make_room()

    @property
    def headers_due_at(self) -> float | None:
        """The time at which headers are due, by the loop's clock; None while a request is served or none has begun."""
        return self._headers_due.when() if self._headers_due else None

    def make_room(self) -> None:
        """Drop the connection at once."""
        self._stop_waiting()
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take bytes in: they prolong the wait for the body, but not the wait for the headers."""
        super().data_received(data)
        state = None if self.transport.is_closing() else self.conn.their_state
        if state is h11.IDLE:
            self._wait_for_headers()
            return
        self._stop_waiting()
        if state is h11.SEND_BODY:
            self._wait_for_body()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the wait."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_headers(self) -> None:
        if self._headers_due is None:
            self._headers_due = self.loop.call_later(HEADERS_S, self._too_late)

    def _wait_for_body(self) -> None:
        self._body_due = self.loop.call_later(BODY_S, self._body_too_late)

    def _stop_waiting(self) -> None:
        for due in (self._headers_due, self._body_due):
            if due is not None:
                due.cancel()
        self._headers_due = self._body_due = None

    def _body_too_late(self) -> None:
        if self.flow.read_paused:  # the bytes wait for this side
            self._wait_for_body()
        else:
            self._too_late()

    def _too_late(self) -> None:
        self._stop_waiting()
        if self.transport.is_closing():
            return
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):  # no second status behind one that was sent
            self.transport.write(_TOO_LATE)
        self.transport.close()
