"""The one protocol of a place where something is shown while it streams: a reply, a run, a column, a panel's turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from minimax_nb.message.events import RunEvent
    from minimax_nb.message.reply import Reply


class View(Protocol):
    """Told the events of a reply, or of a run with its tools, and then the last reply, once."""

    def feed(self, event: RunEvent) -> None:
        """Show one more event."""

    def finish(self, reply: Reply) -> None:
        """Show the last reply, whole or partial: there is no more."""


class HiddenView:
    """A view that shows nothing; as the value of a cell the reply still shows itself."""

    def feed(self, event: RunEvent) -> None:
        """Show nothing."""

    def finish(self, reply: Reply) -> None:
        """Show nothing."""
