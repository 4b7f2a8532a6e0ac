"""Every error this library raises, in one tree, split by whose fault it is.

::

    MinimaxNbError
    ├── ConfigurationError          you: region, URL or key do not fit together
    ├── StreamError                 the source failed midway; .reply holds what arrived
    │   ├── StreamCutError          it ended or dropped before its finish reason
    │   │   └── StreamTimeoutError  it fell silent for longer than the read timeout
    │   ├── StreamFormatError       it is no chat completion (garbage, empty, wrong type)
    │   └── StreamServiceError      the service said no inside the stream; .code is its number
    ├── HistoryError                you: messages the service would refuse; .findings
    ├── ToolError                   the model's call could not be carried out
    │   ├── UnknownToolError        no tool has that name
    │   └── ToolArgumentsError      arguments are not JSON, or do not fit the schema
    ├── TurnLimitError              the loop ran max_rounds without an answer; .messages
    ├── ResponseFormatError         the answer does not have the form that was asked for; .reply
    ├── BatchError                  a batch could not go on; .result holds what was answered
    └── TapeError                   the embedded server's recordings
        ├── TapeFormatError         a tape file is broken: which file, entry, field
        └── NoMatchError            no tape fits the request: the nearest, and where it differs

    KeyboardInterrupt
    └── StreamInterrupted           you pressed stop; .reply holds what arrived

Errors that the service answers with an HTTP status stay openai's own classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .message.reply import Reply


class MinimaxNbError(Exception):
    """The root: catch it to catch everything this library raises."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Python would call the class with the message alone, and a class may want more than that.
        return _remade, (type(self), self.args), self.__dict__


class ConfigurationError(MinimaxNbError):
    """Region, URL or key do not fit together. Nothing was sent."""


class StreamError(MinimaxNbError):
    """A source of chunks failed; what had arrived is in ``reply``, marked partial.

    Attributes:
        reply: the partial reply, or None when not even one was begun.
    """

    def __init__(self, message: str, *, reply: Reply | None = None) -> None:
        super().__init__(message)
        self.reply = reply


class StreamCutError(StreamError):
    """The connection dropped before the reply's finish reason."""


class StreamTimeoutError(StreamCutError):
    """The source fell silent for longer than the client's read timeout."""


class StreamFormatError(StreamError):
    """What came is no chat completion: garbage, nothing at all, or another kind of object."""


class StreamServiceError(StreamError):
    """The service reported an error inside a stream, or under HTTP 200 in ``base_resp``.

    Attributes:
        code: the service's number, such as 2013, or None when it gave none.
    """

    def __init__(self, message: str, *, reply: Reply | None = None, code: int | None = None) -> None:
        super().__init__(message, reply=reply)
        self.code = code


class StreamInterrupted(KeyboardInterrupt):
    """The reader stopped the stream; the partial reply is in ``reply``.

    A ``KeyboardInterrupt``, so that Jupyter drops the queued cells as it does for any interrupt.
    """

    def __init__(self, reply: Reply | None = None) -> None:
        super().__init__("interrupted; the part that arrived is in .reply and in minimax_nb.last_reply()")
        self.reply = reply

    def _render_traceback_(self) -> list[str]:
        """Show one line in a notebook: the reader knows where they pressed stop."""
        words = str(self)
        return [words[:1].upper() + words[1:]]


class HistoryError(MinimaxNbError):
    """The messages would be refused, or would break the chain of thought.

    Attributes:
        findings: what ``check_history`` found.
    """

    def __init__(self, message: str, *, findings: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class ToolError(MinimaxNbError):
    """A tool call could not be carried out."""


class UnknownToolError(ToolError):
    """The model called a tool that was not offered."""


class ToolArgumentsError(ToolError):
    """The arguments of a call are not a JSON object, or do not fit the tool's schema."""


class TurnLimitError(MinimaxNbError):
    """The tool loop reached its limit without an answer.

    Attributes:
        messages: the history so far, valid to go on with.
    """

    def __init__(self, message: str, *, messages: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message)
        self.messages = list(messages)


class ResponseFormatError(MinimaxNbError):
    """The answer does not have the form that was asked for, not even when it was asked for once more.

    Attributes:
        reply: the last reply, or None.
    """

    def __init__(self, message: str, *, reply: Reply | None = None) -> None:
        super().__init__(message)
        self.reply = reply


class BatchError(MinimaxNbError):
    """A batch could not go on: a row failed under ``on_error="raise"``, or the checkpoint could not be written.

    Attributes:
        result: the rows that were answered, as the DataFrame that ``batch`` returns.
    """

    def __init__(self, message: str, *, result: Any = None) -> None:
        super().__init__(message)
        self.result = result


class TapeError(MinimaxNbError):
    """Something is wrong with the recordings that the embedded server plays."""


class TapeFormatError(TapeError):
    """A tape file is broken. The message names the file, the entry and the field.

    Attributes:
        path: the entry and the field, such as ``turns[0].reply.content``; "" for the whole file.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class NoMatchError(TapeError):
    """No tape fits a request. The message names the nearest one and the field that differs."""


def _remade(kind: type[MinimaxNbError], args: tuple[Any, ...]) -> MinimaxNbError:
    """An error as it comes out of a pickle, before its attributes: ``__init__`` has made those where it was raised."""
    return kind.__new__(kind, *args)


def short(value: Any, limit: int = 60) -> str:
    """The ``repr`` of what came, cut to about ``limit`` characters, for the words of an error."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}…"
