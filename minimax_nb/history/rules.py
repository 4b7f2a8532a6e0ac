"""The rules of a history, held against a list of messages: shapes, calls and results, system messages, tools.

The rules of the chain of thought are in ``thinkrules``; what each code means is in ``findings``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from minimax_nb.catalog import MODELS
from minimax_nb.errors import short
from minimax_nb.message.blank import is_blank_result
from minimax_nb.message.calls import call_fault, is_call, read_call, result_id
from minimax_nb.message.parts import is_empty, is_received_part
from minimax_nb.message.sdk_objects import as_dict
from minimax_nb.message.surrogates import unsendable

from .findings import Finding
from .media.rules import body_fault, medium_fault, medium_of
from .pairing import Pairing, Turn, pair
from .thinkrules import check_thinking

_ROLES = ("system", "user", "assistant", "tool")
_MODEL = re.compile(r"(?:.*/)?minimax-m(\d+)(?:\.(\d+))?", re.IGNORECASE)


def merges_systems(model: str | None) -> bool:
    """Whether a model takes one leading system message only: M2.x do, M3 takes several, of others nothing is known.

    Unknown counts as M2.x: a merged message is good for all of them.
    """
    found = _MODEL.match(model or "")
    return found is None or int(found[1]) < 3


def is_text_only(model: str | None) -> bool:
    """Whether a model is known to take no pictures (M2.x, by the API page's notes)."""
    found = _MODEL.match(model or "")
    return found is not None and int(found[1]) < 3


def always_thinks(model: str | None) -> bool:
    """Whether a model is known to think on every turn: M2.x and M3.1, whose thinking cannot be turned off."""
    found = _MODEL.match(model or "")
    return found is not None and (int(found[1]) == 2 or (found[1], found[2]) == ("3", "1"))


def is_role(role: Any, model: str | None) -> bool:
    """Whether a model takes a role: M3 also such as OpenAI does not know, ``root`` for one (MiniMax's own suite)."""
    if model is not None and not merges_systems(model):
        return isinstance(role, str) and role.strip() != "" and role != "invalid_role"
    return role in _ROLES


def find_problems(
    messages: Iterable[Any], *, tools: Any = None, model: str | None = None, originals: Iterable[Any] = ()
) -> list[Finding]:
    """Everything that is wrong with a history, in the order of its messages.

    Args:
        messages: the list as it is to be sent: dicts, objects of the openai package, or replies.
        tools: the request's tools, if they are to be checked too.
        model: the model that is to be asked.
        originals: assistant messages as they were received, to compare with.
    """
    read = [as_dict(message) for message in messages]
    tools = None if tools is None else list(tools)
    found = [] if read else [Finding.of(None, "no-messages", "the list of messages is empty")]
    found += check_tools(tools)
    for index, message in enumerate(read):
        if message is None:
            found.append(Finding.of(index, "not-a-message", "this is neither a dict nor a message object"))
        else:
            found += _check_message(index, message, model)
            found += _check_characters(index, message)
    found += check_body(read)
    if merges_systems(model):
        found += _check_systems(read)
    found += _check_results(read, pair(read))
    found += check_thinking(read, always_thinks=always_thinks(model), originals=originals)
    return sorted(found, key=lambda finding: -1 if finding.index is None else finding.index)


def check_body(read: list[dict[str, Any] | None]) -> list[Finding]:
    """What is wrong with the pictures and videos of all messages together."""
    contents = [message.get("content") for message in read if message is not None]
    fault = body_fault([part for content in contents if isinstance(content, list) for part in content])
    return [Finding.of(None, "too-much-media", fault)] if fault else []


def _check_message(index: int, message: dict[str, Any], model: str | None) -> list[Finding]:
    role = message.get("role")
    if not is_role(role, model):
        return [Finding.of(index, "unknown-role", f"the role is {short(role)}")]
    found = _check_content(index, message, model)
    if role == "assistant":
        if message.get("function_call") is not None:
            found.append(Finding.of(index, "function-call", "it calls by function_call"))
        found += _check_calls(index, message)
    return found


def _check_characters(index: int, message: dict[str, Any]) -> list[Finding]:
    for key, value in message.items():
        for text in texts_in({key: value}):
            if character := unsendable(text):
                said = f"its {short(key)} holds {character!a}, half a character or none: {short(text)}"
                return [Finding.of(index, "broken-characters", said)]
    return []


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a value of a message, keys of objects included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from texts_in(key)
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def _check_content(index: int, message: dict[str, Any], model: str | None) -> list[Finding]:
    role, content = message["role"], message.get("content")
    if role == "tool":
        if content is None:
            return [Finding.of(index, "content-type", "the result's content is null, expected text")]
        if is_blank_result(content):
            return [Finding.of(index, "empty-result", "the result has no content that can be seen")]
    elif is_empty(content):
        if role == "assistant" and message.get("tool_calls"):
            return []
        return [Finding.of(index, "empty-message", f"this {role} message has no content")]
    if isinstance(content, str):
        return []
    if not isinstance(content, list):
        return [Finding.of(index, "content-type", f"the content is of type {type(content).__name__}, expected text")]
    # Thinking and refusals in parts came so from another server, and go back to it as they came.
    sent = [part for part in content if not (role == "assistant" and is_received_part(part))]
    faults = dict.fromkeys(fault for part in sent if (fault := part_fault(part, model)))
    return [Finding.of(index, code, f"a part of the content is {said}") for code, said in faults]


def part_fault(part: Any, model: str | None) -> tuple[str, str] | None:
    """Why a part of a content cannot be sent, by the finding's code and in words, or None."""
    if unsupported := _unsupported(part, model):
        return "unsupported-part", unsupported
    broken = medium_fault(part)
    return ("broken-media", broken) if broken else None


def _unsupported(part: Any, model: str | None) -> str | None:
    if not isinstance(part, Mapping):
        return f"of type {type(part).__name__}, expected a dict"
    kind = part.get("type")
    if kind == "text":
        return None if isinstance(part.get("text"), str) else "of type text, without text"
    if medium := medium_of(part):
        return f"{medium.noun}, which {model} does not take; {model_that_sees()} does" if is_text_only(model) else None
    return "audio, which no model takes" if kind == "input_audio" else f"of type {short(kind)}"


def model_that_sees() -> str:
    """The first model of the catalogue that takes pictures and video."""
    return next(model.name for model in MODELS if model.sees)


def _check_calls(index: int, message: dict[str, Any]) -> list[Finding]:
    entries = message.get("tool_calls")
    if entries is None:
        return []
    if not isinstance(entries, list):
        return [Finding.of(index, "calls-type", f"tool_calls is of type {type(entries).__name__}, expected a list")]
    found = []
    for number, entry in enumerate(entries):
        if not is_call(entry):
            found.append(Finding.of(index, "calls-type", f"tool_calls[{number}] is no call: {short(entry)}"))
            continue
        call = read_call(entry)
        if not call.name:
            found.append(Finding.of(index, "call-without-name", f"call {number} names no function"))
        if not call.id:
            found.append(Finding.of(index, "call-without-id", f"call {number}, of {short(call.name)}, has no id"))
        fault = call_fault(call)
        if fault:
            said = f"the arguments of call {short(call.id)} of {short(call.name)} are {short(call.arguments)}"
            found.append(Finding.of(index, fault, said))
    return found


def _check_systems(messages: list[dict[str, Any] | None]) -> list[Finding]:
    places = [
        index for index, message in enumerate(messages) if message is not None and message.get("role") == "system"
    ]
    found = [
        Finding.of(index, "several-systems", f"messages[{places[0]}] is a system message already; M2 models take one")
        for index in places[1:]
    ]
    if places and places[0] > 0:
        found.append(Finding.of(places[0], "late-system", "the system message does not stand first"))
    return found


def _check_results(messages: list[dict[str, Any] | None], pairing: Pairing) -> list[Finding]:
    found: list[Finding] = []
    turn_of_id: dict[str, int] = {}
    for turn in pairing.turns:
        found += _check_turn(messages, turn)
        for call in turn.calls:
            first = turn_of_id.setdefault(call.id, turn.index) if call.id else turn.index
            if first != turn.index:
                said = f"the id {short(call.id)} belongs to a call of messages[{first}] already"
                found.append(Finding.of(turn.index, "reused-call-id", said))
    for index in pairing.left_over:
        call_id = result_id(messages[index] or {})
        if not call_id:
            found.append(Finding.of(index, "result-without-id", "this result does not say which call it answers"))
        elif call_id in turn_of_id:
            said = f"the call {short(call_id)} has a result already"
            found.append(Finding.of(index, "duplicate-result", said))
        else:
            found.append(Finding.of(index, "orphan-result", f"there is no call with the id {short(call_id)}"))
    return found


def _check_turn(messages: list[dict[str, Any] | None], turn: Turn) -> list[Finding]:
    found = []
    seen: set[str] = set()
    window = set(turn.window)
    for call, answer in zip(turn.calls, turn.answers, strict=True):
        if call.id and call.id in seen:
            said = f"two calls of this message have the id {short(call.id)}"
            found.append(Finding.of(turn.index, "duplicate-call-id", said))
        seen.add(call.id)
        if answer is None:
            said = f"the call {short(call.id)} of {short(call.name)} has no result"
            found.append(Finding.of(turn.index, "missing-result", said))
        elif answer not in window:
            said = f"this answers the call {short(call.id)} of messages[{turn.index}], but does not follow it"
            found.append(Finding.of(answer, "misplaced-result", said))
        elif call.id and not result_id(messages[answer] or {}):
            said = f"it seems to answer the call {short(call.id)}, but does not say so"
            found.append(Finding.of(answer, "result-without-id", said))
    inside = [answer for answer in turn.answers if answer in window and answer is not None]
    if inside != sorted(inside):
        said = f"the results of messages[{turn.index}] stand in another order than its calls"
        found.append(Finding.of(min(inside), "results-out-of-order", said))
    return found


def check_tools(tools: Any) -> list[Finding]:
    """What is wrong with the tools of a request; functions and ``Tool`` objects were checked when they were made."""
    if tools is None:
        return []
    found = [] if list(tools) else [Finding.of(None, "empty-tools", "the list of tools is empty")]
    names: set[str] = set()
    for number, tool in enumerate(tools):
        if not isinstance(tool, Mapping):
            continue
        function = tool.get("function")
        if tool.get("type", "function") != "function" or not isinstance(function, Mapping):
            found.append(Finding.of(None, "tool-type", f"tools[{number}] is no function tool: {short(tool)}"))
            continue
        name = function.get("name")
        if not isinstance(name, str) or not name:
            found.append(Finding.of(None, "tool-without-name", f"tools[{number}] names no function"))
        elif name in names:
            found.append(Finding.of(None, "duplicate-tool", f"two tools are called {short(name)}"))
        else:
            names.add(name)
        if not function.get("parameters"):
            said = f"tools[{number}], {short(name)}, has no parameters"
            found.append(Finding.of(None, "tool-without-parameters", said))
    return found
