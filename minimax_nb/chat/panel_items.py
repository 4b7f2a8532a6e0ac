"""What a chat box shows of an exchange, of the one that is on, of a call that waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minimax_nb.message.media_words import NOUNS, media_words, pictures_in
from minimax_nb.message.sdk_objects import as_dict
from minimax_nb.render.text.text import visible
from minimax_nb.render.thumbnail import media_html
from minimax_nb.render.tracetext import summary
from minimax_nb.render.transcript import answer_html, exchange_bundle, not_kept_note
from minimax_nb.steps.exchanges import Exchange
from minimax_nb.steps.steps import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minimax_nb.message.reply import ToolCall
    from minimax_nb.render.text.markup import Bundle

    from .attachments import Parts
    from .panel_operations import Item, Live
    from .panel_turn import PanelTurn

_LONGEST_CALL = 500


@dataclass(frozen=True, slots=True)
class Rendered:
    """An exchange, as it is saved and as the box shows it."""

    exchange: Exchange
    bundle: Bundle
    item: Item


def rendered(exchange: Exchange) -> Rendered:
    """Write an exchange as it is saved, and as the box shows it."""
    reply = exchange.reply
    item: Item = {
        "question": exchange.question,
        "media": media_html(exchange.media, exchange.pictures),
        "html": answer_html(exchange, "mathml"),
        "answer": "" if reply is None else reply.content,
        "note": not_kept_note(exchange),
    }
    return Rendered(exchange, exchange_bundle(exchange), item)


def live_item(turn: PanelTurn) -> Live:
    """Write the question that is being answered."""
    asked = not_kept(turn)
    return {"question": turn.question, "media": media_html(asked.media, asked.pictures), "model": turn.view.model_id}


def not_kept(turn: PanelTurn) -> Exchange:
    """The exchange of a turn whose question does not stand in the history: not yet, or no more."""
    words, pictures = tuple(map(media_words, turn.parts)), pictures_in(list(turn.parts))
    return Exchange(turn.question, reply=turn.reply, kept=False, media=words, pictures=pictures)


def media_of(messages: Sequence[Any]) -> Parts:
    """The pictures and videos of the question that messages begin with."""
    content = (as_dict(messages[0]) or {}).get("content") if messages else None
    return tuple(part for part in content if part.get("type") in NOUNS) if isinstance(content, list) else ()


def call_words(call: ToolCall) -> str:
    """Write a call that waits for leave."""
    return visible(summary(Step("call", name=call.name, arguments=call.arguments), _LONGEST_CALL))
