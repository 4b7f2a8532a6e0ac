"""The frames of one reply as a compressed stream, cut where each frame ends.

A frame is a line of JSON, a list of operations. Every line runs through one raw deflate stream that is flushed at its
end, so that a frame costs about as much as its new words. The four bytes that end every flush are left out and put back
by the reader, as WebSocket's compression does (RFC 7692). A late front end is sent all lines so far, compressed in one
go; the frames that follow refer to what has been unpacked, not to how it was packed, so they can be read after either.
Frames may also refer to a preset dictionary, which the reader unpacks before all of them: so the first need not spell
out tags.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAIL = b"\x00\x00\xff\xff"


class FrameLog:
    """Frames in, compressed pieces out; remembers them all.

    Args:
        dictionary: what the reader unpacks before the first frame: whole lines, at most 32 KB.
    """

    def __init__(self, dictionary: bytes = b"") -> None:
        self._lines: list[bytes] = []
        self._dictionary = dictionary
        self._deflate = _deflate(dictionary)

    def __len__(self) -> int:
        """Count the frames; the next one bears this number."""
        return len(self._lines)

    def add(self, operations: Sequence[tuple[object, ...]]) -> bytes:
        """Compress one more frame."""
        self._lines.append(_line(operations))
        return _flushed(self._deflate, self._lines[-1])

    def whole(self) -> bytes:
        """Compress all frames so far, to be followed by the next ones."""
        return _flushed(_deflate(self._dictionary), b"".join(self._lines)) if self._lines else b""


def _deflate(dictionary: bytes) -> zlib._Compress:
    return (
        zlib.compressobj(wbits=-zlib.MAX_WBITS, zdict=dictionary)
        if dictionary
        else zlib.compressobj(wbits=-zlib.MAX_WBITS)
    )


def _flushed(deflate: zlib._Compress, data: bytes) -> bytes:
    return (deflate.compress(data) + deflate.flush(zlib.Z_SYNC_FLUSH)).removesuffix(_TAIL)


def _line(operations: Sequence[tuple[object, ...]]) -> bytes:
    """Write one line of JSON; text that UTF-8 cannot hold (half a surrogate pair) travels as an escape."""
    try:
        return (json.dumps(operations, separators=(",", ":"), ensure_ascii=False) + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(operations, separators=(",", ":")) + "\n").encode()
