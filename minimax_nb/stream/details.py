"""``reasoning_details`` put together from the pieces of a stream, entry by entry and key by key.

A generic merge is what corrupts them elsewhere: it glues the repeated ``id`` and ``format`` of every piece together.
Here ``text`` grows, and what other kinds have in its place (``summary``, ``data``); of any other key the latest value
counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minimax_nb.message.sdk_objects import json_values
from minimax_nb.message.think import gap_between

from .growing import GrowingObject
from .textfield import TextField

if TYPE_CHECKING:
    from collections.abc import Sequence


class DetailsAssembler:
    """The ``reasoning_details`` of one reply.

    Attributes:
        received: whether the key came at all.
    """

    def __init__(self) -> None:
        self.received = False
        self._entries: list[_Entry] = []
        self._end = ""  # the last character said
        self._at_index: dict[int | None, list[_Entry]] = {}
        self._latest: _Entry | None = None
        self._latest_piece: dict[str, Any] | None = None
        self._latest_position = 0

    def feed(self, entries: list[Any]) -> tuple[str | None, bool]:
        """Take the value of one ``delta.reasoning_details``.

        Returns:
            The characters that continue the joined text, None when it has to be read anew with ``said``; and whether
            any text came that was not a mere repetition.
        """
        self.received = True
        if len(entries) == 1:
            return self._feed_entry(entries[0], 0)
        fed = [self._feed_entry(entry, position) for position, entry in enumerate(entries)]
        pieces = [piece for piece, _ in fed if piece is not None]
        return "".join(pieces) if len(pieces) == len(fed) else None, any(grew for _, grew in fed)

    def _feed_entry(self, item: Any, position: int) -> tuple[str | None, bool]:
        values = item if type(item) is dict else json_values(item)
        if isinstance(values, str):
            values = {"text": values}
        if not isinstance(values, dict):
            return "", False
        text = values.get("text")
        if text is None and isinstance(values.get("summary"), str):
            return self._feed_summary(values, position)
        entry = self._latest
        if entry is None or not self._is_like_latest(values, text, position):
            entry = self._whose(values, position)
            entry.keep(values)
            self._latest, self._latest_position = entry, position
            self._latest_piece = dict(values) if isinstance(text, str) else None
        if not isinstance(text, str):
            return "", False
        before = entry.text.last
        said = entry.text.feed(text)
        if not said:
            return said, said is None or entry.text.last != before
        if entry is not self._entries[-1]:
            return None, True
        if not entry.said:
            entry.said = True
            said = gap_between(self._end, said) + said
        self._end = said[-1]
        return said, True

    def _feed_summary(self, values: dict[str, Any], position: int) -> tuple[str | None, bool]:
        """Take a piece of a summary, which stands where others have their text."""
        entry = self._whose(values, position)
        entry.name = "summary"
        self._latest = self._latest_piece = None
        entry.keep(values)
        said = entry.text.feed(values["summary"])
        return None, bool(said) or said is None

    def said(self) -> str:
        """The texts as they stand, one entry after the other."""
        found = [""]
        for entry in self._entries:
            text = entry.text.text()
            entry.said = bool(text)
            found += [gap_between(found[-1], text), text] if text else []
        self._end = found[-1][-1:]
        return "".join(found)

    def fields(self) -> list[TextField]:
        """The text fields in it, for the evidence that they hold."""
        return [entry.text for entry in self._entries]

    def message(self, evidence: int, known: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The entries as they stand in a message; the arguments are those of ``TextField.text``."""
        return [entry.message(evidence, known) for entry in self._entries]

    def _is_like_latest(self, values: dict[str, Any], text: Any, position: int) -> bool:
        """Whether a piece differs from the one before in its text alone, as nearly all do: it goes where that went."""
        piece = self._latest_piece
        if piece is None or position != self._latest_position or not isinstance(text, str):
            return False
        piece["text"] = text
        return piece == values

    def _whose(self, values: dict[str, Any], position: int) -> _Entry:
        """The entry that a piece belongs to: by index, by id where it has no index, else by position."""
        index = values.get("index")
        there = self._at_index.setdefault(index if isinstance(index, int) else None, [])
        for entry in there:
            if entry.matches(values, position):
                return entry
        entry = _Entry(position)
        self._entries.append(entry)
        there.append(entry)
        return entry


class _Entry:
    """One entry being put together."""

    __slots__ = ("_growing", "_position", "name", "said", "text")

    def __init__(self, position: int) -> None:
        self._position = position
        self._growing = GrowingObject()
        self.name = "text"  # the key of its text
        self.text = TextField()
        self.said = False

    def matches(self, values: dict[str, Any], position: int) -> bool:
        """Whether a piece with this entry's index belongs to it."""
        mine = self._growing
        for key in ("type", "id"):
            if mine.get(key) and values.get(key) and mine.get(key) != values[key]:
                return False
        if isinstance(values.get("index"), int) or (values.get("id") and mine.get("id")):
            return True
        return position == self._position

    def keep(self, values: dict[str, Any]) -> None:
        """Keep what a piece says besides its text."""
        name = self.name
        self._growing.feed(
            {key: "" if key == name and isinstance(value, str) else value for key, value in values.items()}
        )

    def message(self, evidence: int, known: Sequence[str]) -> dict[str, Any]:
        """The entry as it stands; the arguments are those of ``TextField.text``."""
        values, text = self._growing.value(evidence), self.text.text(evidence, known)
        return {**values, self.name: text} if text or isinstance(values.get(self.name), str) else values
