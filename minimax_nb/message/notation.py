"""An object or array in a text -> JSON: Python's and JavaScript's ways of writing one, and what was cut off.

Quotes of either kind, raw line breaks in texts, ``True`` and ``None``, tuples, bare keys and trailing commas are
written anew as JSON. The text is gone through once, token by token, so the time it takes grows with its length.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from minimax_nb.message.calls import BROKEN, parse_json

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.?)*+"? | '(?:[^'\\]|\\.?)*+'?)
    | (?P<mark>[\[\](){}:,]) | (?P<word>[^\s"'\[\](){}:,]++)""",
    re.DOTALL | re.VERBOSE,
)
_WORDS = {"True": "true", "False": "false", "None": "null", "true": "true", "false": "false", "null": "null"}
_NO_JSON = {"NaN", "Infinity", "-Infinity", "nan", "inf", "-inf"}
_OPENING = {"{": "{", "[": "[", "(": "["}
_CLOSING = {"}": ("{", "}"), "]": ("[", "]"), ")": ("(", "]")}
_DEEPEST = 1_000  # no reader of JSON goes deeper
_CONTROL = re.compile(r"[\x00-\x1f]")
_WHOLE_ESCAPES = re.compile(r"(?:[^\\]|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[^ux])*+", re.DOTALL)


def read_value(text: str) -> Any:
    """The value of a text in JSON or another notation; ``BROKEN`` if it cannot be read without loss."""
    value = parse_json(text)
    if value is not BROKEN:
        return value
    found = Notation(text)
    return BROKEN if text[found.end :].strip() else found.value()


class Notation:
    """The value that begins at a place in a text, written anew as JSON.

    Attributes:
        end: where it ends in the text: that of the text, if it was cut off.
    """

    def __init__(self, text: str, start: int = 0) -> None:
        self.end = len(text)
        self._closed = False
        self._exact = True  # JSON can hold all of it
        self._json: list[str] = []
        self._open: list[_Bracket] = []
        self._word: str | None = None  # the latest token, if it was one: before a colon it is a key
        for token in _TOKEN.finditer(text, start):
            self._take(token)
            if not self._open:
                self.end = token.end()
            if not self._open or len(self._open) > _DEEPEST:
                break

    def value(self) -> Any:
        """The value; ``BROKEN`` if anything of it is missing or cannot be held by JSON."""
        return parse_json("".join(self._json)) if self._closed and self._exact else BROKEN

    def part(self) -> Any:
        """What can be read of a value that was cut off or holds what JSON cannot; ``BROKEN`` if nothing can."""
        text = "".join(self._json) + ("null" if self._json[-1:] == [":"] else "")
        try:
            return from_json(text, allow_inf_nan=False, allow_partial="trailing-strings")
        except ValueError:
            return BROKEN

    def _take(self, token: re.Match[str]) -> None:
        mark, word, text = token["mark"], token["word"], token["text"]
        if text is not None:
            self._take_text(text)
        elif word is not None:
            self._json.append(self._written(word))
            self._closed = not self._open
        elif mark in _OPENING:
            self._open.append(_Bracket(mark, len(self._json)))
            self._json.append(_OPENING[mark])
        elif mark in _CLOSING:
            self._close(mark)
        else:
            if mark == ":" and self._word is not None:
                self._json[-1] = json.dumps(self._word)
            if mark == "," and self._open:
                self._open[-1].commas = True
            self._json.append(mark)
        self._word = word

    def _take_text(self, text: str) -> None:
        ended = len(text) > 1 and text[-1] == text[0] and _WHOLE_ESCAPES.fullmatch(text, 1, len(text) - 1) is not None
        value = _unquoted(text if ended else _WHOLE_ESCAPES.match(text).group() + text[0])  # type: ignore[union-attr]
        if value is None:
            self._exact, value = False, text[1:]
        written = json.dumps(value)  # halves of characters as escapes, so that reading joins them
        self._json.append(written if ended else written[:-1])
        self._closed = ended and not self._open

    def _close(self, mark: str) -> None:
        bracket = self._open.pop() if self._open else _Bracket("", 0)
        opening, written = _CLOSING[mark]
        # Brackets around one value make no tuple of it.
        tuple_like = mark != ")" or bracket.commas or len(self._json) == bracket.at + 1
        self._exact = self._exact and bracket.mark == opening and tuple_like
        if self._json[-1:] == [","]:
            self._json.pop()
        self._json.append(written)
        self._closed = not self._open

    def _written(self, word: str) -> str:
        if word in _WORDS:
            return _WORDS[word]
        if word in _NO_JSON:
            self._exact = False
            return "null"
        if parse_json(word) is BROKEN:
            try:
                number = ast.literal_eval(word)
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                return word
            return json.dumps(number) if isinstance(number, int | float) else word
        return word


@dataclass(slots=True)
class _Bracket:
    """An open bracket: its mark, its place in the JSON, whether a comma stands in it."""

    mark: str
    at: int
    commas: bool = False


def _unquoted(text: str) -> str | None:
    """The text between quotes: by JSON's rules between double ones, else by Python's; None if it follows neither."""
    value: Any = None
    if text[0] == '"':
        try:
            value = json.loads(text, strict=False)
        except ValueError:
            value = None
    if value is None:
        try:
            with warnings.catch_warnings():
                # Python warns of escapes it does not know, such as "\d"; the text is not the user's.
                warnings.simplefilter("ignore")
                value = ast.literal_eval(_CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text))
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    return value if isinstance(value, str) else None
