"""Run every check there is: ``python -m tests``; while you write: ``python -m tests --fast``.

Each stage runs, whatever became of the ones before it. The steps of a stage run side by side, and what they print comes
one after the other. Words after ``--fast`` go to pytest: ``python -m tests --fast tests/stream -k snapshot``. With no
words of yours, few rows of each table of parameters run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# Loading nbval costs every process two seconds, so only the lessons do.
PYTEST = ["-m", "pytest", "-q", "-p", "no:nbval"]
PARALLEL = ["-n", "logical", "--dist", "worksteal"]
# Many tests wait: for a process, a page, a pause. One worker more than there are cores works meanwhile.
WAITING = 1 + (os.cpu_count() or 1)
UNITS = ["-n", str(WAITING), "--dist", "worksteal", "--ignore=tests/browser"]
# What takes longest begins first; a worker has a server, a browser and a page of its own.
LONGEST = ("tab", "panel", "live", "panel_kernels", "chat", "accessibility", "compare")
BROWSER = [
    *["-n", str(min(4, WAITING)), "--dist", "loadfile", "--no-loadscope-reorder"],
    *(f"tests/browser/test_{name}.py" for name in LONGEST),
    "tests/browser",
]
FAST = [*PYTEST, *PARALLEL, "--ignore=tests/browser", "-p", "tests.fast"]
STAGES: list[dict[str, list[str]]] = [
    {
        "style": ["-m", "ruff", "check", "."],
        "format": ["-m", "ruff", "format", "--check", "."],
        "types": ["-m", "mypy"],
        "lessons, strict": [
            *["-m", "pytest", "-q", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=60"],
            *["--nbval-sanitize-with=notebooks/sanitize.cfg", "notebooks"],
        ],
        # The lessons once more, where a machine has no ports, as a tab has none; and on another day.
        "saved lessons are current": ["-m", "tests.other_day", "-m", "notebooks.refresh", "--check", "--in-process"],
    },
    {"units": [*PYTEST, *UNITS, "--cov", "--cov-report=term:skip-covered", "tests"]},
    # By itself, for pages are slow beside anything else.
    {"browser": [*PYTEST, *BROWSER]},
]
# Kernels and commands import the package again and again, so its bytecode is kept, whatever the shell says.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(slots=True)
class Step:
    """A check that is running, or has run.

    Attributes:
        name: what it checks.
        arguments: what Python is started with.
        code: its exit code, once it has ended.
        seconds: how long it took.
    """

    name: str
    arguments: list[str]
    code: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.name:26} {'ok' if self.code == 0 else f'FAILED ({self.code})'}, {self.seconds:.0f} s"


def run_stage(steps: list[Step]) -> None:
    """Run the steps of a stage at once; what the first prints is seen at once, the others' when it has ended."""
    first, *others = steps
    with ThreadPoolExecutor(len(steps)) as pool:
        kept = [pool.submit(run, step, keep=True) for step in others]
        print_head(first)
        run(first)
        for step, output in zip(others, kept, strict=True):
            printed = output.result()
            print_head(step)
            sys.stdout.buffer.write(printed)
            sys.stdout.flush()


def run(step: Step, *, keep: bool = False) -> bytes:
    """Run a step to its end; return what it printed, if that is to be kept and not shown at once."""
    began = time.monotonic()
    to: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT} if keep else {}
    done = subprocess.run([sys.executable, *step.arguments], cwd=ROOT, env=ENVIRONMENT, check=False, **to)
    step.code, step.seconds = done.returncode, time.monotonic() - began
    return done.stdout or b""


def print_head(step: Step) -> None:
    """Say what comes next."""
    print(f"\n=== {step.name}: python {' '.join(step.arguments)}", flush=True)


def main(words: list[str]) -> int:
    """Run the stages one after the other; return 1 if a step failed."""
    if words[:1] == ["--fast"]:
        stages = [[Step("fast loop", [*FAST, *(words[1:] or ["--sample", "tests"])])]]
    elif words:
        print(f"expected nothing or --fast, got {words[0]!r}: to choose tests, use python -m pytest", file=sys.stderr)
        return 2
    else:
        stages = [[Step(name, arguments) for name, arguments in stage.items()] for stage in STAGES]
    for steps in stages:
        run_stage(steps)
    done = [step for steps in stages for step in steps]
    print("\n" + "\n".join(map(str, done)), flush=True)
    return int(any(step.code for step in done))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
