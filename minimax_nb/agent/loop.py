"""The tool loop as a state: what to ask next, what to run, what the history is. No I/O and no clock.

``run_tools`` and ``arun_tools`` drive it. The history can be sent at any moment, wherever an interrupt strikes: a
message with calls goes in together with an answer for each call, which says that the call was not finished, and the
real answer then takes its place.

The model's message goes in as it was received, but for what no server would take back: see ``sendable``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from minimax_nb.client.parameters import request_parameters
from minimax_nb.errors import (
    ResponseFormatError,
    ToolArgumentsError,
    ToolError,
    TurnLimitError,
    UnknownToolError,
    short,
)
from minimax_nb.history.rules import is_text_only, model_that_sees
from minimax_nb.message.arguments import read_arguments
from minimax_nb.message.calls import is_custom, read_tool_calls
from minimax_nb.message.events import ToolResult
from minimax_nb.message.parts import is_empty, think_fault
from minimax_nb.message.reply import Reply, ToolCall
from minimax_nb.tools.results import cut, render_result
from minimax_nb.tools.toolbox import toolbox

from .seen_result import seen_result
from .sendable import (
    sendable_calls,
    with_parsed_calls,
    with_refusal_as_content,
    with_tool_calls,
    without_function_call,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minimax_nb.tools.response_format import ResponseFormat
    from minimax_nb.tools.tool import Tool

MAX_ROUNDS = 50
"""Requests to the model in one run, unless told otherwise: a model that calls the same tool for ever costs money."""

NOT_FINISHED = "[No result: the user interrupted before this call was finished.]"
NOT_AS_RECEIVED = "[The call above holds what could be read of its arguments. It was not run.]"
DENIED = "[Not run: the user did not allow this call.]"
_LONGEST_ERROR = 2_000


class ToolLoop:
    """One run: rounds of request, reply and tools, until a reply calls none.

    Attributes:
        messages: the history, extended in place; it can be sent at any moment.
        tools: the tools by name.
        round: how many requests have been made.
        reply: the last reply.
    """

    def __init__(
        self,
        messages: list[Any],
        tools: Iterable[Any] | None,
        *,
        max_rounds: int = MAX_ROUNDS,
        options: dict[str, Any] | None = None,
        response: ResponseFormat | None = None,
        see_figures: bool = False,
    ) -> None:
        if not isinstance(messages, list):
            raise TypeError(f"expected a list of messages, which the run extends, got {type(messages).__name__}")
        if isinstance(max_rounds, bool) or not isinstance(max_rounds, int) or max_rounds < 1:
            raise ValueError(f"expected max_rounds to be a whole number from 1, got {max_rounds!r}")
        if see_figures and is_text_only((options or {}).get("model")):
            raise ValueError(
                f"expected a model that takes pictures for see_figures=True, such as {model_that_sees()}, got "
                f"{(options or {})['model']}"
            )
        self.messages = messages
        self.tools = toolbox(tools)
        self.round = 0
        self.reply = Reply(partial_reason="cut", problem="nothing was asked yet")
        self._max_rounds = max_rounds
        self._options = dict(options or {})
        self._form = response
        self._see_figures = see_figures
        self._asked_again = False
        self._answers: list[dict[str, Any]] = []
        self._cut: int | None = None  # which call of the turn may have been cut off
        self._custom: set[int] = set()  # which call a custom tool

    def request(self) -> dict[str, Any]:
        """The arguments for the next ``create``.

        Raises:
            TurnLimitError: there have been ``max_rounds`` requests.
        """
        if self.round >= self._max_rounds:
            raise TurnLimitError(
                f"expected an answer within {self._max_rounds} rounds, the model still calls tools; "
                "the messages so far are in .messages. Go on from them, or raise max_rounds",
                messages=self.messages,
            )
        self.round += 1
        request = request_parameters(self._options)
        if self.tools:
            request["tools"] = [tool.schema for tool in self.tools.values()]
        request["messages"] = [entry.message if isinstance(entry, Reply) else entry for entry in self.messages]
        return request

    def take(self, reply: Reply) -> tuple[ToolCall, ...]:
        """Put a reply into the history.

        Args:
            reply: what the model said, whole or partial; ``self.reply`` is the same with its message as kept.

        Returns:
            The calls to be run, in order; none when the run is over.
        """
        reply = with_refusal_as_content(with_tool_calls(reply))
        in_fields = bool(reply.message.get("tool_calls"))
        reply = with_parsed_calls(reply, self.tools, seed=f"{reply.id}#{len(self.messages)}")
        listed = reply.message.get("tool_calls") or []
        received = [entry for entry in listed if isinstance(entry, dict)]
        kept = sendable_calls(received, prefix=f"call_{self.round}", history=self.messages, tools=self.tools)
        message = reply.message if kept == listed else {**reply.message, "tool_calls": kept}
        calls = read_tool_calls({"tool_calls": received})
        # As it was received, but for the id, by which the result finds it.
        calls = tuple(replace(call, id=entry["id"]) for call, entry in zip(calls, kept, strict=True))
        self.reply = reply if message is reply.message else replace(reply, message=message)
        # Calls that were read from the text are whole by its grammar; others may have been closed by a server's parser.
        self._cut = len(calls) - 1 if in_fields and not reply.complete else None
        self._custom = {at for at, entry in enumerate(received) if is_custom(entry)}
        self._answers = [_answer(call, NOT_FINISHED) for call in calls]
        if calls or worth_keeping(reply):
            self.messages.extend([message, *self._answers])  # at once: an interrupt finds all of them or none
        return calls

    def is_over(self) -> bool:
        """Whether the last reply, which calls nothing, ends the run.

        Where a form was asked for, ``self.reply`` gets its ``parsed``; an answer that does not fit is told why, once,
        and the run goes on.

        Raises:
            ResponseFormatError: the answer does not fit, and has been asked for again or was cut off.
        """
        if self._form is None:
            return True
        try:
            self.reply = replace(self.reply, parsed=self._form.read(self.reply.content))
        except ResponseFormatError as error:
            if self._asked_again or not self.reply.complete:
                why = f" ({self.reply.problem})" if self.reply.problem else ""
                raise ResponseFormatError(f"{error}{why}", reply=self.reply) from None
            self._asked_again = True
            self.messages.append({"role": "user", "content": self._form.again(str(error))})
            return False
        return True

    def keep_partial(self, reply: Reply) -> None:
        """Put a reply that failed or was interrupted into the history, if it can stand there."""
        if worth_keeping(reply) and not reply.message.get("tool_calls"):
            self.messages.append(without_function_call(reply.message))

    def tool(self, position: int, call: ToolCall) -> Tool:
        """The tool that a call means.

        Args:
            position: which call of the turn, 0-based.
            call: the call.

        Raises:
            UnknownToolError: there is none of that name.
            ToolError: it is the call of a custom tool.
            ToolArgumentsError: the reply broke off in this call; it looks whole, but may not be what was meant.
        """
        tool = self.tools.get(call.name)
        if tool is None:
            there_are = ", ".join(self.tools) or "none"
            raise UnknownToolError(f"there is no tool {call.name[:80]!r}; there are: {there_are}")
        if position in self._custom:
            raise ToolError(
                f"{call.name}: expected the call of a function, with its arguments as one JSON object, got the call of "
                f"a custom tool with the text {short(call.arguments, 80)}: call {call.name} as a function"
            )
        if position == self._cut and read_arguments(call.arguments).state in {"whole", "blank"}:
            raise ToolArgumentsError(
                f"{call.name}: not run, as its arguments may have been cut off: the reply stopped at this call "
                f"({self.reply.problem or self.reply.partial_reason}): call it again, with less in one reply"
            )
        return tool

    def answer(
        self, position: int, call: ToolCall, outcome: Any, started_s: float = 0.0, duration_s: float | None = None
    ) -> ToolResult:
        """Put the result of a call into the history.

        Args:
            position: which call of the turn, 0-based.
            call: the call.
            outcome: what the tool returned, or the exception that it raised.
            started_s: when it began, in seconds from the end of the reply.
            duration_s: how long it ran, in seconds; None when it did not run.
        """
        shown, error = None, None
        if isinstance(outcome, Denied):
            text, error = outcome.for_model, "not allowed"
        elif isinstance(outcome, BaseException):
            error = as_text(outcome)
            text = f"Error: {error}"
            if isinstance(outcome, ToolArgumentsError) and not _stands_as_received(call):
                text += f" {NOT_AS_RECEIVED}"
        else:
            text, shown = render_result(outcome)
        self._answers[position]["content"] = seen_result(text, shown) if self._see_figures else text
        return ToolResult(position, call, text, shown, error, started_s, duration_s)


class Denied:
    """The reader did not allow a call; ``for_model`` is what the model is told."""

    def __init__(self, reason: str = "") -> None:
        self.for_model = f"{DENIED[:-1]} They said: {reason}]" if reason else DENIED


def denied(decision: Any) -> Denied | None:
    """What an ``approve`` function's answer means: True lets the call run, False does not, a text says why not."""
    if isinstance(decision, str):
        return Denied(decision)
    return None if decision else Denied()


def _stands_as_received(call: ToolCall) -> bool:
    """Whether the history holds all of a call's arguments, be it in another notation."""
    return read_arguments(call.arguments).state in {"whole", "blank"}


def as_text(error: BaseException) -> str:
    """An exception as one text that a model, or a reader, can act on."""
    words = str(error)
    if isinstance(error, ToolArgumentsError | UnknownToolError | ToolError):
        return cut(words, _LONGEST_ERROR)
    return cut(f"{type(error).__name__}: {words}" if words else type(error).__name__, _LONGEST_ERROR)


def worth_keeping(reply: Reply) -> bool:
    """Whether a reply without calls can stand in a history.

    An empty message is refused by the service. A partial one that broke off while thinking would pass for an answer.
    """
    content = reply.message.get("content")
    if is_empty(content) or (isinstance(content, str) and not content.strip()):
        return False
    whole = reply.partial_reason in {None, "length"}
    return whole or (bool(reply.content.strip()) and think_fault(content) is None)


def _answer(call: ToolCall, text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call.id, "content": text}
