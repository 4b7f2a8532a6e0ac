"""A whole turn with tools in one view: what is done as a timeline, below it the reply that is being written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from minimax_nb.message.events import ApprovalRequested, RoundEnded, RoundStarted, StreamEvent, ToolResult, ToolStarted
from minimax_nb.render.regions import Region
from minimax_nb.render.run_record import RunRecord
from minimax_nb.render.table import table_html
from minimax_nb.render.text.markup import EMPTY
from minimax_nb.render.tracehtml import row

from .operations import RegionSplice
from .painter import Painter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minimax_nb.message.events import RunEvent
    from minimax_nb.message.reply import Reply
    from minimax_nb.render.text.markup import Bundle, Html
    from minimax_nb.steps.steps import Step
    from minimax_nb.steps.tables import Table

    from .operations import Operation

_UNFOLDS_TO = 4_000
"""Characters of a step's text that its line unfolds to while the turn runs; the output that stays has more."""
_NAMES = 3
"""Tools that run at the same time and are named; more are counted."""


class RunPainter:
    """The painter of a run: each reply as it comes; once it has called tools, it moves into the timeline."""

    def __init__(self) -> None:
        self._record = RunRecord()
        self._reply = Painter()
        self._earlier = 0
        self._rows = 0
        self._results_from = 0
        self._running: dict[int, str] = {}
        self._changed: list[Operation] = []

    @property
    def size(self) -> int:
        """Bytes of model text, and of what the tools gave, so far."""
        return self._earlier + self._reply.size

    def take(self, event: RunEvent) -> None:
        """Take one more event of the run."""
        if isinstance(event, StreamEvent):
            self._reply.take(event)
            return
        steps = self._record.take(event)
        match event:
            case RoundStarted(round=number):
                if number > 1:
                    self._changed.append(("phase", "resuming"))
            case RoundEnded():
                if any(step.kind == "call" for step in steps.values()):
                    self._changed += self._reply.frame()
                    self._earlier += self._reply.size
                    self._reply = Painter()
                    self._changed.append(("clear", [Region.THOUGHTS, Region.ANSWER, Region.CALLS]))
                    self._add_rows(steps.values())
                    self._results_from = self._rows
            case ApprovalRequested(call=call):
                self._changed += [("tool", call.name), ("phase", "asking")]
            case ToolStarted(position, call):
                self._running[position] = call.name
                self._changed += [("tool", _named(self._running.values())), ("phase", "working")]
            case ToolResult(position=position, text=text):
                if self._running.pop(position, None) is not None and self._running:
                    self._changed.append(("tool", _named(self._running.values())))
                self._earlier += len(text[:_UNFOLDS_TO].encode("utf-8", "surrogatepass"))
                ((at, step),) = steps.items()
                self._put_result(self._results_from + position, step, self._record.tables.get(at))

    def frame(self) -> list[Operation]:
        """Give what has changed since the last frame."""
        changed, self._changed = self._changed, []
        return [*changed, *self._reply.frame()]

    def finish(self, reply: Reply) -> list[Operation]:
        """Give the last changes."""
        changed, self._changed = self._changed, []
        return [*changed, *self._reply.finish(reply)]

    def bundle(self, reply: Reply) -> Bundle:
        """Write what stays on show in the end."""
        return self._record.bundle(reply)

    def _add_rows(self, steps: Iterable[Step]) -> None:
        for step in steps:
            self._changed.append(RegionSplice(Region.PAST, self._rows, 0, _row(step)))
            self._rows += 1

    def _put_result(self, place: int, step: Step, table: Table | None) -> None:
        """Put a result where its call has it; the rows before that are empty until their own results come."""
        while self._rows < place:
            self._changed.append(RegionSplice(Region.PAST, self._rows, 0, EMPTY))
            self._rows += 1
        self._changed.append(RegionSplice(Region.PAST, place, 0, _row(step, table)))
        self._rows = max(self._rows, place + 1)


def _row(step: Step, table: Table | None = None) -> Html:
    timeless = replace(step, share=None)  # of a whole that is still growing
    return row(timeless, limit=_UNFOLDS_TO, formulas="mathml", table=table_html(table))


def _named(running: Iterable[str]) -> str:
    """Name the tools that run, in a few words."""
    names = list(running)
    return ", ".join(dict.fromkeys(names)) if len(set(names)) <= _NAMES else f"{len(names)} tools"
