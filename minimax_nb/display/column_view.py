"""Several replies on show, one column each: live, as one output at the end, or as text. The front end decides."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Protocol

from minimax_nb.display.terminal import TextReply
from minimax_nb.frontend import display_mode, publish
from minimax_nb.render.comparison import comparison_bundle, plain_table
from minimax_nb.render.text.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from minimax_nb.message.events import RunEvent
    from minimax_nb.message.reply import Reply


class ColumnView(Protocol):
    """A place where replies are shown beside each other. Events and ends may come from any thread."""

    def feed(self, column: int, event: RunEvent) -> None:
        """One more event of a column's reply."""

    def end(self, column: int, reply: Reply) -> None:
        """A column's reply is there, whole or partial."""

    def finish(self, replies: Mapping[str, Reply]) -> None:
        """All have ended: shows what stays."""


def open_column_view(names: Sequence[str], *, wanted: bool = True) -> ColumnView:
    """The place to show replies at, on show at once if it is a live one.

    Args:
        names: what stands above each column.
        wanted: whether they are to be shown at all.

    Raises:
        ConfigurationError: ``MINIMAX_NB_DISPLAY`` holds something unknown.
    """
    if not wanted:
        return _HiddenColumns()
    match display_mode():
        case "text":
            return _TextColumns(names)
        case "live":
            from minimax_nb.widgets.live_columns import LiveColumns

            return LiveColumns(names)
        case _:
            return _StaticColumns()


class _HiddenColumns:
    """Shows nothing."""

    def feed(self, column: int, event: RunEvent) -> None:
        """Nobody watches."""

    def end(self, column: int, reply: Reply) -> None:
        """Nobody watches."""

    def finish(self, replies: Mapping[str, Reply]) -> None:
        """Nobody watches."""


class _StaticColumns(_HiddenColumns):
    """Shows nothing until all replies are there, then exactly one output."""

    def finish(self, replies: Mapping[str, Reply]) -> None:
        publish(comparison_bundle(replies))


class _TextColumns(_HiddenColumns):
    """Writes each reply when it is whole, the quickest first: text cannot stream side by side. The table comes last."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._lock = threading.Lock()

    def end(self, column: int, reply: Reply) -> None:
        with self._lock:
            sys.stdout.write(f"== {visible(self._names[column])} ==\n")
            TextReply().finish(reply)
            sys.stdout.write("\n")

    def finish(self, replies: Mapping[str, Reply]) -> None:
        sys.stdout.write(f"{plain_table(replies)}\n")
