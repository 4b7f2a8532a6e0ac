"""A reply on show while it streams, and in the end its static form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minimax_nb.frontend import publish
from minimax_nb.render.bundle import metadata

from .frame_sender import FrameSender
from .live_view import LiveView
from .painter import Painter
from .shared_code import new_id

if TYPE_CHECKING:
    from minimax_nb.message.events import RunEvent
    from minimax_nb.message.reply import Reply

    from .run_painter import RunPainter


class LiveReply:
    """One output that shows a reply as it comes, and in the end its static form.

    On show from the moment it is made. ``feed`` it the events, then call ``finish`` once, whatever has happened.
    """

    def __init__(self, painter: Painter | RunPainter | None = None) -> None:
        self._painter = painter or Painter()
        view = LiveView()
        self._frames = FrameSender(self._painter, view)
        self._display_id = new_id()
        publish(view.bundle(), display_id=self._display_id)
        self._frames.start()

    def feed(self, event: RunEvent) -> None:
        """Take one more event of the stream; return at once."""
        self._frames.feed(event)

    def finish(self, reply: Reply) -> None:
        """Show the finished reply, whole or partial, in place of the live view."""
        self._frames.finish(reply)
        publish(self._painter.bundle(reply), metadata=metadata(reply), display_id=self._display_id, update=True)
