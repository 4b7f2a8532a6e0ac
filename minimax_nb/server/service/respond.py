"""Responses of the service: its headers, and a reply as one document or as a stream, with a fault in it or without."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minimax_nb.server.http.response import Response
from minimax_nb.server.quirks.faults import Ending, Fault, broken_stream, ending_unstreamed, null_reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minimax_nb.server.answer import wire
    from minimax_nb.server.tape.recorded import RecordedReply


@dataclass(frozen=True, slots=True)
class ResponseBuilder:
    """Builder of the response to one request, as broken as the fault wants it.

    Attributes:
        trace_id: the response's id.
        speed: how many times faster than its times the reply is sent.
        fault: what goes wrong with it, if anything.
    """

    trace_id: str
    speed: float
    fault: Fault | None

    def recorded(self, reply: RecordedReply, model: str) -> Response:
        """Respond with a recorded reply, in the format in which it was recorded."""
        if reply.stream:
            return self.streamed(reply.played(), model)
        return self.whole(reply.document(), reply.total_s, model)

    def whole(self, document: dict[str, Any], total_s: float, model: str) -> Response:
        """Respond with one document."""
        fault = self.fault
        if fault and fault.name in ("base-resp", "choices-null"):
            document = null_reply(fault, model)
        ending = ending_unstreamed(fault) if fault else "end"
        return as_json(200, document, self.trace_id, delay_s=total_s, ending=ending, speed=self.speed)

    def streamed(self, events: list[wire.Event], model: str) -> Response:
        """Respond with a stream."""
        ending: Ending = "end"
        if self.fault:
            events, ending = broken_stream(events, self.fault, model)
        headers = {**_headers(self.trace_id, "text/event-stream"), "cache-control": "no-cache"}
        return Response(200, headers, events=tuple(events), ending=ending, speed=self.speed)


def _headers(trace_id: str, content_type: str) -> dict[str, str]:
    return {
        "content-type": content_type,
        "trace-id": trace_id,
        "minimax-request-id": hashlib.sha256(trace_id.encode()).hexdigest()[:32],
        "x-mm-request-id": trace_id,
        "x-session-id": trace_id,
    }


def as_json(
    status: int,
    document: Mapping[str, Any],
    trace_id: str,
    *,
    delay_s: float = 0.0,
    ending: Ending = "end",
    speed: float = 1.0,
) -> Response:
    """Make a response that is one document."""
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")
    headers = _headers(trace_id, "application/json; charset=utf-8")
    return Response(status, headers, body=body, delay_s=delay_s, ending=ending, speed=speed)
