"""Regular expressions of JSON schemas (ECMA-262), parsed into a tree without ever handing them to a regex engine.

A pattern comes from whoever sends the request, and an engine that backtracks can take for ever over 50 characters of
it, with the interpreter's lock in its hand. What is not understood here is not guessed at.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 500
"""Characters of a pattern; longer ones are not read."""
_DEEPEST = 40
_ENDLESS = 10**9
_CLASSES = {
    "d": lambda sign: "0" <= sign <= "9",
    "w": lambda sign: sign.isascii() and (sign.isalnum() or sign == "_"),
    "s": str.isspace,
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}


class PatternError(Exception):
    """Pattern that is broken, or uses what is not understood here."""


@dataclass(frozen=True, slots=True, eq=False)
class Signs:
    """Character class: one character of a set."""

    holds: Callable[[str], bool]
    examples: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Sequence:
    """Concatenation: one after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Alternation: one of several."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Repeat:
    """Repetition: the same several times."""

    part: Node
    fewest: int
    most: int


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """Assertion of a place between characters: ``^``, ``$``, ``b`` or ``B``."""

    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """Lookahead: what has to follow, or must not."""

    part: Node
    wanted: bool


Node = Signs | Sequence | Choice | Repeat | Edge | Ahead


def parse(pattern: str) -> Node:
    """Parse a pattern.

    Args:
        pattern: as it stands in the schema.

    Raises:
        PatternError: it is broken, too long, or uses back references or a look behind.
    """
    if len(pattern) > LONGEST:
        raise PatternError
    parser = _Parser(pattern)
    node = parser.choice(0)
    if not parser.is_at_end:
        raise PatternError
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def is_at_end(self) -> bool:
        return self._at >= len(self._text)

    def choice(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise PatternError
        options = [self._sequence(depth)]
        while self._take("|"):
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while not self.is_at_end and self._text[self._at] not in "|)":
            parts.append(self._repeated(self._atom(depth)))
        return Sequence(tuple(parts))

    def _repeated(self, node: Node) -> Node:
        bounds = self._bounds()
        if bounds is None:
            return node
        self._take("?")  # lazy or not makes no difference to what fits
        if self._bounds() is not None or isinstance(node, Edge):
            raise PatternError
        return Repeat(node, *bounds)

    def _bounds(self) -> tuple[int, int] | None:
        for sign, bounds in (("*", (0, _ENDLESS)), ("+", (1, _ENDLESS)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        end = self._text.find("}", self._at, self._at + 30)
        if end < 0 or not self._text.startswith("{", self._at):
            return None
        low, comma, high = self._text[self._at + 1 : end].partition(",")
        if not low.isdecimal() or not (high.isdecimal() or not high):
            return None  # a brace that stands for itself
        self._at = end + 1
        fewest = int(low)
        most = int(high) if high else _ENDLESS if comma else fewest
        if fewest > most:
            raise PatternError
        return fewest, most

    def _atom(self, depth: int) -> Node:
        sign = self._next()
        if sign == "(":
            return self._group(depth)
        if sign == "[":
            return self._set()
        if sign == ".":
            return Signs(lambda other: other not in "\n\r\u2028\u2029", "aA1")
        if sign in "^$":
            return Edge(sign)
        if sign == "\\":
            if not self.is_at_end and self._text[self._at] in "bB":
                return Edge(self._next())
            return _signs(self._escaped())
        if sign in "*+?":
            raise PatternError
        return _signs(sign)

    def _group(self, depth: int) -> Node:
        wanted: bool | None = None
        if self._take("?"):
            kind = self._next()
            if kind == "<":
                name, closed, _ = self._text[self._at : self._at + 60].partition(">")
                if not closed or not name.replace("$", "_").isidentifier():
                    raise PatternError  # a look behind
                self._at += len(name) + 1
            elif kind in "=!":
                wanted = kind == "="
            elif kind != ":":
                raise PatternError
        node = self.choice(depth + 1)
        if not self._take(")"):
            raise PatternError
        return node if wanted is None else Ahead(node, wanted)

    def _set(self) -> Signs:
        negated = self._take("^")
        items: list[Signs] = []
        while not self._take("]"):
            first = self._member()
            if (
                isinstance(first, str)
                and self._text.startswith("-", self._at)
                and self._text[self._at + 1 :][:1] != "]"
            ):
                self._at += 1
                last = self._member()
                items += [_range(first, last)] if isinstance(last, str) else [*map(_signs, (first, "-")), last]
            else:
                items.append(_signs(first))
        examples = "".join(item.examples[:3] for item in items)
        if negated:
            return Signs(lambda sign: not any(item.holds(sign) for item in items))
        return Signs(lambda sign: any(item.holds(sign) for item in items), examples)

    def _member(self) -> str | Signs:
        sign = self._next()
        if sign != "\\":
            return sign
        if self._take("b"):
            return "\b"
        return self._escaped()

    def _escaped(self) -> str | Signs:
        sign = self._next()
        if sign.lower() in _CLASSES:
            holds = _CLASSES[sign.lower()]
            return Signs(holds) if sign.islower() else Signs(lambda other: not holds(other))
        if sign in "pP":
            return self._property(wanted=sign == "p")
        if sign in "123456789k":
            raise PatternError  # a back reference
        if sign in "xu":
            return self._code(2 if sign == "x" else 4)
        if sign == "c":
            return chr(ord(self._next()) % 32)
        return _ESCAPES.get(sign, sign)

    def _code(self, digits: int) -> str:
        if digits == 4 and self._take("{"):
            text, _, _ = self._text[self._at : self._at + 8].partition("}")
            self._at += len(text) + 1
        else:
            text = self._text[self._at : self._at + digits]
            self._at += digits
            if len(text) < digits:
                raise PatternError
        try:
            return chr(int(text, 16))
        except (ValueError, OverflowError):
            raise PatternError from None

    def _property(self, *, wanted: bool) -> Signs:
        name, closed, _ = self._text[self._at : self._at + 60].partition("}")
        self._at += len(name) + 1
        short = {"{Letter": "L", "{Number": "N", "{Punctuation": "P"}.get(name, name[1:])
        short = short.rpartition("=")[2]
        if not closed or not name.startswith("{") or not 1 <= len(short) <= 2:
            raise PatternError
        return Signs(lambda sign: unicodedata.category(sign).startswith(short) is wanted)

    def _take(self, sign: str) -> bool:
        if self.is_at_end or self._text[self._at] != sign:
            return False
        self._at += 1
        return True

    def _next(self) -> str:
        if self.is_at_end:
            raise PatternError
        self._at += 1
        return self._text[self._at - 1]


def _signs(item: str | Signs) -> Signs:
    if isinstance(item, Signs):
        return item
    return Signs(lambda sign: sign == item, item)


def _range(first: str, last: str) -> Signs:
    if first > last:
        raise PatternError
    return Signs(lambda sign: first <= sign <= last, first)
