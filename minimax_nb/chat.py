"""``Chat``: a conversation with tools, its history kept whole, its turns on show."""

from __future__ import annotations

import inspect
from contextlib import aclosing, closing, contextmanager
from typing import TYPE_CHECKING, Any

from .approvals import approver
from .asynctwin import async_client
from .history import check_history
from .loop import MAX_ROUNDS
from .steprecorder import StepRecorder
from .toolrun import arun_tools, run_tools
from .tools import toolbox
from .trace import Trace
from .turn import Turn, checked_question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from openai import AsyncOpenAI, OpenAI

    from .messages import Reply, ToolCall


class Chat:
    """A conversation: ``chat("…")`` asks, shows, runs the tools that the model calls, and returns the last reply.

    Attributes:
        messages: the history as it is sent. It may be edited between two questions; it is checked before it is sent.
        model: the model to ask.
        tools: the tools by name.
        options: what else each request carries.
    """

    def __init__(
        self,
        client: OpenAI | AsyncOpenAI | None = None,
        model: str = "MiniMax-M2.7",
        *,
        system: str | None = None,
        tools: Iterable[Any] = (),
        reasoning_split: bool | None = True,
        max_rounds: int = MAX_ROUNDS,
        approve: Callable[[ToolCall], Any] | bool | None = None,
        display: bool = True,
        **options: Any,
    ) -> None:
        """Begin a conversation.

        Args:
            client: an ``openai.OpenAI``, or an ``AsyncOpenAI`` for ``await chat.ask(…)``; without it ``connect()``.
            model: the model to ask.
            system: the system message.
            tools: functions, tool dicts or ``Tool`` values.
            reasoning_split: whether the thinking comes in a field of its own (True) or as ``<think>`` in the content
                (False); None leaves the parameter out, for servers that do not know it.
            max_rounds: how many requests one question may lead to at most.
            approve: asked before each call of a tool, see ``run_tools``; True for a prompt in the cell.
            display: whether to show the turns.
            **options: go with each request, such as ``temperature``, ``max_completion_tokens`` or ``extra_body``.

        Raises:
            ToolError: a tool cannot be offered to a model.
            ConfigurationError: there is no client, and ``connect()`` fails.
        """
        self.tools = toolbox(tools)
        self.model = model
        self.options = dict(options)
        self.messages: list[Any] = [] if system is None else [{"role": "system", "content": system}]
        self._approve = approver(approve)
        self._max_rounds = max_rounds
        self._reasoning_split = reasoning_split
        self._display = display
        self._client = _connected() if client is None else client
        self._recorder = StepRecorder()
        for message in self.messages:
            self._recorder.message(message)
        self._answering = False

    @property
    def trace(self) -> Trace:
        """What has happened so far, with times and tokens."""
        return Trace.of(self._recorder.steps(), self._recorder.rounds())

    def __call__(self, question: str | list[dict[str, Any]]) -> Reply:
        """Ask, and go on until there is an answer.

        Args:
            question: the text, or a list of content parts for models that take pictures.

        Returns:
            The last reply.

        Raises:
            HistoryError: the service would refuse the messages; nothing was sent. ``repair_history`` mends them.
            TurnLimitError: the model still calls tools after ``max_rounds`` requests. ``chat("Go on")`` goes on.
            StreamError: a reply failed midway; a question that led to nothing is taken back.
            StreamInterrupted: you pressed stop; likewise.
            openai.APIError: the request failed; likewise.
        """
        if _is_async(self._client):
            raise TypeError("expected a synchronous client, this chat has an async one: reply = await chat.ask(…)")
        with self._turn(question) as turn:
            create = self._client.chat.completions.create
            with closing(run_tools(create, self.messages, self.tools.values(), **self._settings())) as events:
                for event in events:
                    turn.take(event)
        return turn.reply

    async def ask(self, question: str | list[dict[str, Any]]) -> Reply:
        """Ask without holding up the kernel: ``reply = await chat.ask("…")``, the twin of ``chat("…")``.

        A synchronous client is taken as the description of an async one.

        Args:
            question: as for ``chat("…")``.

        Returns:
            The last reply.

        Raises:
            HistoryError: as for ``chat("…")``.
            TurnLimitError: as for ``chat("…")``.
            StreamError: as for ``chat("…")``.
            StreamInterrupted: as for ``chat("…")``.
            asyncio.CancelledError: the task was cancelled; the history can be sent.
            openai.APIError: as for ``chat("…")``.
        """
        async with async_client(self._client) as client:
            with self._turn(question) as turn:
                create = client.chat.completions.create
                run = arun_tools(create, self.messages, self.tools.values(), **self._settings())
                async with aclosing(run) as events:
                    async for event in events:
                        turn.take(event)
        return turn.reply

    def __repr__(self) -> str:
        tools = f", tools={list(self.tools)}" if self.tools else ""
        return f"Chat({self.model!r}, {len(self.messages)} messages{tools})"

    @contextmanager
    def _turn(self, question: str | list[dict[str, Any]]) -> Iterator[Turn]:
        """One question at a time, and only with a history that the service takes."""
        if self._answering:
            raise RuntimeError("this chat is still answering: wait for it, stop it, or begin another Chat")
        asked = {"role": "user", "content": checked_question(question)}
        schemas = [tool.schema for tool in self.tools.values()] or None
        check_history([*self.messages, asked], tools=schemas, model=self.model).raise_if_refused()
        self._answering = True
        try:
            with Turn(self.messages, self._recorder, asked, display=self._display) as turn:
                yield turn
        finally:
            self._answering = False

    def _settings(self) -> dict[str, Any]:
        settings = {**self.options, "model": self.model, "max_rounds": self._max_rounds, "approve": self._approve}
        if self._reasoning_split is not None:
            given = self.options.get("extra_body") or {}
            settings["extra_body"] = {"reasoning_split": self._reasoning_split, **given}
        return settings


def _connected() -> OpenAI:
    from .client import connect

    return connect()


def _is_async(client: Any) -> bool:
    return inspect.iscoroutinefunction(inspect.unwrap(client.chat.completions.create))
