"""Requests in flight: at most so many, fewer after a refusal, one more after each clean stretch."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_CLEAN_S = 2.0


class Gate:
    """Counter of what is in flight, for any number of event loops.

    Args:
        most: how many may be in flight at once.
        clock: seconds, ever growing.

    Attributes:
        limit: how many may be at the moment.
        inside: how many are.
    """

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = most
        self.inside = 0
        self._most = most
        self._clock = clock
        self._changed = clock()  # when the limit was changed, or would have been
        self._halved = -math.inf
        self._lock = threading.Lock()
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self) -> None:
        """Wait for a place and take it."""
        while True:
            with self._lock:
                if self.inside < self.limit:
                    self.inside += 1
                    return
                future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiting.append(future)
            try:
                await future
            except asyncio.CancelledError:
                with self._lock:
                    self._wake()
                raise

    def leave(self) -> None:
        """Give the place back."""
        with self._lock:
            self.inside -= 1
            if self.limit < self._most and self._clock() - self._changed >= _CLEAN_S:
                self.limit += 1
                self._changed = self._clock()
            self._wake()

    def narrow(self) -> None:
        """Let only half as many in, once for all refusals of a moment."""
        with self._lock:
            now = self._changed = self._clock()
            if now - self._halved >= _CLEAN_S:
                self.limit = max(1, self.limit // 2)
                self._halved = now

    def _wake(self) -> None:
        free = self.limit - self.inside
        while self._waiting and free > 0:
            future = self._waiting.popleft()
            if future.done():
                continue
            with suppress(RuntimeError):  # its loop has ended, and whoever waited there
                future.get_loop().call_soon_threadsafe(_let_in, future)
                free -= 1


def _let_in(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
