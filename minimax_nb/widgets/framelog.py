"""The frames of one reply as a single compressed stream, cut where each frame ends.

A frame is a line of JSON, a list of operations. Every line runs through one deflate stream that is flushed at its end,
so a frame costs about as much as its new words, and all frames so far, put together, are at any moment the whole
state: what a late front end is sent is nothing but the log.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

Operation = tuple[Any, ...]
"""``(region, block, keep, text)`` changes a block: keep that many UTF-16 units of its HTML, append the text.
``(name, value)`` sets something of the view as a whole, such as its phase."""


class FrameLog:
    """Frames in, compressed pieces out; remembers them all."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj()
        self._pieces: list[bytes] = []
        self.size = 0
        """Bytes of all frames so far."""

    def __len__(self) -> int:
        """How many frames there are; the next one bears this number."""
        return len(self._pieces)

    def add(self, operations: list[Operation]) -> bytes:
        """The bytes of one more frame."""
        piece = self._deflate.compress(_line(operations)) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        self._pieces.append(piece)
        self.size += len(piece)
        return piece

    def whole(self) -> bytes:
        """All frames so far."""
        return b"".join(self._pieces)


def _line(operations: list[Operation]) -> bytes:
    """One line of JSON; text that UTF-8 cannot hold (half a surrogate pair) travels as an escape."""
    try:
        return (json.dumps(operations, separators=(",", ":"), ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(operations, separators=(",", ":")) + "\n").encode()
