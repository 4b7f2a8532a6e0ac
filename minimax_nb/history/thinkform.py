"""The form in which thinking goes back with a history: the one to keep to, and a message brought into it."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from minimax_nb.message.parts import (
    FIELDS,
    MessageParts,
    details_entries,
    details_text,
    is_empty,
    is_thinking_part,
    part_text,
    read_message,
    split_content,
    think_fault,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


NO_ANSWER = "[No answer: the reply stopped while thinking. repair_history put this line here.]"
_OPENINGS = [f"<{family}>\n" for family in ("think", "mm:think", "thinking")]
_CLOSINGS = [f"\n</{family}>\n\n" for family in ("think", "mm:think", "thinking")]
_FRAMES = [
    *((opening, "") for opening in _OPENINGS),
    *(("", closing) for closing in _CLOSINGS),
    *product(_OPENINGS, _CLOSINGS),
]


def common_form(thoughts: Mapping[int, MessageParts]) -> str:
    """The form that a history should keep to: that of its last thinking; "none" without any."""
    return next((thought.form for _, thought in sorted(thoughts.items(), reverse=True) if thought.reasoning), "none")


def converted(message: dict[str, Any], wanted: str) -> dict[str, Any] | None:
    """A copy of an assistant message with its thinking in another form, all else kept.

    Args:
        message: the message.
        wanted: the form, one of ``parts.Form``.

    Returns:
        The copy, which reads the same; None where there is no such message, as for thinking that holds a closing tag
        and is to stand between tags.
    """
    thought = read_message(message)
    changed = {key: value for key, value in message.items() if key not in FIELDS}
    content = message.get("content")
    if split := split_content(content, lone_closing_counts=thought.form == "native"):
        content = _with_text(content, split.content)
    if isinstance(content, list):
        content = [part for part in content if not is_thinking_part(part)]
    # What carries no text, such as encrypted thinking, has no other place to stand in.
    encrypted = [entry for entry in details_entries(message) if not details_text(entry)]
    if wanted == "details":
        changed["reasoning_details"] = [details_of(thought.reasoning), *encrypted]
    elif encrypted:
        changed["reasoning_details"] = encrypted
    if wanted == "native":
        content = _preceded(content, "text", f"<think>\n{thought.reasoning}\n</think>\n\n")
    elif wanted == "parts":
        content = _preceded(content, "thinking", thought.reasoning)
    elif wanted != "details":
        changed[wanted] = thought.reasoning
    if "content" in message or content is not None:
        changed["content"] = "" if content == [] else content
    if is_empty(changed.get("content")) and not message.get("tool_calls"):
        return None
    return changed if read_message(changed)[:2] == thought[:2] else None


def with_mended_tags(message: dict[str, Any]) -> dict[str, Any] | None:
    """A copy of a message whose ``<think>`` tags have a fault, without the fault; None where there is no such copy.

    Tags count where no field holds the thinking; beside one they are only text.
    """
    content, thought = message.get("content"), read_message(message)
    if thought.form not in ("native", "none"):
        return None
    # Of the tags that could be missing, the ones with which the message reads as before.
    for opening, closing in _FRAMES:
        mended = {**message, "content": _framed(content, opening, closing)}
        if think_fault(mended["content"]) is None and read_message(mended)[:2] == thought[:2]:
            return mended
    # Thinking with a closing tag in it, as in a code span, can stand between no tags.
    return converted(
        {**message, "content": content if thought.content.strip() else _with_no_answer(content)}, "details"
    )


def _with_no_answer(content: Any) -> Any:
    return content + NO_ANSWER if isinstance(content, str) else [*content, {"type": "text", "text": NO_ANSWER}]


def _framed(content: Any, opening: str, closing: str) -> Any:
    """A content with a tag before its text and one behind it; of a list, around the text of its text parts."""
    if isinstance(content, str):
        return opening + (content.rstrip() + closing if closing else content)
    places = [number for number, part in enumerate(content) if isinstance(part, dict) and part_text(part)]
    changed = list(content)
    for at, before, behind in ((places[0], opening, ""), (places[-1], "", closing)):
        changed[at] = {**changed[at], "text": _framed(changed[at]["text"], before, behind)}
    return changed


def details_of(text: str, number: int = 0) -> dict[str, Any]:
    """An entry of ``reasoning_details`` as the service writes it (observed in 2026)."""
    return {
        "type": "reasoning.text",
        "id": f"reasoning-text-{number + 1}",
        "format": "MiniMax-response-v1",
        "index": number,
        "text": text,
    }


def _with_text(content: Any, text: str) -> Any:
    """A content with another text; of a list the first text part holds it all."""
    if not isinstance(content, list):
        return text if isinstance(content, str) else content
    parts: list[Any] = []
    placed = False
    for part in content:
        if not (isinstance(part, dict) and part_text(part)):
            parts.append(part)
        elif not placed:
            parts.append({**part, "text": text})
            placed = True
    return parts


def _preceded(content: Any, kind: str, text: str) -> Any:
    """A content with a text, or a part of some kind, before all else."""
    if isinstance(content, list) or kind != "text":
        rest = content if isinstance(content, list) else [{"type": "text", "text": content}] if content else []
        return [{"type": kind, kind: text}, *rest]
    return text + (content or "")
