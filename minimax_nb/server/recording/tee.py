"""Tee of a reply: keep its events while its bytes pass by, and know in the end whether it was complete."""

from __future__ import annotations

import json
from typing import Any

from minimax_nb.server.answer.wire import Event
from minimax_nb.server.tape.recorded import OWN_KEY
from minimax_nb.sse import EventReader, ServerSentEvent

_LARGEST = 64 * 2**20
"""Bytes; what is longer is passed on and not kept."""


class ReplyTee:
    """Tee of one reply: its events, each with its time.

    Args:
        stream: whether a stream was asked for.
        include_usage: whether its usage was.
    """

    def __init__(self, *, stream: bool, include_usage: bool) -> None:
        self._stream = stream
        self._include_usage = include_usage
        self._reader = EventReader()
        self._body: list[bytes] = []
        self._events: list[Event] = []
        self._size = 0
        self._t = 0.0
        self._finished = self._has_usage = self._over = self._failed = False

    def feed(self, data: bytes, t: float) -> None:
        """Take in the next bytes.

        Args:
            data: as they came.
            t: when they did, in seconds since the request.
        """
        self._size += len(data)
        self._t = t
        if self._size > _LARGEST:
            self._failed = True
            self._reader, self._body = EventReader(), []
        elif self._stream:
            self._add_events(self._reader.feed(data))
        else:
            self._body.append(data)

    def close(self) -> None:
        """Take note that the reply has come to its end."""
        if self._stream:
            self._add_events(self._reader.close())
        else:
            self._add_completion(b"".join(self._body))
        self._over = True

    def complete_events(self) -> tuple[Event, ...] | None:
        """Return the events of a reply that came to its finish reason without an error; None for any other.

        A client may leave as soon as it has what it wants, so the end itself need not have come.
        """
        complete = self._over or (self._stream and (self._has_usage or not self._include_usage))
        return tuple(self._events) if self._finished and complete and not self._failed else None

    def _add_completion(self, data: bytes) -> None:
        try:
            body = json.loads(data.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            return
        if isinstance(body, dict):
            self._inspect(body)
            self._events.append(Event(self._time(body, "total_s"), _without_origin(body)))

    def _add_events(self, events: list[ServerSentEvent]) -> None:
        """Keep events as they came: a document as such, all else, two documents in one event too, as its text."""
        for event in events:
            documents = event.documents()
            for document in documents:
                self._inspect(document)
            self._failed = self._failed or event.is_error
            self._over = self._over or event.is_done
            t = self._time(documents[-1] if documents else {}, "t")
            is_document = len(documents) == 1 and event.data.lstrip().startswith("{")
            self._events.append(Event(t, _without_origin(documents[0]) if is_document else event.data))

    def _inspect(self, body: dict[str, Any]) -> None:
        """Take note of what a document says of the reply's state."""
        choices = body.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict) and choice.get("finish_reason"):
                self._finished = True
        self._has_usage = self._has_usage or bool(body.get("usage"))
        status = body.get("base_resp")
        self._failed |= bool(body.get("error")) or (isinstance(status, dict) and status.get("status_code", 0) != 0)

    def _time(self, body: dict[str, Any], key: str) -> float:
        """Return when an event counts as come, never before the event in front.

        A server of our own says it in the document, and a slow way does not blur it.
        """
        own = body.get(OWN_KEY)
        told = own.get(key) if isinstance(own, dict) else None
        t = told if isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told < 1e6 else self._t
        return round(max(float(t), self._events[-1].t if self._events else 0.0), 3)


def _without_origin(body: dict[str, Any]) -> dict[str, Any]:
    """Remove what a server of our own says of its time and origin; a completion keeps its times."""
    own = body.get(OWN_KEY)
    if not isinstance(own, dict):
        return body
    kept = {key: value for key, value in own.items() if key not in ("origin", "t")}
    return {**body, OWN_KEY: kept} if kept else {key: value for key, value in body.items() if key != OWN_KEY}
