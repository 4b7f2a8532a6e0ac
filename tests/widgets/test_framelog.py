"""Frames as bytes, read back the way a page does."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.widgets.framelog import FrameLog

if TYPE_CHECKING:
    from minimax_nb.widgets.framelog import Operation

TAIL = b"\x00\x00\xff\xff"


class Reader:
    """Reads pieces of one raw deflate stream, each as soon as it is there."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=-zlib.MAX_WBITS)

    def read(self, piece: bytes) -> list[list[Operation]]:
        if not piece:
            return []  # nothing to read yet
        text = (self._inflate.decompress(piece) + self._inflate.decompress(TAIL)).decode()
        *lines, rest = text.split("\n")
        assert rest == ""
        return [[tuple(operation) for operation in json.loads(line)] for line in lines]


splices = st.tuples(st.integers(0, 6), st.integers(0, 99), st.integers(0, 9999), st.text())
operations = st.lists(splices | st.tuples(st.just("phase"), st.text()), max_size=4)


@given(st.lists(operations, min_size=1, max_size=12), st.sets(st.integers(0, 12)))
def test_every_frame_can_be_read_as_soon_as_it_comes(frames: list[list[Operation]], snapshots: set[int]) -> None:
    log, reader = FrameLog(), Reader()
    for number, frame in enumerate(frames):
        if number in snapshots:
            log.whole()  # somebody else came late
        assert reader.read(log.add(frame)) == [frame]


@given(st.lists(operations, min_size=1, max_size=12), st.integers(0, 12))
def test_who_comes_late_reads_all_and_then_goes_on(frames: list[list[Operation]], late: int) -> None:
    log = FrameLog()
    for frame in frames[:late]:
        log.add(frame)
    assert len(log) == len(frames[:late])
    reader = Reader()
    assert reader.read(log.whole()) == frames[:late]
    for frame in frames[late:]:
        assert reader.read(log.add(frame)) == [frame]


def test_half_a_surrogate_pair_travels() -> None:
    assert Reader().read(FrameLog().add([(1, 0, 0, "a\ud800b")])) == [[(1, 0, 0, "a\ud800b")]]
