"""One text field of a stream: do its pieces continue the text, or does each repeat the text so far?

MiniMax's page reads streamed fields as growing snapshots; what its service sends (seen in 2026) are increments; some
routes mix both in one stream. So each field decides for itself, on evidence:

- a piece that does not begin with the piece before it proves increments, for good;
- pieces that keep growing out of each other speak for snapshots, by the number of characters that they repeat. Runs
  of a pattern ("ha", "haha"; "--", "----") say nothing: an increment looks the same;
- while both readings stand, all but the first piece is held back, so that what was said never has to be taken back.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from minimax_nb.message.surrogates import HIGH, LOW, mended

if TYPE_CHECKING:
    from collections.abc import Sequence

BELIEF = 16
"""Repeated characters, in at least two steps, that make snapshots certain in mid-stream."""
BELIEF_AT_END = 8
"""Repeated characters over all the fields of a stream that decide what is still open when it ends."""
RECONSIDER = 8
"""Among so many first pieces, one that does not fit shows that the guess was wrong."""


class Mode(Enum):
    """How the pieces of a field are read."""

    OPEN = "open"
    INCREMENTS = "increments"
    SNAPSHOTS = "snapshots"


_INCREMENTS = Mode.INCREMENTS  # asked for with every piece; the class takes longer to say it than the module


class TextField:
    """A text that arrives in pieces of either kind.

    Attributes:
        mode: how its pieces are read.
        evidence: how many characters were repeated in a way that an increment would not.
        last: the last piece that was not empty.
    """

    __slots__ = ("_count", "_half", "_pieces", "_steps", "evidence", "last", "mode")

    def __init__(self) -> None:
        self.mode = Mode.OPEN
        self.evidence = 0
        self.last = ""
        self._steps = 0
        self._count = 0
        self._half = ""  # the first half of a character that was cut in two
        # OPEN: every piece. INCREMENTS: likewise. SNAPSHOTS: the first few, in case the guess was wrong; once they
        # are dropped, the text of finished snapshots.
        self._pieces: list[str] = []

    def feed(self, piece: str) -> str | None:
        """Take a piece.

        Returns:
            The characters that continue what was said so far, perhaps none; None when the text has to be read anew
            with ``text``.
        """
        if self._half or not piece.isascii():
            piece = self._without_halves(piece)
        if not piece:
            return ""
        if self.mode is _INCREMENTS:
            self.last = piece
            self._pieces.append(piece)
            return piece
        return self._feed_open(piece) if self.mode is Mode.OPEN else self._feed_snapshot(piece)

    @property
    def is_single(self) -> bool:
        """Whether at most one piece came, so that both readings agree."""
        return self._count <= 1

    def text(self, evidence: int = 0, known: Sequence[str] = ()) -> str:
        """The text as it stands.

        Args:
            evidence: that of the whole stream; it decides for a field that is still open.
            known: texts, one of which this is if its last piece says so: the same is told in another field.
        """
        if self.mode is Mode.OPEN:
            if self._steps and evidence >= BELIEF_AT_END:
                return self.last
            if known and self.last.strip() in map(str.strip, known):
                return self.last
        if self.mode is Mode.SNAPSHOTS:
            return "".join(self._pieces) + self.last if self._count > RECONSIDER else self.last
        return "".join(self._pieces)

    def snapshot(self) -> str | None:
        """The text if the pieces were snapshots; None when they cannot have been."""
        return None if self.mode is Mode.INCREMENTS else self.last

    def joined(self) -> str | None:
        """The text if the pieces were increments; None when they cannot have been."""
        return None if self.mode is Mode.SNAPSHOTS else "".join(self._pieces)

    def _without_halves(self, piece: str) -> str:
        """The piece with characters put together that the wire cut in two: no half may get into a message."""
        if self._half and piece:
            if LOW.match(piece):
                piece = self._half + piece
            elif not piece.startswith(self.last):
                piece = "\ufffd" + piece
            self._half = ""
        if piece and HIGH.match(piece[-1]):
            piece, self._half = piece[:-1], piece[-1]
        return mended(piece)

    def _feed_open(self, piece: str) -> str:
        before, self.last = self.last, piece
        self._pieces.append(piece)
        self._count += 1
        if not before:
            return piece
        if not piece.startswith(before):
            self.mode = Mode.INCREMENTS
            return "".join(self._pieces[1:])
        if len(piece) > len(before) and not _is_run(piece, before):
            self._steps += 1
            self.evidence += len(before)
            if self._steps >= 2 and self.evidence >= BELIEF:
                self.mode = Mode.SNAPSHOTS
                said = len(self._pieces[0])
                if self._count > RECONSIDER:
                    self._pieces = []
                return piece[said:]
        return ""

    def _feed_snapshot(self, piece: str) -> str | None:
        self._count += 1
        early = self._count <= RECONSIDER
        if early:
            self._pieces.append(piece)
        elif self._count == RECONSIDER + 1:
            self._pieces = []
        before = self.last
        if piece.startswith(before):
            self.last = piece
            return piece[len(before) :]
        if before.startswith(piece):
            return ""
        if early:
            self.mode = Mode.INCREMENTS
            return None
        self._pieces.append(before)
        self.last = piece
        return piece


def _is_run(piece: str, pattern: str) -> bool:
    """Whether the piece is the pattern over and over, perhaps cut at the end."""
    times = len(piece) // len(pattern) + 1
    return piece == (pattern * times)[: len(piece)]
