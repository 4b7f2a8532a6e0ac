"""A hole of a template: an expression between braces, read without being run, and its value."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LONGEST = 500
_LONGEST_SHOWN = 40
_LONGEST_WORDS = 120
_CONVERSIONS: dict[str, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}
_BEGINNING = re.compile(r"[\w\"'(\[-]")
_END = re.compile(
    r"""\s*(?P<debug>=)?(?:!(?P<conversion>[rsa]))?(?::(?P<spec>(?:[^{}\n]|\{[^{}\n]*\})*))?\}""", re.VERBOSE
)
_SPACED_SPEC = re.compile(r" (?:,?\.\d+[eEfFgG%]?|\d*[,_]?d)")
"""A format that begins with a space and is one; others are the values of what looks like JSON or CSS."""
_HOLES = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp)
_INSIDE = (
    *(*_HOLES, ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Slice, ast.keyword, ast.Starred),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.comprehension, ast.JoinedStr, ast.FormattedValue),
    *(ast.expr_context, ast.operator, ast.unaryop, ast.cmpop, ast.boolop),
)


@dataclass(frozen=True, slots=True)
class Hole:
    """A hole.

    Attributes:
        expression: its expression, as written.
        end: the place behind its last brace.
        names: the names that it needs, in the order of the tree.
        called: those of them that it only calls.
        conversion: "r", "s", "a" or "".
        spec: the format, perhaps with holes of its own.
        debug: whether the expression is to stand before its value.
    """

    expression: str
    end: int
    names: tuple[str, ...]
    called: frozenset[str]
    conversion: str
    spec: str
    debug: bool

    def value(self, names: Mapping[str, Any], spec: str) -> str:
        """Its value as text.

        Args:
            names: what the names stand for.
            spec: the format, its own holes filled.

        Raises:
            ValueError: the expression fails, holds what no hole may, or its value does not take the format.
        """
        shown = f"{{{self.expression[:_LONGEST_SHOWN]}}}"
        if (door := _side_door(_parsed(self.expression))) is not None:
            raise ValueError(f"expected names, attributes, items and calls in {shown}, got {door}")
        try:
            # Every node is one of those above, and the only names are the ones given.
            value = eval(self.expression, {"__builtins__": {}, **names})  # noqa: S307
        except Exception as error:
            kind = type(error).__name__
            raise ValueError(f"{shown} cannot be filled: {kind}: {_words(error)}") from error
        before = f"{self.expression}=" if self.debug else ""
        conversion = self.conversion or ("r" if self.debug and not spec else "")
        value = _CONVERSIONS[conversion](value) if conversion else value
        try:
            return before + format(value, spec)
        except (ValueError, TypeError) as error:
            kind = type(value).__name__
            raise ValueError(f"the format {spec[:_LONGEST_SHOWN]!r} does not fit a {kind} ({error})") from error


def read_hole(source: str, at: int) -> Hole | None:
    """Read the hole whose first brace stands at a place; None where there is none.

    Args:
        source: the text.
        at: the place of the brace.
    """
    if not _BEGINNING.match(source, at + 1):
        return None
    line = source[at + 1 : at + 1 + _LONGEST].partition("\n")[0]
    for length in _expression_ends(line):
        ended = _END.match(line, length)
        if ended is None:
            continue
        tree = _parsed(line[:length])
        if tree is None:
            continue
        spec = ended["spec"] or ""
        names, called = _names(tree)
        if not isinstance(tree, _HOLES) or not names or (spec[:1].isspace() and not _SPACED_SPEC.fullmatch(spec)):
            return None
        end = at + 1 + ended.end()
        return Hole(line[:length], end, names, called, ended["conversion"] or "", spec, bool(ended["debug"]))
    return None


def _expression_ends(line: str) -> list[int]:
    """Where the expression may end: before a brace, a mark or a colon that stands in no bracket and no string."""
    found, depth, quote = [], 0, ""
    for at, sign in enumerate(line):
        if quote:
            quote = "" if sign == quote and line[at - 1] != "\\" else quote
        elif sign in "\"'":
            quote = sign
        elif depth == 0 and sign in "}!:=":
            found.append(at)
            if sign == "}":
                break
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
    return found


def _parsed(expression: str) -> ast.expr | None:
    with warnings.catch_warnings(action="ignore"):  # such as an escape that means nothing
        try:
            return ast.parse(expression, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _names(tree: ast.expr) -> tuple[tuple[str, ...], frozenset[str]]:
    """The names that an expression needs, and those of them that it only calls."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    needed = [node for node in nodes if node.id not in bound]
    calls = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    used = {node.id for node in needed if id(node) not in calls}
    names = tuple(dict.fromkeys(node.id for node in needed))
    return names, frozenset(set(names) - used)


def _side_door(tree: ast.expr | None) -> str | None:
    """What no hole may hold, in words; None where all is well."""
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            return f"the private attribute {node.attr[:_LONGEST_SHOWN]}"
        if not isinstance(node, _INSIDE):
            return type(node).__name__
    return None


def _words(error: Exception) -> str:
    """The first line of an error's words, cut."""
    line = str(error).partition("\n")[0]
    return line if len(line) <= _LONGEST_WORDS else f"{line[:_LONGEST_WORDS]}…"
