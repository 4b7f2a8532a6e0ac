"""What is seen of a batch while it runs, and what stays: one display in a notebook, a line in a terminal."""

from __future__ import annotations

import shutil
import sys
import time
import uuid
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from minimax_nb.frontend import by_display_mode, current_shell, publish
from minimax_nb.render.progress import Progress, moment, progress_bundle, summary
from minimax_nb.render.text.text import visible

if TYPE_CHECKING:
    from typing import TextIO

    from .sender import Sender
    from .table import Table

_WINDOW_S = 10.0
_WHY = {"budget": "the budget is spent", "interrupted": "interrupted", "refused": "the service refused"}


class Watcher(Protocol):
    """Place where progress is shown."""

    def show(self, progress: Progress) -> None:
        """Show how far it is."""

    def finish(self, progress: Progress) -> None:
        """Show what has come of it; there is no more."""


class LiveProgress:
    """One display in a notebook, drawn anew, whose last state is what is saved."""

    def __init__(self) -> None:
        self._id = f"minimax-nb-batch-{uuid.uuid4().hex}"
        self._shown = False

    def show(self, progress: Progress) -> None:
        """Draw it."""
        publish(progress_bundle(progress), display_id=self._id, update=self._shown)
        self._shown = True

    def finish(self, progress: Progress) -> None:
        """Draw it for the last time."""
        self.show(progress)


class StaticProgress:
    """One output, when all is done."""

    def show(self, progress: Progress) -> None:
        """Show nothing yet."""

    def finish(self, progress: Progress) -> None:
        """Show what has come of it."""
        publish(progress_bundle(progress))


class TextProgress:
    """A line on standard error, written over on a terminal; elsewhere the last one alone."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = sys.stderr if out is None else out
        self._terminal = self._out.isatty()
        self._width = 0  # of the line that stands there

    def show(self, progress: Progress) -> None:
        """Write over the line."""
        if not self._terminal:
            return
        parts = filter(None, (summary(progress), moment(progress)))
        # A line that wraps cannot be written over.
        line = " · ".join(parts)[: shutil.get_terminal_size().columns - 1]
        self._write(f"\r{line.ljust(self._width)}")
        self._width = len(line)

    def finish(self, progress: Progress) -> None:
        """Write the last line, and what failed."""
        text = progress_bundle(progress)["text/plain"]
        lead = "\r" if self._terminal else ""
        first, _, rest = text.partition("\n")
        self._write(f"{lead}{first.ljust(self._width)}\n" + (f"{visible(rest)}\n" if rest else ""))

    def _write(self, text: str) -> None:
        with suppress(OSError, ValueError):  # nobody reads it any more: no reason to lose the answers
            self._out.write(text)
            self._out.flush()


class NoProgress:
    """Nothing is shown."""

    def show(self, progress: Progress) -> None:
        """Show nothing."""

    def finish(self, progress: Progress) -> None:
        """Show nothing."""


def open_watcher(*, wanted: bool) -> Watcher:
    """The watcher that fits here and now."""
    if not wanted:
        return NoProgress()
    if sys.stderr is None and current_shell() is None:
        return NoProgress()
    ways: dict[str, type[Watcher]] = {"live": LiveProgress, "static": StaticProgress, "text": TextProgress}
    return by_display_mode(**ways)()


class Meter:
    """Reads a batch's figures, with its speed of the last seconds."""

    def __init__(self, table: Table, whole: int) -> None:
        self._table = table
        self._whole = whole
        self._begun = time.monotonic()
        self._samples: deque[tuple[float, int]] = deque()

    def now(self, sender: Sender | None) -> Progress:
        """How far it is.

        Args:
            sender: what sends requests; None when all is done.
        """
        table = self._table
        running = sender is not None
        speed, left = self._speed() if running else (None, None)
        stopped = "" if table.stopped == "complete" else table.why or _WHY[table.stopped]
        expected = None
        asked = table.answered - table.resumed - table.repeated
        if self._whole > table.rows and asked > 0 and table.list_cost and not running:
            expected = table.list_cost / asked * self._whole
        return Progress(
            rows=table.rows,
            whole=self._whole,
            answered=table.answered,
            failed=table.failed,
            cut=table.cut,
            resumed=table.resumed,
            tokens=table.tokens,
            cost=None if table.unpriced else table.cost,
            tokens_per_s=speed,
            left_s=left,
            held=sender.waiting if sender is not None and sender.held_s else "",
            held_s=sender.held_s if sender is not None else 0.0,
            kinds=sorted(table.kinds.items(), key=lambda kind: (-kind[1], kind[0])),  # whichever failed first
            stopped=stopped,
            problem=table.problem if table.stopped == "refused" else "",
            expected=expected,
            running=running,
        )

    def _speed(self) -> tuple[float | None, float | None]:
        now = time.monotonic()
        self._samples.append((now, self._table.completion_tokens))
        while self._samples[0][0] < now - _WINDOW_S and len(self._samples) > 1:
            self._samples.popleft()
        began, tokens = self._samples[0]
        speed = (self._table.completion_tokens - tokens) / (now - began) if now - began > 1 else None
        done = self._table.done - self._table.resumed
        left = self._table.rows - self._table.done
        passed = now - self._begun
        return speed, (passed / done * left if done > 2 and passed > 2 and left else None)
