"""A reply, or a run with its tools, on show: while it comes, and as the one output that stays."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from minimax_nb.frontend import by_display_mode, current_shell, publish, remember_shown
from minimax_nb.message.events import (
    ApprovalRequested,
    Finished,
    RoundEnded,
    RoundStarted,
    RunEvent,
    ToolResult,
    ToolStarted,
)
from minimax_nb.render.bundle import metadata
from minimax_nb.render.run_record import RunRecord
from minimax_nb.render.text.text import visible
from minimax_nb.render.tracetext import summary
from minimax_nb.steps.steps import Step
from minimax_nb.steps.tables import read_table
from minimax_nb.tools.displayable import figure_of

from .terminal import TextReply
from .view import HiddenView

if TYPE_CHECKING:
    from collections.abc import Callable

    from minimax_nb.message.reply import Reply

    from .view import View

_LONGEST_LINE = 500


def open_run_view(*, wanted: bool = True, streams: bool = True) -> View:
    """The place to show a reply, or a run with its tools, at; on show at once if it is a live one.

    Args:
        wanted: whether it is to be shown at all.
        streams: whether there is anything to wait for; a reply in hand needs no live view.

    Raises:
        ConfigurationError: ``MINIMAX_NB_DISPLAY`` holds something unknown.
    """
    if not wanted:
        return HiddenView()
    view: Callable[[], View] = by_display_mode(live=LiveRun if streams else StaticRun, static=StaticRun, text=TextRun)
    return view()


class _InOrder:
    """The results of a turn in the order of its calls, whichever is there first."""

    def __init__(self) -> None:
        self._waiting: dict[int, ToolResult] = {}
        self._next = 0

    def take(self, event: RunEvent) -> list[ToolResult]:
        """Take one more event; give the results whose turn it is, and what is left where a reply ends."""
        if isinstance(event, RoundEnded):
            return self.rest()
        if not isinstance(event, ToolResult):
            return []
        self._waiting[event.position] = event
        ready = []
        while self._next in self._waiting:
            ready.append(self._waiting.pop(self._next))
            self._next += 1
        return ready

    def rest(self) -> list[ToolResult]:
        """Give what is left, and begin the next turn."""
        left = [result for _, result in sorted(self._waiting.items())]
        self._waiting, self._next = {}, 0
        return left


class StaticRun:
    """Shows nothing until the turn is over, then one output; pictures that tools returned come after it."""

    def __init__(self) -> None:
        self._record = RunRecord()
        self._order = _InOrder()
        self._beside: list[ToolResult] = []

    def feed(self, event: RunEvent) -> None:
        """One more event of the run."""
        self._record.take(event)
        self._beside += self._order.take(event)

    def finish(self, reply: Reply) -> None:
        """The run is over: shows it."""
        publish(self._record.bundle(reply), metadata=metadata(reply))
        for result in [*self._beside, *self._order.rest()]:
            show_beside(result.shown)
        remember_shown(reply)


class LiveRun:
    """Shows the turn as it runs; pictures that tools return come after it."""

    def __init__(self) -> None:
        from minimax_nb.widgets.live import LiveReply
        from minimax_nb.widgets.run_painter import RunPainter

        self._live = LiveReply(RunPainter())
        self._order = _InOrder()

    def feed(self, event: RunEvent) -> None:
        """One more event of the run."""
        self._live.feed(event)
        for result in self._order.take(event):
            show_beside(result.shown)

    def finish(self, reply: Reply) -> None:
        """The run is over: one output that needs no kernel takes its place."""
        for result in self._order.rest():
            show_beside(result.shown)
        self._live.finish(reply)
        remember_shown(reply)


class TextRun:
    """Writes the turn to a terminal or a file as it goes."""

    def __init__(self) -> None:
        self._reply = TextReply()
        self._ended: Reply | None = None  # the reply that is written whole
        self._order = _InOrder()

    def feed(self, event: RunEvent) -> None:
        """One more event of the run."""
        self._write(self._order.take(event))
        match event:
            case RoundStarted():
                self._reply, self._ended = TextReply(), None
            case RoundEnded(reply=reply):
                self._reply.finish(reply)
                self._ended = reply
            case ApprovalRequested() | ToolStarted() | ToolResult() | Finished():
                pass
            case _:
                self._reply.feed(event)

    def finish(self, reply: Reply) -> None:
        """The run is over: writes what is missing."""
        self._write(self._order.rest())
        if self._ended is None:
            self._reply.finish(reply)
        elif reply is not self._ended and reply.partial_reason is not None and not reply.content:
            TextReply().finish(reply)
        remember_shown(reply)

    def _write(self, results: list[ToolResult]) -> None:
        for result in results:
            call = result.call
            step = Step("result", name=call.name, arguments=call.arguments, text=result.text)
            failed = "failed" if result.error is not None else "result"
            self._reply.line(f"[tool {failed}] {visible(summary(step, _LONGEST_LINE))}")
            show_beside(result.shown)


def show_beside(value: Any) -> None:
    """Show what a tool returned as outputs of their own: pictures, a table that does not fit into ours."""
    if value is None or current_shell() is None:
        return
    several = type(value) is tuple
    if not several and read_table(value):
        return
    from IPython.display import display

    display(*map(_drawable, value if several else (value,)))  # type: ignore[no-untyped-call]


def _drawable(value: Any) -> Any:
    """The value, or a picture of it where it is a figure and no inline backend is there that knows how to draw one."""
    figure, shell = figure_of(value), current_shell()
    if figure is None or shell is None:
        return value
    try:
        shell.display_formatter.formatters["image/png"].lookup(figure)
    except KeyError:
        from IPython.display import Image

        picture = io.BytesIO()
        figure.savefig(picture, format="png", bbox_inches="tight")
        return Image(data=picture.getvalue())  # type: ignore[no-untyped-call]
    return figure
