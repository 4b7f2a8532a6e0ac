"""Faults on request: HTTP errors, and replies that break off, fall silent or are no reply at all.

A fault is asked for by name: ``rate-limit``; ``cut:3`` breaks off after three events; ``overload*2`` holds for the
first two attempts at one request, so that a retry can be seen to work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from minimax_nb.server.answer.wire import Event
from minimax_nb.server.api_error import ApiError, invalid, unauthorised

if TYPE_CHECKING:
    from collections.abc import Sequence

Ending = Literal["end", "drop", "hang"]

ERROR_FAULTS: dict[str, ApiError] = {
    "rate-limit": ApiError(429, "rate_limit_error", "rate limit (1002)"),
    "plan-limit": ApiError(429, "rate_limit_error", "usage limit exceeded (2056)"),
    "balance": ApiError(429, "insufficient_balance_error", "insufficient balance (1008)"),
    "overload": ApiError(529, "overloaded_error", "cluster overload (2064)"),
    "server-error": ApiError(500, "server_error", "unknown error, 999 (1000)"),
    "sensitive": ApiError(422, "unprocessable_entity_error", "input new_sensitive (1026)"),
    "plan-model": ApiError(500, "server_error", "token plan not support model (2061)"),
    "bad-key": unauthorised(),
}

FAULTS: dict[str, str] = {
    "rate-limit": "429, code 1002: too many requests or tokens a minute",
    "plan-limit": "429, code 2056: the plan's window is used up",
    "balance": "429, code 1008: no money left",
    "overload": "529, code 2064: the cluster is overloaded",
    "server-error": "500, code 1000: unknown error",
    "sensitive": "422, code 1026: the input was held back",
    "plan-model": "500, code 2061: the plan does not include the model",
    "bad-key": "401, code 1004: the key is not accepted",
    "base-resp": "HTTP 200 with choices null and code 2056 in base_resp",
    "choices-null": "HTTP 200 with choices null and no word why",
    "midstream-error": "an error event inside the stream (code 2064)",
    "cut": "the connection drops inside the reply",
    "end": "the stream ends quietly before its finish reason",
    "hang": "silence inside the reply, without end",
    "empty": "a stream without events",
    "garbage": "an event that is no JSON",
}

_SPEC = re.compile(r"(?P<name>[a-z-]+)(?::(?P<at>\d{1,6}))?(?:\*(?P<times>\d{1,6}))?")


@dataclass(frozen=True, slots=True)
class Fault:
    """Fault that a request has asked for.

    Attributes:
        name: a key of ``FAULTS``.
        at: after how many events it strikes; None for the middle.
        times: for how many attempts at the same request it holds; None for all.
    """

    name: str
    at: int | None = None
    times: int | None = None


def parse_fault(spec: str) -> Fault:
    """Parse ``name``, ``name:events`` or ``name*times``.

    Raises:
        ApiError: there is no such fault; the message names those that are.
    """
    found = _SPEC.fullmatch(spec) if isinstance(spec, str) else None
    if found is None or found["name"] not in FAULTS:
        raise invalid(
            f"unknown fault {str(spec)[:60]!r}, expected one of {', '.join(FAULTS)}, perhaps with :events or *times"
        )
    at, times = found["at"], found["times"]
    return Fault(found["name"], int(at) if at else None, int(times) if times else None)


def broken_stream(events: Sequence[Event], fault: Fault, model: str) -> tuple[list[Event], Ending]:
    """Return the events up to where the fault strikes, and how the connection ends."""
    at = len(events) // 2 if fault.at is None else min(fault.at, len(events))
    begun = list(events[:at])
    now = begun[-1].t if begun else 0.0
    match fault.name:
        case "base-resp" | "choices-null":
            return [Event(0.0, null_reply(fault, model))], "end"
        case "midstream-error":
            return [*begun, Event(now, {"type": "error", "error": ERROR_FAULTS["overload"].error()})], "end"
        case "garbage":
            return [*begun, Event(now, "<html>502 Bad Gateway</html>")], "end"
        case "empty":
            return [], "end"
        case "cut":
            return begun, "drop"
        case "hang":
            return begun, "hang"
    return begun, "end"


def null_reply(fault: Fault, model: str) -> dict[str, Any]:
    """Make a reply under HTTP 200 that is none (observed on plans whose limit was reached)."""
    said = {"status_code": 2056, "status_msg": "usage limit exceeded"}
    return {
        "id": "",
        "choices": None,
        "created": 0,
        "model": model,
        "object": "",
        "usage": None,
        "base_resp": said if fault.name == "base-resp" else {"status_code": 0, "status_msg": ""},
    }


def ending_unstreamed(fault: Fault) -> Ending:
    """Return how a reply that is no stream ends."""
    return "hang" if fault.name == "hang" else "drop" if fault.name in ("cut", "midstream-error", "end") else "end"
