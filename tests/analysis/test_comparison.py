from __future__ import annotations

import asyncio

import openai
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from openai import OpenAI

import minimax_nb as mm
from minimax_nb import Comparison, Origin, Reply, Timing, Usage, acompare, compare, frontend

from ..support.fake_models import TWO, Fake, quiet


def test_every_model_answers_in_the_order_given(client: OpenAI) -> None:
    comparison = compare("Hi, how are you?", reversed(TWO), client=client, display=False)
    assert list(comparison) == ["MiniMax-M2", "MiniMax-M2.7"]
    assert all(reply.complete and reply.content and reply.reasoning for reply in comparison.values())
    assert [reply.model for reply in comparison.values()] == list(comparison)
    assert comparison.errors == {}


def test_all_may_fail_and_the_table_still_stands() -> None:
    comparison = quiet("Hi?", Fake(a=ValueError("one"), b=RuntimeError()))
    assert list(comparison.frame()["problem"]) == ["ValueError: one", "RuntimeError: RuntimeError"]
    assert list(comparison.frame()["finish"]) == ["error", "error"]
    assert comparison.frame().drop(columns=["finish", "problem"]).isna().all(axis=None)


def test_parameters_that_a_server_does_not_know_can_be_left_out() -> None:
    fake = Fake(a="A.")
    quiet("Hi?", fake, reasoning_split=None)
    assert "extra_body" not in fake.requests[0]


def test_an_async_client_is_sent_to_the_async_twin() -> None:
    with pytest.raises(TypeError, match="await acompare"):
        compare("Hi?", TWO, client=openai.AsyncOpenAI(api_key="none"))  # type: ignore[arg-type]


def test_the_async_twin_takes_either_client(client: OpenAI) -> None:
    async def both() -> list[Comparison]:
        async with openai.AsyncOpenAI(base_url=client.base_url, api_key=client.api_key) as async_client:
            return [
                await acompare("Hi, how are you?", TWO, client=each, display=False) for each in (client, async_client)
            ]

    for comparison in asyncio.run(both()):
        assert [reply.complete for reply in comparison.values()] == [True, True]


def test_without_a_notebook_each_reply_is_printed_when_it_is_whole(
    client: OpenAI, capsys: pytest.CaptureFixture[str]
) -> None:
    compare("Hi, how are you?", [*TWO, "MiniMax-M9"], client=client)
    printed = capsys.readouterr().out
    for model in (*TWO, "MiniMax-M9"):
        assert printed.count(f"== {model} ==") == 1
    table = printed.rstrip().splitlines()[-4:]
    assert [line.split("  ")[0] for line in table] == ["Model", *TWO, "MiniMax-M9"]


def test_a_comparison_is_shown_once_in_its_cell_and_again_in_others(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = [1]
    monkeypatch.setattr(frontend, "_cell", lambda: cell[0])
    comparison = compare("Hi?", ["a"], client=Fake(a="A."))  # type: ignore[arg-type]
    assert DisplayFormatter().format(comparison) == ({}, {})
    cell[0] = 2
    forms, _ = DisplayFormatter().format(comparison)
    assert set(forms) == {"text/plain", "text/markdown", "text/html"}
    assert forms["text/html"] == comparison._repr_html_()


REPLIES = {
    "MiniMax-M2.7": Reply(
        content="Yes.",
        reasoning="Hm.",
        model="MiniMax-M2.7",
        usage=Usage(1000, 500, 200, None, 1500),
        timing=Timing(0.4, 2.4, 1.0, 2.5, 250.0),
        finish_reason="stop",
        origin=Origin("service", "api.minimax.io"),
    ),
    "other": Reply(content="Y", usage=Usage(10, 5), partial_reason="length", problem="too long"),
    "opaque": Reply(content="Y", reasoning="Hm.", usage=Usage(10, 5), finish_reason="stop"),
}


def test_the_figures_are_a_table() -> None:
    table = Comparison(REPLIES).frame()
    assert list(table.index) == list(REPLIES)
    first = table.loc["MiniMax-M2.7"]
    assert (first["first_token_s"], first["total_s"], first["tokens_per_s"]) == (0.4, 2.5, 250.0)
    assert (first["reasoning_tokens"], first["answer_tokens"], first["finish"]) == (200, 300, "stop")
    assert first["cost_usd"] == pytest.approx(0.0009)
    assert table.loc["other", ["answer_tokens", "finish", "problem"]].tolist() == [5, "length", "too long"]
    assert pd.isna(table.loc["opaque", "answer_tokens"]), "how much of it was thinking is not known"
    assert len(mm.to_frame(Comparison(REPLIES))) == 3


def test_figures_can_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib comes with the lab extra")
    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    axes = Comparison(REPLIES).plot()
    assert [axis.get_title() for axis in axes.flat] == ["first_token_s", "tokens_per_s"]
    assert [label.get_text() for label in axes.flat[0].get_yticklabels()] == list(reversed(REPLIES))
    assert len(Comparison(REPLIES).plot("cost_usd").flat) == 1
    plt.close("all")
    with pytest.raises(ValueError, match="expected names among first_token_s"):
        Comparison(REPLIES).plot("finish")


def test_without_matplotlib_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        Comparison(REPLIES).plot()


def test_its_repr_names_models_and_ends() -> None:
    assert repr(Comparison(REPLIES)) == "Comparison(MiniMax-M2.7: stop, other: length, opaque: stop)"
