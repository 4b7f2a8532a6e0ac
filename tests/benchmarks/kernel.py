"""What a streamed reply costs the kernel and its wire, beside what others do with the same stream. See README.md.

Run ``python tests/benchmarks/kernel.py --quick`` for two minutes of it.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, quantiles
from typing import TYPE_CHECKING

from loopback import Loopback, Request
from peers import CAPS, PEERS, READERS
from session import CellError, Kernel, Message, Outcome
from table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BASE = "draining"
FULL = [(1_000, 0), (4_000, 0), (16_000, 0), (4_000, 100), (4_000, 400)]
QUICK = [(1_000, 0), (1_000, 400), (2_000, 400)]
COLUMNS = [
    ("contender", 16),
    ("messages", 9),
    ("B/B live", 9),
    ("B/B doc", 8),
    ("B/B all", 9),
    ("B/B wire", 9),
    ("CPU s", 8),
    ("x drain", 8),
    ("gap ms", 7),
    ("lag s", 7),
    ("idle s", 7),
]
PATIENCE = 240.0  # seconds beyond the stream's own length before a contender is given up


@dataclass(frozen=True)
class Run:
    """One run of one contender.

    Attributes:
        cpu: processor time in the kernel, in seconds.
        messages: how many output messages.
        live: bytes of content up to the final document.
        document: bytes of content of the final document (0 for who has none).
        wire: bytes of every part of every message.
        gap: milliseconds between outputs that 95 of 100 gaps stay below (None where there are few).
        lag: seconds from the server's last byte to the last output (None without output).
        idle: seconds from the server's last byte to the kernel's word that it is idle.
    """

    cpu: float
    messages: int
    live: int
    document: int
    wire: int
    gap: float | None
    lag: float | None
    idle: float

    @classmethod
    def of(cls, name: str, outcome: Outcome, last_byte_at: float) -> Run:
        """The figures of what one cell did."""
        found = outcome.messages
        document = _document(found).content if name == "mm.show" else 0
        content = sum(message.content for message in found)
        return cls(
            cpu=outcome.value,
            messages=len(found),
            live=content - document,
            document=document,
            wire=sum(message.whole for message in found),
            gap=_gap(found),
            lag=found[-1].at - last_byte_at if found else None,
            idle=outcome.idle_at - last_byte_at,
        )


def _document(messages: list[Message]) -> Message:
    """The message that holds the finished reply: the last picture of it."""
    return [message for message in messages if message.kind in {"display_data", "update_display_data"}][-1]


def _gap(messages: list[Message]) -> float | None:
    """How long the reader looks at the same picture; messages that come together are one picture."""
    gaps = [1000 * (after.at - before.at) for before, after in pairwise(messages)]
    pictures = [gap for gap in gaps if gap > 5]
    return quantiles(pictures, n=20)[-1] if len(pictures) > 20 else None


class Bench:
    """The server and one kernel, in which the contenders take turns."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._server = stack.enter_context(Loopback())
        self._renew()
        self.left_out: dict[str, str] = {}

    def warm(self, names: Iterable[str]) -> None:
        """Let each contender import what it needs; say what its first use in a kernel sends beyond its second."""
        for name in names:
            request = Request("mixed", 50)
            try:
                first, second = (self._run(name, request) for _ in range(2))
            except (CellError, TimeoutError) as error:
                self.left_out[name] = str(error).strip().splitlines()[-1]
                print(f"{name}: left out, {self.left_out[name]}")
                continue
            once = first.live - second.live
            if once > 1_000:
                print(f"{name}: sends {once:,} bytes once per kernel, not counted below")

    def pair(self, name: str, request: Request) -> tuple[Run, Run]:
        """Draining, then the contender: close together in time, so that both meet the same machine."""
        return self._run(BASE, request), self._run(name, request)

    def _run(self, name: str, request: Request) -> Run:
        code = f"import peers\nresult = peers.run({name!r}, {self._server.url!r}, {request.model!r})"
        patience = PATIENCE + (request.count / request.rate if request.rate else 0)
        try:
            outcome = self._kernel.run(code, timeout=patience)
        except TimeoutError:
            self._renew()  # the old one is still busy
            raise
        return Run.of(name, outcome, self._server.last_byte_at())

    def _renew(self) -> None:
        self._kernel = self._stack.enter_context(Kernel())


def _requests(arguments: argparse.Namespace) -> Iterator[Request]:
    for kind in arguments.text:
        for count, rate in arguments.size or (QUICK if arguments.quick else FULL):
            yield Request(kind, count, rate, "split" if arguments.split else "native")


def _compare(bench: Bench, request: Request, names: list[str], runs: int) -> None:
    """Print the table of one stream."""
    pace = f"{request.rate} tokens/s" if request.rate else "full speed"
    size = request.text_bytes
    print(f"\n{request.kind}, {request.count:,} tokens ({size:,} bytes), {pace}, {request.form}; median of {runs}")
    table = Table(COLUMNS)
    drained: list[Run] = []
    for name in names:
        if name in bench.left_out:
            table.note(name, f"left out: {bench.left_out[name]}")
        elif request.count > CAPS.get(name, request.count):
            table.note(name, f"left out beyond {CAPS[name]:,} tokens: its cost is quadratic")
        else:
            try:
                pairs = [bench.pair(name, request) for _ in range(runs)]
            except (CellError, TimeoutError) as error:
                table.note(name, f"gave up: {str(error).strip().splitlines()[-1]}")
                continue
            drained += [base for base, _ in pairs]
            _row(table, name, size, pairs)
    if drained:
        cpu = median(run.cpu for run in drained)
        table.row(BASE, 0, 0.0, None, 0.0, 0.0, cpu, 1.0, None, None, median(run.idle for run in drained))


def _row(table: Table, name: str, size: int, pairs: list[tuple[Run, Run]]) -> None:
    runs = [run for _, run in pairs]
    document = median(run.document for run in runs)
    live = median(run.live for run in runs)
    table.row(
        name,
        round(median(run.messages for run in runs)),
        live / size,
        document / size if document else None,
        (live + document) / size,
        median(run.wire for run in runs) / size,
        median(run.cpu for run in runs),
        median(run.cpu / base.cpu for base, run in pairs),
        _middle(run.gap for run in runs),
        _middle(run.lag for run in runs),
        median(run.idle for run in runs),
    )


def _middle(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _size(text: str) -> tuple[int, int]:
    count, _, rate = text.partition("@")
    return int(count), int(rate or 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short streams of mixed text only, one run")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[*PEERS, *READERS], help="these contenders")
    parser.add_argument("--text", nargs="+", choices=["prose", "code", "mixed"], help="kinds of text")
    parser.add_argument("--size", nargs="+", type=_size, metavar="TOKENS[@RATE]", help="lengths and paces of your own")
    parser.add_argument("--runs", type=int, help="pairs of runs a row (default 3)")
    parser.add_argument("--split", action="store_true", help="the first third is reasoning, in fields of its own")
    parser.add_argument("--readers", action="store_true", help="ways to read the stream, in place of ways to show it")
    arguments = parser.parse_args()
    arguments.text = arguments.text or (["mixed"] if arguments.quick else ["prose", "code", "mixed"])
    arguments.runs = arguments.runs or (1 if arguments.quick else 3)
    return arguments


def main() -> None:
    """Print a table for each stream."""
    arguments = _arguments()
    names = [name for name in arguments.only or (READERS if arguments.readers else PEERS) if name != BASE]
    started = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that kernel and server are taken down
    with ExitStack() as stack:
        bench = Bench(stack)
        bench.warm([BASE, *names])
        for request in _requests(arguments):
            _compare(bench, request, names, arguments.runs)
    print(f"\n{time.monotonic() - started:,.0f} s in all; load of other programs shows in the CPU columns")


if __name__ == "__main__":
    main()
