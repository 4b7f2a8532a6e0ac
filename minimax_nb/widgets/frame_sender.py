"""What brings one live view up to date while a reply streams: frames go to the front end from a thread of their own.

The thread that reads the stream only hands its events over, so a pause in the stream holds nothing back, a slow
rendering delays no chunk, and an interrupt strikes the reading alone. Where there are no threads, whoever reads sends
what is due, and so does whoever waits.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import ExitStack
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Protocol

from minimax_nb.runtime import background

from .live_view import LiveView
from .throttle import Throttle

if TYPE_CHECKING:
    from minimax_nb.message.events import RunEvent
    from minimax_nb.message.reply import Reply

    from .frame_widget import FrameWidget
    from .operations import Operation

_processor_time = getattr(time, "thread_time", time.perf_counter)
"""The seconds that this thread has worked; where nobody counts them, those that have gone by, which are no fewer."""

_OPENING_BYTES = 750
"""What the first display and the opening of the widget weigh."""


class Paints(Protocol):
    """Events in, operations out, such as a ``Painter``."""

    @property
    def size(self) -> int:
        """Bytes of text so far."""

    def take(self, event: RunEvent) -> None:
        """Take one more event."""

    def frame(self) -> list[Operation]:
        """Give what has changed since the last frame."""

    def finish(self, reply: Reply) -> list[Operation]:
        """Give the last changes, which make the view equal to the finished reply."""


class FrameSender:
    """The frame sender of one view. Put ``view`` on show, ``start``, ``feed`` it the events, then ``finish`` it once.

    Attributes:
        view: the view.
    """

    def __init__(self, painter: Paints, view: FrameWidget[Operation] | None = None) -> None:
        self.view: FrameWidget[Operation] = view or LiveView()
        self._painter = painter
        self._throttle = Throttle(sent=_OPENING_BYTES)
        self._events: deque[Any] = deque()
        self._news = threading.Event()
        self._ended = threading.Event()
        self._idle = threading.Event()
        self._waits = ExitStack()
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._live,), name="minimax-nb-live", daemon=True
        )

    def start(self) -> None:
        """Begin to send frames."""
        if background.THREADS:
            self._thread.start()
            return
        self._waits.enter_context(background.while_waiting(self._send_due))
        self._idle.set()

    def feed(self, event: RunEvent) -> None:
        """Take one more event of the stream; return at once."""
        self._events.append(event)
        if not self._news.is_set():
            self._news.set()
        if not background.THREADS:
            self._send_due()

    def finish(self, reply: Reply) -> None:
        """Send the last frame, which shows the finished reply, whole or partial."""
        self._waits.close()
        self._ended.set()
        self._news.set()
        self._idle.wait()  # not for the thread: an interrupt in ``join`` makes Python 3.11 take it for ended
        self._take_events()
        self.view.send_frame(self._painter.finish(reply))

    def _live(self) -> None:
        try:
            self._run()
        finally:
            self._idle.set()

    def _run(self) -> None:
        """Send a frame whenever there is news and the throttle allows it."""
        while True:
            self._news.wait()
            while not self._ended.is_set() and (delay := self._throttle.delay(time.perf_counter())) > 0:
                self._ended.wait(delay)
                self._take_events()
            if self._ended.is_set():
                return
            self._news.clear()
            self._send()

    def _send_due(self) -> None:
        """Send a frame if there is news and the throttle allows it."""
        self._take_events()  # their text pays for the frame
        if self._news.is_set() and self._throttle.delay(time.perf_counter()) <= 0:
            self._news.clear()
            self._send()

    def _take_events(self) -> None:
        while self._events:
            self._painter.take(self._events.popleft())
        self._throttle.text = self._painter.size

    def _send(self) -> None:
        """Send one frame, if anything has changed."""
        started = _processor_time()
        self._take_events()
        size = 0
        if operations := self._painter.frame():
            size = self.view.send_frame(operations)
        self._throttle.went(time.perf_counter(), _processor_time() - started, size)
