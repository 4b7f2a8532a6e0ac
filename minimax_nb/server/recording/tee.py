"""Tee of a reply: keep its events while its bytes pass by, and know in the end whether it was complete."""

from __future__ import annotations

import json
from typing import Any

from minimax_nb.server.answer.wire import Event
from minimax_nb.server.tape.recorded import OWN_KEY

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
        self._events: list[Event] = []
        self._size = 0
        self._begun: list[bytes] = []
        self._data: list[str] = []
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
            self._begun.clear()
        elif not self._stream or b"\n" not in data:
            self._begun.append(data)
        else:
            *lines, rest = b"".join((*self._begun, data)).split(b"\n")
            self._begun = [rest]
            for line in lines:
                self._line(line)

    def close(self) -> None:
        """Take note that the reply has come to its end."""
        rest = b"".join(self._begun)
        self._begun = []
        if not self._stream:
            self._event(rest.decode("utf-8", "replace"))
        else:
            self._line(rest)
            self._line(b"")
        self._over = True

    def complete_events(self) -> tuple[Event, ...] | None:
        """The events of a reply that came to its finish reason without an error; None for any other.

        A client may leave as soon as it has what it wants, so the end itself need not have come.
        """
        complete = self._over or (self._stream and (self._has_usage or not self._include_usage))
        return tuple(self._events) if self._finished and complete and not self._failed else None

    def _line(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip("\r")
        if not text:
            if self._data:
                self._event("\n".join(self._data))
                self._data = []
        elif text.startswith("data:"):
            self._data.append(text[5:].removeprefix(" "))

    def _event(self, text: str) -> None:
        try:
            body = json.loads(text)
        except (ValueError, RecursionError):
            body = None
        if isinstance(body, dict):
            t = self._inspect(body)
            self._events.append(Event(t, _without_origin(body)))
        elif self._stream:
            self._over = self._over or text.strip() == "[DONE]"
            self._finished = self._finished or '"finish_reason":"' in text.replace(" ", "")
            self._events.append(Event(self._time(), text))

    def _inspect(self, body: dict[str, Any]) -> float:
        """Take note of what a document says of the reply's state; the time at which it counts as come."""
        choices = body.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict) and choice.get("finish_reason"):
                self._finished = True
        self._has_usage = self._has_usage or bool(body.get("usage"))
        said = body.get("base_resp")
        self._failed |= bool(body.get("error")) or (isinstance(said, dict) and said.get("status_code", 0) != 0)
        own = body.get(OWN_KEY)
        key = "t" if self._stream else "total_s"
        return self._time(own.get(key) if isinstance(own, dict) else None)

    def _time(self, told: object = None) -> float:
        """Never before the event in front. A server of our own tells the time, and a slow way does not blur it."""
        t = told if isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told < 1e6 else self._t
        return round(max(float(t), self._events[-1].t if self._events else 0.0), 3)


def _without_origin(body: dict[str, Any]) -> dict[str, Any]:
    """A document without what a server of our own says of its time and origin; a completion keeps its moments."""
    own = body.get(OWN_KEY)
    if not isinstance(own, dict):
        return body
    kept = {key: value for key, value in own.items() if key not in ("origin", "t")}
    return {**body, OWN_KEY: kept} if kept else {key: value for key, value in body.items() if key != OWN_KEY}
