"""Frames as bytes, read back the way a page does."""

from __future__ import annotations

import json
import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.widgets.framelog import FrameLog
from minimax_nb.widgets.shared_code import preset_dictionary

Operation = tuple[object, ...]
TAIL = b"\x00\x00\xff\xff"


class Reader:
    """Reads pieces of one raw deflate stream, each as soon as it is there, after a preset dictionary as it is."""

    def __init__(self, dictionary: bytes = b"") -> None:
        self._inflate = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        size = len(dictionary)
        stored = b"\0" + size.to_bytes(2, "little") + (0xFFFF - size).to_bytes(2, "little") + dictionary
        assert self._inflate.decompress(stored) == dictionary

    def read(self, piece: bytes) -> list[list[Operation]]:
        if not piece:
            return []  # nothing to read yet
        text = (self._inflate.decompress(piece) + self._inflate.decompress(TAIL)).decode()
        *lines, rest = text.split("\n")
        assert rest == ""
        return [[tuple(operation) for operation in json.loads(line)] for line in lines]


splices = st.tuples(st.integers(0, 6), st.integers(0, 99), st.integers(0, 9999), st.text())
operations = st.lists(splices | st.tuples(st.just("phase"), st.text()), max_size=4)
dictionaries = st.sampled_from([b"", b'[[1,0,0,"<p>"]]\n', preset_dictionary()])


@given(st.lists(operations, min_size=1, max_size=12), st.sets(st.integers(0, 12)), dictionaries)
def test_every_frame_can_be_read_as_soon_as_it_comes(
    frames: list[list[Operation]], snapshots: set[int], known: bytes
) -> None:
    log, reader = FrameLog(known), Reader(known)
    for number, frame in enumerate(frames):
        if number in snapshots:
            log.whole()  # somebody else came late
        assert reader.read(log.add(frame)) == [frame]


@given(st.lists(operations, min_size=1, max_size=12), st.integers(0, 12), dictionaries)
def test_who_comes_late_reads_all_and_then_goes_on(frames: list[list[Operation]], late: int, known: bytes) -> None:
    log = FrameLog(known)
    for frame in frames[:late]:
        log.add(frame)
    assert len(log) == len(frames[:late])
    reader = Reader(known)
    assert reader.read(log.whole()) == frames[:late]
    for frame in frames[late:]:
        assert reader.read(log.add(frame)) == [frame]


@pytest.mark.parametrize("late", [1, 40, 79])
def test_who_comes_late_to_a_long_reply_goes_on_too(late: int) -> None:
    rng = random.Random(7)
    frames: list[list[Operation]] = [[(1, n, 0, rng.randbytes(500).hex())] for n in range(40)]
    frames += frames  # what comes again lies 40 KB back, further than a frame can refer to
    log, reader = FrameLog(preset_dictionary()), Reader(preset_dictionary())
    pieces = [log.add(frame) for frame in frames[:late]]
    assert sum(map(len, pieces)) > 500 * late
    assert reader.read(log.whole()) == frames[:late]
    for frame in frames[late:]:
        assert reader.read(log.add(frame)) == [frame]


def test_half_a_surrogate_pair_travels() -> None:
    assert Reader().read(FrameLog().add([(1, 0, 0, "a\ud800b")])) == [[(1, 0, 0, "a\ud800b")]]
