"""Which result answers which call.

The check and the repair of a history share this one reading, so that they cannot disagree. First what stands directly
after a message with calls is matched by id; a result without an id goes to the first call left over. Then what stands
elsewhere is matched by id with the calls that are still without. Linear in the number of messages.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from minimax_nb.message.calls import Call, calls_of, result_id


@dataclass(slots=True)
class Turn:
    """An assistant message with calls.

    Attributes:
        index: its place in the list.
        calls: its calls.
        window: the places of the tool messages directly after it.
        answers: for each call the place of its result, or None.
    """

    index: int
    calls: list[Call]
    window: list[int] = field(default_factory=list)
    answers: list[int | None] = field(default_factory=list)


@dataclass(slots=True)
class Pairing:
    """The turns of a history, and the tool messages that answer no call."""

    turns: list[Turn]
    left_over: list[int]


def pair(messages: list[dict[str, Any] | None]) -> Pairing:
    """Match results and calls.

    Args:
        messages: the history; None stands for what is no message.
    """
    turns: list[Turn] = []
    outside: list[int] = []
    current: Turn | None = None
    for index, message in enumerate(messages):
        if message is not None and message.get("role") == "tool":
            (outside if current is None else current.window).append(index)
            continue
        calls = calls_of(message) if message is not None else []
        current = Turn(index, calls, answers=[None] * len(calls)) if calls else None
        if current:
            turns.append(current)
    for turn in turns:
        outside.extend(_match_window(messages, turn))
    return Pairing(turns, _match_outside(messages, turns, sorted(outside)))


def _match_window(messages: list[dict[str, Any] | None], turn: Turn) -> list[int]:
    """Match a turn with what stands directly after it; the places that are left over."""
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for number, call in enumerate(turn.calls):
        if call.id:
            waiting[call.id].append(number)
    nameless: list[int] = []
    left: list[int] = []
    for index in turn.window:
        call_id = _id(messages, index)
        if waiting.get(call_id):
            turn.answers[waiting[call_id].popleft()] = index
        else:
            (left if call_id else nameless).append(index)
    free = deque(number for number, answer in enumerate(turn.answers) if answer is None)
    for index in nameless:
        if free:
            turn.answers[free.popleft()] = index
        else:
            left.append(index)
    return left


def _match_outside(messages: list[dict[str, Any] | None], turns: list[Turn], outside: list[int]) -> list[int]:
    waiting: dict[str, deque[tuple[Turn, int]]] = defaultdict(deque)
    for turn in turns:
        for number, call in enumerate(turn.calls):
            if turn.answers[number] is None and call.id:
                waiting[call.id].append((turn, number))
    left = []
    for index in outside:
        queue = waiting.get(_id(messages, index))
        if queue:
            turn, number = queue.popleft()
            turn.answers[number] = index
        else:
            left.append(index)
    return left


def _id(messages: list[dict[str, Any] | None], index: int) -> str:
    message = messages[index]
    return result_id(message) if message is not None else ""
