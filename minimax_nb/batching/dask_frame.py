"""A batch over a Dask DataFrame: one for each partition, when it is computed, with limits and budget shared out."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from minimax_nb.errors import ConfigurationError

from .run import BatchRun, Settings
from .table import DTYPES

if TYPE_CHECKING:
    from collections.abc import Callable


def is_dask(frame: Any) -> bool:
    """Whether this is a DataFrame or Series of Dask; it is not imported for that."""
    return type(frame).__module__.partition(".")[0] in {"dask", "dask_expr"} and hasattr(frame, "map_partitions")


def lazy_batch(frame: Any, prompt: str | Callable[[Any], Any], settings: Settings) -> Any:
    """A lazy frame of the answers.

    Args:
        frame: a Dask DataFrame or Series.
        prompt: as for ``batch``.
        settings: as for ``batch``. A checkpoint is a folder here, which all workers see, with a
            file for each partition.

    Raises:
        ConfigurationError: a client is given, which no other process could use.
        ValueError: a limit of rows is given.
    """
    if settings.client is not None:
        raise ConfigurationError(
            "expected no client for a Dask DataFrame, for none can be sent to another process: set OPENAI_BASE_URL and "
            "OPENAI_API_KEY, or MINIMAX_API_KEY, where the workers run"
        )
    if settings.limit is not None:
        raise ValueError("expected no limit for a Dask DataFrame: take frame.head(20), which is a pandas one")
    folder = settings.checkpoint
    if folder is not None:
        folder = Path(folder).expanduser().absolute()
        folder.mkdir(parents=True, exist_ok=True)
    shared = _shared_out(settings, partitions=frame.npartitions, processes=_processes())
    columns = _empty(shared.response is not None)
    return frame.map_partitions(
        _partition, prompt=prompt, settings=shared, folder=folder, meta=columns, enforce_metadata=False
    )


def _partition(
    part: Any, *, prompt: Any, settings: Settings, folder: Path | None, partition_info: Any = None
) -> pd.DataFrame:
    """The answers of one partition; called by Dask, in whichever process."""
    number = int(partition_info["number"]) if partition_info else 0
    checkpoint = None if folder is None else os.fspath(folder / f"part-{number:05d}.jsonl")
    from minimax_nb import background

    run = BatchRun(part, prompt, replace(settings, checkpoint=checkpoint, progress=False))
    background.run(run.ask)
    return run.result()


def _shared_out(settings: Settings, *, partitions: int, processes: int) -> Settings:
    """The settings of one partition: limits by process, the budget by partition."""
    return replace(
        settings,
        processes=processes,
        max_cost=None if settings.max_cost is None else settings.max_cost / partitions,
        max_tokens_total=None if settings.max_tokens_total is None else settings.max_tokens_total // partitions,
    )


def _processes() -> int:
    """How many processes will compute: the workers of the cluster in use, or this one."""
    try:
        from distributed import get_client  # type: ignore[import-not-found,unused-ignore]

        return max(1, len(get_client().scheduler_info()["workers"]))
    except (ImportError, ValueError):
        return 1


def _empty(parsed: bool) -> pd.DataFrame:
    """A frame without rows that has the columns of the result."""
    columns: dict[str, Any] = {}
    for name, kind in DTYPES.items():
        columns[name] = pd.Series([], dtype=kind)
        if name == "reasoning" and parsed:
            columns["parsed"] = pd.Series([], dtype=object)
    return pd.DataFrame(columns)
