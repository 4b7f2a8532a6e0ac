"""The engine: equal rows once, finished rows on disk first, and every way to stop keeps what is done."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import minimax_nb as mm
from minimax_nb.batching import engine

from ..support.chat_service import Asked, Said, Service, chat_service, echo, refuses, says
from ..support.servers import wait_until

if TYPE_CHECKING:
    import pandas as pd

ROOT = Path(__file__).resolve().parents[2]


def ask(service: Service, frame: Any, prompt: Any = "{text}", **options: Any) -> pd.DataFrame:
    with service.client() as client:
        return mm.batch(frame, prompt, **{"client": client, "progress": False, **options})


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Run a script in a process of its own, with this copy of the library."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


SCRIPT = """
    import sys, openai, minimax_nb as mm
    client = openai.OpenAI(base_url=sys.argv[1], api_key="k")
    rows = [f"row {n}" for n in range(int(sys.argv[3]))]
    out = mm.batch(rows, "{text}", client=client, checkpoint=sys.argv[2], max_concurrency=8, progress=False)
    print(out.attrs["minimax_nb"]["stopped"], (out.reply == [row.upper() for row in rows]).all())
"""


def test_equal_rows_are_asked_once(service: Service) -> None:
    out = ask(service, ["a", "b", "a", "a"])
    assert Counter(service.texts) == {"a": 1, "b": 1}
    assert list(out.reply) == ["A", "B", "A", "A"]
    assert list(out.attempts) == [1, 1, 0, 0]
    assert out.attrs["minimax_nb"]["answered"] == 4


def test_or_each_by_itself_and_so_they_are_resumed(service: Service, tmp_path: Path) -> None:
    service.answer = lambda asked: says(str(len(service.asked)))
    path = tmp_path / "x.jsonl"
    out = ask(service, ["a", "b", "a", "a"], dedupe=False, checkpoint=path)
    assert sorted(out.reply) == ["1", "2", "3", "4"]
    again = ask(service, ["a", "b", "a", "a", "a"], dedupe=False, checkpoint=path)
    assert list(again.reply[:4]) == list(out.reply)
    assert again.reply[4] == "5"


def test_a_row_equal_to_one_that_failed_has_its_error(service: Service) -> None:
    service.answer = lambda asked: refuses(1026)
    out = ask(service, ["a", "a"])
    assert list(out.error_code) == [1026, 1026]
    assert len(service.asked) == 1


def test_a_limit_asks_for_the_first_rows_alone_and_says_what_all_would_cost(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ask(service, [f"r{n}" for n in range(100)], limit=3, progress=True)
    assert len(out) == 3
    assert len(service.asked) == 3
    assert "3 rows of 100: 3 answered" in (said := capsys.readouterr().err)
    assert "all 100 would cost about $0.0009 at list prices" in said
    assert ask(service, ["a"], limit=0).empty


def test_failed_rows_are_asked_again_and_others_are_not(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    service.answer = lambda asked: refuses(1026) if asked.text == "b" else echo(asked)
    one = ask(service, ["a", "b", "c"], checkpoint=path)
    service.answer = echo
    two = ask(service, ["a", "b", "c", "d"], checkpoint=path)
    assert list(one.error_code.fillna(0)) == [0, 1026, 0]
    assert list(two.reply) == ["A", "B", "C", "D"]
    assert list(two.from_checkpoint) == [True, False, True, False]
    assert Counter(service.texts) == {"a": 1, "b": 2, "c": 1, "d": 1}
    assert len(mm.read_batch(path)) == 4


def test_rows_may_stand_in_another_order(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    ask(service, ["a", "b", "c"], checkpoint=path)
    again = ask(service, ["c", "x", "a"], checkpoint=path)
    assert list(again.reply) == ["C", "X", "A"]
    assert len(service.asked) == 4


def test_a_finished_row_is_on_disk_before_it_counts(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    seen: list[int] = []

    def answer(asked: Asked) -> Said:
        seen.append(len(mm.read_batch(path)))
        return echo(asked)

    service.answer = answer
    ask(service, [f"r{n}" for n in range(20)], checkpoint=path, max_concurrency=1)
    assert seen == list(range(20))


@pytest.mark.parametrize("stop", ["budget", "refused"])
def test_what_the_file_has_is_in_the_result_however_soon_it_stops(service: Service, stop: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    texts = [f"r{n}" for n in range(40)]
    ask(service, texts[10:], checkpoint=path)
    spent = 15 * 30
    service.answer = lambda asked: refuses(1008)
    out = ask(service, texts, checkpoint=path, max_tokens_total=spent if stop == "budget" else None)
    assert out.attrs["minimax_nb"]["stopped"] == stop
    assert list(out.reply[10:]) == [text.upper() for text in texts[10:]]
    assert out.from_checkpoint[10:].all()


def test_a_budget_is_overshot_by_what_is_in_flight_and_more_asks_for_what_is_missing(
    service: Service, tmp_path: Path
) -> None:
    path = tmp_path / "x.jsonl"
    texts = [f"r{n}" for n in range(60)]
    service.answer = lambda asked: says(asked.text, usage=(60, 40), delay_s=0.01)
    one = ask(service, texts, checkpoint=path, max_tokens_total=2000, max_concurrency=4)
    assert one.attrs["minimax_nb"]["stopped"] == "budget"
    assert 20 <= len(service.asked) <= 20 + 4
    assert one.reply.notna().sum() == len(service.asked)
    same = ask(service, texts, checkpoint=path, max_tokens_total=2000, max_concurrency=4)
    assert same.attrs["minimax_nb"]["requests"] == 0
    assert list(same.reply.fillna("-")) == list(one.reply.fillna("-"))
    more = ask(service, texts, checkpoint=path, max_tokens_total=1_000_000)
    assert list(more.reply) == texts
    assert len(service.asked) == 60


def test_a_budget_in_money_holds(service: Service) -> None:
    service.answer = lambda asked: says("x", usage=(1_000, 1_000))  # $0.0015 by the list
    out = ask(service, [f"r{n}" for n in range(60)], max_cost=0.015, max_concurrency=2)
    assert out.attrs["minimax_nb"]["stopped"] == "budget"
    assert 10 <= len(service.asked) <= 12
    with pytest.raises(mm.ConfigurationError, match="expected a model whose price is known"):
        ask(service, ["a"], max_cost=1, model="my-model")


def test_what_failed_rows_and_stopped_ones_have_cost_counts_when_it_goes_on(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"

    def double(x: int) -> int:
        """Double a number."""
        return 2 * x

    def answer(asked: Asked) -> Said:
        if len(service.asked) == 1:
            return says("", calls=(("double", '{"x": 1}'),), usage=(900, 100))
        return refuses(1008)

    service.answer = answer
    ask(service, ["a", "b"], checkpoint=path, tools=[double], max_concurrency=1)
    assert mm.read_batch(path).prompt_tokens.sum() == 900
    service.answer = echo
    out = ask(service, ["a", "b"], checkpoint=path, tools=[double], max_tokens_total=1000)
    assert out.attrs["minimax_nb"] | {"cost": 0} == {
        "stopped": "budget",
        "rows": 2,
        "answered": 0,
        "failed": 0,
        "requests": 0,
        "cost": 0,
    }


def interrupt_when(condition: Any, times: int = 1) -> threading.Thread:
    def interrupt() -> None:
        wait_until(condition)
        for _ in range(times):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.4)

    thread = threading.Thread(target=interrupt)
    thread.start()
    return thread


def test_an_interrupt_gives_what_is_done_and_what_lands_in_time(service: Service, tmp_path: Path) -> None:
    service.answer = lambda asked: says(asked.text, delay_s=0.3 if asked.text == "r6" else 0.0)
    thread = interrupt_when(lambda: "r6" in service.texts)
    out = ask(service, [f"r{n}" for n in range(500)], max_concurrency=1, checkpoint=tmp_path / "x.jsonl")
    thread.join()
    assert out.attrs["minimax_nb"]["stopped"] == "interrupted"
    assert list(out.reply[:7]) == [f"r{n}" for n in range(7)]
    assert len(service.asked) <= 9
    assert out.reply.notna().sum() == len(mm.read_batch(tmp_path / "x.jsonl"))


def test_what_does_not_land_in_time_is_left(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "GRACE_S", 0.2)
    service.answer = lambda asked: Said({}, hang=True) if asked.text == "r1" else echo(asked)
    thread = interrupt_when(lambda: "r1" in service.texts)
    began = time.monotonic()
    out = ask(service, ["r0", "r1", "r2"], max_concurrency=1)
    thread.join()
    assert time.monotonic() - began < 30  # it would hang for ever
    assert list(out.reply.fillna("-")) == ["R0", "-", "-"]
    assert out.error.isna().all()  # nobody knows what would have come


@pytest.mark.heavy
@pytest.mark.parametrize("why", ["a pause", "a backoff", "the pace"])
def test_an_interrupt_ends_every_wait(service: Service, why: str) -> None:
    said = {"a pause": refuses(1002, status=429, retry_after="60"), "a backoff": Said({}, 503, {"Retry-After": "60"})}
    service.answer = lambda asked: said.get(why, says("x"))
    thread = interrupt_when(lambda: len(service.asked) >= 2)
    began = time.monotonic()
    rpm = 1 if why == "the pace" else None
    out = ask(service, [f"r{n}" for n in range(50)], max_concurrency=2, requests_per_minute=rpm)
    thread.join()
    assert time.monotonic() - began < 30  # each wait is a minute
    assert out.attrs["minimax_nb"]["stopped"] == "interrupted"
    assert out.error.isna().all()


def test_a_second_interrupt_ends_at_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "GRACE_S", 90)
    service.answer = lambda asked: Said({}, hang=True)
    thread = interrupt_when(lambda: service.asked, times=2)
    began = time.monotonic()
    with pytest.raises(mm.StreamInterrupted):
        ask(service, ["a", "b"])
    thread.join()
    assert time.monotonic() - began < 30


def test_two_threads_at_one_file_are_one_too_many(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    service.answer = lambda asked: says("x", delay_s=0.5)
    thread = threading.Thread(target=ask, args=(service, ["a"]), kwargs={"checkpoint": path})
    thread.start()
    wait_until(lambda: service.asked)
    with pytest.raises(mm.ConfigurationError, match="another batch is at it"):
        ask(service, ["b"], checkpoint=path)
    thread.join()
    assert len(mm.read_batch(path)) == 1


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"prompt": "tell {text}"}, "the prompt"),
        ({"prompt": str}, "the prompt"),
        ({"model": "MiniMax-M3"}, "the model"),
        ({"system": "Be brief."}, "the system message"),
        ({"tools": [lambda x: x]}, None),
        ({"response": int}, "the form of the answer"),
        ({"temperature": 0.5}, "the parameters"),
    ],
)
def test_another_batch_leaves_the_file_as_it_is(
    service: Service, changed: dict[str, Any], named: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "x.jsonl"
    ask(service, ["a"], checkpoint=path)
    before = path.read_bytes()
    with pytest.raises((mm.ConfigurationError, mm.ToolError), match=named):
        ask(service, ["a"], **{"checkpoint": path, **changed})
    assert path.read_bytes() == before
    assert len(service.asked) == 1


def test_another_place_is_another_batch(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    ask(service, ["a"], checkpoint=path)
    with pytest.raises(mm.ConfigurationError, match=r"where requests go \('127.0.0.1' there, 'embedded server' here\)"):
        mm.batch(["a"], "{text}", checkpoint=path, progress=False)


@pytest.mark.heavy
def test_two_processes_at_one_file_are_one_too_many(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    service.answer = lambda asked: says(asked.text.upper(), delay_s=1.0)
    first = start(SCRIPT, service.url, str(path), "8")
    wait_until(lambda: service.asked)
    with pytest.raises(mm.ConfigurationError, match="another batch is at it"):
        ask(service, ["b"], checkpoint=path)
    assert first.communicate(timeout=60)[0] == "complete True\n"


@pytest.mark.heavy
def test_killed_again_and_again_nothing_is_lost_and_little_asked_twice(tmp_path: Path) -> None:
    """Every death costs at most the rows in flight, and the file can be read at any moment."""
    path, rows, chance, twice = tmp_path / "x.jsonl", 300, random.Random(7), 0
    with chat_service(lambda asked: says(asked.text.upper(), delay_s=chance.uniform(0.01, 0.08))) as service:
        for death in range(11):
            before = len(service.asked)
            process = start(SCRIPT, service.url, str(path), str(rows))
            target = before + (chance.randint(1, 25) if death < 10 else rows)
            while process.poll() is None and len(service.asked) < target:
                time.sleep(0.002)
                if path.exists():
                    mm.read_batch(path)
            if death < 10:
                assert process.poll() is None, process.communicate()
                process.kill()
                process.communicate(timeout=20)
                time.sleep(0.1)
                twice = len(service.asked) - len(mm.read_batch(path))
                assert twice <= 8 * (death + 1)
        assert process.communicate(timeout=100)[0] == "complete True\n"
        assert len(service.asked) == rows + twice
    read = mm.read_batch(path)
    assert sorted(read.reply) == sorted(f"ROW {n}" for n in range(rows))


@pytest.mark.heavy
def test_a_full_disk_ends_the_run_and_keeps_what_was_written(service: Service, tmp_path: Path) -> None:
    code = """
        import resource, sys, openai, minimax_nb as mm
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
        client = openai.OpenAI(base_url=sys.argv[1], api_key="k")
        try:
            mm.batch([f"row {n}" for n in range(100)], "{text}", client=client, checkpoint=sys.argv[2], progress=False)
        except mm.BatchError as error:
            print(error)
            print(error.result.reply.notna().sum())
    """
    path = tmp_path / "x.jsonl"
    printed = start(code, service.url, str(path)).communicate(timeout=60)[0].splitlines()
    assert "File too large. What was written before is whole; make room" in printed[0]
    read = mm.read_batch(path)
    assert 3 <= len(read) < int(printed[-1]) == len(service.asked)  # those in flight have their answers all the same
    assert path.read_bytes().endswith(b"}\n")
    out = ask(service, [f"row {n}" for n in range(100)], checkpoint=path)
    assert out.from_checkpoint.sum() == len(read)
    assert out.reply.notna().all()


def test_an_error_of_the_file_ends_the_run_with_what_was_answered(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from minimax_nb.batching.checkpoint import Checkpoint

    add, added = Checkpoint.add, []

    def full(self: Checkpoint, line: Any) -> None:
        added.append(line)
        if len(added) > 5:
            raise OSError(28, "No space left on device")
        add(self, line)

    monkeypatch.setattr(Checkpoint, "add", full)
    with pytest.raises(mm.BatchError, match=r"stopped with [67] of 50 rows answered: .*No space left") as caught:
        ask(service, [f"r{n}" for n in range(50)], checkpoint=tmp_path / "x.jsonl", max_concurrency=2, progress=True)
    assert caught.value.result.reply.notna().sum() == len(service.asked)  # also what the disk has no room for
    assert isinstance(caught.value.__cause__, OSError)
    assert "the service refused" not in capsys.readouterr().err
    assert len(service.asked) <= 8


def test_rows_of_a_checkpoint_alone_ask_nobody(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    texts = [f"r{n}" for n in range(300)]
    ask(service, texts, checkpoint=path)
    asked = len(service.asked)
    again = ask(service, texts, checkpoint=path)
    assert len(service.asked) == asked
    assert again.from_checkpoint.all()
    assert again.attrs["minimax_nb"] == {
        "stopped": "complete",
        "rows": 300,
        "answered": 300,
        "failed": 0,
        "requests": 0,
        "cost": 0.0,
    }
