"""What a chat panel leaves in the notebook: its conversation as outputs that need no kernel."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from minimax_nb.frontend import publish
from minimax_nb.render.transcript import transcript_bundle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HINT = "Saved conversation. Run this cell to go on; the box to type in needs a notebook with Jupyter widgets."

_PART_EXCHANGES = 20
_PART_CHARACTERS = 150_000
"""An output holds at most so much: each turn sends the last one anew, and JupyterLab shows few outputs of a cell."""


class SavedTranscript:
    """One output, or a few for a long conversation, kept up to date. The same text is not sent twice.

    Each holds class names by which a page finds it: ``mark`` with its place, ``mark`` with "more" for all but the
    first, and ``mm-version-`` with a number.

    Attributes:
        mark: what the class names of the outputs begin with; their place follows.
        versions: how often each output has changed.
    """

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.versions: list[int] = []
        self._ids: list[str] = []
        self._parts: list[list[dict[str, str]]] = []

    def show(self, exchanges: Sequence[dict[str, str]]) -> None:
        """Shows the conversation.

        Args:
            exchanges: each exchange as a MIME bundle.
        """
        parts = list(_parts(exchanges))
        before, self._parts = self._parts, parts + [[]] * (len(self._ids) - len(parts))
        for place in range(len(self._parts)):
            if place == len(self._ids):
                self._ids.append(secrets.token_hex(8))
                self.versions.append(0)
                publish(self.bundle(place), display_id=self._ids[place])
            elif self._parts[place] != before[place] or self._is_last(place) != _is_last(before, place):
                self.versions[place] += 1
                publish(self.bundle(place), display_id=self._ids[place], update=True)

    def bundle(self, place: int) -> dict[str, str]:
        """What the output at a place holds."""
        more = f" {self.mark}-more" if place else ""
        marks = f"{self.mark}-{place}{more} mm-version-{self.versions[place]}"
        if place and not self._parts[place]:
            return {"text/plain": "", "text/html": f'<div class="{marks}"></div>'}
        hint = HINT if self._is_last(place) else ""
        return transcript_bundle(self._parts[place], hint=hint, mark=marks)

    def _is_last(self, place: int) -> bool:
        return _is_last(self._parts, place)


def _is_last(parts: Sequence[list[dict[str, str]]], place: int) -> bool:
    return not any(parts[place + 1 :])


def _parts(exchanges: Sequence[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    """The exchanges by output; where a part ends depends on what comes before alone."""
    part: list[dict[str, str]] = []
    size = 0
    for exchange in exchanges:
        length = sum(map(len, exchange.values()))
        if part and (len(part) >= _PART_EXCHANGES or size + length > _PART_CHARACTERS):
            yield part
            part, size = [], 0
        part.append(exchange)
        size += length
    yield part
