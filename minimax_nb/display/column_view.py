"""Several replies on show, one column each: live, as one output at the end, or as text. The front end decides."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from minimax_nb.frontend import by_display_mode, publish
from minimax_nb.render.comparison import comparison_bundle, plain_table
from minimax_nb.render.text.text import visible

from .terminal import Output, TextReply
from .view import HiddenView

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from minimax_nb.message.reply import Reply

    from .view import View


class Columns(Protocol):
    """Replies beside each other.

    Attributes:
        views: a view for each; they may be told from any thread.
    """

    @property
    def views(self) -> Sequence[View]:
        """The views, in the order of the names."""

    def finish(self, replies: Mapping[str, Reply]) -> None:
        """Show what stays: all have ended."""


def open_columns(names: Sequence[str], *, wanted: bool = True) -> Columns:
    """The place to show replies at, on show at once if it is a live one.

    Args:
        names: what stands above each column.
        wanted: whether they are to be shown at all.

    Raises:
        ConfigurationError: ``MINIMAX_NB_DISPLAY`` holds something unknown.
    """
    if not wanted:
        return _HiddenColumns(names)
    form: Callable[[Sequence[str]], Columns] = by_display_mode(live=_live, static=_StaticColumns, text=_TextColumns)
    return form(names)


def _live(names: Sequence[str]) -> Columns:
    from minimax_nb.widgets.live_columns import LiveColumns

    return LiveColumns(names)


class _HiddenColumns:
    """Shows nothing."""

    def __init__(self, names: Sequence[str]) -> None:
        self.views: Sequence[View] = [HiddenView() for _ in names]

    def finish(self, replies: Mapping[str, Reply]) -> None:
        """Show nothing."""


class _StaticColumns(_HiddenColumns):
    """Shows nothing until all replies are there, then exactly one output."""

    def finish(self, replies: Mapping[str, Reply]) -> None:
        publish(comparison_bundle(replies))


class _TextColumns:
    """Writes each reply when it is whole, the quickest first: text cannot stream side by side. The table comes last."""

    def __init__(self, names: Sequence[str]) -> None:
        lock = threading.Lock()
        self.views: Sequence[View] = [_TextColumn(name, lock) for name in names]

    def finish(self, replies: Mapping[str, Reply]) -> None:
        Output().write(f"{plain_table(replies)}\n")


class _TextColumn(HiddenView):
    """Writes one reply under its name; the lock keeps it in one piece."""

    def __init__(self, name: str, lock: threading.Lock) -> None:
        self._name = name
        self._lock = lock

    def finish(self, reply: Reply) -> None:
        with self._lock:
            Output().write(f"== {visible(self._name)} ==\n")
            TextReply().finish(reply)
            Output().write("\n")
