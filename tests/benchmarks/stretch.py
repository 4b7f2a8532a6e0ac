"""How far a machine stretches a task of the browser by itself: fixed work in a blank page, with nothing else running.

Run ``python tests/benchmarks/stretch.py``; it needs Chromium. What it finds is in every "longest" of ``browser.py``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "support"))

from chromium import FLAGS, find  # noqa: E402 - from the tests
from host import stolen, ticks  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from table import Table  # noqa: E402

# The size of the work comes from the fastest of thirty trials; then each task has a pause of twice its length after it.
WORK = """
([milliseconds, seconds]) => new Promise((done) => {
    const work = (size) => {
        const begin = performance.now();
        let sum = 0;
        for (let i = 0; i < size; i++) sum += Math.sqrt(i);
        document.body.textContent = sum;
        return performance.now() - begin;
    };
    const trials = Array.from({ length: 30 }, () => work(100000));
    const size = Math.round((100000 * milliseconds) / Math.min(...trials));
    const end = performance.now() + 1000 * seconds;
    const taken = [];
    const go = () => {
        taken.push(work(size));
        if (performance.now() < end) setTimeout(go, 2 * milliseconds);
        else done(taken);
    };
    go();
})
"""


def main() -> None:
    """Measures and prints one row a size of task."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ms", type=int, nargs="+", default=[30, 50], help="the length of a task undisturbed")
    parser.add_argument("--seconds", type=int, default=85, help="how long to go on, for each")
    asked = parser.parse_args()
    if (chromium := find()) is None:
        sys.exit("needs Chromium (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        table = Table(
            [("task ms", 8), ("tasks", 6), ("median ms", 10), ("over 100", 9), ("longest ms", 10), ("stolen %", 8)]
        )
        for length in asked.ms:
            page, before = browser.new_page(), ticks()
            taken = sorted(page.evaluate(WORK, [length, asked.seconds]))
            over = sum(task > 100 for task in taken)
            table.row(length, len(taken), taken[len(taken) // 2], over, taken[-1], stolen(before))
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
