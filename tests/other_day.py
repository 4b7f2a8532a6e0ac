"""Run Python on another day: ``python -m tests.other_day -m notebooks.refresh --check``.

The clock of the command, and of every Python process that it starts, is forty days ahead. So what a lesson shows of the
day on which it runs is found today.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

AHEAD = Path(__file__).parent / "support/clock_ahead"


def main(arguments: list[str]) -> int:
    """Run Python with these arguments; return its exit code."""
    path = os.pathsep.join(filter(None, [str(AHEAD), os.environ.get("PYTHONPATH")]))
    return subprocess.run([sys.executable, *arguments], env={**os.environ, "PYTHONPATH": path}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
