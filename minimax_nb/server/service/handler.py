"""Request handler, without a socket: a request in, a response out, with the times at which its events are due."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from minimax_nb.server.answer import wire
from minimax_nb.server.answer.answer import cut_to, with_effort
from minimax_nb.server.answer.chunking import reply_times, segments
from minimax_nb.server.api_error import ApiError, invalid, unauthorised
from minimax_nb.server.practice.practice import rehearse
from minimax_nb.server.quirks.faults import ERROR_FAULTS, Fault, parse_fault
from minimax_nb.server.quirks.quirks import OWN_MODEL, check_quirks, form_with, stream_with
from minimax_nb.server.tape.match import Miss, find, is_comparable
from minimax_nb.server.tape.recorded import OWN_KEY, RecordedReply

from .models import MODELS, ServedModel, model_object, own_model, recorded_model
from .respond import ResponseBuilder, as_json
from .rules import check_request, parse_body
from .token_count import cached_tokens, prompt_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from minimax_nb.server.answer.answer import Answer
    from minimax_nb.server.http.response import Response
    from minimax_nb.server.tape.read import TapeTurn

CREATED = 1_790_000_000
"""Every reply says that it was made then: a saved notebook is the same on every day."""

_MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class _Overrides:
    """Settings of this server for one request, from its field ``minimax_nb``."""

    quirks: tuple[str, ...] = ()
    fault: Fault | None = None
    speed: float = 1.0


@dataclass(slots=True)
class Handler:
    """Handler of requests, which answers from tapes or rehearses.

    Attributes:
        turns: the tapes' turns, in order of preference.
        key: the bearer key that every request must carry; None for none.
        strict: answer what no tape matches with an error instead of a rehearsal.
        quirks: names from ``quirks.QUIRKS``, for every reply.
        fault: a fault for every request, as ``faults.parse_fault`` reads it.
        speed: how many times faster than real time replies come; infinity for at once.
    """

    turns: Sequence[TapeTurn] = ()
    key: str | None = None
    strict: bool = False
    quirks: tuple[str, ...] = ()
    fault: str | None = None
    speed: float = 1.0
    _models: dict[str, ServedModel] = field(default_factory=dict, init=False)
    _counts: OrderedDict[str, int] = field(default_factory=OrderedDict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self.quirks = check_quirks(self.quirks)
        if self.fault is not None:
            parse_fault(self.fault)
        recorded = [name for turn in self.turns if isinstance(turn.answer, RecordedReply) for name in turn.models]
        if OWN_MODEL in self.quirks:
            own = own_model()
            self._models = {own.id: own}
            return
        self._models = {**MODELS, **{name: recorded_model(name) for name in recorded if name not in MODELS}}

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
            if not self.authorizes(headers.get("authorization", "")):
                raise unauthorised()
            return self._route(method, path.removeprefix("/v1").rstrip("/"), body, trace_id)
        except RecursionError:
            error = invalid("Syntax error: expected a request that is not nested so deeply")
        except ApiError as raised:
            error = raised
        return as_json(error.status, error.body(trace_id), trace_id)

    def authorizes(self, authorization: str) -> bool:
        """Return whether an ``Authorization`` header carries the key."""
        if self.key is None:
            return True
        scheme, _, key = authorization.partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(key.strip().encode(), self.key.encode())

    def _trace_id(self, digest: str) -> str:
        """Make 32 hexadecimal digits that depend on the request and how often it came, and on nothing else."""
        return hashlib.sha256(f"{digest} {self._count(digest)}".encode()).hexdigest()[:32]

    def _count(self, what: str) -> int:
        """Count how often this came before, and this time too; the oldest are forgotten in the end."""
        with self._lock:
            number = self._counts.pop(what, 0)
            self._counts[what] = number + 1
            if len(self._counts) > _MOST_REMEMBERED:
                self._counts.popitem(last=False)
            return number

    def _route(self, method: str, path: str, body: bytes, trace_id: str) -> Response:
        if path == "/chat/completions":
            if method != "POST":
                raise ApiError(405, "method_not_allowed", f"expected POST on {path}, got {method}")
            return self._chat(parse_body(body), trace_id)
        if path == "/models" or path.startswith("/models/"):
            if method != "GET":
                raise ApiError(405, "method_not_allowed", f"expected GET on {path}, got {method}")
            return as_json(200, self._model_list(path.removeprefix("/models").strip("/")), trace_id)
        served = "POST /v1/chat/completions, GET /v1/models"
        raise ApiError(404, "not_found_error", f"there is no {path[:80] or '/'} here; there are {served}")

    def _chat(self, request: dict[str, Any], trace_id: str) -> Response:
        overrides = self._overrides(request)
        fault = self._active_fault(overrides.fault, request)
        if fault and fault.name in ERROR_FAULTS:
            raise ERROR_FAULTS[fault.name]
        build = ResponseBuilder(trace_id, overrides.speed, fault)
        found = find(request, self.turns) if is_comparable(request) else Miss()
        if not isinstance(found, Miss) and isinstance(found[0].answer, RecordedReply):
            # What the service has once answered is not held to our idea of its rules.
            return build.recorded(cast("RecordedReply", self._next_answer(request, found)), request["model"])
        model = check_request(request, self._models)
        prompt, earlier = prompt_tokens(request, model)
        if prompt > model.context:
            raise invalid("context window exceeds limit")
        answer = _within_limits(self._answer(request, model, found), request, model)
        again = self._count(_digest(["prompt", model.id, request["messages"], request.get("tools")])) > 0
        usage = wire.usage_of(answer, prompt, cached_tokens(prompt, earlier, again=again))
        head = wire.Envelope(trace_id, CREATED, model.id, answer.origin)
        form = form_with(_form(request, model), overrides.quirks)
        parts = segments(answer, model.tokens_per_s)
        if not request.get("stream"):
            times = reply_times(parts)
            return build.whole(wire.completion(answer, head, form, usage, times), times["total_s"], model.id)
        return build.streamed(stream_with(wire.stream(answer, head, form, usage, parts), overrides.quirks), model.id)

    def _overrides(self, request: dict[str, Any]) -> _Overrides:
        """Return the server's own settings with those of the request; a model named ``fault-…`` is one, too."""
        own = request.pop(OWN_KEY, None)
        own = {} if own is None else own
        if not isinstance(own, dict):
            raise invalid("minimax_nb: expected an object with quirks, fault or speed")
        quirks = [] if own.get("quirks") is None else own["quirks"]
        if not isinstance(quirks, list):
            raise invalid("minimax_nb.quirks: expected a list of names")
        spec = self.fault if own.get("fault") is None else own["fault"]
        if isinstance(request.get("model"), str) and request["model"].startswith("fault-"):
            spec = request["model"].removeprefix("fault-")
            request["model"] = "MiniMax-M2.7"
        speed = self.speed if own.get("speed") is None else parse_speed(own["speed"])
        return _Overrides((*self.quirks, *check_quirks(quirks)), None if spec is None else parse_fault(spec), speed)

    def _active_fault(self, fault: Fault | None, request: dict[str, Any]) -> Fault | None:
        """Return the fault, unless this request has already been tried as often as the fault holds."""
        if fault is None or fault.times is None:
            return fault
        attempt = self._count(f"{fault} {_digest(request)}")
        return fault if attempt < fault.times else None

    def _answer(self, request: dict[str, Any], model: ServedModel, found: list[TapeTurn] | Miss) -> Answer:
        """Answer from the tape that was found, or in a rehearsal."""
        if not isinstance(found, Miss):
            return cast("Answer", self._next_answer(request, found))
        if self.strict:
            raise ApiError(404, "no_tape_error", str(found))
        return rehearse(request, model)

    def _next_answer(self, request: dict[str, Any], found: list[TapeTurn]) -> Answer | RecordedReply:
        """Return the next answer for a request that came before; after the last one the first."""
        number = self._count(_digest([request["messages"], found[0].tape, found[0].number]))
        return found[number % len(found)].answer

    def _model_list(self, name: str) -> dict[str, Any]:
        if not name:
            return {"object": "list", "data": [model_object(model) for model in self._models.values()]}
        if name not in self._models:
            raise invalid(f"unknown model '{name[:80]}'")
        return model_object(self._models[name])


def parse_speed(value: object) -> float:
    """Parse a speed: a number above 0, or "max" for no waiting at all.

    Raises:
        ApiError: it is neither.
    """
    if value == "max":
        return float("inf")
    try:
        speed = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        speed = 0.0
    if not speed > 0:
        raise invalid(f"expected a speed above 0 or 'max', got {str(value)[:40]!r}")
    return speed


def _within_limits(answer: Answer, request: dict[str, Any], model: ServedModel) -> Answer:
    """Hold an answer to the request's own limits: thinking off where it can be, and the number of tokens."""
    if not model.is_m2 and (request.get("thinking") or {}).get("type") == "disabled":
        answer = replace(answer, reasoning="", reasoning_tokens=None, completion_tokens=None)
    if model.thinks_apart:
        answer = with_effort(answer, request.get("reasoning_effort"))
    elif answer.calls and not answer.content:
        answer = replace(answer, content="\n")  # as the service writes it beside calls
    limit = request.get("max_completion_tokens") or request.get("max_tokens")
    return cut_to(answer, limit) if limit else answer


def _form(request: dict[str, Any], model: ServedModel) -> wire.WireFormat:
    options = request.get("stream_options") or {}
    asked = request.get("reasoning_split")
    return wire.WireFormat(
        split=model.thinks_apart if asked is None else bool(asked),
        details=not model.thinks_apart or asked is not None,
        null_content=model.thinks_apart,
        closing="\n</think>\n\n" if model.is_m2 else "\n</think>\n",
        include_usage=bool(options.get("include_usage")),
    )


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
