"""A batch over a Dask frame: lazy, shared out among processes, each partition with its own checkpoint."""

from __future__ import annotations

import gc
import json
import threading
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

pytest.importorskip("dask.dataframe", exc_type=ImportError)
pytest.importorskip("distributed")

import dask
import dask.dataframe as dd
from pydantic import BaseModel

import minimax_nb as mm
from minimax_nb.batching import dask_frame
from minimax_nb.batching.run import Settings
from minimax_nb.errors import BatchError, ConfigurationError
from tests.support.dask_rows import FREE, PROMPT, lazy, rows, use
from tests.support.row_service import RowService

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.heavy


class Said(BaseModel):
    """What the service says."""

    echo: str


class Unsendable:
    """A prompt that no process can be sent."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def __call__(self, row: Any) -> str:
        return str(row["text"])


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RowService]:
    with RowService() as running:
        use(monkeypatch, running)
        yield running


@pytest.fixture(autouse=True, params=["synchronous", "threads"])
def scheduler(request: pytest.FixtureRequest) -> Iterator[str]:
    with dask.config.set(scheduler=request.param):
        yield request.param


def test_the_result_is_lazy_and_has_the_frame_s_index_and_divisions(service: RowService) -> None:
    frame = lazy(rows(20))
    out = mm.batch(frame, PROMPT, **FREE)
    assert dask_frame.is_dask(out)
    assert (out.divisions, out.index.name) == (frame.divisions, "key")
    assert service.answered == 0
    found = out.compute()
    pd.testing.assert_index_equal(found.index, frame.compute().index)
    assert list(found["reply"]) == [f"echo: Say t{number}" for number in range(20)]
    assert service.asked.total() == 20


@pytest.mark.parametrize("frame", [rows(7), rows(7).reset_index(), rows(0)], ids=["named", "unnamed", "empty"])
@pytest.mark.parametrize("response", [None, Said])
def test_dtypes_before_are_those_after(monkeypatch: pytest.MonkeyPatch, frame: pd.DataFrame, response: Any) -> None:
    with RowService(reply=lambda text: json.dumps({"echo": text[:3]})) as service:
        use(monkeypatch, service)
        out = mm.batch(lazy(frame, 2), PROMPT, response=response, **FREE)
        found = out.compute()
    assert dict(out.dtypes) == dict(found.dtypes)
    assert out.index.dtype == found.index.dtype
    assert found.attrs == {}
    assert dict(found.dtypes) == dict(mm.batch(frame.iloc[:0], PROMPT, response=response, **FREE).dtypes)
    if response and len(frame):
        assert set(map(type, found["parsed"])) == {Said}


def test_partitions_without_rows_and_a_single_partition_are_as_others(service: RowService) -> None:
    frame = lazy(rows(30), 3)
    few = frame[frame["text"] > "t8"]
    out = mm.batch(few, PROMPT, **FREE).compute()
    assert list(out.index) == ["k00009"]
    assert list(mm.batch(lazy(rows(4), 1), PROMPT, **FREE).compute()["reply"]) == [f"echo: Say t{n}" for n in range(4)]


def test_a_series_has_its_name_as_column_and_functions_are_asked_row_by_row(service: RowService) -> None:
    series = lazy(rows(5))["text"]
    assert set(mm.batch(series, PROMPT, **FREE).compute()["reply"]) == {f"echo: Say t{number}" for number in range(5)}
    out = mm.batch(series, lambda row: f"Go {row}", **FREE).compute()
    assert set(out["reply"]) == {f"echo: Go t{number}" for number in range(5)}


def test_with_a_folder_nothing_is_asked_twice_whatever_part_is_computed(service: RowService, tmp_path: Path) -> None:
    frame = lazy(rows(20), 4)
    out = mm.batch(frame, PROMPT, checkpoint=tmp_path / "answers", **FREE)
    assert out.tail(2)["reply"].notna().all()
    first = service.asked.total()
    assert 0 < first < 20
    assert list(out.partitions[1].compute()["reply"]) == [f"echo: Say t{number}" for number in range(5, 10)]
    out.loc["k00012":].compute()
    assert out.compute()["from_checkpoint"].sum() == 15
    again = mm.batch(frame, PROMPT, checkpoint=tmp_path / "answers", **FREE).compute()
    assert again["from_checkpoint"].all()
    assert service.asked.total() == 20
    names = sorted(path.name for path in (tmp_path / "answers").iterdir())
    assert names == [f"part-{number:05d}-of-00004.jsonl" for number in range(4)]


def test_a_folder_is_read_as_one(service: RowService, tmp_path: Path) -> None:
    mm.batch(lazy(rows(6), 2), PROMPT, checkpoint=tmp_path / "answers", **FREE).compute()
    found = mm.read_batch(tmp_path / "answers")
    assert set(found["reply"]) == {f"echo: Say t{number}" for number in range(6)}
    assert len(found) == 6
    assert found["messages"].iloc[0][0]["content"].startswith("Say t")
    (tmp_path / "other").mkdir()
    with pytest.raises(ConfigurationError, match="found none"):
        mm.read_batch(tmp_path / "other")


@pytest.mark.filterwarnings("ignore:.*inplace keyword")  # Dask's, about pandas 4
def test_partitions_of_files_keep_their_number_when_dask_joins_them(service: RowService, tmp_path: Path) -> None:
    wide = rows(10, **{f"c{number}": range(10) for number in range(30)})
    (tmp_path / "rows").mkdir()
    for number in range(5):
        wide.iloc[2 * number : 2 * number + 2].to_parquet(tmp_path / "rows" / f"{number}.parquet")
    frame = dd.read_parquet(tmp_path / "rows")[["text"]]
    out = mm.batch(frame, PROMPT, checkpoint=tmp_path / "answers", **FREE)
    assert len(out.partitions[2].compute()) == 2
    out.compute()
    assert service.asked.total() == 10


def test_two_at_once_on_one_folder_wait_for_each_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheduler: str
) -> None:
    with RowService(delay=0.05) as service:
        use(monkeypatch, service)
        outs = [mm.batch(lazy(rows(8), 2), PROMPT, checkpoint=tmp_path / "answers", **FREE) for _ in range(2)]
        found: list[Any] = []
        compute = [threading.Thread(target=lambda out=out: found.append(out.compute())) for out in outs]
        for thread in compute:
            thread.start()
        for thread in compute:
            thread.join()
    assert service.asked.total() == 8
    assert sorted(int(one["from_checkpoint"].sum()) for one in found) in ([0, 8], [4, 4])
    assert all(one["reply"].notna().all() for one in found)


def test_concurrency_is_that_of_the_process_however_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    with RowService(delay=0.02) as service:
        use(monkeypatch, service)
        with dask.config.set(num_workers=4):
            mm.batch(lazy(rows(40), 4), PROMPT, max_concurrency=3, **FREE).compute()
    assert service.answered == 40
    assert service.most == 3


def test_a_budget_is_shared_out_and_rows_beyond_it_say_so(service: RowService, tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    frame = lazy(rows(40), 2)
    options = {"checkpoint": folder, "max_concurrency": 1, **FREE}
    out = mm.batch(frame, PROMPT, max_tokens_total=1000, **options).compute()
    asked = out["reply"].notna()
    assert [asked.iloc[:20].sum(), asked.iloc[20:].sum()] == [10, 10]  # 50 tokens a row
    assert set(out.loc[~asked, "error"]) == {"not asked: the budget is spent"}
    more = mm.batch(frame, PROMPT, max_tokens_total=4000, **options).compute()
    assert more["reply"].notna().all()
    assert service.asked.total() == 40


def test_a_refusal_of_the_key_is_told_in_every_row(monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"error": {"message": "login fail (1004)"}}
    with RowService(refuse=lambda _: (401, body)) as service:
        use(monkeypatch, service)
        out = mm.batch(lazy(rows(10), 2), PROMPT, max_concurrency=2, **FREE).compute()
    assert out["error"].str.contains("login fail").all()
    assert service.asked.total() <= 4


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"client": object()}, "expected no client for a Dask DataFrame"),
        ({"max_cost": 1.0, "model": "nobody-knows"}, "price is known"),
    ],
)
def test_what_cannot_be_done_is_said_when_the_frame_is_made(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        mm.batch(lazy(rows(3)), PROMPT, **given)


def test_a_limit_is_refused_and_its_other_way_named() -> None:
    with pytest.raises(ValueError, match=r"frame\.head\(20\)"):
        mm.batch(lazy(rows(3)), PROMPT, limit=20)


def test_an_unknown_column_or_parameter_is_found_when_the_frame_is_made() -> None:
    with pytest.raises(ValueError, match=r"did you mean \{text\}"):
        mm.batch(lazy(rows(3)), "Say {txt}")
    with pytest.raises(TypeError, match="temprature"):
        mm.batch(lazy(rows(3)), PROMPT, temprature=1)


@pytest.mark.parametrize(
    ("given", "words"),
    [({"prompt": Unsendable()}, "expected prompt to be"), ({"extra_body": {"a": Unsendable()}}, "extra_body")],
)
def test_what_cannot_be_sent_to_a_process_is_named(given: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        mm.batch(lazy(rows(3)), **{"prompt": PROMPT, **given})


def test_a_folder_of_another_number_of_partitions_or_a_file_is_refused(service: RowService, tmp_path: Path) -> None:
    mm.batch(lazy(rows(6), 2), PROMPT, checkpoint=tmp_path / "answers", **FREE).compute()
    with pytest.raises(ConfigurationError, match=r"repartition\(npartitions=2\)"):
        mm.batch(lazy(rows(6), 3), PROMPT, checkpoint=tmp_path / "answers")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="expected a folder"):
        mm.batch(lazy(rows(6)), PROMPT, checkpoint=tmp_path / "file")


def test_another_batch_with_an_old_folder_names_what_differs(service: RowService, tmp_path: Path) -> None:
    mm.batch(lazy(rows(6)), PROMPT, checkpoint=tmp_path / "answers", **FREE).compute()
    with pytest.raises(ConfigurationError, match="the prompt differs"):
        mm.batch(lazy(rows(6)), "Sing {text}", checkpoint=tmp_path / "answers", **FREE).compute()


def test_a_worker_without_the_key_does_not_rehearse(monkeypatch: pytest.MonkeyPatch, service: RowService) -> None:
    out = mm.batch(lazy(rows(3)), PROMPT, **FREE)
    monkeypatch.delenv("OPENAI_BASE_URL")
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(ConfigurationError, match=r"expected a key on this worker, .* go to 127\.0\.0\.1"):
        out.compute()


def test_what_was_made_to_be_replayed_does_not_ask_the_service(service: RowService, tmp_path: Path) -> None:
    with mm.replaying(tmp_path):
        out = mm.batch(lazy(rows(3)), PROMPT, **FREE)
    with pytest.raises(ConfigurationError, match="record or replay"):
        out.compute()
    assert service.asked.total() == 0


def test_an_error_of_a_row_ends_it_if_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str) -> tuple[int, Any] | None:
        return (400, {"error": {"message": "no such thing (2013)"}}) if "t3" in text else None

    with RowService(refuse=refuse) as service:
        use(monkeypatch, service)
        with pytest.raises(BatchError, match=r"partition \d: .*no such thing") as raised:
            mm.batch(lazy(rows(6)), PROMPT, on_error="raise", **FREE).compute()
    assert next(iter(raised.value.result.columns)) == "reply"


@pytest.mark.parametrize("workers", [{"tcp://10.0.0.1:40": 1, "tcp://10.0.0.2:40": 4}, {"inproc://10.0.0.1/7/1": 1}])
def test_processes_are_those_of_the_cluster(monkeypatch: pytest.MonkeyPatch, workers: dict[str, int]) -> None:
    class Cluster:
        def nthreads(self) -> dict[str, int]:
            return workers | {name.replace("/7/1", "/7/2"): 1 for name in workers}

    import distributed

    monkeypatch.setattr(distributed, "get_client", Cluster)
    assert dask_frame._processes() == len(workers)


def test_the_pace_of_one_process_is_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    from minimax_nb.batching import run

    given: list[Any] = []
    monkeypatch.setattr(run, "shared_pacer", lambda *found: given.append(found))
    client = mm.connect(base_url="https://api.minimax.io/v1", api_key="k")
    for limit in ("documented", 100, None):
        settings = Settings(client=client, model="MiniMax-M2.7", requests_per_minute=limit, tokens_per_minute=limit)
        run.BatchRun(rows(1), PROMPT, settings, processes=4)
    assert [found[2:4] for found in given] == [(125.0, 5_000_000.0), (25.0, 25.0), (None, None)]


def test_a_frame_of_pandas_is_not_one_of_dask() -> None:
    assert not dask_frame.is_dask(rows(1))
    assert not dask_frame.is_dask([rows(1)])
    assert dask_frame.is_dask(lazy(rows(1)))
    assert dask_frame.is_dask(lazy(rows(1))["text"])


@pytest.mark.parametrize("on", [True, False])
def test_reading_a_folder_leaves_the_collector_as_it_was(service: RowService, tmp_path: Path, on: bool) -> None:
    mm.batch(lazy(rows(2), 1), PROMPT, checkpoint=tmp_path / "answers", **FREE).compute()
    (gc.enable if on else gc.disable)()
    try:
        mm.read_batch(tmp_path / "answers")
        assert gc.isenabled() is on
        (tmp_path / "answers" / "part-00001-of-00001.jsonl").write_text("no checkpoint\n", encoding="utf-8")
        with pytest.raises(ConfigurationError):
            mm.read_batch(tmp_path / "answers")
        assert gc.isenabled() is on
    finally:
        gc.enable()
