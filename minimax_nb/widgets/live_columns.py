"""Several replies on show at once: a live view for each, side by side where there is room."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import ipywidgets

from minimax_nb.frontend import publish
from minimax_nb.message.events import RoundStarted
from minimax_nb.render.comparison import TRACKS, column_head, comparison_bundle
from minimax_nb.render.regions import Region

from .frame_sender import FrameSender
from .live_view import WAITING
from .operations import DONE, WHOLE, RegionSplice
from .painter import Painter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from minimax_nb.message.events import RunEvent
    from minimax_nb.message.reply import Reply

    from .operations import Operation


class LiveColumns:
    """One output that shows replies as they come, each under its name, and in the end the output that stays.

    On show from the moment it is made.

    Attributes:
        views: one for each reply.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.views = [FrameSender(_ColumnPainter(name)) for name in names]
        views = [sender.view for sender in self.views]
        layout = ipywidgets.Layout(grid_template_columns=TRACKS, grid_gap="0.5em 2em", width="100%")
        self._grid = ipywidgets.GridBox(views, layout=layout)
        for view in views:
            view.observe(self._let_go, "comm")
        self._display_id = secrets.token_hex(8)
        spec = {"version_major": 2, "version_minor": 0, "model_id": self._grid.model_id}
        bundle = {"application/vnd.jupyter.widget-view+json": spec, "text/plain": WAITING}
        publish(bundle, display_id=self._display_id)
        for sender in self.views:
            sender.start()
            sender.feed(RoundStarted(1))  # so that the names are on show at once

    def finish(self, replies: Mapping[str, Reply]) -> None:
        """Put something static in their place: all of them have ended."""
        for sender in self.views:
            sender.view.send_frame([DONE])
        publish(comparison_bundle(replies), display_id=self._display_id, update=True)

    def _let_go(self, _change: Any) -> None:
        """Close the box with the last view; views close when no page shows them any more."""
        if self._grid.comm is not None and all(sender.view.comm is None for sender in self.views):
            self._grid.layout.close()
            self._grid.close()


class _ColumnPainter:
    """A painter of a reply with a name above it."""

    def __init__(self, name: str) -> None:
        self._reply = Painter()
        self._head: list[Operation] = [RegionSplice(Region.PAST, 0, 0, column_head(name))]

    @property
    def size(self) -> int:
        """Bytes of text so far."""
        return self._reply.size

    def take(self, event: RunEvent) -> None:
        """Take one more event."""
        self._reply.take(event)

    def frame(self) -> list[Operation]:
        """Give what has changed since the last frame."""
        head, self._head = self._head, []
        return [*head, *self._reply.frame()]

    def finish(self, reply: Reply) -> list[Operation]:
        """Give the last changes; the view stays on show beside those that go on."""
        head, self._head = self._head, []
        last = [WHOLE if each == DONE else each for each in self._reply.finish(reply)]
        return [*head, *last]
