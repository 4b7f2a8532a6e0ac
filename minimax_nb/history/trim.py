"""``trim_history``: whole exchanges left out, oldest first, so that a history fits the window again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minimax_nb.errors import short
from minimax_nb.message.sdk_objects import as_dict
from minimax_nb.message.token_estimate import estimate_tokens

from .check import listed_messages

if TYPE_CHECKING:
    from collections.abc import Iterable

_LEADING = {"system", "developer"}


class TrimmedHistory(list[Any]):
    """The messages that are kept, a list to be sent; its ``repr`` says what was left out.

    Attributes:
        dropped: the messages that were left out, in order.
        exchanges: how many questions that were, each with all that came of it.
        tokens: about how many the kept messages are.
    """

    def __init__(self, kept: Iterable[Any], dropped: list[Any], exchanges: int) -> None:
        super().__init__(kept)
        self.dropped = dropped
        self.exchanges = exchanges
        self.tokens = estimate_tokens(self)

    def __repr__(self) -> str:
        kept = f"{_count(len(self), 'message')} kept, about {self.tokens:,} tokens"
        if not self.dropped:
            return f"nothing left out: {kept}"
        out = f"{_count(len(self.dropped), 'message')}, about {estimate_tokens(self.dropped):,} tokens"
        return f"{_count(self.exchanges, 'exchange')} left out ({out}); {kept}"


def trim_history(
    messages: Iterable[Any], *, keep_tokens: int | None = None, keep_turns: int | None = None
) -> TrimmedHistory:
    """Leave out the oldest exchanges of a history: a question with all that came of it, never a part of one.

    System messages at its head stay, and so does the last exchange, whole, with its thinking: it may be in progress. So
    no call is parted from its result.

    Args:
        messages: the history; it is not changed.
        keep_tokens: about how many tokens may be left; the last exchange stays even if it is longer.
        keep_turns: how many questions may be left.

    Returns:
        The messages that are kept, as a list that says what was left out.

    Raises:
        TypeError: what came is no list of messages.
        ValueError: neither or both limits are given, or one is below 1.
    """
    if (keep_tokens is None) == (keep_turns is None):
        raise ValueError(
            "expected either keep_tokens=… or keep_turns=…, got " + ("none" if keep_turns is None else "both")
        )
    for name, value in (("keep_tokens", keep_tokens), ("keep_turns", keep_turns)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise ValueError(f"expected {name} to be a whole number from 1, for one exchange stays; got {short(value)}")
    listed = listed_messages(messages)
    head, exchanges = _split(listed)
    keep = len(exchanges) if keep_turns is None else min(keep_turns, len(exchanges))
    if keep_tokens is not None:
        left = keep_tokens - estimate_tokens(head)
        keep = 0
        for exchange in reversed(exchanges):
            left -= estimate_tokens(exchange)
            if left < 0 and keep:
                break
            keep += 1
    cut = len(exchanges) - keep
    dropped = [message for exchange in exchanges[:cut] for message in exchange]
    return TrimmedHistory([*head, *(one for exchange in exchanges[cut:] for one in exchange)], dropped, cut)


def _split(messages: list[Any]) -> tuple[list[Any], list[list[Any]]]:
    """The system messages at the head, and what follows by question; what has no question goes with the first."""
    start = 0
    while start < len(messages) and _role(messages[start]) in _LEADING:
        start += 1
    exchanges: list[list[Any]] = []
    answered = True
    for message in messages[start:]:
        asks = _role(message) not in {"assistant", "tool", "function"}
        if not exchanges or (asks and answered):  # several in a row are one question
            exchanges.append([])
        exchanges[-1].append(message)
        answered = not asks
    return messages[:start], exchanges


def _role(message: Any) -> Any:
    return (as_dict(message) or {}).get("role")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
