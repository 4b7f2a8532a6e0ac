"""What this process has read so far: one entry for each reply, which ``mm.usage()`` adds up."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .reply import Usage

if TYPE_CHECKING:
    from .reply import Reply

_NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Entry:
    """One reply, as far as it matters for the bill.

    Attributes:
        model: the model that answered, or None when nobody said.
        origin: the kind of its origin, such as "service" or "practice"; None when it is not known.
        usage: its tokens.
        cost: what it cost, as ``Reply.cost`` says.
    """

    model: str | None
    origin: str | None
    usage: Usage
    cost: float | None


class UsageLog:
    """Counts each reply once, from whatever thread it comes."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def count(self, reply: Reply) -> None:
        """Enter a reply that was read to its end or broken off.

        A reply whose id was entered before is the same one, read again; one in which nothing arrived is none.
        """
        if not (reply.reasoning or reply.content or reply.tool_calls or reply.usage != _NO_USAGE):
            return
        entry = Entry(reply.model, reply.origin.kind if reply.origin else None, reply.usage, reply.cost)
        with self._lock:
            if reply.id is not None:
                if reply.id in self._known:
                    return
                self._known.add(reply.id)
            self._entries.append(entry)

    def entries(self) -> tuple[Entry, ...]:
        """What was entered so far, in order."""
        with self._lock:
            return tuple(self._entries)


session = UsageLog()
"""The ledger of this process."""
