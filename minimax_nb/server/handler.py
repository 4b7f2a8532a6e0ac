"""The server without a socket: a request in, a response out, with the times at which its events are due."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from . import wire
from .faults import REFUSALS, Ending, Fault, broken_stream, ending_unstreamed, fault_from, null_reply
from .match import Miss, find, words_of
from .models import MODELS, Served, entry
from .pacing import moments, pieces
from .practice import rehearse
from .quirks import checked, form_with, stream_with
from .refusals import ApiError, invalid, unauthorised
from .replies import Answer, cut_to, tokens
from .rules import check_request, parse_body

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .tape import Turn

CREATED = 1_790_000_000
"""Every reply says that it was made then: a saved notebook is the same on every day."""

_MOST_REMEMBERED = 10_000
_PREAMBLE_TOKENS = {True: 26, False: 150}
"""Tokens of the hidden preamble that the service bills (observed in 2026): M2 family, others."""
_PICTURE_TOKENS = 1_000
_FEWEST_CACHED = 600
"""Prompts shorter than this were not seen to be cached."""


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back.

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


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What a request asks of this server beyond the service's own fields: ``{"minimax_nb": {…}}``."""

    quirks: tuple[str, ...] = ()
    fault: Fault | None = None
    speed: float = 1.0


@dataclass(slots=True)
class Handler:
    """Answers requests from tapes, or rehearses.

    Attributes:
        turns: the tapes' turns, in order of preference.
        key: the bearer key that every request must carry; None for none.
        strict: answer what no tape matches with an error instead of a rehearsal.
        quirks: names from ``quirks.QUIRKS``, for every reply.
        fault: a fault for every request, as ``faults.fault_from`` reads it.
        speed: how many times faster than real time replies come; infinity for at once.
    """

    turns: Sequence[Turn] = ()
    key: str | None = None
    strict: bool = False
    quirks: tuple[str, ...] = ()
    fault: str | None = None
    speed: float = 1.0
    _asked: OrderedDict[str, int] = field(default_factory=OrderedDict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        checked(self.quirks)
        if self.fault is not None:
            fault_from(self.fault)

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Answer one request.

        Args:
            method: "GET" or "POST".
            path: the path without its query; with or without ``/v1``.
            headers: by lower-case name.
            body: as received.
        """
        digest = hashlib.sha256(b"\0".join((method.encode(), path.encode("utf-8", "replace"), body))).hexdigest()
        trace_id = self._trace_id(digest)
        try:
            if not self.knows(headers.get("authorization", "")):
                raise unauthorised()
            return self._routed(method, path.removeprefix("/v1").rstrip("/"), body, trace_id)
        except ApiError as error:
            return _json(error.status, error.body(trace_id), trace_id)

    def knows(self, authorization: str) -> bool:
        """Whether an ``Authorization`` header carries the key."""
        if self.key is None:
            return True
        scheme, _, key = authorization.partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(key.strip().encode(), self.key.encode())

    def _trace_id(self, digest: str) -> str:
        """32 hexadecimal digits that depend on the request and how often it came, and on nothing else."""
        return hashlib.sha256(f"{digest} {self._count(digest)}".encode()).hexdigest()[:32]

    def _count(self, what: str) -> int:
        """How often this was asked before, counting this time; the oldest are forgotten in the end."""
        with self._lock:
            number = self._asked.pop(what, 0)
            self._asked[what] = number + 1
            if len(self._asked) > _MOST_REMEMBERED:
                self._asked.popitem(last=False)
            return number

    def _routed(self, method: str, path: str, body: bytes, trace_id: str) -> Response:
        if path == "/chat/completions":
            if method != "POST":
                raise ApiError(405, "method_not_allowed", f"expected POST on {path}, got {method}")
            return self._chat(parse_body(body), trace_id)
        if path == "/models" or path.startswith("/models/"):
            if method != "GET":
                raise ApiError(405, "method_not_allowed", f"expected GET on {path}, got {method}")
            return _json(200, _models(path.removeprefix("/models").strip("/")), trace_id)
        served = "POST /v1/chat/completions, GET /v1/models"
        raise ApiError(404, "not_found_error", f"there is no {path[:80] or '/'} here; there are {served}")

    def _chat(self, request: dict[str, Any], trace_id: str) -> Response:
        wishes = self._wishes(request)
        fault = self._striking(wishes.fault, request)
        if fault and fault.name in REFUSALS:
            raise REFUSALS[fault.name]
        model = check_request(request)
        answer = _as_asked(self._answer(request, model), request, model)
        prompt, cached = _prompt_tokens(request, model)
        if prompt > model.context:
            raise invalid("context window exceeds limit")
        usage = wire.usage_of(answer, prompt, cached)
        head = wire.Head(trace_id, CREATED, model.id, answer.origin)
        form = form_with(_form(request, model), wishes.quirks)
        parts = pieces(answer, model.tokens_per_s)
        if not request.get("stream"):
            times = moments(parts)
            whole = wire.completion(answer, head, form, usage, times)
            return _json(
                200,
                null_reply(fault, model.id) if fault and fault.name in ("base-resp", "choices-null") else whole,
                trace_id,
                delay_s=times["total_s"],
                ending=ending_unstreamed(fault) if fault else "end",
                speed=wishes.speed,
            )
        events = stream_with(wire.stream(answer, head, form, usage, parts), wishes.quirks)
        ending: Ending = "end"
        if fault:
            events, ending = broken_stream(events, fault, model.id)
        headers = {**_headers(trace_id, "text/event-stream"), "cache-control": "no-cache"}
        return Response(200, headers, events=tuple(events), ending=ending, speed=wishes.speed)

    def _wishes(self, request: dict[str, Any]) -> _Wishes:
        """The server's own settings, with those of the request added; a model named ``fault-…`` is a wish, too."""
        own = request.pop("minimax_nb", None) or {}
        if not isinstance(own, dict):
            raise invalid("minimax_nb: expected an object with quirks, fault or speed")
        quirks = own.get("quirks") or []
        if not isinstance(quirks, list):
            raise invalid("minimax_nb.quirks: expected a list of names")
        spec = own.get("fault") or self.fault
        if isinstance(request.get("model"), str) and request["model"].startswith("fault-"):
            spec = request["model"].removeprefix("fault-")
            request["model"] = "MiniMax-M2.7"
        speed = self.speed if own.get("speed") is None else speed_from(own["speed"])
        return _Wishes((*self.quirks, *checked(quirks)), fault_from(spec) if spec else None, speed)

    def _striking(self, fault: Fault | None, request: dict[str, Any]) -> Fault | None:
        """The fault, unless this request has already been tried as often as the fault holds."""
        if fault is None or fault.times is None:
            return fault
        attempt = self._count(f"{fault} {_digest(request)}")
        return fault if attempt < fault.times else None

    def _answer(self, request: dict[str, Any], model: Served) -> Answer:
        found = find(request, self.turns)
        if not isinstance(found, Miss):
            # The same question asked again gets the next take; after the last one the first.
            turn = found[self._count(_digest([request["messages"], [t.tape for t in found]])) % len(found)]
            return turn.answer
        if self.strict:
            raise ApiError(404, "no_tape_error", str(found))
        return rehearse(request, model)


def speed_from(value: object) -> float:
    """Read a speed: a number above 0, or "max" for no waiting at all.

    Raises:
        ApiError: it is neither.
    """
    if value == "max":
        return float("inf")
    try:
        speed = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        speed = 0.0
    if not speed > 0:
        raise invalid(f"expected a speed above 0 or 'max', got {str(value)[:40]!r}")
    return speed


def _as_asked(answer: Answer, request: dict[str, Any], model: Served) -> Answer:
    """The answer under the request's own limits: thinking off where it can be, and the number of tokens."""
    if not model.is_m2 and (request.get("thinking") or {}).get("type") == "disabled":
        answer = replace(answer, reasoning="", reasoning_tokens=None, completion_tokens=None)
    if answer.calls and not answer.content:
        answer = replace(answer, content="\n")  # as the service writes it beside calls
    limit = request.get("max_completion_tokens") or request.get("max_tokens")
    return cut_to(answer, limit) if limit else answer


def _form(request: dict[str, Any], model: Served) -> wire.Form:
    options = request.get("stream_options") or {}
    return wire.Form(
        split=bool(request.get("reasoning_split")),
        closing="\n</think>\n\n" if model.is_m2 else "\n</think>\n",
        include_usage=bool(options.get("include_usage")),
    )


def _prompt_tokens(request: dict[str, Any], model: Served) -> tuple[int, int]:
    """About how many tokens the prompt has, and how many of them were in an earlier request of the conversation."""
    tools = tokens(json.dumps(request.get("tools") or "", ensure_ascii=False)) if request.get("tools") else 0
    total = _PREAMBLE_TOKENS[model.is_m2] + tools
    cached = 0
    for message in request["messages"]:
        if message["role"] == "assistant":
            cached = total
        calls = message.get("tool_calls")
        total += 4 + _content_tokens(message.get("content")) + (tokens(json.dumps(calls)) if calls else 0)
    return total, cached if cached >= _FEWEST_CACHED else 0


def _content_tokens(content: object) -> int:
    """About how many tokens a message's content has; a picture counts the same whatever its size."""
    media = [part for part in content if part.get("type") != "text"] if isinstance(content, list) else []
    return tokens(words_of(content)) + _PICTURE_TOKENS * len(media)


def _models(name: str) -> dict[str, Any]:
    if not name:
        return {"object": "list", "data": [entry(model) for model in MODELS.values()]}
    if name not in MODELS:
        raise invalid(f"unknown model '{name[:80]}'")
    return entry(MODELS[name])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _headers(trace_id: str, content_type: str) -> dict[str, str]:
    return {
        "content-type": content_type,
        "trace-id": trace_id,
        "minimax-request-id": hashlib.sha256(trace_id.encode()).hexdigest()[:32],
        "x-mm-request-id": trace_id,
        "x-session-id": trace_id,
    }


def _json(
    status: int,
    document: Mapping[str, Any],
    trace_id: str,
    *,
    delay_s: float = 0.0,
    ending: Ending = "end",
    speed: float = 1.0,
) -> Response:
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")
    headers = _headers(trace_id, "application/json; charset=utf-8")
    return Response(status, headers, body=body, delay_s=delay_s, ending=ending, speed=speed)
