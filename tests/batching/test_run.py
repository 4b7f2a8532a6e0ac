"""A batch from its settings to its result: what is checked first, whose limits hold, and what an early stop leaves."""

from __future__ import annotations

import asyncio
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import minimax_nb as mm
from minimax_nb.batching.checkpoint import Checkpoint
from minimax_nb.batching.run import BatchRun, Settings
from minimax_nb.runtime import background

from ..support.chat_service import Service, echo, says

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "settings",
    [
        {"max_concurrency": np.int64(4), "limit": np.int64(3), "attempts": np.int32(1)},
        {"max_cost": np.float64(0.5), "requests_per_minute": np.float32(2.5)},
        {"max_cost": 0, "max_tokens_total": 0, "limit": 0},
        {"requests_per_minute": None, "tokens_per_minute": 0.5},
    ],
    ids=str,
)
def test_numbers_may_be_of_any_kind(settings: dict[str, Any]) -> None:
    Settings(**settings)


@pytest.mark.parametrize("name", ["max_concurrency", "attempts", "limit", "max_tokens_total"])
@pytest.mark.parametrize("value", [True, 1.5, "3", -1, np.float64(2)])
def test_counts_are_whole_numbers(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"expected {name} to be a whole number from [01], got"):
        Settings(**{name: value})


def pace(monkeypatch: pytest.MonkeyPatch, url: str, **settings: Any) -> tuple[float, float]:
    """Requests and tokens a minute that a run would keep to."""
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    processes = settings.pop("processes", 1)
    pacer = BatchRun(["a"], "{text}", Settings(**settings), processes=processes)._pacer
    return tuple(round(60 / space) if space else 0 for space in (pacer._documented_s, pacer._token_s))  # type: ignore[return-value]


MINIMAX, OWN = "https://api.minimax.io/v1", "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("url", "settings", "expected"),
    [
        (MINIMAX, {}, (500, 20_000_000)),
        (MINIMAX, {"model": "MiniMax-M3"}, (200, 10_000_000)),
        ("https://api.minimaxi.com/v1", {"model": "MiniMax-M3"}, (200, 10_000_000)),
        (MINIMAX, {"requests_per_minute": None}, (0, 20_000_000)),
        (MINIMAX, {"requests_per_minute": 60, "tokens_per_minute": None}, (60, 0)),
        (MINIMAX, {"model": "unknown"}, (0, 0)),
        (OWN, {}, (0, 0)),  # nobody documented the limits of one's own server
        (OWN, {"requests_per_minute": 60}, (60, 0)),
        (MINIMAX, {"processes": 2}, (250, 10_000_000)),
    ],
    ids=str,
)
def test_documented_limits_are_the_models_and_hold_at_minimax_alone(
    monkeypatch: pytest.MonkeyPatch, url: str, settings: dict[str, Any], expected: tuple[int, int]
) -> None:
    assert pace(monkeypatch, url, **settings) == expected


def test_many_rows_without_a_checkpoint_are_warned_about_where_it_was_written(service: Service) -> None:
    texts = pd.Series(range(10_000)).astype(str)
    with service.client() as client:
        with pytest.warns(UserWarning, match=r"10,000 rows without a checkpoint: .* paid for again") as caught:
            mm.batch(texts, "{text}", client=client, progress=False, max_tokens_total=0)
        assert caught[0].filename == __file__
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            mm.batch(texts[:9_999], "{text}", client=client, progress=False, max_tokens_total=0)
            mm.batch(texts, "{text}", client=client, progress=False, limit=3)


def test_an_interrupt_before_there_is_anything_to_stop_is_not_forgotten(service: Service) -> None:
    with service.client() as client:
        run = BatchRun(["a", "b"], "{text}", Settings(client=client, progress=False))
        run.interrupt()
        background.run(run.ask)
        out = run.result()
    assert out.attrs["minimax_nb"]["stopped"] == "interrupted"
    assert not service.asked


def test_an_interrupt_after_the_end_does_nothing(service: Service) -> None:
    with service.client() as client:
        run = BatchRun(["a"], "{text}", Settings(client=client, progress=False))
        background.run(run.ask)
        run.interrupt()
    assert run.result().attrs["minimax_nb"]["stopped"] == "complete"


def test_what_a_file_says_was_spent_counts(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with service.client() as client:
        mm.batch(["a", "b"], "{text}", client=client, progress=False, checkpoint=path)
        run = BatchRun(["a", "b"], "{text}", Settings(client=client, progress=False, checkpoint=path))
        background.run(run.ask)
    assert run._budget.tokens == 30
    assert run._table.tokens == 0  # nothing was spent now


def test_a_disk_that_cannot_keep_what_it_took_ends_in_an_error_with_the_result(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Checkpoint) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Checkpoint, "sync", broken)
    with service.client() as client, pytest.raises(mm.BatchError, match="Input/output error") as caught:
        mm.batch(["a"], "{text}", client=client, progress=False, checkpoint=tmp_path / "x.jsonl")
    assert caught.value.result.reply[0] == "A"


@pytest.mark.parametrize("own_loop", [True, False])
def test_the_file_is_free_again_whatever_came(service: Service, tmp_path: Path, own_loop: bool) -> None:
    path = tmp_path / "x.jsonl"

    async def main() -> None:
        async with service.aclient() as client:
            run = BatchRun(["a"], "{text}", Settings(client=client, progress=False, checkpoint=path))
            service.answer = lambda asked: says("x", delay_s=30)
            task = asyncio.ensure_future(run.ask(own_loop=own_loop))
            await asyncio.sleep(0.2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            service.answer = echo
            again = BatchRun(["a"], "{text}", Settings(client=client, progress=False, checkpoint=path))
            await again.ask(own_loop=own_loop)
            assert again.result().reply[0] == "A"

    asyncio.run(main())
