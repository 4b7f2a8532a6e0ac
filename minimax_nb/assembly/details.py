"""``reasoning_details`` put together from the pieces of a stream, entry by entry and key by key.

A generic merge is what corrupts them elsewhere: it glues the repeated ``id`` and ``format`` of every piece together.
Here only ``text`` grows; of any other key the latest value counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minimax_nb.think import gap_between

from .plain import plain
from .snapshots import TextField

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
        self._latest_place: tuple[Any, ...] = ()

    def feed(self, entries: list[Any]) -> tuple[str, bool] | None:
        """Take the value of one ``delta.reasoning_details``.

        Returns:
            The characters that continue the joined text, and whether any text came that was not a mere repetition;
            None when the text has to be read anew with ``said``.
        """
        self.received = True
        delta, grew, anew = "", False, False
        for position, item in enumerate(entries):
            values = item if type(item) is dict else plain(item)
            if not isinstance(values, dict):
                continue
            entry = self._whose(values, position)
            before = entry.text.last
            said = entry.feed(values)
            if said is None or (said and entry is not self._entries[-1]):
                anew = grew = True
            elif said:
                grew = True
                if not entry.said:
                    entry.said = True
                    said = gap_between(self._end, said) + said
                delta += said
                self._end = said[-1]
            elif entry.text.last != before:
                grew = True
        return None if anew else (delta, grew)

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

    def _whose(self, values: dict[str, Any], position: int) -> _Entry:
        """The entry that a piece belongs to: by index, by id where it has no index, else by position."""
        place = (values.get("index"), values.get("id"), values.get("type"), position)
        if self._latest is None or place != self._latest_place:
            self._latest_place = place
            index = values.get("index")
            there = self._at_index.setdefault(index if isinstance(index, int) else None, [])
            self._latest = next((entry for entry in there if entry.matches(values, position)), None)
            if self._latest is None:
                self._latest = _Entry(position)
                self._entries.append(self._latest)
                there.append(self._latest)
        return self._latest


class _Entry:
    """One entry being put together."""

    __slots__ = ("_position", "_values", "said", "text")

    def __init__(self, position: int) -> None:
        self._position = position
        self._values: dict[str, Any] = {}
        self.text = TextField()
        self.said = False

    def matches(self, values: dict[str, Any], position: int) -> bool:
        """Whether a piece with this entry's index belongs to it."""
        mine = self._values
        for key in ("type", "id"):
            if mine.get(key) and values.get(key) and mine[key] != values[key]:
                return False
        if isinstance(values.get("index"), int) or (values.get("id") and mine.get("id")):
            return True
        return position == self._position

    def feed(self, values: dict[str, Any]) -> str | None:
        mine = self._values
        for key, value in values.items():
            if key not in mine or (value is not None and key != "text"):
                mine[key] = value
        text = values.get("text")
        return self.text.feed(text) if isinstance(text, str) else ""

    def message(self, evidence: int, known: Sequence[str]) -> dict[str, Any]:
        text = self.text.text(evidence, known)
        received = isinstance(self._values.get("text"), str) or bool(text)
        return {**self._values, "text": text} if received else dict(self._values)
