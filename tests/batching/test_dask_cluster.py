"""A batch on a cluster of two processes: what a killed worker costs, and how errors come back."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any, Literal

import pytest

pytest.importorskip("dask.dataframe", exc_type=ImportError)
pytest.importorskip("distributed")

from distributed import Client, LocalCluster

import minimax_nb as mm
from minimax_nb.errors import BatchError, ConfigurationError
from tests.support.dask_rows import FREE, PROMPT, lazy, rows, use
from tests.support.row_service import RowService

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.heavy


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RowService]:
    with RowService() as running:
        use(monkeypatch, running)
        yield running


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A cluster of two processes with one thread each; workers have the environment that it is started in."""
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as processes,
        Client(processes) as client,
    ):
        yield client


@pytest.mark.timeout(500)
def test_a_killed_worker_loses_nothing_and_asks_again_only_what_was_in_flight(
    service: RowService, cluster: Any, tmp_path: Path
) -> None:
    count, flying = 10_000, 16
    pids = cluster.run(os.getpid)
    out = mm.batch(lazy(rows(count), 8), PROMPT, max_concurrency=flying, checkpoint=tmp_path / "answers", **FREE)
    future = cluster.compute(out)
    deadline = time.monotonic() + 300
    while service.answered < count // 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(next(iter(pids.values())), signal.SIGKILL)
    found = future.result(timeout=400)
    assert set(cluster.run(os.getpid).values()) != set(pids.values())
    assert list(found.index) == list(rows(count).index)
    assert list(found["reply"]) == [f"echo: Say t{number}" for number in range(count)]
    assert found["error"].isna().all()
    assert found["from_checkpoint"].any()  # of the partition that was broken off
    assert len(service.asked) == count
    assert service.asked.total() - count <= flying
    assert service.most <= 2 * flying


def test_errors_of_workers_come_with_their_class_and_words(
    monkeypatch: pytest.MonkeyPatch, cluster: Any, tmp_path: Path
) -> None:
    def point(url: str) -> None:
        os.environ.update({"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "a-key"})

    def refuse(text: str) -> tuple[int, Any] | None:
        return (400, {"error": {"message": "no such thing (2013)"}}) if "t3" in text else None

    with RowService(refuse=refuse) as service:
        use(monkeypatch, service)
        cluster.run(point, service.base_url)
        with pytest.raises(BatchError, match="no such thing") as raised:
            mm.batch(lazy(rows(6)), PROMPT, on_error="raise", **FREE).compute()
        assert raised.value.result["reply"].notna().any() or len(raised.value.result)
        found = mm.batch(lazy(rows(6)), lambda row: f"Do {row['text']}", response=Literal["a"], **FREE).compute()
        assert found["error"].str.contains("a").all()
        assert "parsed" in found


def test_a_worker_without_the_key_does_not_rehearse(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with RowService() as service:  # later than the workers, so they do not know of it
        use(monkeypatch, service)
        out = mm.batch(lazy(rows(6)), PROMPT, **FREE)
        with pytest.raises(ConfigurationError, match="expected a key on this worker"):
            out.compute()
    assert service.asked.total() == 0
