"""Run every check there is: ``python -m tests``. Each step runs, whatever became of the ones before it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTEST = ["-m", "pytest", "-q"]
STEPS: dict[str, list[str]] = {
    "style": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "types": ["-m", "mypy"],
    "unit and browser tests": [*PYTEST, "tests"],
    "lessons, strict": [
        *PYTEST,
        "--nbval",
        "--nbval-current-env",
        "--nbval-cell-timeout=60",
        "--nbval-sanitize-with=notebooks/sanitize.cfg",
        "notebooks",
    ],
    "saved lessons are current": ["-m", "notebooks.refresh", "--check"],
}


def main() -> int:
    """Run the steps one after the other; return 1 if any failed."""
    outcome: dict[str, str] = {}
    for name, arguments in STEPS.items():
        print(f"\n=== {name}: python {' '.join(arguments)}", flush=True)
        began = time.monotonic()
        code = subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False).returncode
        outcome[name] = f"{'ok' if code == 0 else f'FAILED ({code})'}, {time.monotonic() - began:.0f} s"
    print("\n" + "\n".join(f"{name:26} {result}" for name, result in outcome.items()), flush=True)
    return int(any("FAILED" in result for result in outcome.values()))


if __name__ == "__main__":
    sys.exit(main())
