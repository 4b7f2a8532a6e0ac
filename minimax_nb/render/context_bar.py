"""How full a model's context window is, in words and as a thin bar, once it gets tight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minimax_nb.catalog import find

from .colours import DRAWN
from .text.markup import EMPTY, Html
from .text.quantities import percent

if TYPE_CHECKING:
    from minimax_nb.message.reply import Reply

TIGHT = 0.5
"""Share of the window from which on a reader is told."""
_NEARLY_FULL = 0.85

_TRACK = f"background:rgba(128,128,128,.35);border-radius:2px;height:3px;margin:.4em 0 0;max-width:16em;{DRAWN}"
_FILL = "border-radius:2px;height:3px"
_ROOM, _LITTLE_ROOM = Html("rgb(60,130,210)"), Html("rgb(214,69,69)")


def context_share(reply: Reply) -> float | None:
    """Say what share of its model's window a conversation fills that ends with this reply.

    Returns:
        Its prompt and itself by the window; None where a count or the model is not known.
    """
    prompt, completion = reply.usage.prompt_tokens, reply.usage.completion_tokens
    known = find(reply.model) if reply.model else None
    if prompt is None or completion is None or known is None:
        return None
    return (prompt + completion) / known.context_window


def context_words(share: float | None) -> str:
    """Say in a few words how full the window is; "" while there is plenty of room."""
    return "" if share is None or share < TIGHT else f"context window {percent(min(share, 1.0))} full"


def context_bar(share: float | None) -> Html:
    """Draw how full the window is; "" while there is plenty of room. The words stand beside it."""
    if share is None or not context_words(share):
        return EMPTY
    colour = _ROOM if share < _NEARLY_FULL else _LITTLE_ROOM
    return Html(
        f'<div style="{_TRACK}">'
        f'<div style="{_FILL};background:{colour};width:{min(share, 1.0) * 100:.1f}%"></div></div>'
    )
