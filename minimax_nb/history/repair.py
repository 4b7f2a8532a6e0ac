"""A broken history -> one that checks clean, with as much of it kept as can be kept.

In order: originals are put back; each message is given a good shape; calls and results are brought together; system
messages are merged; the thinking is mended. What is put in where something is missing says that it was put in.
"""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from minimax_nb.message.arguments import fixed_arguments
from minimax_nb.message.blank import is_blank_result
from minimax_nb.message.calls import calls_of, is_call, is_custom, read_call, sendable_input, with_tool_call
from minimax_nb.message.media_words import media_words
from minimax_nb.message.parts import is_empty, is_received_part, read_message, refusal_of
from minimax_nb.message.sdk_objects import as_dict
from minimax_nb.message.surrogates import sendable
from minimax_nb.tools.results import NO_OUTPUT

from .media.rules import body_fault, medium_of, with_url_object
from .pairing import pair
from .rules import is_role, merges_systems, part_fault
from .thinkfix import restore_thinking
from .thinkform import NO_ANSWER
from .thinkrules import match_originals

if TYPE_CHECKING:
    from collections.abc import Iterable

NO_RESULT = "[No result: this call was never answered, or its answer was lost. repair_history put this line here.]"
_ROLES = {"developer": "system", "human": "user", "ai": "assistant", "model": "assistant", "bot": "assistant"}


def mend(messages: Iterable[Any], *, model: str | None = None, originals: Iterable[Any] = ()) -> list[dict[str, Any]]:
    """The mended copy of a history.

    Args:
        messages: the history: dicts, objects of the openai package, or replies.
        model: the model that is to be asked.
        originals: assistant messages as they were received, to be put back where they were changed.
    """
    read = [_sendable(copy.deepcopy(message)) for message in map(as_dict, messages) if message is not None]
    untouched = _restore(read, originals)
    _replace_function_calls(read)
    shaped = [message for message in read if _shape(message, model)]
    _lighten(shaped)
    paired = _bring_together(shaped)
    if merges_systems(model):
        paired = _merge_systems(paired)
    restore_thinking(paired, untouched)
    return paired


def _sendable(value: Any) -> Any:
    """The value with every text in it such that a request can carry it."""
    if isinstance(value, str):
        return sendable(value)
    if isinstance(value, dict):
        return {_sendable(key): _sendable(inner) for key, inner in value.items()}
    return [_sendable(inner) for inner in value] if isinstance(value, list) else value


def _restore(messages: list[dict[str, Any]], originals: Iterable[Any]) -> set[int]:
    """Put the originals back; the ``id()`` of the messages that now stand as received."""
    pairs = match_originals(list(messages), originals)
    for index, original in pairs.items():
        messages[index] = copy.deepcopy(original)
    return {id(messages[index]) for index in pairs}


def _replace_function_calls(messages: list[dict[str, Any]]) -> None:
    """The old ``function_call`` and role "function" become a call and its result."""
    call_id = ""
    for number, message in enumerate(messages):
        if message.get("role") == "assistant" and message.get("function_call") is not None:
            calls = with_tool_call(message, f"call_repaired_f{number}")
            if calls.get("tool_calls") != message.get("tool_calls"):
                call_id = f"call_repaired_f{number}"
            message.clear()  # in place: what was restored is known by its identity
            message.update(calls)
        elif message.get("role") == "function":
            message["role"] = "tool"
            message.setdefault("tool_call_id", call_id)


def _shape(message: dict[str, Any], model: str | None) -> bool:
    """Give a message a role, content and calls of the right types, in place; whether there is anything left of it."""
    role = message.get("role")
    if not is_role(role, model):
        other = _ROLES.get(role) if isinstance(role, str) else None
        # Who speaks is unknown: a user has the least say.
        message["role"] = other or ("tool" if message.get("tool_call_id") else "user")
    if message["role"] == "assistant":
        _shape_calls(message)
    _shape_content(message, model)
    if message["role"] == "tool":
        return True
    if not is_empty(message.get("content")):
        return True
    if message["role"] != "assistant":
        return False
    if declined := refusal_of(message):
        message["content"] = declined
        return True
    if message.get("tool_calls"):
        return True
    if not read_message(message).reasoning:
        return False
    message["content"] = NO_ANSWER
    return True


def _shape_content(message: dict[str, Any], model: str | None) -> None:
    content = message.get("content")
    if isinstance(content, list):
        received = message["role"] == "assistant"
        parts = [part if received and is_received_part(part) else _shape_part(part, model) for part in content]
        if parts != content:
            message["content"] = parts
    elif content is not None and not isinstance(content, str):
        message["content"] = _as_text(content)
    if message["role"] == "tool" and is_blank_result(message.get("content")):
        message["content"] = NO_OUTPUT


def _shape_part(part: Any, model: str | None) -> Any:
    part = with_url_object(part)
    fault = part_fault(part, model)
    if fault is None:
        return part
    kind = part.get("type") if isinstance(part, dict) else None
    if kind in ("image_url", "video_url", "input_audio"):
        return {"type": "text", "text": f"[{kind} left out by repair_history: {fault[1]}]"}
    return {"type": "text", "text": part if isinstance(part, str) else _as_text(part)}


def _lighten(messages: list[dict[str, Any]]) -> None:
    """Leave out pictures and videos, the oldest first, until one request can hold the others."""
    contents = [message["content"] for message in messages if isinstance(message.get("content"), list)]
    for content in contents:
        for at, part in enumerate(content):
            if body_fault([each for parts in contents for each in parts]) is None:
                return
            if medium_of(part) is not None:
                words = f"[{media_words(part)}: left out by repair_history, for a request can hold no more]"
                content[at] = {"type": "text", "text": words}


def _shape_calls(message: dict[str, Any]) -> None:
    entries = message.get("tool_calls")
    if entries is None:
        return
    if isinstance(entries, dict):
        entries = [entries]
    kept = [entry for entry in entries if is_call(entry) and read_call(entry).name] if isinstance(entries, list) else []
    for entry in kept:
        if is_custom(entry):
            entry["custom"]["input"] = sendable_input(entry["custom"].get("input"))
        else:
            entry["function"]["arguments"] = fixed_arguments(entry["function"].get("arguments"))
    if kept:
        message["tool_calls"] = kept
    elif message["tool_calls"] != []:
        del message["tool_calls"]


def _bring_together(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every message with calls followed by its results, in order; results of no call are gone."""
    pairing = pair(list(messages))
    turns = {turn.index: turn for turn in pairing.turns}
    names = _FreshIds(messages)
    out: list[dict[str, Any]] = []
    for index, message in enumerate(messages):
        if message["role"] == "tool":
            continue
        out.append(message)
        turn = turns.get(index)
        if turn is None:
            continue
        for entry, answer in zip(message["tool_calls"], turn.answers, strict=True):
            call_id = names.claim(entry.get("id"))
            if entry.get("id") != call_id:
                entry["id"] = call_id
            result = messages[answer] if answer is not None else {"role": "tool", "content": NO_RESULT}
            if result.get("tool_call_id") != call_id:
                result["tool_call_id"] = call_id
            out.append(result)
    return out


class _FreshIds:
    """Hands out ids of calls: the call's own if it is the first to have it, else a new one."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self._present = {call.id for message in messages for call in calls_of(message)}
        self._claimed: set[str] = set()
        self._number = 0

    def claim(self, wanted: Any) -> str:
        """The id to use for a call that has this one."""
        if isinstance(wanted, str) and wanted and wanted not in self._claimed:
            self._claimed.add(wanted)
            return wanted
        while True:
            self._number += 1
            fresh = f"call_repaired_{self._number}"
            if fresh not in self._present:
                self._claimed.add(fresh)
                return fresh


def _merge_systems(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One system message, at the start; its texts one after the other."""
    systems = [message for message in messages if message["role"] == "system"]
    if not systems or (len(systems) == 1 and messages[0] is systems[0]):
        return messages
    contents = [message["content"] for message in systems]
    merged: Any
    if all(isinstance(content, str) for content in contents):
        merged = "\n\n".join(contents)
    else:
        parts = [[{"type": "text", "text": each}] if isinstance(each, str) else each for each in contents]
        merged = [part for each in parts for part in each]
    first = {**systems[0], "content": merged}
    return [first, *(message for message in messages if message["role"] != "system")]


def _as_text(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=repr)
    except (TypeError, ValueError, RecursionError):
        return repr(value)
