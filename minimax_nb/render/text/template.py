r"""Text with holes: ``{expression}``, filled as in an f-string; braces that are no hole stay as they are.

A hole is an expression of names, attributes, items, calls and arithmetic (``{df.head()}``, ``{d["k"]}``, ``{x:.2f}``,
``{x!r}``, ``{x=}``). A name in it that does not exist is an error. No holes are, whatever names there are:

- braces without a name: ``{}``, ``{0}``, ``{"a": 1}``; with a space or a line break behind the first, as blocks of code
  have it; and those that hold no expression;
- arguments of TeX: braces behind a command (``\frac{a}{b}``, ``\begin{align}``), ``^``, or a subscript's ``_`` (behind
  one letter, a bracket or a command; so ``file_{name}`` is a hole and ``x_{i}`` is none).

``{{…}}`` gives ``{…}``, whatever stands inside, as in an f-string; braces of JSON that only happen to meet stay two.
What is filled in is not looked at again, so braces in a value stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from .hole import Hole, read_hole

if TYPE_CHECKING:
    from collections.abc import Mapping

_LITERAL = "for the braces themselves write {{ and }}"
_CALLABLE = {
    function.__name__: function
    for function in (
        *(abs, all, any, bool, dict, divmod, enumerate, float, format, int, len, list, max, min, range, repr),
        *(reversed, round, set, sorted, str, sum, tuple, type, zip),
    )
}
"""Python's own functions that may be called in a hole; they reach nothing outside of their arguments."""
_SPEC = re.compile(r"(?:.?[<>=^])?[-+ ]?z?#?0?\d*[,_]?(?:\.\d+)?[bcdeEfFgGnosxX%]?")
_COMMAND = re.compile(r"\\(?![nt]\Z)[A-Za-z]+\*?\Z")
_WITH_OPTION = re.compile(r"\\[A-Za-z]+\*?\[[^][{}\n]*\]\Z")
_LONGEST_COMMAND = 60


def fill(template: str, values: Mapping[str, Any]) -> str:
    """Fill the holes of a text.

    Args:
        template: the text.
        values: what the names stand for.

    Returns:
        The text with every hole filled.

    Raises:
        NameError: a hole names something that is not among the values.
        ValueError: an expression fails or reaches for what is private, or a value does not take its format.
    """
    return _Filling(template, values).text(0, len(template))


@dataclass(slots=True)
class _Filling:
    """The filling of one text.

    Attributes:
        source: the text.
        values: what the names stand for.
        partner: for each brace that has one the place of its partner.
        tex_ends: the places behind arguments of TeX.
        hole_ends: the places behind holes.
    """

    source: str
    values: Mapping[str, Any]
    partner: dict[int, int] = field(init=False)
    tex_ends: set[int] = field(default_factory=set)
    hole_ends: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.partner = _pairs(self.source)

    def text(self, start: int, end: int) -> str:
        """A part of the text, filled."""
        parts, at = [], start
        while at < end:
            brace = _next_brace(self.source, at, end)
            parts.append(self.source[at:brace])
            if brace == end:
                break
            part, at = self._at_brace(brace)
            parts.append(part)
        return "".join(parts)

    def _at_brace(self, at: int) -> tuple[str, int]:
        """What stands for a brace and what belongs to it, and the place behind."""
        if self._is_escape(at):
            return self._escaped(at)
        if self.source[at] == "}" or at not in self.partner:
            return self.source[at], at + 1
        if self._is_tex(at):
            end = self.partner[at] + 1
            self.tex_ends.add(end)
            return self.source[at:end], end
        found = read_hole(self.source, at)
        if found is not None and self._is_meant(found):
            self.hole_ends.add(found.end)
            return self._value(found), found.end
        return "{", at + 1

    def _is_escape(self, at: int) -> bool:
        """Whether two braces stand here that pair with two, or with none."""
        if self.source[at + 1 : at + 2] != self.source[at]:
            return False
        one, other = self.partner.get(at), self.partner.get(at + 1)
        return (one is None and other is None) or (one is not None and other is not None and one == other + 1)

    def _escaped(self, at: int) -> tuple[str, int]:
        brace, end = self.source[at], self.partner.get(at + 1)
        if end is None:
            return brace, at + 2
        return f"{{{self.text(at + 2, end)}}}", end + 2

    def _is_tex(self, at: int) -> bool:
        """Whether braces are an argument of TeX, or a group that begins with a command of it."""
        if at in self.tex_ends or self.source[at + 1 : at + 2] == "\\":
            return True
        before = self.source[max(0, at - _LONGEST_COMMAND) : at]
        if before.endswith("^") or _COMMAND.search(before) or _WITH_OPTION.search(before):
            return True
        if not before.endswith("_"):
            return False
        base = before[:-1]
        if base.endswith("}"):
            return at - 1 not in self.hole_ends
        alone = base[-1:].isalnum() and not re.search(r"\w\w\Z", base)
        return alone or base.endswith((")", "]", "|", "'")) or bool(_COMMAND.search(base))

    def _is_meant(self, hole: Hole) -> bool:
        """Whether this is a hole for sure: of a name that is not there, what follows has to be a format."""
        if self._unknown(hole) is None:
            return True
        return "{" in hole.spec or "%" in hole.spec or _SPEC.fullmatch(hole.spec) is not None

    def _unknown(self, hole: Hole) -> str | None:
        return next((name for name in hole.names if name not in self.values and not self._is_builtin(name, hole)), None)

    @staticmethod
    def _is_builtin(name: str, hole: Hole) -> bool:
        return name in hole.called and name in _CALLABLE

    def _value(self, hole: Hole) -> str:
        if (name := self._unknown(hole)) is not None:
            raise NameError(_not_there(name, self.values))
        spec = fill(hole.spec, self.values) if "{" in hole.spec else hole.spec
        known = {name: self.values[name] if name in self.values else _CALLABLE[name] for name in hole.names}
        return hole.value(known, spec)


def _pairs(source: str) -> dict[int, int]:
    """The braces that pair, each with the place of the other."""
    found, open_ = {}, []
    for each in re.finditer("[{}]", source):
        at = each.start()
        if each[0] == "{":
            open_.append(at)
        elif open_:
            start = open_.pop()
            found[start], found[at] = at, start
    return found


def _next_brace(source: str, start: int, end: int) -> int:
    found = re.compile("[{}]").search(source, start, end)
    return found.start() if found else end


def _not_there(name: str, values: Mapping[str, Any]) -> str:
    near = get_close_matches(name, [str(known) for known in values], n=1)
    hint = f" Did you mean {{{near[0]}}}?" if near else ""
    return f"expected a value for {{{name}}}, found nothing of that name; {_LITERAL}.{hint}"
