"""A conversation by question: each with what the model did, and its answer, read from the messages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from minimax_nb.message.calls import read_tool_calls
from minimax_nb.message.events import RoundEnded, ToolResult
from minimax_nb.message.media_words import pictures_in, without_media
from minimax_nb.message.parts import content_text, read_message
from minimax_nb.message.reply import Reply
from minimax_nb.message.sdk_objects import as_dict
from minimax_nb.steps.recorder import StepRecorder
from minimax_nb.steps.tables import Table, read_table, with_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from minimax_nb.message.events import RunEvent
    from minimax_nb.steps.steps import Round, Step


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it.

    Attributes:
        question: its text; "" where there is none, or the messages begin with something else.
        system: the system message before it.
        steps: what led to the answer, and the answer itself.
        rounds: the requests.
        reply: the last reply; None where there is none.
        before: how many of the steps come before that reply.
        tables: the tables that tools returned, by the place of their step.
        media: the pictures and videos of the question, in words.
        pictures: the pictures among them, as ``data:`` URLs.
        kept: whether it stands in the history; a question that led to nothing is taken back.
    """

    question: str
    system: str = ""
    steps: tuple[Step, ...] = ()
    rounds: tuple[Round, ...] = ()
    reply: Reply | None = None
    before: int = 0
    tables: Mapping[int, Table] = field(default_factory=dict)
    kept: bool = True
    media: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


class Recollection:
    """What is known of messages beyond what stands in them: times, tokens, how a reply ended, tables of tools."""

    def __init__(self) -> None:
        self._replies: dict[int, Reply] = {}
        self._results: dict[tuple[str, str], ToolResult] = {}
        self._exchanges: dict[tuple[str, int], Exchange] = {}

    def event(self, event: RunEvent) -> None:
        """One more event of a run."""
        if isinstance(event, RoundEnded):
            self.reply(event.reply)
        elif isinstance(event, ToolResult):
            # The table as data, so that what the tool returned need not be kept alive.
            self._results[event.call.id, event.text] = replace(event, shown=read_table(event.shown))

    def reply(self, reply: Reply) -> None:
        """A reply whose message goes into the history."""
        self._replies[id(reply.message)] = reply

    def exchanges(self, messages: Iterable[Any]) -> list[Exchange]:
        """The messages by question; the same object as last time for what has not changed."""
        before, self._exchanges = self._exchanges, {}
        found: list[Exchange] = []
        for group in split_messages(messages):
            key = (repr(list(map(_data, group))), len(found))  # the same may be asked and answered twice
            self._exchanges[key] = before.get(key) or exchange_of(group, self)
            found.append(self._exchanges[key])
        return found

    def reply_of(self, message: Any, data: dict[str, Any]) -> Reply:
        """An assistant's message as a reply: the one that it came from, unless somebody has edited it since."""
        reply = message if isinstance(message, Reply) else self._replies.get(id(message))
        reasoning, content, _ = read_message(data)
        if reply is not None and (reply.reasoning, reply.content) == (reasoning, content):
            return reply
        return Reply(message=data, reasoning=reasoning, content=content, tool_calls=read_tool_calls(data))

    def result_of(self, data: dict[str, Any]) -> ToolResult | None:
        """The event that a tool's message came from."""
        text = content_text(without_media(data.get("content"))[0])
        return self._results.get((str(data.get("tool_call_id")), text))


def split_messages(messages: Iterable[Any]) -> list[list[Any]]:
    """The messages by question; a system message belongs to the question after it."""
    groups: list[list[Any]] = []
    waiting = False
    for message in messages:
        role = _data(message).get("role")
        begins = role in {"user", "system", "developer"}
        if not groups or (begins and not waiting):
            groups.append([])
        groups[-1].append(message)
        waiting = begins and role != "user"
    return groups


def exchange_of(group: Sequence[Any], known: Recollection) -> Exchange:
    """One group of ``split_messages`` as an exchange.

    Args:
        group: the messages.
        known: what is known of them.
    """
    recorder = StepRecorder()
    texts: dict[str, list[str]] = {"user": [], "system": []}
    tables: dict[int, Table] = {}
    last: Reply | None = None
    before = 0
    media: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    for message in group:
        data = _data(message)
        role = data.get("role")
        if role == "assistant":
            last, before = known.reply_of(message, data), len(recorder)
            recorder.message(last)
        elif role in {"tool", "function"}:
            last = None
            if (result := known.result_of(data)) is None:
                recorder.message(data)
                continue
            (place,) = recorder.event(result)
            tables = with_place(tables, place, result.shown)
        else:
            rest, words = without_media(data.get("content"))
            texts["user" if role == "user" else "system"].append(content_text(rest))
            media, pictures = media + words, pictures + pictures_in(data.get("content"))
    steps = recorder.steps()
    return Exchange(
        question="\n\n".join(texts["user"]),
        system="\n\n".join(texts["system"]),
        steps=steps,
        rounds=recorder.rounds(),
        reply=last,
        before=len(steps) if last is None else before,
        tables=tables,
        media=media,
        pictures=pictures,
    )


def cut_last_question(messages: list[Any]) -> list[Any]:
    """Take the last question, and all that came of it, out of the messages.

    Args:
        messages: shortened in place.

    Returns:
        What was taken out.
    """
    asked = [at for at, message in enumerate(messages) if _data(message).get("role") == "user"]
    cut = messages[asked[-1] :] if asked else []
    del messages[len(messages) - len(cut) :]
    return cut


def without_questions(messages: Sequence[Any]) -> list[Any]:
    """The system messages that a conversation begins with."""
    return list(takewhile(lambda message: _data(message).get("role") in {"system", "developer"}, messages))


def _data(message: Any) -> dict[str, Any]:
    return as_dict(message) or {}
