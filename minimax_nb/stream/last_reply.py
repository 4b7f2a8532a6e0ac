"""The last reply that was read, of the process and of this thread or task, and what is left of one that failed."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

from minimax_nb.errors import StreamError, StreamInterrupted
from minimax_nb.message.reply import Reply
from minimax_nb.message.usage_log import session

_last: Reply | None = None
_last_here: ContextVar[Reply | None] = ContextVar("_last_here", default=None)


def last_reply() -> Reply | None:
    """The last reply of this process that was read to its end or broken off; None when there was none."""
    return _last


def last_reply_here() -> Reply | None:
    """The same for this thread or task alone, where others read replies at the same time."""
    return _last_here.get()


def left_over(error: BaseException, before: Reply | None, messages: list[Any] | None = None) -> Reply:
    """What there is to show, and to keep, after a failure: what had arrived of a reply, else the words of the error.

    Args:
        error: what was raised.
        before: what ``last_reply_here()`` gave before it began.
        messages: the history that is being written, if one is; a whole reply then counts only where it stands last.
    """
    partial = error.reply if isinstance(error, StreamError | StreamInterrupted) else None
    partial = partial or last_reply_here()
    if partial is not None and partial is not before:
        whole = partial.partial_reason in {None, "length"}
        last = messages[-1] if messages else None
        if not whole or messages is None or last is partial.message:  # then the stop came too late
            return partial
    if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
        return Reply(partial_reason="interrupted")
    return Reply(partial_reason="error", problem=f"{type(error).__name__}: {error}")


def remember(reply: Reply, *, new: bool = True) -> Reply:
    """Every reply comes by here once; a ``Reply`` that is only read again is not new."""
    global _last
    _last = reply
    _last_here.set(reply)
    if new:
        session.count(reply)
    return reply
