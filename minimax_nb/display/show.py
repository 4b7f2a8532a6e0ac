"""``show``: a reply on show as it comes, and one static output when it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from minimax_nb.errors import StreamError, StreamInterrupted
from minimax_nb.frontend import display_mode, publish, remember_shown, shown_by_this_cell
from minimax_nb.message.reply import Reply
from minimax_nb.stream.reading import acollect, collect, last_reply
from minimax_nb.stream.sources import is_completion

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable

    from minimax_nb.message.events import StreamEvent


class _View(Protocol):
    """A place where a reply is shown: it is told the events, then the finished reply, once."""

    def feed(self, event: StreamEvent) -> None: ...

    def finish(self, reply: Reply) -> None: ...


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
    view, before = _open_view(source), last_reply()
    try:
        reply = collect(source, on_event=view.feed)
    except BaseException as error:
        view.finish(_left_over(error, before))
        raise
    return _shown(view, reply)


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
    view, before = _open_view(source), last_reply()
    try:
        reply = await acollect(source, on_event=view.feed)
    except BaseException as error:
        view.finish(_left_over(error, before))
        raise
    return _shown(view, reply)


def _open_view(source: Any) -> _View:
    """The place to show a reply at, on show at once if it is a live one."""
    mode = display_mode()
    if mode == "text":
        from .terminal import TextReply

        return TextReply()
    if mode == "live" and not isinstance(source, Reply) and not is_completion(source):
        from minimax_nb.widgets.live import LiveReply

        return LiveReply()
    return _StaticReply()


class _StaticReply:
    """Shows nothing until the reply is there, then exactly one output."""

    def feed(self, event: StreamEvent) -> None:
        """Nobody watches."""

    def finish(self, reply: Reply) -> None:
        _publish(reply)


def _publish(reply: Reply) -> None:
    from minimax_nb.render.bundle import bundle, metadata

    publish(bundle(reply), metadata=metadata(reply))


def _left_over(error: BaseException, before: Reply | None) -> Reply:
    """What there is to show when a source has failed; ``before`` is the last reply before this one."""
    if isinstance(error, StreamError | StreamInterrupted) and error.reply is not None:
        return error.reply
    partial = last_reply()
    if partial is not None and partial is not before:
        return partial
    return Reply(partial_reason="error", problem=f"{type(error).__name__}: {error}")


def _shown(view: _View, reply: Reply) -> Reply:
    """Ends the show."""
    view.finish(reply)
    remember_shown(reply)
    return reply


def display_reply(reply: Reply) -> None:
    """Shows a reply that is the value of a cell, unless this cell has shown it already."""
    if not shown_by_this_cell(reply):
        _publish(reply)
