"""``python -m tests``: every step runs, what steps print does not mix, and the exit code tells of each."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STAGES = """
import sys
from tests import __main__ as runner
runner.STAGES = [
    {{
        "slow": ["-c", "import time; print('a', flush=True); time.sleep(1); print('b')"],
        "quick": ["-c", "print('c')"],
    }},
    {{"odd": ["-c", "import sys; print('d', file=sys.stderr); sys.exit({code})"], "other": ["-c", "print('e')"]}},
    {{"last": ["-c", "print('f')"]}},
]
sys.exit(runner.main([]))
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


@pytest.mark.parametrize(("code", "says"), [(0, "ok"), (3, "FAILED (3)")])
def test_every_stage_runs_and_outputs_stay_apart(code: int, says: str) -> None:
    ended = run("-c", STAGES.format(code=code))
    assert ended.returncode == (code != 0)
    lines = [line for line in ended.stdout.splitlines() if line and not line.startswith("===")]
    assert lines[:6] == list("abcdef")
    assert [line.partition(",")[0].split(maxsplit=1) for line in lines[6:]] == [
        ["slow", "ok"],
        ["quick", "ok"],
        ["odd", says],
        ["other", "ok"],
        ["last", "ok"],
    ]


def test_an_unknown_word_is_refused() -> None:
    ended = run("-m", "tests", "--slow")
    assert ended.returncode == 2
    assert "expected nothing or --fast, got '--slow'" in ended.stdout


def test_words_after_fast_choose_tests() -> None:
    ended = run("-m", "tests", "--fast", "tests/stream/test_growing.py", "-n", "0")
    assert ended.returncode == 0, ended.stdout
    assert "fast loop" in ended.stdout


def test_another_day_is_forty_days_ahead_in_every_process() -> None:
    today = "import datetime; print(datetime.date.today())"
    nested = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {today!r}]).returncode)"
    ended = run("-m", "tests.other_day", "-c", nested)
    days = date.fromisoformat(ended.stdout.strip()) - datetime.now().astimezone().date()
    assert days.days in (39, 40), "thirty-nine when midnight comes in between"
