"""What this process has read so far, added up by model and origin, for ``mm.usage()``."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .reply import Usage

if TYPE_CHECKING:
    from .reply import Reply

_NO_USAGE = Usage()
_TOKENS = ("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens")


@dataclass(slots=True)
class Spent:
    """The replies of one model from one origin, added up, as far as it matters for the bill; a sum of nothing is None.

    Attributes:
        model: the model that answered, or "unknown".
        origin: the kind of its origin, such as "service" or "practice"; None when it is not known.
        replies: how many there were.
        cost_usd: what they cost, as ``Reply.cost`` says.
        uncounted: those that came without a count of their tokens.
        unpriced: those whose cost is not known.
    """

    model: str
    origin: str | None
    replies: int = 0
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_usd: float | None = None
    uncounted: int = 0
    unpriced: int = 0

    def add(self, usage: Usage, cost: float | None) -> None:
        """Add a reply."""
        self.replies += 1
        for name in _TOKENS:
            if (tokens := getattr(usage, name)) is not None:
                setattr(self, name, (getattr(self, name) or 0) + tokens)
        if cost is not None:
            self.cost_usd = (self.cost_usd or 0.0) + cost
        self.uncounted += usage.completion_tokens is None
        self.unpriced += cost is None


class UsageLog:
    """Counts each reply once, from whatever thread it comes."""

    def __init__(self) -> None:
        self._spent: dict[tuple[str, str | None], Spent] = {}
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def count(self, reply: Reply, *, fresh: bool = False) -> None:
        """Enter a reply that was read to its end or broken off.

        A reply whose id was entered before is the same one, read again; one in which nothing arrived is none.

        Args:
            reply: the reply.
            fresh: whether it was never read before and nobody will read it again, so that its id need not be kept.
        """
        if not (reply.reasoning or reply.content or reply.tool_calls or reply.usage != _NO_USAGE):
            return
        name = reply.model or "unknown", reply.origin.kind if reply.origin else None
        cost = reply.cost
        with self._lock:
            if reply.id is not None and not fresh:
                if reply.id in self._known:
                    return
                self._known.add(reply.id)
            if name not in self._spent:
                self._spent[name] = Spent(*name)
            self._spent[name].add(reply.usage, cost)

    def spent(self) -> tuple[Spent, ...]:
        """What was entered so far, by model and origin, in the order of their first replies."""
        with self._lock:
            return tuple(replace(one) for one in self._spent.values())


session = UsageLog()
"""The ledger of this process."""
