"""What an error means for a batch: wait and ask again, ask again, give the row up, or stop the run.

The service's own number decides before HTTP's status. Numbers: MiniMax's error code page, and what was seen on the
service (2026).
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Literal, NamedTuple

from minimax_nb.client.hints import code_in
from minimax_nb.errors import HistoryError, StreamCutError, StreamFormatError, StreamServiceError
from minimax_nb.message.service_error import read_service_error, service_error_in

Action = Literal["wait", "again", "row", "stop"]

THROTTLED = frozenset({1002, 1039, 1041, 2045, 2062, 2064})
"""The service says "too much": what is sent gets slower, and no attempt is counted."""
PASSING = frozenset({1000, 1001, 1013, 1024, 1033})
FATAL = frozenset({1004, 1008, 1028, 1030, 2049, 2056, 2061})
"""The key, the balance or the plan: every row would fail."""
_OF_THE_ROW = frozenset({1026, 1027, 1042, 2013})
_FATAL_STATUS = frozenset({401, 402, 403, 404, 405, 501})
_PASSING_STATUS = frozenset({408, 409, 425})
_NO_MONEY = re.compile(
    r"insufficient[_ ](?:quota|balance|credits?|funds)|exceeded your current quota|payment required"
    r"|(?:out of|no|not enough|run out of) (?:credits?|balance|quota)\b"
    r"|balance (?:is )?(?:too low|not enough|insufficient)"
    r"|余额不足|欠费",
    re.IGNORECASE,
)
"""Of HTTP 429. Words such as "billing" alone also stand in advice: "add a payment method to raise your limit"."""
_LONGEST_PAUSE_S = 3600.0
_WORDS = {
    1002: "rate limit",
    1039: "token limit",
    1041: "too many connections",
    2045: "requests grew too fast",
    2062: "the plan's rate limit",
    2064: "overloaded",
    429: "rate limit",
}


class Verdict(NamedTuple):
    """What to do after an error.

    Attributes:
        action: "wait" for all to hold and slow down, "again" for another attempt, "row" to give the row up, "stop" to
            end the run.
        code: the service's number, else HTTP's status; None where there is neither.
        pause_s: how long to wait, where the service said so, in seconds.
    """

    action: Action
    code: int | None
    pause_s: float | None = None

    @property
    def reason(self) -> str:
        """What one waits for, in a few words: "1002 rate limit"."""
        return f"{self.code} {_WORDS.get(self.code or 0, 'too many requests')}"


def judge(error: BaseException) -> Verdict:
    """What to do about an error of a request.

    Args:
        error: what ``create``, or reading its answer, raised.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, StreamServiceError):
        return _by_number(error.code, None, str(error), None)
    if "APIStatusError" in names:
        status = int(getattr(error, "status_code", 0) or 0)
        headers = getattr(getattr(error, "response", None), "headers", {})
        return _by_number(_number(error), status, str(error), _pause(headers))
    if isinstance(error, StreamCutError | StreamFormatError) or names & {
        "APIConnectionError",
        "APIResponseValidationError",
    }:
        return Verdict("again", None)
    if "APIError" in names:
        return _by_number(_number(error), None, str(error), None)
    if isinstance(error, HistoryError):
        return Verdict("row", 2013)
    if isinstance(error, ConnectionError | TimeoutError) or names & {"TransportError", "Timeout", "ClientError"}:
        return Verdict("again", None)
    return Verdict("row", None)


def _by_number(code: int | None, status: int | None, words: str, pause_s: float | None) -> Verdict:
    if code is not None and code < 1000:
        status, code = status or code, None
    known = code if code is not None else status
    if code in THROTTLED:
        return Verdict("wait", known, pause_s)
    if code in FATAL:
        return Verdict("stop", known)
    if code in PASSING:
        return Verdict("again", known, pause_s)
    if code in _OF_THE_ROW:
        return Verdict("row", known)
    if status == 429:
        return Verdict("stop", known) if _NO_MONEY.search(words) else Verdict("wait", known, pause_s)
    if status in _FATAL_STATUS:
        return Verdict("stop", known)
    if status in _PASSING_STATUS or (status is not None and status >= 500):
        return Verdict("again", known, pause_s)
    if status is None and code is None:  # an error in a reply, in words alone
        return Verdict("again", None)
    return Verdict("row", known)


def _number(error: BaseException) -> int | None:
    body: Any = getattr(error, "body", None)
    if isinstance(body, Mapping):
        found = service_error_in(body)
        read = found or read_service_error(dict(body))
        if read.code is not None and read.code >= 1000:
            return read.code
    return code_in(str(getattr(error, "message", "") or error))


def _pause(headers: Any) -> float | None:
    """Seconds that the service asks to wait: ``retry-after-ms``, or ``retry-after`` as a number or a date."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        said = str(headers.get(name) or "")
        try:
            seconds = float(said) / unit
        except ValueError:
            seconds = _seconds_until(said, str(headers.get("date") or ""))
        if 0 < seconds < math.inf:
            return min(seconds, _LONGEST_PAUSE_S)
    return None


def _seconds_until(date: str, now: str) -> float:
    """Seconds to a date by the service's own clock, where it says what that shows: this machine's may be wrong."""
    try:
        until = parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return 0.0
    try:
        return until - parsedate_to_datetime(now).timestamp()
    except (ValueError, OverflowError):
        return until - time.time()
