"""Texts for the ``pattern`` of a schema: of those at hand the first that fits, else one made after the pattern.

Whether a text fits is found out by sets of places, which takes a time that grows with text and pattern and never
explodes; and every step of it is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .budget import Budget, BudgetSpentError
from .regex import Ahead, Choice, Edge, Node, PatternError, Repeat, Sequence, Signs, parse

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 100
"""Characters of a text that is held against a pattern; longer ones are taken to be no fit."""
_LONGEST_MADE = 1000
_STEPS = 20_000
"""For each pattern, of what the call has for all."""
_COMMON = "aA1 -_.,:/@é中!#"


def fitting(pattern: str, candidates: Iterable[str], fewest: int, most: int, budget: Budget) -> str | None:
    """Find a text that fits a pattern and has a length within bounds; None where none was found.

    Args:
        pattern: the schema's.
        candidates: texts at hand, the best first.
        fewest: characters at least.
        most: characters at most.
        budget: what may be spent.
    """
    try:
        node = parse(pattern)
    except PatternError:
        return None
    own = Budget(steps=min(_STEPS, budget.matching))
    budget.matching -= own.steps
    try:
        for text in candidates:
            if fewest <= len(text) <= min(most, _LONGEST) and _Matcher(text, own).fit(node):
                return text
        return _made(node, fewest, most, own)
    except BudgetSpentError:
        return None
    finally:
        budget.matching += max(own.steps, 0)


def _made(node: Node, fewest: int, most: int, budget: Budget) -> str | None:
    """Make a text after the pattern, in several ways until one fits it."""
    longer: str | None = None
    shortest = len(_Maker(0, False, budget).text(node))
    for more in dict.fromkeys((0, 1, max(fewest - shortest, 0), fewest)):
        for turning in (False, True):
            text = _Maker(more, turning, budget).text(node)
            if not fewest <= len(text) <= most:
                continue
            if len(text) > _LONGEST:
                longer = longer or text
            elif _Matcher(text, budget).fit(node):
                return text
    return longer


class _Matcher:
    """Matcher of one text: the places where the parts of a pattern can end."""

    def __init__(self, text: str, budget: Budget) -> None:
        self._text = text
        self._budget = budget
        self._known: dict[tuple[int, int], frozenset[int]] = {}

    def fit(self, node: Node) -> bool:
        """Return whether the pattern is found anywhere in the text, as JSON Schema wants it."""
        return any(self._ends(node, start) for start in range(len(self._text) + 1))

    def _ends(self, node: Node, start: int) -> frozenset[int]:
        key = (id(node), start)
        if key not in self._known:
            self._budget.spend_steps()
            self._known[key] = self._found(node, start)
        return self._known[key]

    def _found(self, node: Node, start: int) -> frozenset[int]:
        match node:
            case Signs():
                fits = start < len(self._text) and node.holds(self._text[start])
                return frozenset((start + 1,)) if fits else frozenset()
            case Sequence():
                places = frozenset((start,))
                for part in node.parts:
                    places = self._all(part, places)
                return places
            case Choice():
                return frozenset().union(*(self._ends(option, start) for option in node.options))
            case Repeat():
                return self._repeated(node, start)
            case Edge():
                return frozenset((start,)) if self._is_edge(node.kind, start) else frozenset()
            case Ahead():
                return frozenset((start,)) if bool(self._ends(node.part, start)) is node.wanted else frozenset()

    def _all(self, node: Node, places: frozenset[int]) -> frozenset[int]:
        self._budget.spend_steps(len(places))
        return frozenset().union(*(self._ends(node, place) for place in places))

    def _repeated(self, node: Repeat, start: int) -> frozenset[int]:
        # More often than the text is long is no more than standing still.
        most_turns = len(self._text) + 1
        places = frozenset((start,))
        for _ in range(min(node.fewest, most_turns)):
            places = self._all(node.part, places)
            if not places:
                return places
        seen = places
        for _ in range(min(node.most - node.fewest, most_turns)):
            places = self._all(node.part, places) - seen
            if not places:
                break
            seen |= places
        return seen

    def _is_edge(self, kind: str, place: int) -> bool:
        if kind == "^":
            return place == 0
        if kind == "$":
            return place == len(self._text)
        before, after = self._text[max(place - 1, 0) : place], self._text[place : place + 1]
        return (_is_word(before) != _is_word(after)) is (kind == "b")


def _is_word(sign: str) -> bool:
    return sign == "_" or (sign.isascii() and sign.isalnum())


class _Maker:
    """Maker of a text after a pattern.

    Args:
        more: how many times more than needed what may be repeated is.
        turning: take another sign of a set each time, for patterns that want several kinds of them.
        budget: what may be spent.
    """

    def __init__(self, more: int, turning: bool, budget: Budget) -> None:
        self._more = more
        self._turning = turning
        self._budget = budget
        self._written: list[str] = []

    def text(self, node: Node) -> str:
        """Make the text."""
        self._write(node)
        return "".join(self._written)

    def _write(self, node: Node) -> None:
        self._budget.spend_steps()
        match node:
            case Signs():
                self._written.append(self._sign(node))
            case Sequence():
                for part in node.parts:
                    self._write(part)
            case Choice():
                self._write(node.options[0])
            case Repeat():
                for _ in range(min(node.fewest + self._more, node.most)):
                    if len(self._written) > _LONGEST_MADE:
                        break
                    self._write(node.part)

    def _sign(self, node: Signs) -> str:
        self._budget.spend_steps(len(_COMMON))
        fits = [sign for sign in dict.fromkeys(node.examples[:1] + _COMMON + node.examples) if node.holds(sign)]
        if not fits:
            raise BudgetSpentError
        if not self._turning:
            return next((sign for sign in fits if sign in "aA1"), fits[0])
        return fits[len(self._written) % len(fits)]
