"""Where a panel opens, and what stands in its place where it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minimax_nb.frontend import panel_obstacle, publish
from minimax_nb.render.transcript import exchange_bundle, transcript_bundle

if TYPE_CHECKING:
    from .panel_host import PanelHost

NO_PANEL = "No box to type in here: {obstacle} This is the conversation so far."


def open_panel(chat: PanelHost) -> None:
    """Put a panel on show; where nobody could type into it, the conversation and a line that says why.

    Args:
        chat: the conversation.

    Raises:
        ConfigurationError: ``MINIMAX_NB_DISPLAY`` holds something unknown.
    """
    if (obstacle := panel_obstacle()) is None:
        from .panel import open_box  # it needs widgets

        open_box(chat)
    else:
        hint = NO_PANEL.format(obstacle=obstacle)
        publish(transcript_bundle(map(exchange_bundle, chat.exchanges()), hint=hint))
