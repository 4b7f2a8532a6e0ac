"""The one reading of an OpenAI message: where its thinking stands, what it thinks, what it answers.

Stream, check, repair, trace and exchanges all ask here, so that they cannot disagree. Anything may be broken: what has
the wrong type counts as absent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from .media_words import NOUNS, media_words
from .think import CLOSINGS, OPENINGS, ThinkSplit, gap_between, split_think

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Form = Literal["none", "details", "reasoning_content", "reasoning", "parts", "native"]
"""Where thinking stands: nowhere; in ``reasoning_details``, ``reasoning_content`` or ``reasoning``; in parts of a
content that is a list; in ``<think>`` blocks of the content."""

FIELDS = ("reasoning_details", "reasoning_content", "reasoning")
"""The keys of a message that can hold thinking, the one that counts most first."""

_THINKING_PARTS = frozenset({"thinking", "reasoning", "reasoning_text", "redacted_thinking"})
_RECEIVED_PARTS = _THINKING_PARTS | {"refusal"}
_M3_TOKEN = r"\]<\]minimax\[>\["  # noqa: S105 - the name of a tag, not a secret
# What models leave behind their answer of the markup of calls: see ``tools/xml_calls``.
_LEFTOVERS = re.compile(
    rf"(?:\s*(?:{_M3_TOKEN}(?:</?(?:minimax:)?tool_calls?>)?|\[e~\[|(?<![ \t`'\"])</(?:minimax:)?tool_calls?>))+\s*\Z"
)


class MessageParts(NamedTuple):
    """An assistant message taken apart.

    Attributes:
        reasoning: its thinking, counted once.
        content: its answer without the thinking.
        form: where the thinking stands.
    """

    reasoning: str
    content: str
    form: Form


def read_message(message: Mapping[str, Any]) -> MessageParts:
    """The thinking and the answer of an assistant message.

    The thinking is counted once, wherever it stands: in ``reasoning_details``, ``reasoning_content``, ``reasoning``,
    thinking parts or ``<think>`` blocks of the content, in this order. Where another field holds all of it and more,
    that one is taken: the first was cut off.
    """
    places = dict(thinking_in_fields(message))
    form: Form = next((place for place, text in places.items() if text.strip()), "none")
    split = split_content(message.get("content"), lone_closing_counts=form == "none")
    content = without_leftovers(split.content)
    if form == "none":
        return MessageParts(split.reasoning, content, "native" if split.reasoning else "none")
    return MessageParts(_fullest(places.pop(form), places.values()), content, form)


def thinking_in_fields(message: Mapping[str, Any]) -> Iterator[tuple[Form, str]]:
    """The thinking in each place but the ``<think>`` blocks, the one that counts most first; "" where there is none."""
    mirrors: dict[Form, str] = {key: _thought_in(message.get(key)) for key in ("reasoning_content", "reasoning")}
    texts = [text for entry in details_entries(message) if (text := details_text(entry))]
    yield "details", _unframed(_joined(texts, mirrors.values()))
    for form, text in mirrors.items():
        yield form, _unframed(text)
    thoughts = [text for part in _parts(message.get("content")) if (text := part_thinking(part))]
    yield "parts", _unframed(_joined(thoughts, mirrors.values()))


def split_content(content: Any, *, lone_closing_counts: bool = True) -> ThinkSplit:
    """The text of a content, a string or a list of parts, with its ``<think>`` blocks taken apart."""
    return split_think(plain_text(content), lone_closing_counts=lone_closing_counts)


def plain_text(content: Any) -> str:
    """The text that the model wrote into a content: a string, or the text parts of a list joined."""
    if isinstance(content, str):
        return content
    return "".join(text for part in _parts(content) if (text := part_text(part)))


def content_text(content: Any) -> str:
    """Any message's content for a reader, parts on lines of their own; those without text are named in brackets."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        return str(content)
    return "\n".join(_part_for_reader(part) for part in content)


def is_empty(content: Any) -> bool:
    """Whether content says nothing: absent, "", no parts, or empty text parts only."""
    if isinstance(content, list):
        return all(isinstance(part, dict) and part.get("type") == "text" and part.get("text") == "" for part in content)
    return content is None or content == ""


def answer_of(message: Mapping[str, Any]) -> str:
    """The answer of an assistant message, blanks around it cut off."""
    return read_message(message).content.strip()


def refusal_of(message: Mapping[str, Any]) -> str:
    """What the model says where it declines to answer (OpenAI's ``refusal``), in the message or a part; else ""."""
    parts = [_text(part.get("refusal")) for part in _parts(message.get("content")) if part.get("type") == "refusal"]
    return _text(message.get("refusal")) or "".join(parts)


def think_fault(content: Any) -> str | None:
    """The code of the rule that the ``<think>`` tags of a content break, or None."""
    fault = split_content(content).fault
    return f"think-{fault}" if fault else None


def same_thinking(one: str, other: str) -> bool:
    """Whether two texts are the same but for blanks, which servers cut off in one field and not in the other."""
    return one == other or "".join(one.split()) == "".join(other.split())


def details_entries(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of ``reasoning_details``; a text in the place of an entry, or of them all, is one with that text."""
    value = message.get("reasoning_details")
    listed = value if isinstance(value, list) else [value]
    found = [{"text": entry} if isinstance(entry, str) else entry for entry in listed]
    return [entry for entry in found if isinstance(entry, dict) and entry != {"text": ""}]


def details_text(entry: Mapping[str, Any]) -> str:
    """The thinking in one entry of ``reasoning_details``: its text, or its summary where it has no text."""
    return _text(entry.get("text")) or _text(entry.get("summary"))


def is_thinking_part(part: Any) -> bool:
    """Whether a part of a content holds thinking."""
    kind = part.get("type") if isinstance(part, dict) else None
    return isinstance(kind, str) and kind in _THINKING_PARTS


def is_received_part(part: Any) -> bool:
    """Whether a part is of a kind that only assistants send: thinking, or what they say where they decline."""
    kind = part.get("type") if isinstance(part, dict) else None
    return isinstance(kind, str) and kind in _RECEIVED_PARTS


def part_thinking(part: Mapping[str, Any]) -> str:
    """The thinking in a part of a content; "" for a part of another kind."""
    return thinking_text(part) if is_thinking_part(part) else ""


def thinking_text(part: Mapping[str, Any]) -> str:
    """The text in a part that holds thinking, whatever key it stands under."""
    for key in ("thinking", "reasoning", "text", "summary"):
        value = part.get(key)
        text = value if isinstance(value, str) else "".join(_text(inner.get("text")) for inner in _parts(value))
        if text:
            return text
    return ""


def part_text(part: Mapping[str, Any]) -> str:
    """What a part adds to the answer: "" for thinking and for parts without text."""
    return "" if is_thinking_part(part) else _text(part.get("text"))


def without_leftovers(content: str) -> str:
    """The answer without what a model left behind it: closing tags of calls that it never opened."""
    last = content.rstrip()[-1:] if content[-1:].isspace() else content[-1:]
    if last not in (">", "["):
        return content
    found = _LEFTOVERS.search(content)
    if found is None or re.search(r"<(?:minimax:)?tool_calls?>", content[: found.start()]):
        return content
    return content[: found.start()]


def entries(message: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The objects in a list of the message; none when it holds something else."""
    return _parts(message.get(key))


def _parts(value: Any) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _thought_in(value: Any) -> str:
    """The thinking in a field: a text, or the texts of parts."""
    if isinstance(value, str):
        return value
    return "".join(thinking_text(part) for part in ([value] if isinstance(value, dict) else _parts(value)))


def _part_for_reader(part: Any) -> str:
    if not isinstance(part, dict):
        return str(part)
    text = part.get("text")
    if isinstance(text, str):
        return text
    kind = part.get("type")
    return f"[{media_words(part) if isinstance(kind, str) and kind in NOUNS else kind or 'part'}]"


def _joined(texts: list[str], mirrors: Any) -> str:
    """Stretches of thinking as one text; without gaps where another field has them so."""
    if "".join(texts) in mirrors:
        return "".join(texts)
    return "".join(
        text if number == 0 else gap_between(texts[number - 1], text) + text for number, text in enumerate(texts)
    )


def _unframed(text: str) -> str:
    """Without the tags that models write around, or behind, the thinking of a field (seen on M2.x in 2026)."""
    if "think" not in text[:24] and "think" not in text[-24:]:
        return text
    while (end := text.rstrip()).endswith(CLOSINGS):
        text = end[: end.rindex("<")].rstrip()
    while (start := text.lstrip()).startswith(OPENINGS):
        text = start[start.index(">") + 1 :].lstrip()
    return text


def _fullest(text: str, others: Any) -> str:
    """The thinking, or another field's if that holds all of it and goes on."""
    for other in others:
        if len(other) > len(text) and text.strip() in other and not _repeats(text, other):
            text = other
    return text


def _repeats(text: str, other: str) -> bool:
    """Whether the other is the text over and over, as some routes send it."""
    unit, whole = "".join(text.split()), "".join(other.split())
    return whole == unit * (len(whole) // len(unit))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
