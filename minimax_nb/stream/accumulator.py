"""A streamed reply put together chunk by chunk: chunk in, events out, a ``Reply`` at any time.

Strategy: every field of the delta goes its own way, never through a generic merge. Texts are lists of pieces until they
are read. What is said while streaming (the events) and what is true at the end (the reply) are kept apart: the reply is
read from the assembled message by the same code that reads an unstreamed one, and ``settle`` says the difference.

No I/O here, no clock but the one that is handed in, and no knowledge of any SDK: a chunk is a dict, or an object
with such attributes.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from minimax_nb.errors import StreamFormatError
from minimax_nb.message.calls import read_tool_calls
from minimax_nb.message.completion import (
    OWN_KEY,
    in_service_order,
    is_real_usage,
    make_timing,
    read_origin,
    read_usage,
    safe_message,
)
from minimax_nb.message.finish_reason import ending
from minimax_nb.message.parts import read_message
from minimax_nb.message.reply import Origin, PartialReason, Reply
from minimax_nb.message.sdk_objects import json_values, open_object
from minimax_nb.message.service_error import service_error_in

from .delta import DeltaAssembler
from .event_emitter import EventEmitter

if TYPE_CHECKING:
    from collections.abc import Callable

    from minimax_nb.message.events import StreamEvent
    from minimax_nb.message.service_error import ServiceError

# What is looked for in a chunk. The service writes more keys into each; they need no merging with those the SDK knows.
_READ = frozenset({OWN_KEY, "id", "model", "object", "usage", "base_resp", "error", "choices"})
_READ_IN_CHOICE = frozenset({"index", "delta", "finish_reason", "message", "messages", "error"})
_STILL_ARRIVING = "the reply is still arriving"
UNFINISHED = "the stream ended before its finish reason"


class StreamAccumulator:
    """Puts one streamed reply together.

    Attributes:
        started: when the request was sent, by the clock; first the moment of construction, and a driver that learns
            better sets it.
        origin: where the reply comes from; a chunk that says so itself has the last word.
        service_error: the error that a chunk reported, or None.
        chunks: how many chunks were recognised as part of a chat completion.
        ended: an explicit end was seen: ``[DONE]``, or a closing chunk with the whole message.
    """

    def __init__(self, *, clock: Callable[[], float] = time.perf_counter, started: float | None = None) -> None:
        self._clock = clock
        self.started = clock() if started is None else started
        self.origin: Origin | None = None
        self.service_error: ServiceError | None = None
        self.chunks = 0
        self.ended = False
        self._delta = DeltaAssembler()
        self._narrator = EventEmitter()
        self._closing_message: dict[str, Any] | None = None
        self._finish: str | None = None
        self._id: str | None = None
        self._model: str | None = None
        self._usage: Any = None
        self._taped_now: float | None = None
        self._first: float | None = None
        self._last: float | None = None
        self._reasoning_first: float | None = None
        self._reasoning_last: float | None = None
        self._end: float | None = None
        self._result: Reply | None = None

    @property
    def finished(self) -> bool:
        """Whether the reply's end was seen: a finish reason, or an explicit end after something had arrived."""
        return self._finish is not None or (self.ended and self._first is not None)

    @property
    def waiting(self) -> bool:
        """Whether nothing of the reply has arrived yet."""
        return self._first is None

    def feed(self, chunk: Any) -> list[StreamEvent]:
        """Take a chunk.

        Args:
            chunk: a ``chat.completion.chunk``, as a dict or an SDK object.

        Returns:
            What it adds to the reply, perhaps nothing.

        Raises:
            StreamFormatError: it is neither a dict nor an object with attributes.
        """
        data, unknown, _ = open_object(chunk)
        if unknown and not _READ.isdisjoint(unknown):
            data = {**data, **unknown}
        if OWN_KEY in data:
            self._read_own(data[OWN_KEY])
        if self._id is None and data.get("id"):
            self._id = str(data["id"])
        model = data.get("model")
        if model:
            self._model = model
        usage = data.get("usage")
        if usage:
            self._keep_usage(usage)
        if "error" in data or "base_resp" in data:
            self.service_error = service_error_in(data) or self.service_error
        choices = data.get("choices")
        if not choices or not isinstance(choices, list):
            if self.service_error is None:
                self.service_error = service_error_in({**data, **unknown})
            self.chunks += "choices" in data or "usage" in data
            return []
        self.chunks += 1
        events: list[StreamEvent] = []
        for item in choices:
            choice, unknown, _ = open_object(item)
            if unknown and not _READ_IN_CHOICE.isdisjoint(unknown):
                choice = {**choice, **unknown}
            index = choice.get("index")
            if index != 0 and (index is not None or item is not choices[0]):
                continue
            delta = choice.get("delta")
            if delta:
                grew, thought = self._delta.feed(delta, self._narrator, events)
                if grew:
                    self._mark(thought)
                if self._delta.error is not None and self.service_error is None:
                    self.service_error = service_error_in({"error": self._delta.error})
            reason = choice.get("finish_reason")
            if reason:
                self._finish = str(reason)
            if "error" in choice:
                self.service_error = service_error_in({"choices": [choice]}) or self.service_error
            if "message" in choice or "messages" in choice:
                message = choice.get("message") or choice.get("messages")
                if message:
                    self._keep_closing_message(message, data)
        return events

    def started_before(self, seconds: float) -> None:
        """The request was sent so many seconds ago, by the clock."""
        self.started = self._clock() - seconds

    def adopt(self, reply: Reply) -> Reply:
        """Take a reply that is whole already as the result; ``settle`` then says all of it."""
        self._result = reply
        return reply

    def settle(self) -> list[StreamEvent]:
        """The events that the end of the stream decides: what was held back, or read wrongly, until then."""
        reply = self._result or self.reply()
        return self._narrator.settle(reply.reasoning, reply.content, reply.tool_calls)

    def reply(self) -> Reply:
        """The reply as it stands; it is marked "cut" until its end was seen."""
        if self._result is not None:
            return self._result
        return self._build(None if self.finished else "cut", None if self.finished else _STILL_ARRIVING)

    def finish(self, partial_reason: PartialReason | None = None, problem: str | None = None) -> Reply:
        """End the stream; later calls give the same reply.

        Args:
            partial_reason: why the reply is not whole, when the driver knows.
            problem: the same in words.

        Returns:
            The reply. When it is cut, interrupted or failed, tool calls that broke off midway are left out of its
            ``message`` (``tool_calls`` has them), so that it can be appended to the history.
        """
        if self._result is None:
            self._end = self._now()
            if partial_reason is None and self.service_error is not None:
                partial_reason, problem = "error", self.service_error.message
            elif partial_reason is None and not self.finished:
                partial_reason, problem = "cut", problem or UNFINISHED
            self._result = self._build(partial_reason, problem)
        return self._result

    def _keep_closing_message(self, message: Any, data: dict[str, Any]) -> None:
        """Older back ends repeat the whole reply at the end; it counts only where nothing was streamed before."""
        message = json_values(message)
        if isinstance(message, list):
            message = message[-1]
        if not isinstance(message, dict):
            return
        self._closing_message = message
        self.ended = self.ended or data.get("object") == "chat.completion"
        if self._first is None and (_says_something(message) or message.get("tool_calls")):
            self._mark(thought=False)

    def _mark(self, thought: bool) -> None:
        self._last = now = self._now()
        if self._first is None:
            self._first = now
        if thought:
            self._reasoning_last = now
            if self._reasoning_first is None:
                self._reasoning_first = now

    def _now(self) -> float:
        """The clock, or the time that the embedded server wrote into the chunk."""
        return self._clock() if self._taped_now is None else self._taped_now

    def _read_own(self, own: Any) -> None:
        own = json_values(own)
        if not isinstance(own, dict):
            return
        moment = own.get("t")
        if isinstance(moment, int | float) and (self._first is None or self._taped_now is not None):
            self._taped_now = float(moment)
        self.origin = read_origin(own.get("origin")) or self.origin

    def _keep_usage(self, usage: Any) -> None:
        try:
            counts, _, _ = open_object(usage)
        except StreamFormatError:
            return
        # Some routes send zeros with each chunk.
        if counts.get("total_tokens") or counts.get("prompt_tokens") or counts.get("completion_tokens"):
            usage = json_values(usage)
            self._usage = usage if is_real_usage(usage) else self._usage

    def _message(self) -> dict[str, Any]:
        message = self._delta.message()
        closing = self._closing_message
        if closing is not None and not _says_something(message) and not message.get("tool_calls"):
            message = {**message, **closing}
        if not message.get("tool_calls"):
            message.setdefault("content", "")
        message["role"] = message.get("role") or "assistant"
        return in_service_order(message)

    def _build(self, partial_reason: PartialReason | None, problem: str | None) -> Reply:
        message = self._message()
        reasoning, content, _ = read_message(message)
        calls = read_tool_calls(message)
        if partial_reason is None:
            partial_reason, problem = ending(self._finish)
        if partial_reason not in {None, "length"}:
            message = safe_message(message)
        usage = read_usage(self._usage)
        start = self.started if self._taped_now is None else 0.0
        first, last, end = (
            None if moment is None else moment - start for moment in (self._first, self._last, self._end)
        )
        thought = None
        if self._reasoning_first is not None and self._reasoning_last is not None:
            thought = self._reasoning_last - self._reasoning_first
        return Reply(
            message=message,
            reasoning=reasoning,
            content=content,
            tool_calls=calls,
            usage=usage,
            timing=make_timing(first, last, thought, end, usage),
            finish_reason=self._finish,
            model=self._model,
            id=self._id,
            partial_reason=partial_reason,
            problem=problem,
            origin=self.origin,
        )


def _says_something(message: dict[str, Any]) -> bool:
    """Whether a message holds thinking or an answer."""
    reasoning, content, _ = read_message(message)
    return bool(reasoning or content)
