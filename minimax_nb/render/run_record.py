"""What a view keeps of a run: its steps, and the tables that its tools returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minimax_nb.message.events import RoundEnded, RunEvent, ToolResult
from minimax_nb.render.run import run_bundle
from minimax_nb.steps.recorder import StepRecorder
from minimax_nb.steps.tables import Table, read_table, with_place

if TYPE_CHECKING:
    from minimax_nb.message.reply import Reply
    from minimax_nb.steps.steps import Step

    from .text.markup import Bundle


class RunRecord:
    """The steps of one run, and its reply.

    Attributes:
        tables: the tables that tools returned, by the place of their step.
    """

    def __init__(self) -> None:
        self.tables: dict[int, Table] = {}
        self._recorder = StepRecorder()
        self._last: Reply | None = None
        self._before_last = 0

    def __len__(self) -> int:
        return len(self._recorder)

    def take(self, event: RunEvent) -> dict[int, Step]:
        """Take one more event, and give the steps that it adds, by their place."""
        count = len(self._recorder)
        places = self._recorder.event(event)
        if isinstance(event, RoundEnded):
            self._last, self._before_last = event.reply, count
        elif isinstance(event, ToolResult):
            self.tables = with_place(self.tables, places.start, read_table(event.shown))
        return dict(zip(places, self._recorder.steps(places.start), strict=False))

    def bundle(self, reply: Reply) -> Bundle:
        """Write the run as a MIME bundle that ends with this reply."""
        before = self._before_last if reply is self._last else len(self._recorder)
        return run_bundle(self._recorder.steps(), self._recorder.rounds(), reply, before, self.tables)
