"""Which turn of which tape answers a request; and if none does, which comes nearest and where it differs."""

from __future__ import annotations

import contextlib
import difflib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .tape import Turn

_THINKING = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)


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
            return "there are no tapes; add a folder of them, or serve without strict to have the reply rehearsed"
        return (
            f"no tape answers this request; the nearest is turn {self.nearest.number} of {self.nearest.tape!r}, "
            f"which has {self.field} = {_short(self.expected)} where the request has {_short(self.got)}; "
            "change the request, add a turn, or serve without strict to have the reply rehearsed"
        )


def find(request: dict[str, Any], turns: Sequence[Turn]) -> list[Turn] | Miss:
    """The turns that answer a request, in order; those that name the model come before those for any.

    Compared are the messages, the model where the tape names one, and the tools' names where the tape lists them. Ids
    of calls, thinking in the history and sampling parameters are not: they may differ from run to run.

    Args:
        request: the parsed body.
        turns: the tapes' turns.
    """
    messages = [plain(message) for message in request["messages"]]
    tools = tuple(sorted(str(tool.get("function", {}).get("name")) for tool in request.get("tools") or ()))
    fitting = [turn for turn in turns if _difference(turn, request["model"], messages, tools) is None]
    if fitting:
        named = [turn for turn in fitting if turn.models]
        return named or fitting
    return _nearest(request["model"], messages, tools, turns)


def plain(message: dict[str, Any]) -> dict[str, Any]:
    """What of a message is compared: role, text without thinking, and the calls by name and parsed arguments."""
    kept: dict[str, Any] = {"role": message.get("role")}
    if "content" in message:
        text = text_of(message["content"])
        kept["content"] = (_THINKING.sub("", text) if kept["role"] == "assistant" else text).strip()
    if message.get("tool_calls"):
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
            part["text"]
            if isinstance(part, dict) and isinstance(part.get("text"), str)
            else json.dumps(part, sort_keys=True, ensure_ascii=False)
            for part in content
        )
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


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


def _difference(
    turn: Turn, model: str, messages: list[dict[str, Any]], tools: tuple[str, ...]
) -> tuple[str, Any, Any] | None:
    """The first field in which a request differs from a turn: (field, the tape's value, the request's)."""
    for number, (wanted, got) in enumerate(zip(turn.messages, messages, strict=False)):
        for key, value in plain(wanted).items():
            if got.get(key) != value:
                return f"messages[{number}].{key}", value, got.get(key)
        if "tool_calls" in got and "tool_calls" not in wanted:
            return f"messages[{number}].tool_calls", None, got["tool_calls"]
    if len(turn.messages) != len(messages):
        return "the number of messages", len(turn.messages), len(messages)
    if turn.tools is not None and turn.tools != tools:
        return "tools", list(turn.tools), list(tools)
    if turn.models and model not in turn.models:
        return "model", " or ".join(turn.models), model
    return None


def _nearest(model: str, messages: list[dict[str, Any]], tools: tuple[str, ...], turns: Sequence[Turn]) -> Miss:
    """The turn that agrees longest with the request; among equals the one whose differing text is most alike."""
    best: tuple[tuple[int, float], Miss] | None = None
    for turn in turns:
        difference = _difference(turn, model, messages, tools)
        if difference is None:
            continue
        field, expected, got = difference
        at = int(field[9 : field.index("]")]) if field.startswith("messages[") else len(messages)
        alike = difflib.SequenceMatcher(None, str(expected)[:400], str(got)[:400]).ratio()
        score = (at, alike)
        if best is None or score > best[0]:
            best = score, Miss(turn, field, expected, got)
    return best[1] if best else Miss()


def _short(value: Any, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}…"
