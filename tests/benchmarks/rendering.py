"""What it costs to render a reply while it grows: CPU per 1,000 tokens, and bytes of changes per byte of text.

Run it with ``python tests/benchmarks/rendering.py``. A frame takes what a model writes in 50 or 100 ms at 100 or 400
tokens/s. "load" is the share of one CPU at that speed; "packed" is what the changes weigh when those over 1 KB are
deflated, as the live display sends them; "whole" is the time for the finished text at once.
"""

from __future__ import annotations

import gc
import time
import zlib

from table import Table
from texts import KINDS, tokens

from minimax_nb.render.markdown.blocks import BlockStream
from minimax_nb.render.markdown.code import highlight
from minimax_nb.render.markdown.html import to_html

COUNT = 4_000
SPEEDS = ((100, 0.05), (100, 0.1), (400, 0.05), (400, 0.1))
COLUMNS = [
    ("text", 8),
    ("tokens/s", 8),
    ("frame ms", 8),
    ("ms/1,000", 9),
    ("load %", 7),
    ("bytes", 7),
    ("packed", 7),
    ("whole ms", 8),
]


def long_list(count: int) -> list[str]:
    """One list that never ends."""
    words = tokens("prose", count)
    return [f"\n- {word.strip()}" if number % 20 == 0 else word.replace("\n", " ") for number, word in enumerate(words)]


def main() -> None:
    """Print the table."""
    table = Table(COLUMNS)
    texts = {kind: tokens(kind, COUNT) for kind in KINDS} | {"list": long_list(COUNT)}
    for kind, pieces in texts.items():
        for speed, frame in SPEEDS:
            measure(table, kind, pieces, speed, frame)


def measure(table: Table, kind: str, pieces: list[str], speed: int, frame: float) -> None:
    """Render one text at one speed."""
    step = max(1, round(speed * frame))
    size = len("".join(pieces).encode())
    plain = packed = 0
    gc.collect()
    highlight.cache_clear()
    begin = time.process_time()
    stream = BlockStream()
    changes = []
    for start in range(0, len(pieces), step):
        for piece in pieces[start : start + step]:
            stream.feed(piece)
        changes.append(stream.frame())
    changes.append(stream.finish())
    spent = time.process_time() - begin
    for splices in changes:
        weight = sum(len(splice.text.encode()) for splice in splices)
        plain += weight
        packed += weight if weight < 1_000 else len(zlib.compress("".join(s.text for s in splices).encode(), 6))
    begin = time.process_time()
    html = to_html("".join(pieces), formulas="mathml")
    whole = time.process_time() - begin
    if html != "".join(stream.snapshot()):
        raise AssertionError(f"{kind}: the stream's blocks are not the whole text's")
    milliseconds = spent * 1000 / (len(pieces) / 1000)
    load = spent / (len(pieces) / speed) * 100
    table.row(kind, speed, round(frame * 1000), milliseconds, load, plain / size, packed / size, whole * 1000)


if __name__ == "__main__":
    main()
