"""A reply on show while it streams: frames go to the front end from a thread of their own.

The thread that reads the stream only hands its events over, so a pause in the stream holds nothing back, a slow
rendering delays no chunk, and an interrupt strikes the reading alone.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from minimax_nb.environment import publish
from minimax_nb.render.bundle import metadata

from .live_view import LiveView
from .pacing import Pacer
from .painter import Painter

if TYPE_CHECKING:
    from minimax_nb.events import RunEvent
    from minimax_nb.messages import Reply

    from .run_painter import RunPainter

_MESSAGE_BYTES = 72
"""What the message around a frame weighs."""

_OPENING_BYTES = 1_000
"""What the first display and the opening of the widget weigh."""

_FIRST_WHOLE_BYTES = 512
"""After how much text a front end that was still loading is first sent what it has missed."""


class LiveReply:
    """One output that shows a reply as it comes, and in the end its static form.

    On show from the moment it is made. ``feed`` it the events, then call ``finish`` once, whatever has happened.
    """

    def __init__(self, painter: Painter | RunPainter | None = None) -> None:
        self._view = LiveView()
        self._painter = painter or Painter()
        self._pacer = Pacer(sent=_OPENING_BYTES)
        self._events: deque[Any] = deque()
        self._news = threading.Event()
        self._ended = threading.Event()
        self._next_whole = _FIRST_WHOLE_BYTES
        self._display_id = secrets.token_hex(8)
        publish(self._view.bundle(), display_id=self._display_id)
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._run,), name="minimax-nb-live", daemon=True
        )
        self._thread.start()

    def feed(self, event: RunEvent) -> None:
        """One more event of the stream; returns at once."""
        self._events.append(event)
        if not self._news.is_set():
            self._news.set()

    def finish(self, reply: Reply) -> None:
        """Shows the finished reply, whole or partial, in place of the live view."""
        self._ended.set()
        self._news.set()
        self._thread.join()
        self._take_events()
        self._view.send_frame(self._painter.finish(reply))
        publish(self._painter.bundle(reply), metadata=metadata(reply), display_id=self._display_id, update=True)

    def _run(self) -> None:
        """Sends a frame whenever there is news and the pacer allows it."""
        while True:
            self._news.wait()
            while not self._ended.is_set() and (delay := self._pacer.delay(time.perf_counter())) > 0:
                self._ended.wait(delay)
                self._take_events()
            if self._ended.is_set():
                return
            self._news.clear()
            self._send()

    def _take_events(self) -> None:
        while self._events:
            self._painter.take(self._events.popleft())
        self._pacer.text = self._painter.size

    def _send(self) -> None:
        """One frame, and all of them again each time the text has grown fourfold."""
        started = time.thread_time()
        self._take_events()
        size = 0
        if operations := self._painter.frame():
            size = _MESSAGE_BYTES + self._view.send_frame(operations)
            if self._painter.size >= self._next_whole:
                self._next_whole = 4 * self._painter.size
                self._view.send_whole()
        self._pacer.went(time.perf_counter(), time.thread_time() - started, size)
