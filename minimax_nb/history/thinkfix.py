"""The repair of thinking: what can be told from the messages themselves is mended, nothing is made up."""

from __future__ import annotations

from typing import Any

from minimax_nb.message.parts import Thought, same_thinking, think_fault, thought_of
from minimax_nb.message.think import split_think

from .thinkrules import common_form, entry_lacks_text, is_repeated, repeated_unit

_FIELDS = ("reasoning_details", "reasoning_content", "reasoning")


def restore_thinking(messages: list[dict[str, Any]], untouched: set[int]) -> None:
    """Mend the thinking of every assistant message in place, and bring all of it into one form.

    Args:
        messages: the history.
        untouched: the ``id()`` of the messages that are known to stand as they were received.
    """
    mine = {index: message for index, message in enumerate(messages) if message.get("role") == "assistant"}
    for message in mine.values():
        if id(message) not in untouched:
            _mend_details(message)
            _mend_tags(message)
    thoughts = {index: thought_of(message) for index, message in mine.items()}
    wanted = common_form(thoughts)
    for index, thought in thoughts.items():
        if thought.form not in ("none", wanted) and id(mine[index]) not in untouched:
            _convert(mine[index], thought, wanted)


def details_of(text: str, number: int = 0) -> dict[str, Any]:
    """An entry of ``reasoning_details`` as the service writes it (observed in 2026)."""
    return {
        "type": "reasoning.text",
        "id": f"reasoning-text-{number + 1}",
        "format": "MiniMax-response-v1",
        "index": number,
        "text": text,
    }


def _mend_details(message: dict[str, Any]) -> None:
    details = message.get("reasoning_details")
    if details is None:
        return
    if isinstance(details, dict):
        details = [details]
    if isinstance(details, str):
        details = [details_of(details)] if details else []
    entries = [entry for entry in details if isinstance(entry, dict)] if isinstance(details, list) else []
    kept = [entry for entry in entries if not entry_lacks_text(entry)]
    for number, entry in enumerate(kept):
        if set(entry) == {"text"}:
            kept[number] = details_of(entry["text"], number)
        else:
            entry.update({key: repeated_unit(value) for key, value in entry.items() if is_repeated(key, value)})
    mirror = message.get("reasoning_content")
    if kept:
        message["reasoning_details"] = kept
        _mend_mirror(message, kept, mirror)
    elif details and isinstance(mirror, str) and mirror:
        message["reasoning_details"] = [details_of(mirror)]
    elif details != []:
        del message["reasoning_details"]


def _mend_mirror(message: dict[str, Any], kept: list[dict[str, Any]], mirror: Any) -> None:
    """Where the two fields differ the longer one counts if it holds the other, else the structured one."""
    text = thought_of(message).text
    if not isinstance(mirror, str) or not mirror or not text or same_thinking(text, mirror):
        return
    if text in mirror and len(kept) == 1:
        kept[0]["text"] = mirror
    else:
        message["reasoning_content"] = text


def _mend_tags(message: dict[str, Any]) -> None:
    content = message.get("content")
    fault = think_fault(content)
    if fault is None or not isinstance(content, str) or thought_of({**message, "content": None}).text:
        return
    # Which family of tags: the one that stands there.
    mark = "mm:" if "mm:think>" in content else ""
    if fault == "think-unopened":
        message["content"] = f"<{mark}think>\n{content}"
    else:
        message["content"] = f"{content.rstrip()}\n</{mark}think>\n\n"


def _convert(message: dict[str, Any], thought: Thought, wanted: str) -> None:
    """Move the thinking of one message into another form."""
    if thought.form == "native":
        message["content"] = split_think(message["content"]).content
    for name in _FIELDS:
        message.pop(name, None)
    if wanted == "native":
        content = message.get("content")
        block = f"<think>\n{thought.text}\n</think>\n\n"
        if isinstance(content, list):
            message["content"] = [{"type": "text", "text": block}, *content]
        else:
            message["content"] = block + (content or "")
    elif wanted == "details":
        message["reasoning_details"] = [details_of(thought.text)]
    else:
        message[wanted] = thought.text
