"""Recorded replies: as they came over the wire, in the one wire format in which they can be played."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minimax_nb.server.answer.wire import Event

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN_KEY = "minimax_nb"
"""The field of a chunk or completion in which this server says when and from where it speaks."""


@dataclass(frozen=True, slots=True)
class RecordedReply:
    """Recorded reply.

    Attributes:
        stream: whether it came as a stream.
        split: whether ``reasoning_split`` was asked for.
        include_usage: whether ``stream_options.include_usage`` was.
        events: what came, with its time since the request; one event when it was no stream.
        origin: where it comes from: kind, tape, host, date.
    """

    stream: bool
    split: bool
    include_usage: bool
    events: tuple[Event, ...]
    origin: dict[str, str]

    @property
    def form(self) -> dict[str, bool]:
        """The wire format that was asked for, as ``form_of`` has it."""
        return _form(self.stream, self.split, self.include_usage)

    @property
    def total_s(self) -> float:
        """Seconds from the request to the last event."""
        return self.events[-1].t

    def played(self) -> list[Event]:
        """Return the events of a stream, each with its time in it and the first with the origin."""
        found = []
        told = False
        for event in self.events:
            if isinstance(event.body, str):
                found.append(event)
                continue
            ours: dict[str, Any] = {"t": event.t} if told else {"t": event.t, "origin": self.origin}
            told = True
            found.append(Event(event.t, {**event.body, OWN_KEY: ours}))
        return found

    def document(self) -> dict[str, Any]:
        """Return the reply that was no stream, with its time and origin in it."""
        body = self.events[0].body
        whole = body if isinstance(body, dict) else {}
        known = whole.get(OWN_KEY)
        times = {"total_s": self.total_s, **(known if isinstance(known, dict) else {})}
        return {**whole, OWN_KEY: {**times, "origin": self.origin}}


def form_of(request: Mapping[str, Any]) -> dict[str, bool]:
    """Return the wire format that a request asks for, by the names of the request's own fields."""
    options = request.get("stream_options")
    usage = isinstance(options, dict) and bool(options.get("include_usage"))
    stream = bool(request.get("stream"))
    # Without a stream the usage always comes.
    return _form(stream, bool(request.get("reasoning_split")), stream and usage)


def has_choices(body: Mapping[str, Any]) -> bool:
    """Return whether a document of a stream is a chunk of the reply; the others, such as the usage, stand apart."""
    return bool(body.get("choices"))


def _form(stream: bool, split: bool, include_usage: bool) -> dict[str, bool]:
    return {"stream": stream, "reasoning_split": split, "stream_options.include_usage": include_usage}
