"""``show``: a reply on show as it comes, and one static output when it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minimax_nb.message.reply import Reply
from minimax_nb.stream.last_reply import last_reply_here, left_over
from minimax_nb.stream.reading import acollect, collect
from minimax_nb.stream.sources import is_completion

from .run_view import open_run_view

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable

    from .view import View


def show(source: Reply | Iterable[Any] | Any) -> Reply:
    """Shows a reply while it streams, and returns it.

    In a notebook the thinking, the answer and the tool calls appear as they come; in the end one static output stays,
    which needs no kernel to be read. Where nobody watches (nbclient, nbval, nbconvert) only that output is made. In a
    terminal the text is printed. ``MINIMAX_NB_DISPLAY`` overrides: ``live``, ``static``, ``text`` or ``auto``.

    Args:
        source: what ``collect`` takes: a stream of the openai client, a completion, a ``Reply``, or chunks.

    Returns:
        The reply, the same that ``collect`` gives.

    Raises:
        StreamError: the source failed midway. What had arrived stays on show, marked, and is in ``error.reply``.
        StreamInterrupted: you stopped it; likewise.
        ConfigurationError: ``MINIMAX_NB_DISPLAY`` holds something unknown.
    """
    view, before = _open_view(source), last_reply_here()
    try:
        reply = collect(source, on_event=view.feed)
    except BaseException as error:
        view.finish(left_over(error, before))
        raise
    view.finish(reply)
    return reply


async def ashow(source: Reply | AsyncIterable[Any] | Any) -> Reply:
    """``show`` for ``await``: takes what ``acollect`` takes.

    Args:
        source: a stream of the async openai client, or whatever ``show`` takes.

    Returns:
        The reply.

    Raises:
        StreamError: as in ``show``.
        StreamInterrupted: as in ``show``.
        ConfigurationError: as in ``show``.
    """
    view, before = _open_view(source), last_reply_here()
    try:
        reply = await acollect(source, on_event=view.feed)
    except BaseException as error:
        view.finish(left_over(error, before))
        raise
    view.finish(reply)
    return reply


def _open_view(source: Any) -> View:
    """The place to show a reply at, on show at once if it is a live one."""
    return open_run_view(streams=not isinstance(source, Reply) and not is_completion(source))
