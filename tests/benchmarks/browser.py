"""What a streamed reply costs the page: JupyterLab in headless Chromium, ``mm.show`` beside ``print``.

Run ``python tests/benchmarks/browser.py``; it needs Chromium and takes about a minute for each row of 4,000 tokens.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "support"))

from chromium import FLAGS, find  # noqa: E402 - from the tests
from host import stolen, ticks  # noqa: E402
from lab import Lab, Notebook, opened, running_lab  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from table import Table  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PREPARE = f"""
import sys, time, pathlib
sys.path.insert(0, {str(HERE)!r})
import minimax_nb as mm
import texts

def stream(kind, count, rate):
    pieces = texts.tokens(kind, count) + ["\\n\\nTHE-LAST-WORD"]
    start = time.perf_counter()
    for number, piece in enumerate(pieces):
        time.sleep(max(0.0, start + number / rate - time.perf_counter()))
        if number == len(pieces) - 1:
            pathlib.Path("ended").write_text(str(time.time()))
        yield as_chunk({{"content": piece}}, None)
    yield as_chunk({{}}, "stop")

def as_chunk(delta, finish):
    return {{"id": "x", "model": "M", "choices": [{{"index": 0, "delta": delta, "finish_reason": finish}}]}}

list(stream("mixed", 10, 1000))
mm.show(stream("mixed", 300, 400))
"""
CONTENDERS = {
    "mm.show": "reply = mm.show(stream({kind!r}, {count}, {rate}))",
    "print": "for chunk in stream({kind!r}, {count}, {rate}):\n"
    "    print(chunk['choices'][0]['delta'].get('content', ''), end='', flush=True)",
}
WATCH_TASKS = """
() => {
    window.tasks = [];
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((task) => task.duration)))
        .observe({ type: "longtask" });
}
"""
LAST_WORD = """
() => {
    const cell = document.querySelectorAll(".jp-Notebook .jp-CodeCell")[1];
    const end = cell.querySelector(".jp-OutputArea").textContent.slice(-600);
    return end.includes("THE-LAST-WORD") && Date.now() / 1000;
}
"""


@dataclass(frozen=True)
class Measured:
    """One run.

    Attributes:
        lag: seconds from the last chunk to its words in the page.
        busy: seconds of the page's main thread.
        long: how many tasks took more than 50 ms.
        longest: the longest of them, in milliseconds (None without any).
        hardest: the most processor time that any task took, in milliseconds.
        stolen: the share of the processors that the host gave to others, in percent (None where nobody says).
    """

    lag: float
    busy: float
    long: int
    longest: float | None
    hardest: float
    stolen: float | None


def main() -> None:
    """Measures and prints one row a contender and size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, nargs="+", default=[4_000, 16_000])
    parser.add_argument("--rate", type=int, default=200, help="tokens a second")
    parser.add_argument("--text", choices=["prose", "code", "mixed"], default="mixed")
    parser.add_argument("--only", choices=list(CONTENDERS), nargs="+", default=list(CONTENDERS))
    asked = parser.parse_args()
    if (chromium := find()) is None:
        sys.exit("needs Chromium (Debian: apt-get install chromium)")
    home = Path(tempfile.mkdtemp(prefix="minimax-nb-browser-"))
    try:
        with running_lab(home / "lab") as lab, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            print(f"{asked.text}, {asked.rate} tokens/s")
            table = Table(
                [
                    *(("contender", 10), ("tokens", 8), ("lag s", 8), ("busy s", 8)),
                    *(("long", 6), ("longest ms", 10), ("hardest ms", 10), ("stolen %", 8)),
                ]
            )
            for count in asked.tokens:
                for name in asked.only:
                    code = CONTENDERS[name].format(kind=asked.text, count=count, rate=asked.rate)
                    run = measure(browser, lab, code, patience_s=count / asked.rate + 300)
                    table.row(name, count, run.lag, run.busy, run.long, run.longest, run.hardest, run.stolen)
            browser.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def measure(browser: Browser, lab: Lab, code: str, *, patience_s: float) -> Measured:
    """Runs a cell in a page of its own and watches that page's main thread."""
    ended = lab.root / "ended"
    with opened(browser, lab, lab.write("browser.ipynb", PREPARE, code)) as book:
        book.run(0)
        book.wait_idle()
        ended.unlink(missing_ok=True)
        session = book.page.context.new_cdp_session(book.page)
        session.send("Performance.enable")
        book.page.evaluate(WATCH_TASKS)
        browser.start_tracing(page=book.page, categories=["toplevel", "blink.user_timing"])
        book.page.wait_for_timeout(500)
        book.page.evaluate("() => performance.mark('run-begins')")
        before, begun = _busy(session), ticks()
        book.run(1)
        deadline = time.monotonic() + patience_s
        while not ended.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        seen = book.page.wait_for_function(LAST_WORD, timeout=patience_s * 1000, polling=20).json_value()
        lag = seen - float(ended.read_text())
        _settle(book)
        busy, taken = _busy(session) - before, stolen(begun)
        tasks = book.page.evaluate("() => performance.mark('run-ends') && window.tasks")
        hardest = _hardest(json.loads(browser.stop_tracing()))
        return Measured(lag, busy, len(tasks), max(tasks, default=None), hardest, taken)


def _settle(book: Notebook) -> None:
    """Waits until the cell has ended and the page has done what it still has to."""
    book.wait_idle(300)
    book.page.wait_for_timeout(1_000)


def _busy(session: Any) -> float:
    """Seconds that the page's main thread has worked so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(float(metric["value"]) for metric in metrics if metric["name"] == "TaskDuration")


def _hardest(trace: dict[str, Any]) -> float:
    """The most processor time of a task of the page's main thread between the two marks, in milliseconds."""
    events = trace["traceEvents"]
    begin, end = (next(event for event in events if event["name"] == name) for name in ("run-begins", "run-ends"))
    return max(
        event.get("tdur", 0) / 1_000
        for event in events
        if event["name"] == "ThreadControllerImpl::RunTask"
        and (event["pid"], event["tid"]) == (begin["pid"], begin["tid"])
        and begin["ts"] < event["ts"] < end["ts"]
    )


if __name__ == "__main__":
    main()
