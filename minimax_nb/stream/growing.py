"""Objects that arrive in pieces: their texts grow, of any other key the latest value counts.

For what the API nests in a delta: parts of a content, entries of ``reasoning_details``, the input of a custom tool's
call, ``function_call``, ``audio``. Which texts repeat with every piece is known by their names; a generic merge, which
glues an ``id`` to itself over and over, is what corrupts them elsewhere.
"""

from __future__ import annotations

from typing import Any, TypeVar

from minimax_nb.message.parts import is_received_part
from minimax_nb.message.sdk_objects import json_values

from .textfield import TextField

REPEATED = frozenset(
    {"type", "id", "format", "name", "role", "object", "model", "status", "signature", "encoding", "mime_type"}
)
"""Keys whose text is said again with every piece, or once: it never grows."""
_LONG = 16
"""A text of so many characters that comes a second time, whole, is a repetition, no increment."""


_Growing = TypeVar("_Growing", "GrowingObject", "GrowingList")


class GrowingObject:
    """One object, fed with its pieces."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._texts: dict[str, TextField] = {}
        self._sizes: dict[str, int] = {}
        self._inner: dict[str, GrowingObject | GrowingList] = {}

    def feed(self, piece: dict[str, Any]) -> None:
        """Take a piece, a plain dict."""
        for key, value in piece.items():
            if value is None or value == "":
                self._values.setdefault(key, value)
            elif isinstance(value, str) and key not in REPEATED:
                self._grow(key, value)
            elif isinstance(value, dict):
                self._within(key, GrowingObject()).feed(value)
            elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
                self._within(key, GrowingList()).feed(value)
            else:
                self._values[key] = value

    def value(self, evidence: int = 0) -> dict[str, Any]:
        """The object as it stands.

        Args:
            evidence: as for ``TextField.text``.
        """
        texts = {key: field.text(evidence + field.evidence) for key, field in self._texts.items()}
        return {**self._values, **texts, **{key: inner.value(evidence) for key, inner in self._inner.items()}}

    def get(self, key: str) -> Any:
        """The latest value of a key that does not grow."""
        return self._values.get(key)

    def _grow(self, key: str, text: str) -> None:
        self._values.setdefault(key, "")
        field = self._texts.setdefault(key, TextField())
        if len(text) == self._sizes.get(key) and len(text) >= _LONG and text == field.joined():
            return
        self._sizes[key] = self._sizes.get(key, 0) + len(text)
        field.feed(text)

    def _within(self, key: str, new: _Growing) -> _Growing:
        self._values.setdefault(key, None)
        inner = self._inner.get(key)
        if isinstance(inner, type(new)):
            return inner
        self._inner[key] = new
        return new


class GrowingList:
    """A list of objects, fed with the lists that came.

    A piece belongs to the object with its ``index``. Without one, the first piece of a list goes on with the last
    object if both hold text of the same kind; any other opens an object.
    """

    def __init__(self) -> None:
        self._items: list[GrowingObject] = []
        self._at_index: dict[int, GrowingObject] = {}

    def feed(self, pieces: list[Any]) -> None:
        """Take one list of pieces; what is no object is left out."""
        for position, item in enumerate(pieces):
            piece = json_values(item)
            if isinstance(piece, dict):
                self._whose(piece, position).feed(piece)

    def value(self, evidence: int = 0) -> list[dict[str, Any]]:
        """The list as it stands; the argument is that of ``GrowingObject.value``."""
        return [item.value(evidence) for item in self._items]

    def _whose(self, piece: dict[str, Any], position: int) -> GrowingObject:
        index = piece.get("index")
        if isinstance(index, int):
            found = self._at_index.get(index)
        else:
            last = self._items[-1] if self._items and position == 0 else None
            found = last if last is not None and _goes_on(piece, last) else None
        if found is None:
            found = GrowingObject()
            self._items.append(found)
            if isinstance(index, int):
                self._at_index[index] = found
        return found


def _goes_on(piece: dict[str, Any], last: GrowingObject) -> bool:
    """Whether a piece without an index goes on with an object: text, of the same kind and the same id."""
    textual = is_received_part(piece) or isinstance(piece.get("text"), str)
    same_id = not piece.get("id") or not last.get("id") or piece["id"] == last.get("id")
    return textual and piece.get("type") == last.get("type") and same_id
