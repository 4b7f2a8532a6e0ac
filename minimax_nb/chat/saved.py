"""What a chat panel leaves in the notebook: its conversation as outputs that need no kernel."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from minimax_nb.frontend import publish
from minimax_nb.render.transcript import blank_bundle, transcript_bundle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from minimax_nb.render.text.markup import Bundle

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
        self._parts: list[list[Bundle]] = []

    def show(self, exchanges: Sequence[Bundle]) -> None:
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

    def bundle(self, place: int) -> Bundle:
        """What the output at a place holds."""
        of = marks_of(self.mark)
        more = f" {of['more']}" if place else ""
        marks = f"{of['place']}{place}{more} {of['version']}{self.versions[place]}"
        if place and not self._parts[place]:
            return blank_bundle(marks)
        hint = HINT if self._is_last(place) else ""
        return transcript_bundle(self._parts[place], hint=hint, mark=marks)

    def _is_last(self, place: int) -> bool:
        return _is_last(self._parts, place)


def marks_of(mark: str) -> dict[str, str]:
    """Name the classes of a transcript's outputs, for Python and for the page.

    Args:
        mark: the transcript's own word.

    Returns:
        What stands before the place of an output (``place``), in all but the first (``more``), and before the number
        of its version (``version``).
    """
    return {"place": f"{mark}-", "more": f"{mark}-more", "version": "mm-version-"}


def _is_last(parts: Sequence[list[Bundle]], place: int) -> bool:
    return not any(parts[place + 1 :])


def _parts(exchanges: Sequence[Bundle]) -> Iterator[list[Bundle]]:
    """The exchanges by output; where a part ends depends on what comes before alone."""
    part: list[Bundle] = []
    size = 0
    for exchange in exchanges:
        length = sum(len(exchange[form]) for form in ("text/plain", "text/markdown", "text/html"))
        if part and (len(part) >= _PART_EXCHANGES or size + length > _PART_CHARACTERS):
            yield part
            part, size = [], 0
        part.append(exchange)
        size += length
    yield part
