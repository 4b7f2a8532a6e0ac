"""Ask a model, and watch it think and answer.

The question stands on the command line, comes by a pipe, or both: then what comes by the pipe stands below the
question. On a terminal the thinking is dimmed. Otherwise the answer alone is printed, when it is whole: what streams
may yet turn out to be thinking. Where requests go, and what has answered, is said on standard error.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from minimax_nb.client.configure import connect
from minimax_nb.client.parameters import OMIT_HELP, omitted_names, request_parameters, without
from minimax_nb.display.terminal import TextReply, tell_origin
from minimax_nb.errors import StreamError, StreamInterrupted
from minimax_nb.message.events import ReasoningDelta, Rewritten, StreamEvent
from minimax_nb.redaction import mask_key
from minimax_nb.render.text.text import visible
from minimax_nb.stream.reading import collect

from . import OK, CommandError, UnusableInputError
from .arguments import MODEL_HELP, check_text, read_text

if TYPE_CHECKING:
    import argparse

    from minimax_nb.message.reply import Reply


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``ask``."""
    parser.add_argument("question", nargs="*", help="the question; quotes are not needed where your shell allows it")
    parser.add_argument("-m", "--model", help=MODEL_HELP)
    parser.add_argument("--system", metavar="TEXT", help="a system message before the question")
    parser.add_argument("--native", action="store_true", help="ask for the thinking inside the answer, as <think>")
    parser.add_argument("--omit", metavar="NAMES", help=OMIT_HELP)
    parser.add_argument("--no-thinking", action="store_true", help="do not show the thinking")


def run(options: argparse.Namespace) -> int:
    """Ask, show, and say whether a whole answer came."""
    request = _request(options)
    client = connect()
    from openai import OpenAIError

    from minimax_nb.client.default_model import default_model
    from minimax_nb.client.explanation import explain

    view: _View = _on_a_terminal(options) if sys.stdout.isatty() else _AnswerAlone()
    request["model"] = options.model or default_model(client)
    try:
        reply = collect(client.chat.completions.create(**request), on_event=view.feed)
    except (StreamError, StreamInterrupted) as error:
        problem = mask_key((error.reply and error.reply.problem) or str(error), client.api_key)
        if error.reply is not None:
            view.finish(replace(error.reply, problem=problem))
        if isinstance(error, StreamInterrupted):
            raise
        raise CommandError(visible(_with_hint(problem, explain(error)))) from error
    except OpenAIError as error:  # its message ends with a hint
        raise CommandError(visible(str(error))) from error
    view.finish(reply)
    if not reply.complete:
        raise CommandError(f"the answer is not whole: {visible(reply.problem or reply.partial_reason or '')}")
    return OK


def _with_hint(problem: str, hint: str) -> str:
    return f"{problem}\nHint: {hint}" if hint else problem


class _View(Protocol):
    """Where the reply is shown."""

    def feed(self, event: StreamEvent) -> None: ...

    def finish(self, reply: Reply) -> None: ...


class _AnswerAlone:
    """For pipes and files: the answer and nothing else, once it is sure what belongs to it."""

    def feed(self, event: StreamEvent) -> None:
        """Wait for the end."""

    def finish(self, reply: Reply) -> None:
        text = visible(reply.content)
        sys.stdout.write(text if not text or text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()
        tell_origin(reply)


class _WithoutThinking:
    """A terminal's view that is told nothing of the thinking."""

    def __init__(self, view: TextReply) -> None:
        self._view = view

    def feed(self, event: StreamEvent) -> None:
        match event:
            case ReasoningDelta():
                return
            case Rewritten():
                event = replace(event, reasoning="")
        self._view.feed(event)

    def finish(self, reply: Reply) -> None:
        self._view.finish(replace(reply, reasoning=""))


def _on_a_terminal(options: argparse.Namespace) -> _View:
    return _WithoutThinking(TextReply()) if options.no_thinking else TextReply()


def _request(options: argparse.Namespace) -> dict[str, Any]:
    messages = [{"role": "system", "content": options.system}] if options.system else []
    messages.append({"role": "user", "content": _question(options.question)})
    check_text(options.model or "", *(message["content"] for message in messages))
    asked = {"messages": messages, "reasoning_split": not options.native}
    try:
        return request_parameters(without(asked, omitted_names(options.omit)))
    except ValueError as error:
        raise UnusableInputError(str(error)) from error


def _question(words: list[str]) -> str:
    """The question from the command line, and below it what came by a pipe."""
    piped = "" if sys.stdin is None or sys.stdin.isatty() else read_text("-")
    parts = [part for part in (" ".join(words).strip(), piped.strip("\r\n")) if part.strip()]
    if not parts:
        raise UnusableInputError("expected a question, got none; such as: minimax-nb ask Why is the sky blue?")
    return "\n\n".join(parts)
