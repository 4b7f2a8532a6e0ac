"""The repair of thinking: what can be told from the messages themselves is mended, nothing is made up.

What counts as the thinking of a message, see ``parts.read_message``, is never changed and never dropped.
"""

from __future__ import annotations

from typing import Any

from minimax_nb.message.parts import (
    details_entries,
    details_text,
    read_message,
    same_thinking,
    think_fault,
    thinking_in_fields,
)

from .thinkform import common_form, converted, details_of, with_mended_tags
from .thinkrules import entry_lacks_text, is_repeated, repeated_unit


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
            if think_fault(message.get("content")):
                _replace(message, with_mended_tags(message))
    thoughts = {index: read_message(message) for index, message in mine.items()}
    wanted = common_form(thoughts)
    for index, thought in thoughts.items():
        message = mine[index]
        if thought.form in ("none", wanted) or id(message) in untouched:
            continue
        _replace(message, converted(message, wanted))


def _replace(message: dict[str, Any], changed: dict[str, Any] | None) -> None:
    if changed is not None:
        message.clear()
        message.update(changed)


def _mend_details(message: dict[str, Any]) -> None:
    received = message.get("reasoning_details")
    if received is None:
        return
    kept = [entry for entry in details_entries(message) if not entry_lacks_text(entry)]
    for number, entry in enumerate(kept):
        if set(entry) == {"text"}:
            kept[number] = details_of(entry["text"], number)
        else:
            entry.update({key: repeated_unit(value) for key, value in entry.items() if is_repeated(key, value)})
    mirror = message.get("reasoning_content")
    if kept:
        message["reasoning_details"] = kept
        _mend_mirror(message, kept)
    elif received and isinstance(mirror, str) and mirror.strip():
        message["reasoning_details"] = [details_of(mirror)]
    elif received != []:
        del message["reasoning_details"]


def _mend_mirror(message: dict[str, Any], kept: list[dict[str, Any]]) -> None:
    """Where the two fields differ, both get the thinking that counts: the fuller, else that of the structured one."""
    places = dict(thinking_in_fields(message))
    text, mirror = places["details"], places["reasoning_content"]
    if not text.strip() or not mirror.strip() or same_thinking(text, mirror):
        return
    thought = read_message(message).reasoning
    if thought != text:
        first = next(entry for entry in kept if details_text(entry))
        others = [entry for entry in kept if not details_text(entry)]
        message["reasoning_details"] = [{**first, "text": thought}, *others]
    if thought != mirror:
        message["reasoning_content"] = thought
