"""An object or array in a text -> JSON: Python's and JavaScript's ways of writing one, and what was cut off.

Quotes of either kind, raw and long texts of Python, raw line breaks in texts, ``True`` and ``None``, tuples, bare keys
and trailing commas are written anew as JSON; comments are left out. The text is gone through once, token by
token, so the time it takes grows with its length.
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

COMMENT = r"//[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+\*/"
"""What JavaScript takes for a comment; a block without an end is none."""

_NOTHING = rf"{COMMENT}|\#(?=\s)[^\r\n]*+|\ufeff"
_TOKEN = re.compile(
    rf"""(?P<nothing>{_NOTHING})
    | (?P<prefix>[rRuU]?)(?P<quote>\"{{3}}|'{{3}}|["'])
      (?P<inside>(?:[^\\"']++|(?!(?P=quote))["']|\\.?)*+)(?P<end>(?P=quote))?
    | (?P<mark>[\[\](){{}}:,]) | (?P<word>(?:(?!//|/\*)[^\s"'\[\](){{}}:,\ufeff])++)""",
    re.DOTALL | re.VERBOSE,
)
_BLANK = re.compile(rf"(?:\s|{_NOTHING})*+")
_WORDS = {"True": "true", "False": "false", "None": "null", "true": "true", "false": "false", "null": "null"}
_NO_JSON = {"NaN", "Infinity", "-Infinity", "nan", "inf", "-inf"}
_OPENING = {"{": "{", "[": "[", "(": "["}
_CLOSING = {"}": ("{", "}"), "]": ("[", "]"), ")": ("(", "]")}
_DEEPEST = 1_000  # no reader of JSON goes deeper
_CONTROL = re.compile(r"\\(?:\r\n|.)|[\x00-\x1f]", re.DOTALL)
_WHOLE_ESCAPES = re.compile(r"(?:[^\\]|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[^ux])*+", re.DOTALL)


def read_value(text: str) -> Any:
    """The value of a text in JSON or another notation; ``BROKEN`` if it cannot be read without loss."""
    value = parse_json(text)
    if value is not BROKEN:
        return value
    found = Notation(text)
    return found.value() if _BLANK.fullmatch(text, found.end) else BROKEN


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
        self._text: tuple[int, int] | None = None  # likewise, if it was a whole text: its place, its end
        self._known: int | None = None  # how much of the JSON is sure, where what follows can be read in two ways
        for token in _TOKEN.finditer(text, start):
            if token["nothing"] is not None:
                continue
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
        sure = self._known is None
        text = "".join(self._json[: self._known]) + ("null" if sure and self._json[-1:] == [":"] else "")
        try:
            return from_json(text, allow_inf_nan=False, allow_partial="trailing-strings")
        except ValueError:
            return BROKEN

    def _take(self, token: re.Match[str]) -> None:
        mark, word = token["mark"], token["word"]
        if token["quote"] is not None:
            self._take_text(token)
            return
        self._text = None
        if word is not None:
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

    def _take_text(self, token: re.Match[str]) -> None:
        inside, quote, raw = token["inside"], token["quote"], token["prefix"] in {"r", "R"}
        ended = token["end"] is not None and (raw or _WHOLE_ESCAPES.fullmatch(inside) is not None)
        if not ended and len(quote) > 1:
            inside = inside.rstrip(quote[0])  # two thirds of its end, perhaps
        if not raw and not ended:
            inside = _WHOLE_ESCAPES.match(inside).group()  # type: ignore[union-attr]
        value = inside if raw else _unquoted(inside, quote)
        if value is None:
            self._exact, value = False, inside
        written = json.dumps(value)  # halves of characters as escapes, so that reading joins them
        before, self._word = self._text, None
        self._text = (len(self._json), token.end()) if ended else None
        if before is not None:
            self._join(*before, written, token)
            return
        self._json.append(written if ended else written[:-1])
        self._closed = ended and not self._open

    def _join(self, at: int, end: int, written: str, token: re.Match[str]) -> None:
        """Take a text that stands directly behind another: Python makes one of the two.

        So it is read where nothing else can be meant: in a list a comma may be missing, without a blank between them
        the quotes may belong to the text.
        """
        if self._known is None:
            self._known = at
        is_value = self._open[-1].mark == "{" and self._json[at - 1] == ":"
        if is_value and token.start() > end and self._text is not None:
            self._json[-1] = self._json[-1][:-1]
            self._json.append(written[1:])
            self._text = (at, token.end())
        else:
            self._exact = False

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


def _unquoted(inside: str, quote: str) -> str | None:
    """The text between quotes: by JSON's rules between double ones, else by Python's; None if it follows neither."""
    if quote == '"':
        try:
            return str(json.loads(f'"{inside}"', strict=False))
        except ValueError:
            pass
    try:
        with warnings.catch_warnings():
            # Python warns of escapes it does not know, such as "\d"; the text is not the user's.
            warnings.simplefilter("ignore")
            value = ast.literal_eval(quote + _CONTROL.sub(_escaped, inside) + quote)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, str) else None


def _escaped(found: re.Match[str]) -> str:
    """A control character as an escape; a line break behind a backslash as nothing, for the text goes on there."""
    text = found[0]
    if text[0] != "\\":
        return f"\\x{ord(text):02x}"
    if text[1] in "\r\n":
        return ""
    return text if text[1] >= " " else f"\\\\\\x{ord(text[1]):02x}"
