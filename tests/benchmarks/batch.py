"""What a prompt for each row costs: processor time and memory, beside a bare loop over the SDK and beside others.

Run it with ``python tests/benchmarks/batch.py``; ``--only`` picks parts. The service runs in a process of its own, so
its work counts for nobody.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch_peers import CONTENDERS, Rows, run
from table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE = Path(__file__).parents[1] / "support" / "row_service.py"
DELAY_S = 0.002


@contextlib.contextmanager
def served() -> Iterator[str]:
    """A service in a process of its own: its base URL."""
    command = [sys.executable, str(SERVICE), str(DELAY_S)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.communicate(timeout=60)  # closes its standard input, at which it ends


def measure_cpu(url: str, names: list[str], count: int, rounds: int) -> None:
    """Processor time a request, contenders by turns; each run follows one of the bare loop."""
    took: dict[str, list[float]] = {name: [] for name in names}
    ratios: dict[str, list[float]] = {name: [] for name in names}
    missing: dict[str, str] = {}
    for turn in range(rounds + 1):
        for name in names:
            if name in missing:
                continue
            rows = Rows(count, f"{turn} {name}")
            try:
                with tempfile.TemporaryDirectory() as folder:
                    before = run("bare", url, rows, folder)
                    after = run(name, url, rows, folder) if name != "bare" else before
            except ImportError as error:
                missing[name] = f"not installed: {error.name}"
                continue
            if turn:  # the first one loads code
                took[name].append(after * 1e3 / count)
                ratios[name].append(after / before)
    table = Table([("CPU a request", 22), ("ms", 7), ("x bare", 7), ("lowest", 7), ("highest", 7)])
    for name in names:
        if name in missing:
            table.note(name, missing[name])
        else:
            found = ratios[name]
            table.row(name, statistics.median(took[name]), statistics.median(found), min(found), max(found))


def measure_memory(url: str, names: list[str], counts: list[int]) -> None:
    """Memory that a run adds, each in a process of its own, after a short one that loads code."""
    table = Table(
        [
            ("memory", 22),
            ("rows", 8),
            ("peak MB", 8),
            ("kept MB", 8),
            ("result MB", 9),
            ("rest, B a row", 13),
            ("CPU s", 6),
        ]
    )
    for count in counts:
        for name in names:
            command = [sys.executable, __file__, "--memory-of", name, url, str(count)]
            found = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
            if found.returncode:
                table.note(name, "could not be run")
                continue
            table.row(name, count, *json.loads(found.stdout.splitlines()[-1]))


def memory_of(name: str, url: str, count: int) -> None:
    """Print what one run adds to this process: the peak and the rest by the system, what is kept by tracemalloc."""
    kept: list[Any] = []
    with tempfile.TemporaryDirectory() as folder:
        run(name, url, Rows(200, "first"), folder)
        gc.collect()
        began = _resident("VmRSS")
        _forget_peak()
        spent = run(name, url, Rows(count, "again"), folder, keep=kept)
        peak = _resident("VmHWM") - began
        kept.clear()
        gc.collect()
        # Once more, counted: what is alive beside the result afterwards, which is slow.
        traced = min(count, 5_000)
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        run(name, url, Rows(traced, "traced"), folder, keep=kept)
        gc.collect()
        alive = tracemalloc.get_traced_memory()[0] - before
        kept.clear()
        gc.collect()
        rest = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
    print(
        json.dumps(
            [peak / 1e6, alive / 1e6 * count / traced, (alive - rest) / 1e6 * count / traced, rest / traced, spent]
        )
    )


def _resident(what: str) -> int:
    with open("/proc/self/status", encoding="ascii") as file:
        for line in file:
            if line.startswith(what):
                return int(line.split()[1]) * 1024
    return 0


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def measure_checkpoint(lines: int, rounds: int) -> None:
    """Processor time to write lines of about 2 KB, to open a file of them again, and to read it."""
    import minimax_nb as mm
    from minimax_nb.batching.checkpoint import Checkpoint
    from minimax_nb.batching.table import Outcome

    outcome = Outcome(
        reply="x" * 600,
        reasoning="y" * 600,
        finish_reason="stop",
        prompt_tokens=180,
        completion_tokens=420,
        reasoning_tokens=200,
        cost=0.000558,
        seconds=3.214159,
        tokens_per_s=77.0,
        attempts=1,
    )
    detail = {"type": "reasoning.text", "id": "reasoning-text-1", "format": "MiniMax-response-v1", "index": 0}
    said = {
        "content": outcome.reply,
        "role": "assistant",
        "name": "MiniMax AI",
        "audio_content": "",
        "reasoning_content": outcome.reasoning,
        "reasoning_details": [{**detail, "text": outcome.reasoning}],
    }
    header = {"model": "MiniMax-M2.7", "endpoint": "127.0.0.1"}
    took: dict[str, list[float]] = {"write, µs a line": [], "open again, s": [], "read_batch, s": []}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "answers.jsonl"
            file = Checkpoint(path, header, [])
            began = time.process_time()
            for number in range(lines):
                messages = [{"role": "user", "content": f"{number:06} what is it"}, said]
                file.add(outcome.line(f"{number:032x}", messages))
            took["write, µs a line"].append((time.process_time() - began) / lines * 1e6)
            file.close()
            size = path.stat().st_size / lines
            began = time.process_time()
            file = Checkpoint(path, header, [])
            for key in [*file.lines]:
                Outcome.of_line(file.lines.pop(key))
            took["open again, s"].append(time.process_time() - began)
            file.close()
            began = time.process_time()
            mm.read_batch(path)
            took["read_batch, s"].append(time.process_time() - began)
    table = Table([(f"{lines:,} lines of {size:,.0f} B", 26), ("median", 7), ("lowest", 7)])
    for name, found in took.items():
        table.row(name, statistics.median(found), min(found))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500, help="of a run for processor time; default: %(default)s")
    parser.add_argument("--rounds", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--memory", type=int, nargs="*", default=[1_000, 10_000], help="rows; default: %(default)s")
    parser.add_argument("--lines", type=int, default=100_000, help="of a checkpoint; default: %(default)s")
    parser.add_argument("--only", nargs="*", choices=["cpu", "memory", "checkpoint"], default=None)
    parser.add_argument("--contenders", nargs="*", choices=[*CONTENDERS], default=[*CONTENDERS])
    parser.add_argument("--memory-of", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    warnings.filterwarnings("ignore", "[0-9,]+ rows without a checkpoint")
    if options.memory_of:
        name, url, count = options.memory_of
        memory_of(name, url, int(count))
        return
    parts = options.only or ["cpu", "memory", "checkpoint"]
    with served() as url:
        if "cpu" in parts:
            measure_cpu(url, options.contenders, options.rows, options.rounds)
        if "memory" in parts:
            measure_memory(
                url,
                [name for name in ("bare", "mm.batch", "mm.batch, checkpoint") if name in options.contenders],
                options.memory,
            )
    if "checkpoint" in parts:
        measure_checkpoint(options.lines, 3)


if __name__ == "__main__":
    main()
