"""Pace of requests: so many requests and tokens a minute, spaced, with a small burst; slower where the service says so.

Requests are spaced by the generic cell rate algorithm: a place in time is given out for each, and only a few may be
ahead of it. A leaky bucket would let a whole minute's worth go at once.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BURST = 8
"""Requests that may go at once, at most."""
_TOKEN_BURST_S = 4.0
"""Seconds' worth of tokens that may go at once."""
_SLOWER = 2.0
_SLOWER_AT_MOST = 2
"""Times in a row, with nothing answered between, that a refusal slows down: then the service answers nobody, and it is
the pauses that grow."""
_FASTER = 0.8
_CLEAN_S = 3.0
"""Seconds without a refusal after which the pace is raised a step."""
_OBSERVED_S = 10.0
_LONGEST_PAUSE_S = 60.0
_FIRST_PAUSE_S = 1.0
_LONGEST_SPACE_S = 20.0
"""Seconds between requests, at most: whoever asks less often learns too late that the service is free again."""
_NO_SPACE_S = 1e-4


class Pacer:
    """When the next request may go.

    Made for one account and shared by whatever asks in its name, from any thread. It sleeps for nobody: it says how
    long to wait. Each run has at most one place waiting, or a change of pace would hold for the newest alone.

    Args:
        requests_per_minute: None for no limit.
        tokens_per_minute: likewise.
        burst: requests that may go at once.
        clock: seconds.
        jitter: gives a number from 0 to 1.
    """

    def __init__(
        self,
        requests_per_minute: float | None,
        tokens_per_minute: float | None,
        *,
        burst: int = BURST,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._documented_s = 60 / requests_per_minute if requests_per_minute else 0.0
        self._space_s = self._documented_s
        self._token_s = 60 / tokens_per_minute if tokens_per_minute else 0.0
        self._burst = max(1, burst)
        self._clock = clock
        self._jitter = jitter
        self._lock = threading.Lock()
        self._next = -math.inf  # a clock may begin anywhere
        self._next_token = -math.inf
        self._held_until = -math.inf
        self._refusals = 0  # in a row, each after a pause of its own
        self._latest = -math.inf
        self._set_back_s = 0.0
        self._changed = self._now()
        self._granted: deque[float] = deque(maxlen=1024)
        self.generation = 0
        """Grows with each refusal: a place that was given out before is none any more."""

    @property
    def held_s(self) -> float:
        """Seconds that all requests still have to wait, after a refusal; 0 when none has to."""
        with self._lock:
            return max(0.0, self._held_until - self._now())

    def place(self, tokens: int = 0) -> float:
        """Take a place in time for a request.

        Args:
            tokens: how many it will probably cost, prompt and reply.

        Returns:
            Seconds to wait before sending it. If ``generation`` has grown by then, take another place.
        """
        with self._lock:
            now = self._now()
            self._speed_up(now)
            burst = self._burst if self._space_s == self._documented_s else 1
            at = max(now, self._held_until, self._next - (burst - 1) * self._space_s)
            if self._token_s and tokens:
                at = max(at, self._next_token - _TOKEN_BURST_S)
                self._next_token = max(at, self._next_token) + tokens * self._token_s
            self._next = max(at, self._next) + self._space_s
            self._granted.append(at)
            return at - now

    def settle(self, reserved: int, used: int) -> None:
        """Give back tokens that were reserved and not used, or take those that were used beyond."""
        with self._lock:
            owed = used - reserved
            if owed > 0:  # what is owed is not paid by the time that has passed since
                self._next_token = max(self._next_token, self._now())
            self._next_token += owed * self._token_s

    def answered(self) -> None:
        """A request was answered."""
        self._refusals = 0

    def refused(self, generation: int, pause_s: float | None = None) -> float:
        """The service said "too much": go slower, and let nobody send for a while.

        What was in flight at the time comes back with the same answer; all of that counts once.

        Args:
            generation: what ``generation`` was when the request was sent.
            pause_s: how long to wait, if the service said so.

        Returns:
            Seconds of the pause.
        """
        with self._lock:
            now = self._now()
            if generation == self.generation:
                self.generation += 1
                self._refusals += 1
                if self._refusals <= _SLOWER_AT_MOST:
                    self._slow_down(now)
                self._changed = now
                if pause_s is None:
                    pause = min(_FIRST_PAUSE_S * 2 ** min(self._refusals - 1, 10), _LONGEST_PAUSE_S)
                    pause_s = pause * (0.75 + 0.5 * self._jitter())
            self._held_until = max(self._held_until, now + (pause_s or 0.0))
            self._next = max(self._held_until, self._next)
            self._next_token = max(self._next_token, self._held_until)
            return self._held_until - now

    def _now(self) -> float:
        """Seconds, ever growing: where the clock is set back, places that were given out are no further off."""
        now = self._clock() + self._set_back_s
        self._set_back_s += max(0.0, self._latest - now)
        self._latest = max(self._latest, now)
        return self._latest

    def _slow_down(self, now: float) -> None:
        while self._granted and self._granted[0] < now - _OBSERVED_S:
            self._granted.popleft()
        sent = [at for at in self._granted if at <= now]
        seconds = max(now - sent[0], 0.1) if sent else _OBSERVED_S
        observed_s = seconds / max(len(sent), 1)
        slower_s = max(self._space_s, observed_s) * _SLOWER
        self._space_s = max(min(slower_s, _LONGEST_SPACE_S), self._documented_s)
        self._granted.clear()

    def _speed_up(self, now: float) -> None:
        since = max(self._changed, self._held_until)
        while self._space_s > self._documented_s and now - since >= _CLEAN_S:
            faster = max(self._space_s * _FASTER, self._documented_s)
            self._next = now + max(0.0, self._next - now) * faster / self._space_s
            self._space_s = faster if faster > _NO_SPACE_S else self._documented_s
            since += _CLEAN_S
            self._changed = since


_pacers: dict[tuple[object, ...], Pacer] = {}
_pacers_lock = threading.Lock()


def shared_pacer(account: str, model: str, requests: float | None, tokens: float | None) -> Pacer:
    """The one pacer of this process for an account and a model under these limits.

    Args:
        account: what tells accounts apart.
        model: the model.
        requests: requests per minute, or None.
        tokens: tokens per minute, or None.
    """
    name = (account, model, requests, tokens)
    with _pacers_lock:
        return _pacers.setdefault(name, Pacer(requests, tokens))
