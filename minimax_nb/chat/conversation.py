"""A conversation as a value: its messages, what happened, how much of the window it fills; saved, loaded, forked."""

from __future__ import annotations

import copy
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from minimax_nb.catalog import MODELS, find
from minimax_nb.errors import HistoryError
from minimax_nb.frontend import tell_reader
from minimax_nb.history.check import check_history
from minimax_nb.history.trim import trim_history
from minimax_nb.message.token_estimate import estimate_tokens
from minimax_nb.runtime.atomic_write import write_atomic
from minimax_nb.steps.exchanges import Exchange, Recollection
from minimax_nb.steps.recorder import StepRecorder
from minimax_nb.trace import Trace

from .export import export_text
from .talk_file import Talk, kept_options, read_talk, without_key, write_talk

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from minimax_nb.message.reply import Usage
    from minimax_nb.tools.tool import Tool


_ROOM = 0.8
"""Share of the window that a conversation may fill before its oldest exchanges are left out."""
_SURE = 0.75
"""What is sure of an estimate: nothing is refused here that the service would take."""


class Context(NamedTuple):
    """How much of a model's context window a conversation fills.

    Attributes:
        tokens: of the messages: the service's count for the last request and its reply, and an estimate of what came
            since.
        window: what the model takes, prompt and reply together; None for a model that is not known.
        share: tokens by window, None likewise.
    """

    tokens: int
    window: int | None
    share: float | None


class Conversation:
    """The part of a chat that is no matter of a client.

    Attributes:
        messages: the history as it is sent. It may be edited between two questions; it is checked before it is sent.
        model: the model to ask.
        tools: the tools by name.
        options: what else each request carries.
    """

    messages: list[Any]
    model: str
    tools: dict[str, Tool]
    options: dict[str, Any]
    _client: Any
    _reasoning_split: bool | None

    def __init__(self) -> None:
        self._recorder = StepRecorder()
        self._known = Recollection()
        self._counted: tuple[Any, int, int] | None = None  # the last message that was counted, its place, tokens
        self._watchers: list[Callable[[], None]] = []
        for message in self.messages:
            self._recorder.message(message)

    @property
    def trace(self) -> Trace:
        """What has happened so far, with times and tokens."""
        return Trace.of(self._recorder.steps(), self._recorder.rounds())

    def exchanges(self) -> list[Exchange]:
        """The messages by question, each with what the model did and its answer."""
        return self._known.exchanges(self.messages)

    @property
    def context(self) -> Context:
        """How much of the model's context window the conversation fills: tokens, window, share."""
        return self._context(())

    def _context(self, more: tuple[Any, ...], weight: float = 1.0) -> Context:
        last, place, tokens = self._counted or (None, -1, 0)
        if not 0 <= place < len(self.messages) or self.messages[place] is not last:
            place, tokens = -1, 0  # the history was edited: no count holds any more
        tokens += round(weight * estimate_tokens([*self.messages[place + 1 :], *more]))
        known = find(self.model)
        window = known.context_window if known is not None else None
        return Context(tokens, window, None if not window else tokens / window)

    def _count(self, usage: Usage) -> None:
        """Take down what the service says of the history as it is now."""
        if self.messages and usage.prompt_tokens is not None and usage.completion_tokens is not None:
            tokens = usage.prompt_tokens + usage.completion_tokens
            self._counted = (self.messages[-1], len(self.messages) - 1, tokens)

    def _make_room(self, asked: dict[str, Any], most: int | None) -> None:
        """Leave out the oldest exchanges if there is too little room for a question, and say so.

        Args:
            asked: the question's message.
            most: tokens that may be left, the question's included; None for four fifths of the window.
        """
        context = self._context((asked,))
        most = round(_ROOM * context.window) if most is None and context.window else most
        if most is None or context.tokens <= most:
            return
        kept = trim_history([*self.messages, asked], keep_tokens=max(1, most))
        if kept.dropped:
            self.messages[:] = kept[:-1]
            tell_reader(f"minimax_nb: {kept!r}")  # part of the history is gone, which nobody should overlook

    def _check_fits(self, asked: dict[str, Any]) -> None:
        """Say so before the service does, which takes its time.

        Raises:
            HistoryError: messages and question are longer than the model's window.
        """
        context = self._context((asked,), _SURE)
        if context.window is None or context.tokens <= context.window:
            return
        got = f"expected at most {context.window:,} tokens for {self.model}, got about {context.tokens:,}"
        larger = max(MODELS, key=lambda model: model.context_window)
        other = f"; or ask {larger.name}, which takes {larger.context_window:,}"
        if larger.context_window <= context.window:
            other = ""
        if _SURE * estimate_tokens([asked]) > context.window:
            raise HistoryError(f"{got} in the question alone; nothing was sent. Ask about a part of it{other}")
        raise HistoryError(
            f"{got} with this question; nothing was sent. chat.messages[:] = mm.trim_history(chat.messages, "
            f"keep_tokens={context.window // 2}) leaves out the oldest exchanges{other}"
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the conversation to a file: messages as they are, model, options, and the trace with its times.

        The file is written whole or not at all. It holds no key. Tools are code, and are given again to ``Chat.load``.

        Args:
            path: the file; one that is there is replaced.

        Raises:
            TypeError: an option or a message holds what JSON cannot.
            OSError: the file cannot be written.
        """
        write_talk(path, self._talk(), self._key())

    def export(self, path: str | os.PathLike[str]) -> None:
        """Write the conversation for others: a page to read, or a notebook or script that asks the same again.

        Args:
            path: the file; its ending decides: .md, .html (a page that loads nothing), .ipynb (with the answers as
                outputs), .py. One that is there is replaced.

        Raises:
            ValueError: the ending is another one.
            OSError: the file cannot be written.
        """
        place, talk = Path(path).expanduser(), self._talk()
        talk = talk._replace(options=kept_options(talk.options, self._key()))
        text = export_text(place, talk, self.exchanges(), list(self.tools))
        write_atomic(place, without_key(text, self._key()))

    def _talk(self) -> Talk:
        options = {"reasoning_split": self._reasoning_split, **self.options}
        return Talk(self.messages, self.model, options, self.trace)

    def _key(self) -> str:
        key = getattr(self._client, "api_key", None)
        return key if isinstance(key, str) else ""

    @classmethod
    def load(cls, path: str | os.PathLike[str], client: Any = None, **settings: Any) -> Self:
        """Go on with a conversation that was saved: ``mm.Chat.load("talk.json", tools=[…])``.

        A history that the service would refuse is loaded all the same, with a warning that says what is wrong.

        Args:
            path: the file.
            client: as for ``Chat``.
            **settings: what ``Chat`` takes besides; what is not given is as it was.

        Raises:
            ValueError: it is no such file, it is cut off, or a newer release wrote it.
            OSError: it cannot be read.
        """
        talk = read_talk(path)
        known = {"model": talk.model, **talk.options, **settings}
        chat = cls(client, messages=talk.messages, **known)  # type: ignore[call-arg]
        chat._recorder = StepRecorder.of(talk.trace.steps, talk.trace.rounds)
        if talk.trace.rounds:
            chat._count(talk.trace.rounds[-1].usage)
        findings = check_history(chat.messages, model=chat.model)
        if findings.refused:
            warnings.warn(
                f"the service would refuse this history: {next(one for one in findings if one.refused)} "
                "mm.check_history(chat) shows all, mm.repair_history(chat.messages) gives a mended copy",
                stacklevel=2,
            )
        return chat

    def fork(self) -> Self:
        """Make a second conversation that begins where this one is: to ask something else, or otherwise."""
        other = copy.copy(self)
        other.messages = copy.deepcopy(self.messages)
        other.tools, other.options = dict(self.tools), copy.copy(self.options)
        Conversation.__init__(other)
        trace = self.trace
        other._recorder = StepRecorder.of(trace.steps, trace.rounds)  # noqa: SLF001 - it is one of ours
        if self._counted is not None and 0 <= self._counted[1] < len(self.messages):
            last, place, tokens = self._counted
            if self.messages[place] is last:
                other._counted = (other.messages[place], place, tokens)  # noqa: SLF001
        return other
