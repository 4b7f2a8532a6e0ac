"""What is seen of a batch: a line in a terminal or a pipe, one output in a notebook, the same on every run."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.batching.table import Outcome, Table
from minimax_nb.batching.watch import (
    LiveProgress,
    Meter,
    NoProgress,
    StaticProgress,
    TextProgress,
    open_watcher,
)
from minimax_nb.render.progress import Progress

from ..support.chat_service import Said, chat_service, echo, says
from ..support.kernel import Kernel, kinds, running_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
RUNNING = Progress(rows=100, whole=100, answered=40, failed=2, tokens=900, tokens_per_s=50.0, left_s=7.0, running=True)
DONE = Progress(rows=100, whole=100, answered=98, failed=2, tokens=2000, kinds=[("1026: no", 2)], problem="so\x1b[31m")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_has_one_line_that_is_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    out = Terminal()
    watcher = TextProgress(out)
    watcher.show(RUNNING)
    watcher.show(Progress(rows=1, whole=1, answered=1, failed=0, running=True))
    watcher.finish(DONE)
    shown = out.getvalue().split("\r")
    assert shown[0] == ""
    assert all(len(line) < 60 for line in shown[1:3])  # one that wraps cannot be written over
    assert len(shown[2]) == len(shown[1])  # the rest of the longer one is gone
    assert shown[3].splitlines()[0].rstrip() == "100 rows: 98 answered, 2 failed · 2,000 tokens"
    assert "2 × 1026: no" in shown[3]
    assert "\x1b" not in out.getvalue()


def test_a_pipe_has_the_last_line_alone() -> None:
    out = io.StringIO()
    watcher = TextProgress(out)
    watcher.show(RUNNING)
    watcher.finish(DONE)
    assert out.getvalue().startswith("100 rows: 98 answered, 2 failed · 2,000 tokens\n  2 × 1026: no\n")
    assert "to go" not in out.getvalue()


class Closed(Terminal):
    def write(self, text: str) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize("out", [Closed(), Terminal()], ids=["broken pipe", "closed"])
def test_answers_are_not_lost_because_nobody_reads_the_line(out: Terminal) -> None:
    watcher = TextProgress(out)
    if not isinstance(out, Closed):
        out.close()
    watcher.show(RUNNING)
    watcher.finish(DONE)


@pytest.mark.parametrize(("mode", "kind"), [("live", LiveProgress), ("static", StaticProgress), ("text", TextProgress)])
def test_the_way_is_that_of_the_place(monkeypatch: pytest.MonkeyPatch, mode: str, kind: type) -> None:
    monkeypatch.setenv("MINIMAX_NB_DISPLAY", mode)
    assert type(open_watcher(wanted=True)) is kind
    assert type(open_watcher(wanted=False)) is NoProgress


def test_without_standard_error_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert type(open_watcher(wanted=True)) is NoProgress
    NoProgress().show(RUNNING)
    NoProgress().finish(DONE)


class Figures:
    """A sender, as far as its figures are read."""

    waiting = "1002 rate limit"
    held_s = 40.0


def test_the_figures_are_those_of_the_table() -> None:
    table = Table(4, tokens=30, requests=3, cost=0.5)
    for position, outcome in enumerate(
        [Outcome(reply="x", finish_reason="length"), Outcome(error="row 1: e", kind="e"), Outcome(from_checkpoint=True)]
    ):
        table.enter(position, outcome)
    meter = Meter(table, 10)
    now: Any = meter.now(Figures())  # type: ignore[arg-type]
    assert (now.rows, now.whole, now.answered, now.failed, now.cut, now.resumed) == (4, 10, 2, 1, 1, 1)
    assert (now.held, now.held_s, now.running, now.cost) == ("1002 rate limit", 40.0, True, 0.5)
    table.stopped, table.problem, table.unpriced = "refused", "no money", 1
    end = meter.now(None)
    assert (end.held, end.left_s, end.tokens_per_s, end.cost) == ("", None, None, None)
    assert (end.stopped, end.problem) == ("the service refused", "no money")
    table.why = "a row has no answer"
    assert meter.now(None).stopped == "a row has no answer"


def test_what_all_would_cost_is_reckoned_from_what_was_asked() -> None:
    table = Table(4, list_cost=0.2)
    for position in range(4):
        table.enter(position, Outcome(reply="x", from_checkpoint=position < 2))
    assert Meter(table, 100).now(None).expected == pytest.approx(10.0)
    assert Meter(table, 4).now(None).expected is None
    assert Meter(Table(0), 100).now(None).expected is None


def test_kinds_stand_in_the_same_order_whichever_failed_first() -> None:
    listed = []
    for order in ("bacb", "cabb"):
        table = Table(4)
        for position, kind in enumerate(order):
            table.enter(position, Outcome(error=kind, kind=kind))
        listed.append(Meter(table, 4).now(None).kinds)
    assert listed[0] == listed[1] == [("b", 2), ("a", 1), ("c", 1)]


def test_a_script_writes_its_line_to_standard_error_alone() -> None:
    code = """
        import minimax_nb as mm
        print(mm.batch(["a", "b"], "say {text}").attrs["minimax_nb"]["stopped"])
    """
    done = [
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            capture_output=True,
            check=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            timeout=60,
        )
        for _ in range(2)
    ]
    assert [run.stdout.splitlines()[-1] for run in done] == ["complete"] * 2
    lines = [[line for line in run.stderr.splitlines() if "rows" in line] for run in done]
    assert lines[0] == lines[1]
    assert len(lines[0]) == 1
    assert lines[0][0].startswith("2 rows: 2 answered · ")


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with running_kernel() as kernel:
        kernel.run("mm.configure()")  # which says in a line where requests go, once
        yield kernel


BATCH = "out = mm.batch([f'r{n}' for n in range(30)], 'say {text}')"


def test_nobody_watching_gets_one_output_the_same_on_every_run(kernel: Kernel) -> None:
    texts = []
    for _ in range(2):
        (message,) = kernel.run(BATCH, watched=False)
        assert message["msg_type"] == "display_data"
        assert set(message["content"]["data"]) == {"text/plain", "text/markdown", "text/html"}
        texts.append(message["content"]["data"])
    assert texts[0] == texts[1]
    assert texts[0]["text/plain"].startswith("30 rows: 30 answered · ")


def test_a_reader_sees_one_display_that_is_updated_and_saved_without_a_clock(kernel: Kernel) -> None:
    first, *later = kernel.run(BATCH)
    assert first["msg_type"] == "display_data"
    assert later
    assert set(kinds(later)) == {"update_display_data"}
    assert {str(message["content"]["transient"]) for message in [first, *later]} == {str(first["content"]["transient"])}
    assert 'role="progressbar"' in first["content"]["data"]["text/html"]
    saved = later[-1]["content"]["data"]
    assert "progressbar" not in saved["text/html"]
    assert re.match(r"30 rows: 30 answered · [\d,]+ tokens · \$0$", saved["text/plain"])


def test_awaited_in_a_cell_it_shows_the_same(kernel: Kernel) -> None:
    first, *later = kernel.run(BATCH.replace("mm.batch", "await mm.abatch"))
    assert first["msg_type"] == "display_data"
    assert later[-1]["content"]["data"]["text/plain"].startswith("30 rows: 30 answered")


def test_progress_false_shows_nothing(kernel: Kernel) -> None:
    assert kernel.run(BATCH.replace("')", "', progress=False)")) == []


def is_half_way(message: dict[str, Any]) -> bool:
    return message["msg_type"] == "stream" and "half way" in message["content"]["text"]


@pytest.mark.parametrize("watched", [True, False])
def test_a_stopped_cell_has_what_is_done(kernel: Kernel, watched: bool) -> None:
    with chat_service(lambda asked: says(asked.text, delay_s=0.05)) as service:
        code = f"""
            import openai, threading
            threading.Timer(0.7, print, ['half way']).start()
            client = openai.OpenAI(base_url={service.url!r}, api_key='k')
            out = mm.batch([f'r{{n}}' for n in range(2000)], '{{text}}', client=client, max_concurrency=2)
        """
        messages = kernel.run(textwrap.dedent(code), watched=watched, until=is_half_way)
    assert "error" not in kinds(messages)
    shown = [message["content"]["data"]["text/plain"] for message in messages if message["msg_type"] != "stream"]
    assert "stopped: interrupted" in shown[-1]
    assert re.match(r"2,000 rows: \d+ answered, [\d,]+ not asked · ", shown[-1])
    (printed,) = kernel.run("print(out.attrs['minimax_nb']['stopped'], len(out))", watched=False)
    assert printed["content"]["text"] == "interrupted 2000\n"


def test_a_cell_that_waits_says_for_what(kernel: Kernel) -> None:
    refused = Said({}, 429, {"Retry-After": "2"})
    with chat_service() as service:
        service.answer = lambda asked: refused if len(service.asked) <= 2 else echo(asked)
        code = f"""
            import openai
            client = openai.OpenAI(base_url={service.url!r}, api_key='k')
            out = mm.batch(['a', 'b', 'c'], '{{text}}', client=client, max_concurrency=2)
        """
        messages = kernel.run(textwrap.dedent(code))
    shown = [message["content"]["data"]["text/html"] for message in messages]
    assert any(re.search(r"paused \d s: 429 rate limit", html) for html in shown)
    assert "paused" not in shown[-1]
