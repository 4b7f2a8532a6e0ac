"""When the next frame may go: often enough to look alive, rarely enough to cost next to nothing.

Three limits, the strictest wins: a smallest interval, a share of the time that rendering may take, and a budget of
bytes in proportion to the text. No clock and no thread in here.
"""

from __future__ import annotations

from dataclasses import dataclass

INTERVAL_S = 0.025
RENDER_SHARE = 0.05

BYTES_PER_TEXT_BYTE = 2.1
"""The price of a reply, long or short: from 100 to 400 tokens a second it is the budget that sets the pace."""

HOLDS = ((500, 0.0), (4_000, 0.15), (float("inf"), 0.5))
"""So many bytes beyond the budget are lent, if the last frame is so many seconds ago.

The first loan is small, or a byte of a short reply would cost more than one of a long reply. The second shows a reply
whose opening is not paid for yet, and keeps a block that is sent anew (a code block that ends and gets its colours)
from halting the view; the last shows a reply that stalls up to its last word.
"""


@dataclass(slots=True)
class Throttle:
    """The frame throttle: decides when frames go, from what frames have cost so far.

    Attributes:
        sent: bytes of frames on the wire so far, with those of the opening.
        text: bytes of model text that have arrived so far.
        last: when the last frame went, in seconds on the caller's clock.
        busy: how long that frame took to make, in seconds.
        before: the same of the frame before it.
        size: how many bytes it took, as a guess at the next one.
    """

    sent: int = 0
    text: int = 0
    last: float = float("-inf")
    busy: float = 0.0
    before: float = 0.0
    size: int = 0

    def delay(self, now: float) -> float:
        """Tell how long to wait before asking again, in seconds; 0 when a frame may go now."""
        debt = self.sent + self.size - BYTES_PER_TEXT_BYTE * self.text
        hold = next(seconds for loan, seconds in HOLDS if debt <= loan)
        # A single slow frame is an accident, such as the first formula, for which code is loaded.
        ready = self.last + max(INTERVAL_S, min(self.busy, self.before) / RENDER_SHARE, hold)
        # More text may come in the meantime and pay for the frame, so look again soon.
        return 0.0 if now >= ready else min(ready - now, INTERVAL_S)

    def went(self, now: float, busy: float, size: int) -> None:
        """Note that a frame has gone: at ``now``, after ``busy`` seconds of rendering, ``size`` bytes of it."""
        self.last = now
        self.before, self.busy = self.busy, busy
        self.size = size
        self.sent += size
