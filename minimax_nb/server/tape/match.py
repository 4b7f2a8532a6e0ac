"""Which turn of which tape answers a request; and if none does, which comes nearest and where it differs."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

from .recorded import Recorded, form_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .read import Turn

_THINKING = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_MOST_COMPARED = 40
"""So many turns that differ in the same place are looked at for the one that is most alike."""
_DATA = re.compile(r"(data:[\w.+/-]*(?:;[\w=.+-]+)*,)([^\"]{100,})")


@dataclass(frozen=True, slots=True)
class Miss:
    """No turn fits.

    Attributes:
        nearest: the turn that comes nearest; None when there are no tapes.
        field: the first field in which it differs, such as ``messages[1].content``.
        expected: what the tape holds there.
        got: what the request holds there.
    """

    nearest: Turn | None = None
    field: str = ""
    expected: Any = None
    got: Any = None

    def __str__(self) -> str:
        if self.nearest is None:
            return "there are no tapes; add a folder of them, or turn strict off to have the reply rehearsed"
        return (
            f"no tape answers this request; the nearest is turn {self.nearest.number} of {self.nearest.tape!r}, "
            f"which has {self.field} = {_short(self.expected)} where the request has {_short(self.got)}; "
            "change the request, record or write a turn for it, or turn strict off to have the reply rehearsed"
        )


def find(request: dict[str, Any], turns: Sequence[Turn]) -> list[Turn] | Miss:
    """The turns of one tape that answer a request, in order; a tape that names the model comes before one for any.

    Compared are the messages, the model where the tape names one, the tools' names where the tape lists them, and with
    a recorded turn the wire form. Ids of calls, thinking in the history and sampling parameters are not: they may
    differ from run to run.

    Args:
        request: the parsed body.
        turns: the tapes' turns, in order of preference.
    """
    wanted = _Wanted(request["model"], compared(request["messages"]), tool_names(request), form_of(request))
    fitting = [turn for turn in turns if _difference(turn, wanted) is None]
    if fitting:
        preferred = [turn for turn in fitting if turn.models] or fitting
        kind = (preferred[0].tape, type(preferred[0].answer))
        return [turn for turn in preferred if (turn.tape, type(turn.answer)) == kind]
    return _nearest(wanted, turns)


def comparable(request: dict[str, Any]) -> bool:
    """Whether a request that has not passed the rules is at least of a shape that ``find`` can read."""
    messages, tools = request.get("messages"), request.get("tools") or []
    return isinstance(request.get("model"), str) and _objects(messages) and _functions(tools)


def _objects(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _functions(value: object) -> bool:
    return _objects(value) and all(isinstance(each.get("function", {}), dict) for each in value)


def tool_names(request: dict[str, Any]) -> tuple[str, ...]:
    """The names of the tools that a request offers, sorted."""
    return tuple(sorted(str(tool.get("function", {}).get("name")) for tool in request.get("tools") or ()))


def compared(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What of a request's messages is compared.

    Results stand in the order of the calls they belong to, in whichever order they were sent: ids are not compared, and
    a result is that of a call, not of a place.
    """
    found: list[dict[str, Any]] = []
    order: dict[str, int] = {}
    run: list[tuple[int, dict[str, Any]]] = []
    for message in messages:
        if message.get("role") == "tool":
            run.append((order.get(str(message.get("tool_call_id")), len(order)), plain(message)))
            continue
        found += [result for _, result in sorted(run, key=lambda pair: pair[0])]
        run = []
        found.append(plain(message))
        calls = message.get("tool_calls") or ()
        order = {str(call.get("id")): n for n, call in enumerate(calls)} if _functions(calls) else {}
    return found + [result for _, result in sorted(run, key=lambda pair: pair[0])]


def plain(message: dict[str, Any]) -> dict[str, Any]:
    """What of a message is compared: role, text without thinking, and the calls by name and parsed arguments."""
    kept: dict[str, Any] = {"role": message.get("role")}
    if "content" in message:
        text = text_of(message["content"])
        kept["content"] = (_THINKING.sub("", text) if kept["role"] == "assistant" else text).strip()
    if message.get("tool_calls") and _functions(message["tool_calls"]):
        kept["tool_calls"] = [_plain_call(call) for call in message["tool_calls"]]
    return kept


def text_of(content: Any) -> str:
    """A message's content as text; parts that are no text as their JSON."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(
            part["text"] if isinstance(part, dict) and isinstance(part.get("text"), str) else _as_json(part)
            for part in content
        )
    return _as_json(content)


def _as_json(part: Any) -> str:
    """A part that is no text; data inside it by its digest, so that no tape has to hold a picture."""
    text = json.dumps(part, sort_keys=True, ensure_ascii=False)
    return _DATA.sub(lambda data: f"{data[1]}sha256={hashlib.sha256(data[2].encode()).hexdigest()}", text)


def words_of(content: Any) -> str:
    """The text that a message's content holds, without its pictures."""
    if isinstance(content, list):
        return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
    return content if isinstance(content, str) else ""


def _plain_call(call: dict[str, Any]) -> dict[str, Any]:
    """A call of a request or of a tape: both ``{function: {name, arguments}}`` and ``{name, arguments}`` are read."""
    inner = call.get("function", call)
    arguments = inner.get("arguments")
    if isinstance(arguments, str):
        with contextlib.suppress(ValueError, RecursionError):  # broken ones are compared as the text they are
            arguments = json.loads(arguments)
    return {"name": inner.get("name"), "arguments": arguments}


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What of a request is compared."""

    model: str
    messages: list[dict[str, Any]]
    tools: tuple[str, ...]
    form: dict[str, bool]


@dataclass(frozen=True, slots=True)
class _Difference:
    """The first field in which a request differs from a turn; the later in the comparison, the nearer they are."""

    place: int
    field: str
    expected: Any
    got: Any


def _difference(turn: Turn, wanted: _Wanted) -> _Difference | None:
    """The first field in which a request differs from a turn."""
    for number, (ours, got) in enumerate(zip(turn.messages, wanted.messages, strict=False)):
        for key, value in plain(ours).items():
            if got.get(key) != value:
                return _Difference(number, f"messages[{number}].{key}", value, got.get(key))
        if "tool_calls" in got and "tool_calls" not in ours:
            return _Difference(number, f"messages[{number}].tool_calls", None, got["tool_calls"])
    end = len(wanted.messages)
    if len(turn.messages) != end:
        return _Difference(min(end, len(turn.messages)), "the number of messages", len(turn.messages), end)
    if turn.tools is not None and turn.tools != wanted.tools:
        return _Difference(end + 1, "tools", list(turn.tools), list(wanted.tools))
    if turn.models and wanted.model not in turn.models:
        return _Difference(end + 2, "model", " or ".join(turn.models), wanted.model)
    if isinstance(turn.answer, Recorded):
        for name, value in turn.answer.form.items():
            if wanted.form[name] != value:
                return _Difference(end + 3, name, value, wanted.form[name])
    return None


def _nearest(wanted: _Wanted, turns: Sequence[Turn]) -> Miss:
    """The turn that agrees longest with the request; among equals the one whose differing text is most alike."""
    place = -1
    equals: list[tuple[Turn, _Difference]] = []
    for turn in turns:
        found = _difference(turn, wanted)
        if found is None or found.place < place:
            continue
        if found.place > place:
            place, equals = found.place, []
        if len(equals) < _MOST_COMPARED:
            equals.append((turn, found))
    if not equals:
        return Miss()
    turn, found = max(equals, key=_likeness)
    return Miss(turn, found.field, found.expected, found.got)


def _likeness(pair: tuple[Turn, _Difference]) -> float:
    _, found = pair
    return difflib.SequenceMatcher(None, _short(found.expected, 400), _short(found.got, 400)).ratio()


def _short(value: Any, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}…"
