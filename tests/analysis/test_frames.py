from __future__ import annotations

from typing import Any

import openai
import pandas as pd
import pytest

import minimax_nb as mm
from minimax_nb.catalog import MODELS

COLUMNS = [
    "context_window",
    "max_output",
    "tokens_per_s",
    "input_usd",
    "output_usd",
    "cache_read_usd",
    "cache_write_usd",
    "price_note",
    "temperature",
    "thinking",
    "status",
    "description",
    "sources",
]


class Served(openai.OpenAI):
    """A client whose endpoint serves the given models; it sends nothing."""

    def __init__(self, *names: str) -> None:
        super().__init__(api_key="none", base_url="http://127.0.0.1:1/v1")
        self.names = names
        self.asked = 0

    def request(self, *_: Any, **__: Any) -> Any:
        from openai.pagination import SyncPage

        self.asked += 1
        models = [openai.types.Model(id=name, created=0, object="model", owned_by="minimax") for name in self.names]
        return SyncPage[openai.types.Model](data=models, object="list")


def test_the_seven_models_of_the_page_come_first_and_columns_are_stable() -> None:
    table = mm.models()
    assert list(table.columns) == COLUMNS
    assert table.index.name == "model"
    assert list(table.index) == [model.name for model in MODELS]
    assert table.index[0] == "MiniMax-M2.7"
    assert table.loc["MiniMax-M2"].isna().to_dict() == {
        name: name in ("tokens_per_s", "price_note") for name in COLUMNS
    }
    assert table["context_window"].head(7).eq(204_800).all()


def test_columns_can_be_reckoned_with() -> None:
    table = mm.models()
    assert table["tokens_per_s"].max() == 100
    assert table["input_usd"].min() == 0.15
    assert all(pd.api.types.is_numeric_dtype(table[name]) for name in COLUMNS[:7])


def test_prices_of_long_prompts_are_told() -> None:
    assert mm.models().loc["MiniMax-M3", "price_note"] == (
        "over 524,288 prompt tokens: 0.60 in, 2.40 out, 0.12 cache read"
    )


def test_with_a_client_it_marks_what_the_endpoint_serves() -> None:
    with Served("MiniMax-M2.7", "MiniMax-M9") as client:
        table = mm.models(client)
        assert client.asked == 1
    assert list(table.columns) == [*COLUMNS, "served"]
    assert list(table.index[table["served"]]) == ["MiniMax-M2.7", "MiniMax-M9"]
    assert table.loc["MiniMax-M9", "status"] == "served, not known here"
    assert table["served"].dtype == bool


def test_an_endpoint_that_serves_nothing_marks_nothing() -> None:
    with Served() as client:
        assert not mm.models(client)["served"].any()


@pytest.mark.parametrize("wrong", ["MiniMax-M2.7", 5, openai.AsyncOpenAI(api_key="none")])
def test_anything_but_a_synchronous_client_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="expected a client"):
        mm.models(wrong)


def test_changing_the_table_changes_nothing_for_the_next() -> None:
    table = mm.models()
    table["status"] = "gone"
    assert "gone" not in set(mm.models()["status"])


REPLIES = [
    mm.Reply(
        content="Yes.",
        reasoning="Hm.",
        tool_calls=(mm.ToolCall("a", "f", "{}"),),
        usage=mm.Usage(1000, 500, 200, None, 1500),
        timing=mm.Timing(0.4, 2.4, 1.0, 2.5, 250.0),
        finish_reason="stop",
        model="MiniMax-M2.7",
        id="abc",
        origin=mm.Origin("service", "api.minimax.io"),
    ),
    mm.Reply(partial_reason="error", problem="it broke"),
]


def test_replies_become_a_table() -> None:
    table = mm.to_frame(REPLIES)
    assert list(table.index) == [0, 1]
    first = table.loc[0].to_dict()
    assert first["cost_usd"] == pytest.approx((1000 * 0.30 + 500 * 1.20) / 1e6)
    assert (first["content"], first["reasoning"], first["tool_calls"], first["id"]) == ("Yes.", "Hm.", 1, "abc")
    assert (first["completion_tokens"], first["tokens_per_s"], first["origin"]) == (500, 250.0, "service")
    assert pd.isna(first["cached_tokens"])
    assert table.loc[1, ["partial_reason", "problem"]].tolist() == ["error", "it broke"]  # type: ignore[operator]
    assert table.loc[1].drop(["content", "reasoning", "tool_calls", "partial_reason", "problem"]).isna().all()


def test_no_replies_give_an_empty_table_with_the_same_columns() -> None:
    assert list(mm.to_frame([]).columns) == list(mm.to_frame(REPLIES).columns)
    assert len(mm.to_frame(iter(()))) == 0


def test_keys_and_indexes_are_kept() -> None:
    assert list(mm.to_frame({"a": REPLIES[0], "b": REPLIES[1]}).index) == ["a", "b"]
    assert list(mm.to_frame(pd.Series(REPLIES, index=[7, 9])).index) == [7, 9]
    assert list(mm.to_frame(reply for reply in REPLIES).index) == [0, 1]


@pytest.mark.parametrize("wrong", [REPLIES[0], [REPLIES[0], "text"], [None], [REPLIES[0].to_dict()]])
def test_what_is_no_list_of_replies_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"expected (several )?replies, got"):
        mm.to_frame(wrong)
