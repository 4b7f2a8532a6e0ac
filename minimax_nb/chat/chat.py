"""``Chat``: a conversation with tools, its history kept whole, its turns on show."""

from __future__ import annotations

import inspect
import threading
from contextlib import aclosing, closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from minimax_nb.agent.approval import approver, ask_reader
from minimax_nb.agent.loop import MAX_ROUNDS
from minimax_nb.agent.run import arun_tools, run_tools
from minimax_nb.catalog import MODELS
from minimax_nb.client.default_model import default_model, served_models
from minimax_nb.client.parameters import check_parameters
from minimax_nb.client.sdk import async_client
from minimax_nb.display.question import show_pictures
from minimax_nb.display.run_view import open_run_view
from minimax_nb.history.check import check_history, listed_messages
from minimax_nb.history.media.content import content_of
from minimax_nb.tools.response_format import ResponseFormat
from minimax_nb.tools.toolbox import toolbox

from .conversation import Conversation
from .turn import Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from openai import AsyncOpenAI, OpenAI

    from minimax_nb.display.view import View
    from minimax_nb.message.reply import Reply, ToolCall


class Chat(Conversation):
    """A conversation: ``chat("…")`` asks, shows, runs the tools that the model calls, and returns the last reply.

    Attributes:
        messages: the history as it is sent. It may be edited between two questions; it is checked before it is sent.
        model: the model to ask.
        tools: the tools by name.
        options: what else each request carries.
    """

    def __init__(
        self,
        client: OpenAI | AsyncOpenAI | str | None = None,
        model: str | None = None,
        *,
        system: str | None = None,
        messages: Iterable[Any] = (),
        tools: Iterable[Any] | Callable[..., Any] = (),
        reasoning_split: bool | None = True,
        max_rounds: int = MAX_ROUNDS,
        approve: Callable[[ToolCall], Any] | bool | None = None,
        display: bool = True,
        trim: bool | int = False,
        see_figures: bool = False,
        **options: Any,
    ) -> None:
        """Begin a conversation.

        Args:
            client: an ``openai.OpenAI``, or an ``AsyncOpenAI`` for ``await chat.ask(…)``; without it ``connect()``. A
                text is taken for the model.
            model: the model to ask; without it MiniMax-M2.7 where the endpoint serves it, else the newest that it
                serves, and a line says so.
            system: the system message.
            messages: a history to go on from: dicts, message objects of the SDK or replies.
            tools: functions, tool dicts or ``Tool`` values, or a single one.
            reasoning_split: whether the thinking comes in a field of its own (True) or as ``<think>`` in the content
                (False); None leaves the parameter out, for servers that do not know it.
            max_rounds: how many requests one question may lead to at most.
            approve: asked before each call of a tool, see ``run_tools``; True for a prompt in the cell.
            display: whether to show the turns.
            trim: whether the oldest exchanges are left out before a question that the context window has no room for
                (and says so); a number for as many tokens as may be left.
            see_figures: whether figures and pictures that tools return go to the model too; it must be one that sees.
            **options: go with each request, such as ``temperature``, ``max_completion_tokens`` or ``extra_body``;
                ``stream_options=None`` leaves that parameter out.

        Raises:
            TypeError: a parameter is unknown, or the model is given twice.
            ValueError: ``trim`` is a number below 1.
            ToolError: a tool cannot be offered to a model.
            ConfigurationError: there is no client, and ``connect()`` fails.
        """
        if isinstance(client, str):
            if model is not None:
                raise TypeError(
                    f"expected a client before the model {model!r}, got the text {client!r}: Chat(model={model!r})"
                )
            client, model = None, client
        check_parameters(options)
        if trim is not True and trim < 0:
            raise ValueError(f"expected trim to be True, False or a number of tokens from 1, got {trim!r}")
        self.tools = toolbox(tools)
        self.options = dict(options)
        self.messages: list[Any] = [] if system is None else [{"role": "system", "content": system}]
        self.messages += listed_messages(messages)
        self._approve = approver(approve)
        self._max_rounds = max_rounds
        self._reasoning_split = reasoning_split
        self._display = display
        self._trim = trim
        self._see_figures = see_figures
        self._client = _default_client() if client is None else client
        self.model = model or default_model(self._client)
        self._answering = threading.Lock()
        super().__init__()

    @property
    def answering(self) -> bool:
        """Whether a question is being answered at the moment, in a cell or in a panel."""
        return self._answering.locked()

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Have a function called whenever a question begins or ends to be answered, in the thread that does it.

        Args:
            watcher: the function.

        Returns:
            A function that ends this.
        """
        self._watchers.append(watcher)
        return partial(self._watchers.remove, watcher)

    def model_names(self) -> list[str]:
        """The models to choose from: those that the endpoint says it serves, else those of the catalogue."""
        names = [name for name, _ in served_models(self._client)] or [model.name for model in MODELS]
        return list(dict.fromkeys([*names, self.model]))

    def panel(self) -> None:
        """Open a chat box in the cell's output that shares this conversation.

        The kernel stays free while it answers. The output that is saved is the conversation, readable without a
        kernel; the box itself needs one, and a front end with Jupyter widgets. ``panel()`` again, perhaps after a
        restart with ``messages`` loaded from elsewhere, goes on from ``messages``.
        """
        from .panel_opening import open_panel

        open_panel(self)

    def __call__(self, question: Any, *, response: Any = None) -> Reply:
        """Ask, and go on until there is an answer.

        Args:
            question: the text, or a list of texts, pictures and videos for models that take them: a ``Path``, bytes, a
                PIL image, a matplotlib figure, an address, ``mm.picture(…)``, ``mm.video(…)``, a content part.
            response: the type that the answer is to have: a pydantic model, dataclass, TypedDict, ``list[…]``,
                ``Literal``. Its schema goes into the question, the value is ``reply.parsed``, and an answer that does
                not fit is asked for once more.

        Returns:
            The last reply.

        Raises:
            HistoryError: the service would refuse the messages; nothing was sent. ``repair_history`` mends them.
            TurnLimitError: the model still calls tools after ``max_rounds`` requests. ``chat("Go on")`` goes on.
            StreamError: a reply failed midway; a question that led to nothing is taken back.
            StreamInterrupted: you pressed stop; likewise.
            ResponseFormatError: the answer does not have the type of ``response``; ``.reply`` is what came.
            TypeError: it is no question. ValueError: a picture or video cannot be sent as it is.
            openai.APIError: the request failed; likewise.
        """
        if _is_async(self._client):
            raise TypeError("expected a synchronous client, this chat has an async one: reply = await chat.ask(…)")
        form = None if response is None else ResponseFormat(response)
        with self._turn(question, form=form) as turn:
            create = self._client.chat.completions.create
            settings = {**self._settings(), "response": form}
            with closing(run_tools(create, self.messages, self.tools.values(), **settings)) as events:
                for event in events:
                    turn.take(event)
        return turn.reply

    async def ask(self, question: Any, *, response: Any = None) -> Reply:
        """Ask without holding up the kernel: ``reply = await chat.ask("…")``, the twin of ``chat("…")``.

        A synchronous client is taken as the description of an async one.

        Args:
            question: as for ``chat("…")``.
            response: as for ``chat("…")``.

        Returns:
            The last reply.

        Raises:
            HistoryError: as for ``chat("…")``.
            TurnLimitError: as for ``chat("…")``.
            StreamError: as for ``chat("…")``.
            StreamInterrupted: as for ``chat("…")``.
            ResponseFormatError: as for ``chat("…")``.
            asyncio.CancelledError: the task was cancelled; the history can be sent.
            openai.APIError: as for ``chat("…")``.
        """
        form = None if response is None else ResponseFormat(response)
        async with async_client(self._client) as client:
            return await self._ask(client, question, None, self._approve, form)

    async def answer_in(self, view: View, question: Any, approve: Callable[[ToolCall], Any] | None = None) -> Reply:
        """Ask for a panel: as ``ask``, shown in a view of its own.

        Args:
            view: where to show the turn. Its client is one of its own too, so that it can run in any thread's loop.
            question: as for ``chat("…")``.
            approve: asked in place of the prompt in the cell, where ``approve=True``.
        """
        decide = approve if self._approve is ask_reader else self._approve
        async with async_client(self._client, own=True) as client:
            return await self._ask(client, question, view, decide)

    async def _ask(
        self, client: Any, question: Any, view: View | None, approve: Any, form: ResponseFormat | None = None
    ) -> Reply:
        with self._turn(question, view, form) as turn:
            settings = {**self._settings(), "approve": approve, "response": form}
            run = arun_tools(client.chat.completions.create, self.messages, self.tools.values(), **settings)
            async with aclosing(run) as events:
                async for event in events:
                    turn.take(event)
        return turn.reply

    def __repr__(self) -> str:
        tools = f", tools={list(self.tools)}" if self.tools else ""
        return f"Chat({self.model!r}, {len(self.messages)} messages{tools})"

    @contextmanager
    def _turn(self, question: Any, view: View | None = None, form: ResponseFormat | None = None) -> Iterator[Turn]:
        """One question at a time, and only with a history that the service takes."""
        if not self._answering.acquire(blocking=False):
            raise RuntimeError("this chat is still answering: wait for it, stop it, or begin another Chat")
        try:
            content = content_of(question)
            asked = {"role": "user", "content": content if form is None else form.asked_with(content)}
            if self._trim:
                self._make_room(asked, None if self._trim is True else self._trim)
            schemas = [tool.schema for tool in self.tools.values()] or None
            check_history([*self.messages, asked], tools=schemas, model=self.model).raise_if_refused()
            self._check_fits(asked)
            self._tell_watchers()
            if view is None and self._display:
                show_pictures(content)
            open_view = partial(open_run_view, wanted=self._display) if view is None else lambda: view
            with Turn(self.messages, asked, recorder=self._recorder, known=self._known, open_view=open_view) as turn:
                yield turn
            self._count(turn.reply.usage)
        finally:
            self._answering.release()
            self._tell_watchers()

    def _tell_watchers(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()

    def fork(self) -> Self:
        """Make a second conversation that begins where this one is: to ask something else, or otherwise."""
        other = super().fork()
        other._answering = threading.Lock()  # noqa: SLF001 - it is one of ours
        return other

    def _settings(self) -> dict[str, Any]:
        settings = {"model": self.model, "max_rounds": self._max_rounds, "approve": self._approve}
        seen = {"see_figures": self._see_figures, "reasoning_split": self._reasoning_split}
        return {**seen, **self.options, **settings}


def panel(client: OpenAI | AsyncOpenAI | str | None = None, model: str | None = None, **settings: Any) -> Chat:
    """Begin a conversation and open its panel: ``chat = mm.panel()``.

    Args:
        client: as for ``Chat``.
        model: as for ``Chat``.
        **settings: what ``Chat`` takes besides.

    Returns:
        The conversation, for cells that go on with it.
    """
    chat = Chat(client, model, **settings)
    chat.panel()
    return chat


def _default_client() -> OpenAI:
    from minimax_nb.client.configure import default_client

    return default_client()


def _is_async(client: Any) -> bool:
    return inspect.iscoroutinefunction(inspect.unwrap(client.chat.completions.create))
