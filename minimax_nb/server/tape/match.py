"""Matching: which turn of which tape answers a request; if none does, which comes nearest and where it differs."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

from .recorded import RecordedReply, form_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .read import TapeTurn

_THINKING = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_MOST_COMPARED = 40
"""So many turns that differ in the same place are looked at for the one that is most alike."""
_DATA = re.compile(r"(data:[\w.+/-]*(?:;[\w=.+-]+)*,)([^\"]{100,})")


@dataclass(frozen=True, slots=True)
class Miss:
    """Miss: no turn fits.

    Attributes:
        nearest: the turn that comes nearest; None when there are no tapes.
        field: the first field in which it differs, such as ``messages[1].content``.
        expected: what the tape holds there.
        got: what the request holds there.
    """

    nearest: TapeTurn | None = None
    field: str = ""
    expected: Any = None
    got: Any = None

    def __str__(self) -> str:
        if self.nearest is None:
            return "there are no tapes; add a folder of them, or turn strict off to have the reply rehearsed"
        return (
            f"no tape answers this request; the nearest is turn {self.nearest.number} of {self.nearest.tape!r}, "
            f"which has {self.field} = {_abridged(self.expected)} where the request has {_abridged(self.got)}; "
            "change the request, record or write a turn for it, or turn strict off to have the reply rehearsed"
        )


def find(request: dict[str, Any], turns: Sequence[TapeTurn]) -> list[TapeTurn] | Miss:
    """Find the turns of one tape that answer a request, in order; a tape that names the model comes before one for any.

    Compared are the messages, the model where the tape names one, the tools' names where the tape lists them, and with
    a recorded turn the wire form. Ids of calls, thinking in the history and sampling parameters are not: they may
    differ from run to run.

    Args:
        request: the parsed body.
        turns: the tapes' turns, in order of preference.
    """
    wanted = _Comparable(
        request["model"], comparable_messages(request["messages"]), tool_names(request), form_of(request)
    )
    fitting = [turn for turn in turns if _difference(turn, wanted) is None]
    if fitting:
        preferred = [turn for turn in fitting if turn.models] or fitting
        kind = (preferred[0].tape, type(preferred[0].answer))
        return [turn for turn in preferred if (turn.tape, type(turn.answer)) == kind]
    return _nearest(wanted, turns)


def is_comparable(request: dict[str, Any]) -> bool:
    """Return whether a request that has not passed the rules is at least of a shape that ``find`` can read."""
    messages, tools = request.get("messages"), request.get("tools") or []
    return isinstance(request.get("model"), str) and _is_list_of_objects(messages) and _is_list_of_functions(tools)


def _is_list_of_objects(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _is_list_of_functions(value: object) -> bool:
    return _is_list_of_objects(value) and all(isinstance(each.get("function", {}), dict) for each in value)


def tool_names(request: dict[str, Any]) -> tuple[str, ...]:
    """Return the names of the tools that a request offers, sorted."""
    return tuple(sorted(str(tool.get("function", {}).get("name")) for tool in request.get("tools") or ()))


def comparable_messages(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what of a request's messages is compared.

    Results stand in the order of the calls they belong to, in whichever order they were sent: ids are not compared, and
    a result is that of a call, not of a place.
    """
    found: list[dict[str, Any]] = []
    order: dict[str, int] = {}
    run: list[tuple[int, dict[str, Any]]] = []
    for message in messages:
        if message.get("role") == "tool":
            run.append((order.get(str(message.get("tool_call_id")), len(order)), comparable_message(message)))
            continue
        found += [result for _, result in sorted(run, key=lambda pair: pair[0])]
        run = []
        found.append(comparable_message(message))
        calls = message.get("tool_calls") or ()
        order = {str(call.get("id")): n for n, call in enumerate(calls)} if _is_list_of_functions(calls) else {}
    return found + [result for _, result in sorted(run, key=lambda pair: pair[0])]


def comparable_message(message: dict[str, Any]) -> dict[str, Any]:
    """Return what of a message is compared: role, text without thinking, and the calls by name and parsed arguments."""
    kept: dict[str, Any] = {"role": message.get("role")}
    if "content" in message:
        text = text_of(message["content"])
        kept["content"] = (_THINKING.sub("", text) if kept["role"] == "assistant" else text).strip()
    if message.get("tool_calls") and _is_list_of_functions(message["tool_calls"]):
        kept["tool_calls"] = [_comparable_call(call) for call in message["tool_calls"]]
    return kept


def text_of(content: Any) -> str:
    """Return a message's content as text; parts that are no text as their JSON."""
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
    """Write a part that is no text; data inside it by its digest, so that no tape has to hold a picture."""
    text = json.dumps(part, sort_keys=True, ensure_ascii=False)
    return _DATA.sub(lambda data: f"{data[1]}sha256={hashlib.sha256(data[2].encode()).hexdigest()}", text)


def text_without_media(content: Any) -> str:
    """Return the text that a message's content holds, without its pictures."""
    if isinstance(content, list):
        return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
    return content if isinstance(content, str) else ""


def _comparable_call(call: dict[str, Any]) -> dict[str, Any]:
    """Return what of a call is compared, be it ``{function: {name, arguments}}`` or ``{name, arguments}``."""
    inner = call.get("function", call)
    arguments = inner.get("arguments")
    if isinstance(arguments, str):
        with contextlib.suppress(ValueError, RecursionError):  # broken ones are compared as the text they are
            arguments = json.loads(arguments)
    return {"name": inner.get("name"), "arguments": arguments}


@dataclass(frozen=True, slots=True)
class _Comparable:
    """Request as far as it is compared."""

    model: str
    messages: list[dict[str, Any]]
    tools: tuple[str, ...]
    form: dict[str, bool]


@dataclass(frozen=True, slots=True)
class _Difference:
    """First field in which a request differs from a turn; the later in the comparison, the nearer they are."""

    place: int
    field: str
    expected: Any
    got: Any


def _difference(turn: TapeTurn, wanted: _Comparable) -> _Difference | None:
    """Find the first field in which a request differs from a turn."""
    for number, (ours, got) in enumerate(zip(turn.messages, wanted.messages, strict=False)):
        for key, value in comparable_message(ours).items():
            if got.get(key) != value:
                return _Difference(number, f"messages[{number}].{key}", value, got.get(key))
        begins = ours.get("begins", "").strip()
        if not (got.get("content") or "").startswith(begins):
            return _Difference(number, f"messages[{number}].content", f"{begins}…", got.get("content"))
        if "tool_calls" in got and "tool_calls" not in ours:
            return _Difference(number, f"messages[{number}].tool_calls", None, got["tool_calls"])
    end = len(wanted.messages)
    if len(turn.messages) != end:
        return _Difference(min(end, len(turn.messages)), "the number of messages", len(turn.messages), end)
    if turn.tools is not None and turn.tools != wanted.tools:
        return _Difference(end + 1, "tools", list(turn.tools), list(wanted.tools))
    if turn.models and wanted.model not in turn.models:
        return _Difference(end + 2, "model", " or ".join(turn.models), wanted.model)
    if isinstance(turn.answer, RecordedReply):
        for name, value in turn.answer.form.items():
            if wanted.form[name] != value:
                return _Difference(end + 3, name, value, wanted.form[name])
    return None


def _nearest(wanted: _Comparable, turns: Sequence[TapeTurn]) -> Miss:
    """Find the turn that agrees longest with the request; among equals the one whose differing text is most alike."""
    place = -1
    equals: list[tuple[TapeTurn, _Difference]] = []
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


def _likeness(pair: tuple[TapeTurn, _Difference]) -> float:
    _, found = pair
    return difflib.SequenceMatcher(None, _abridged(found.expected, 400), _abridged(found.got, 400)).ratio()


def _abridged(value: Any, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}…"
