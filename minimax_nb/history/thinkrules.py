"""The rules that keep the chain of thought: the service enforces none of them, it forgets in silence.

A message that equals one of the originals went back as it was received and is never found fault with, whatever odd form
the service gave it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any

from minimax_nb.message.calls import calls_of
from minimax_nb.message.parts import (
    MessageParts,
    answer_of,
    details_text,
    read_message,
    same_thinking,
    think_fault,
    thinking_in_fields,
)
from minimax_nb.message.sdk_objects import as_dict

from .findings import Finding
from .thinkform import common_form, converted, with_mended_tags

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ENTRY_KEYS = ("type", "id", "format")


def check_thinking(
    messages: list[dict[str, Any] | None], *, always_thinks: bool, originals: Iterable[Any]
) -> list[Finding]:
    """Everything that breaks, or may break, the chain of thought of a history.

    Args:
        messages: the history; None stands for what is no message.
        always_thinks: whether the model thinks on every turn, so that a turn without thinking has lost it.
        originals: assistant messages as they were received.
    """
    assistants = {i: m for i, m in enumerate(messages) if m is not None and m.get("role") == "assistant"}
    thoughts = {index: read_message(message) for index, message in assistants.items()}
    pairs = match_originals(messages, originals)
    untouched = {index for index, original in pairs.items() if _bare(assistants[index]) == _bare(original)}
    found: list[Finding] = []
    for index, message in assistants.items():
        if index in pairs and index not in untouched:
            found += _compare(index, message, pairs[index])
        if index not in untouched:
            found += _check_forms(index, message)
    known = {finding.index for finding in found if finding.code == "thinking-dropped"} | untouched
    found += _check_dropped(messages, thoughts, known, always_thinks=always_thinks)
    found += _check_mixture(assistants, thoughts, untouched)
    return found


def match_originals(messages: list[dict[str, Any] | None], originals: Iterable[Any]) -> dict[int, dict[str, Any]]:
    """Which original belongs to which assistant message: by the ids of its calls, else by its answer, else by order.

    A history may have been trimmed, so an original may have no message. By order means: the ones left over at the
    end of both, if there are equally many.
    """
    waiting: dict[Any, deque[dict[str, Any]]] = defaultdict(deque)
    in_order = [original for original in map(as_dict, originals) if original is not None]
    for original in in_order:
        waiting[_key(original)].append(original)
    pairs: dict[int, dict[str, Any]] = {}
    without: list[int] = []
    for index, message in enumerate(messages):
        if message is None or message.get("role") != "assistant":
            continue
        queue = waiting.get(_key(message))
        if queue:
            pairs[index] = queue.popleft()
        else:
            without.append(index)
    taken = {id(original) for original in pairs.values()}
    left = [original for original in in_order if id(original) not in taken]
    if len(left) == len(without):
        pairs.update(zip(without, left, strict=True))
    return pairs


def loops(messages: list[dict[str, Any] | None]) -> Iterator[list[int]]:
    """The places of the assistant messages with calls, one list for each stretch between two user messages."""
    loop: list[int] = []
    for index, message in enumerate(messages):
        if message is None:
            continue
        if message.get("role") == "user":
            yield loop
            loop = []
        elif calls_of(message):
            loop.append(index)
    yield loop


def repeated_unit(text: str) -> str:
    """The shortest text whose repetition gives this one; the text itself if there is none."""
    period = (text + text).find(text, 1) if text else 0
    return text[:period] if 0 < period < len(text) else text


def _compare(index: int, message: dict[str, Any], original: dict[str, Any]) -> list[Finding]:
    mine, theirs = read_message(message), read_message(original)
    if theirs.reasoning and not mine.reasoning:
        return [Finding.of(index, "thinking-dropped", f"it was received with thinking ({_size(theirs)}) and has none")]
    if mine.reasoning != theirs.reasoning:
        shorter = len(mine.reasoning) < len(theirs.reasoning) and mine.reasoning in theirs.reasoning
        verb = "is shorter than" if shorter else "differs from"
        return [
            Finding.of(index, "thinking-edited", f"its thinking ({_size(mine)}) {verb} the received ({_size(theirs)})")
        ]
    one, other = _bare(message), _bare(original)
    keys = sorted(str(key) for key in {*one, *other} if one.get(key) != other.get(key))
    return [Finding.of(index, "message-edited", f"it differs from the received one in {', '.join(keys)}")]


def _check_forms(index: int, message: dict[str, Any]) -> list[Finding]:
    found = []
    fault = think_fault(message.get("content"))
    # With the thinking in a field of its own, a lone tag in the answer is only text.
    if fault and with_mended_tags(message) is not None:
        lacks = "is never closed" if fault == "think-unclosed" else "was never opened"
        found.append(Finding.of(index, fault, f"the <think> block {lacks}"))
    details = message.get("reasoning_details")
    if details is None:
        return found
    if not isinstance(details, list) or not all(isinstance(entry, dict) for entry in details):
        return [*found, Finding.of(index, "details-type", "reasoning_details is no list of objects")]
    for number, entry in enumerate(details):
        found += _check_entry(index, number, entry)
    places = dict(thinking_in_fields(message))
    text, mirror = places["details"], places["reasoning_content"]
    if text.strip() and mirror.strip() and not same_thinking(text, mirror):
        sizes = f"reasoning_details ({len(text):,} characters) and reasoning_content ({len(mirror):,} characters)"
        found.append(Finding.of(index, "details-mismatch", f"{sizes} differ"))
    return found


def _check_entry(index: int, number: int, entry: dict[str, Any]) -> list[Finding]:
    where = f"reasoning_details[{number}]"
    if entry_lacks_text(entry):
        return [Finding.of(index, "details-without-text", f"{where} has no text")]
    if set(entry) == {"text"}:
        return [Finding.of(index, "details-bare", f"{where} has its text only")]
    bad = [key for key in _ENTRY_KEYS if is_repeated(key, entry.get(key))]
    if bad:
        return [Finding.of(index, "details-corrupted", f"{where} repeats its own {', '.join(bad)} over and over")]
    return []


def entry_lacks_text(entry: dict[str, Any]) -> bool:
    """Whether an entry of ``reasoning_details`` should have a text and has none; encrypted ones carry data instead."""
    kind = entry.get("type")
    textual = not isinstance(kind, str) or kind.startswith("reasoning.text")
    return textual and not details_text(entry)


def is_repeated(key: str, value: Any) -> bool:
    """Whether a generic merge glued a value together from pieces, as in "reasoning.textreasoning.text"."""
    if not isinstance(value, str) or key not in _ENTRY_KEYS:
        return False
    unit = repeated_unit(value)
    return unit != value and len(unit) >= 8


def _check_dropped(
    messages: list[dict[str, Any] | None],
    thoughts: dict[int, MessageParts],
    known: set[int | None],
    *,
    always_thinks: bool,
) -> list[Finding]:
    found = []
    every = list(loops(messages))
    for loop in every:
        silent = [index for index in loop if not thoughts[index].reasoning]
        if not silent or (len(silent) == len(loop) and not (always_thinks and loop is every[-1])):
            continue
        if len(silent) < len(loop):
            reason = "other calls of the same turn have their thinking, this one has none"
        else:
            reason = "the model thinks before every call, and no thinking is here"
        found += [Finding.of(index, "thinking-dropped", reason) for index in silent if index not in known]
    return found


def _check_mixture(
    assistants: dict[int, dict[str, Any]], thoughts: dict[int, MessageParts], untouched: set[int]
) -> list[Finding]:
    forms = {index: thought.form for index, thought in thoughts.items() if thought.form != "none"}
    if len(set(forms.values())) < 2 or untouched.issuperset(forms):
        return []
    wanted = common_form(thoughts)
    words = {"details": "reasoning_details", "native": "<think> in content"}
    return [
        Finding.of(
            index,
            "formats-mixed",
            f"its thinking is in {words.get(form, form)}, the last is in {words.get(wanted, wanted)}",
        )
        for index, form in forms.items()
        if form != wanted and index not in untouched and converted(assistants[index], wanted) is not None
    ]


def _key(message: dict[str, Any]) -> Any:
    ids = tuple(call.id for call in calls_of(message))
    return ids if any(ids) else answer_of(message)


def _bare(message: dict[str, Any]) -> dict[str, Any]:
    """Without nulls: they say nothing, and the SDK adds some."""
    return {key: value for key, value in message.items() if value is not None}


def _size(thought: MessageParts) -> str:
    return f"{len(thought.reasoning):,} characters"
