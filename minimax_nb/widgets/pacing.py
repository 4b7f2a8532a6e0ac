"""When the next frame may go: often enough to look alive, rarely enough to cost next to nothing.

Three limits, the strictest wins: a smallest interval, a share of the time that rendering may take, and a budget of
bytes in proportion to the text. No clock and no thread in here.
"""

from __future__ import annotations

from dataclasses import dataclass

INTERVAL_S = 0.05
RENDER_SHARE = 0.05
BYTES_PER_TEXT_BYTE = 2.0
HEAD_START_BYTES = 4_000
STALE_S = 0.5


@dataclass(slots=True)
class Pacer:
    """Decides when frames go, from what frames have cost so far.

    Attributes:
        sent: bytes on the wire so far, everything counted.
        text: bytes of model text that have arrived so far.
        last: when the last frame went, in seconds on the caller's clock.
        busy: how long that frame took to make, in seconds.
        size: how many bytes it took, as a guess at the next one.
    """

    sent: int = 0
    text: int = 0
    last: float = float("-inf")
    busy: float = 0.0
    size: int = 0

    def delay(self, now: float) -> float:
        """How long to wait before asking again, in seconds; 0 when a frame may go now.

        Text is held back for the sake of bytes for half a second at most: a reply that stalls is shown up to its
        last word.
        """
        ready = self.last + max(INTERVAL_S, self.busy / RENDER_SHARE)
        if now < ready:
            return ready - now
        if self.sent + self.size <= BYTES_PER_TEXT_BYTE * self.text + HEAD_START_BYTES:
            return 0.0
        stale = self.last + STALE_S
        return 0.0 if now >= stale else min(INTERVAL_S, stale - now)

    def went(self, now: float, busy: float, size: int) -> None:
        """A frame has gone: at ``now``, after ``busy`` seconds of rendering, ``size`` bytes of it."""
        self.last = now
        self.busy = busy
        self.size = size
        self.sent += size
