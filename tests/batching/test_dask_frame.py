"""What needs no Dask of a batch over a Dask DataFrame: it is known, limits are shared out, columns are told before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import minimax_nb as mm
from minimax_nb.batching.dask_frame import _empty, _partition, _processes, _shared_out, is_dask
from minimax_nb.batching.run import BatchRun, Settings
from minimax_nb.batching.table import DTYPES

if TYPE_CHECKING:
    from pathlib import Path

    from minimax_nb.batching.pacer import Pacer

Lazy = type("DataFrame", (), {"__module__": "dask.dataframe.dask_expr", "npartitions": 4})


class Parts(Lazy):  # type: ignore[misc, valid-type]
    """A frame of Dask, as far as it matters: it remembers what was to be mapped."""

    def map_partitions(self, function: Any, **options: Any) -> Any:
        return function, options


Parts.__module__ = "dask_expr"


def test_a_frame_of_dask_is_known_by_its_module() -> None:
    assert is_dask(Parts())
    for other in (pd.DataFrame(), [], Lazy(), None, "dask"):
        assert not is_dask(other)


def test_nothing_is_asked_before_it_is_computed(tmp_path: Path) -> None:
    folder = tmp_path / "answers" / "here"
    function, options = mm.batch(Parts(), "say {text}", checkpoint=folder, max_cost=2.0)
    assert function is _partition
    assert options["settings"].max_cost == 0.5
    assert options["folder"] == folder
    assert folder.is_dir()
    assert list(options["meta"].columns) == list(DTYPES)


def test_what_no_other_process_could_use_is_refused() -> None:
    with pytest.raises(mm.ConfigurationError, match="expected no client for a Dask DataFrame"):
        mm.batch(Parts(), "say {text}", client=mm.connect())
    with pytest.raises(ValueError, match=r"expected no limit for a Dask DataFrame: take frame.head"):
        mm.batch(Parts(), "say {text}", limit=3)


def test_budgets_are_shared_out_by_partition() -> None:
    shared = _shared_out(Settings(max_cost=3.0, max_tokens_total=100), partitions=3, processes=2)
    assert (shared.max_cost, shared.max_tokens_total, shared.processes) == (1.0, 33, 2)
    assert _shared_out(Settings(), partitions=3, processes=2) == replace(Settings(), processes=2)


@pytest.mark.parametrize(
    ("wanted", "spaces"),
    [("documented", [60 / 250, 60 / 250]), (100, [60 / 50, 60 / 50]), (None, [0.0, 0.0])],
)
def test_limits_are_shared_out_by_process_documented_ones_too(
    wanted: Any, spaces: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", "sk-of-this-test")
    settings = Settings(requests_per_minute=wanted, tokens_per_minute=None, processes=2)
    pacer: Pacer = BatchRun(["a"], "say {text}", settings)._pacer
    pacer._burst = 1
    assert pacer.place() == 0
    assert pacer.place() == pytest.approx(spaces[0], abs=0.05)


def test_without_a_cluster_there_is_one_process() -> None:
    assert _processes() == 1


def test_a_partition_has_a_file_of_its_own(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": ["a", "b"]}, index=[7, 7])
    for number in (0, 1):
        out = _partition(
            frame, prompt="say {text}", settings=Settings(), folder=tmp_path, partition_info={"number": number}
        )
        assert list(out.index) == [7, 7]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["part-00000.jsonl", "part-00001.jsonl"]
    assert dict(out.dtypes) == dict(_empty(False).dtypes)


def test_the_columns_are_told_before_with_and_without_a_form() -> None:
    assert "parsed" not in _empty(False)
    assert list(_empty(True).columns)[:3] == ["reply", "reasoning", "parsed"]
    assert {name: str(kind) for name, kind in _empty(False).dtypes.items()} == {
        name: str(pd.Series([], dtype=kind).dtype) for name, kind in DTYPES.items()
    }
