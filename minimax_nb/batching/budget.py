"""Budget in money and tokens: reserved before a request is sent, settled when it is answered."""

from __future__ import annotations

from typing import NamedTuple

from minimax_nb.catalog import cost_usd, find
from minimax_nb.errors import ConfigurationError
from minimax_nb.message.reply import Reply, Usage

_FIRST_GUESS = 400
"""Tokens of a reply, thinking included, before any has been seen."""
_CHARACTERS_A_TOKEN = 3


class Reserved(NamedTuple):
    """What a request will probably cost."""

    tokens: int
    dollars: float


class Budget:
    """Tokens and dollars that may be spent, and that were.

    Args:
        model: the model that is asked.
        max_cost: US dollars, or None.
        max_tokens: tokens of prompts and replies together, or None.

    Attributes:
        tokens: spent so far.
        dollars: spent so far, by what is billed; by MiniMax's list prices where it is not known what is.

    Raises:
        ConfigurationError: there is a limit in money and no price.
    """

    def __init__(self, model: str, max_cost: float | None, max_tokens: int | None) -> None:
        known = find(model)
        if max_cost is not None and (known is None or not known.prices):
            raise ConfigurationError(
                f"expected a model whose price is known for max_cost, got {model!r}: use max_tokens_total instead"
            )
        self.tokens = 0
        self.dollars = 0.0
        self._model = model
        self._max_cost = max_cost
        self._max_tokens = max_tokens
        self._held = Reserved(0, 0.0)
        self._in_flight = 0
        self._characters = 0
        self._prompt_tokens = 0
        self._replies = 0
        self._reply_tokens = 0
        self._bills = True

    @property
    def spent(self) -> bool:
        """Whether a limit is reached."""
        over_cost = self._max_cost is not None and self.dollars >= self._max_cost
        return over_cost or (self._max_tokens is not None and self.tokens >= self._max_tokens)

    def estimate(self, characters: int) -> Reserved:
        """What a request will probably cost.

        Args:
            characters: of its prompt.
        """
        if self._characters and self._prompt_tokens:  # of the replies so far, with whatever the service adds
            prompt = characters * self._prompt_tokens // self._characters + 1
        else:
            prompt = characters // _CHARACTERS_A_TOKEN + 1
        reply = self._reply_tokens // self._replies if self._replies else _FIRST_GUESS
        dollars = cost_usd(self._model, Usage(prompt, reply)) if self._bills else 0.0
        return Reserved(prompt + reply, dollars or 0.0)

    def reserve(self, wanted: Reserved) -> bool:
        """Set aside what a request will probably cost, if there is as much; for a single one in flight there always is.

        What was estimated too low is spent all the same, so the budget can be overshot by what is in flight.
        """
        if self.spent:
            return False
        tokens, dollars = self._held.tokens + wanted.tokens, self._held.dollars + wanted.dollars
        fits = (self._max_cost is None or self.dollars + dollars <= self._max_cost) and (
            self._max_tokens is None or self.tokens + tokens <= self._max_tokens
        )
        if not fits and self._in_flight:
            return False
        self._in_flight += 1
        self._held = Reserved(tokens, dollars)
        return True

    def release(self, reserved: Reserved) -> None:
        """Give back what was reserved."""
        self._in_flight -= 1
        self._held = Reserved(self._held.tokens - reserved.tokens, self._held.dollars - reserved.dollars)

    def count(self, reply: Reply, characters: int = 0) -> None:
        """Enter what a reply has cost.

        Args:
            reply: the reply.
            characters: of its prompt.
        """
        usage = reply.usage
        self.add(usage, reply.cost)
        if usage.prompt_tokens and characters:
            self._characters += characters
            self._prompt_tokens += usage.prompt_tokens
        if usage.completion_tokens is not None:
            self._replies += 1
            self._reply_tokens += usage.completion_tokens
            self._bills = reply.cost != 0.0

    def add(self, usage: Usage, cost: float | None) -> None:
        """Enter tokens and dollars; where it is not known what is billed, by the list price."""
        self.tokens += (usage.prompt_tokens or 0) + (usage.completion_tokens or 0)
        self.dollars += (cost_usd(self._model, usage) or 0.0) if cost is None else cost
