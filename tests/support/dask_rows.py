"""Rows for batches over Dask frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    import pytest

    from .row_service import RowService

FREE: dict[str, Any] = {"requests_per_minute": None, "tokens_per_minute": None}
PROMPT = "Say {text}"


def rows(count: int, **columns: Any) -> pd.DataFrame:
    index = pd.Index([f"k{number:05d}" for number in range(count)], name="key")
    return pd.DataFrame({"text": [f"t{number}" for number in range(count)], **columns}, index=index)


def lazy(frame: Any, partitions: int = 3) -> Any:
    import dask.dataframe as dd

    return dd.from_pandas(frame, npartitions=partitions)


def use(monkeypatch: pytest.MonkeyPatch, service: RowService) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", service.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
