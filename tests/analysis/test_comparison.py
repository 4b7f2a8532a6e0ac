from __future__ import annotations

import _thread
import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import openai
import pandas as pd
import pytest
from openai import OpenAI

import minimax_nb as mm
from minimax_nb import Comparison, Origin, Reply, Timing, Usage, acompare, compare, frontend
from minimax_nb.display import column_view as columns
from minimax_nb.server.app import EmbeddedServer

from ..support.scripted import chunks, message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

TWO = ["MiniMax-M2.7", "MiniMax-M2"]


@pytest.fixture(scope="module")
def client() -> Iterator[OpenAI]:
    with EmbeddedServer(speed="max") as server, OpenAI(base_url=server.base_url, api_key=server.api_key) as client:
        yield client


class Fake:
    """A client whose models answer as told: text, an exception, or a function that gives chunks.

    Attributes:
        requests: what was asked.
    """

    def __init__(self, **models: Any) -> None:
        self.models = models
        self.requests: list[dict[str, Any]] = []
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self.create))

    async def create(self, **request: Any) -> Any:
        self.requests.append(request)
        answer = self.models[request["model"]]
        if isinstance(answer, BaseException):
            raise answer
        return answer() if callable(answer) else _stream(answer)


async def _stream(text: str) -> AsyncIterator[Any]:
    for chunk in chunks(message(text)):
        yield chunk


def quiet(prompt: Any, fake: Any, **options: Any) -> Comparison:
    return compare(prompt, list(fake.models), client=fake, display=False, **options)


def test_every_model_answers_in_the_order_given(client: OpenAI) -> None:
    comparison = compare("Hi, how are you?", reversed(TWO), client=client, display=False)
    assert list(comparison) == ["MiniMax-M2", "MiniMax-M2.7"]
    assert all(reply.complete and reply.content and reply.reasoning for reply in comparison.values())
    assert [reply.model for reply in comparison.values()] == list(comparison)
    assert comparison.errors == {}


def test_they_answer_at_the_same_time() -> None:
    met = {"a": asyncio.Event(), "b": asyncio.Event()}

    def waits(own: str, other: str) -> Callable[[], AsyncIterator[Any]]:
        async def stream() -> AsyncIterator[Any]:
            first, *rest = chunks(message("Hi."))
            yield first
            met[own].set()
            await asyncio.wait_for(met[other].wait(), 20)
            for chunk in rest:
                yield chunk

        return stream

    comparison = quiet("Hi?", Fake(a=waits("a", "b"), b=waits("b", "a")))
    assert [reply.content for reply in comparison.values()] == ["Hi.", "Hi."]
    assert comparison.errors == {}


def test_one_that_fails_does_not_hold_up_the_others(client: OpenAI) -> None:
    comparison = compare("Hi, how are you?", ["MiniMax-M2.7", "MiniMax-M9"], client=client, display=False)
    assert comparison["MiniMax-M2.7"].complete
    failed = comparison["MiniMax-M9"]
    assert failed.partial_reason == "error"
    assert "unknown model 'MiniMax-M9' (2013)" in str(failed.problem)
    assert "Did you mean MiniMax-M3?" in str(failed.problem)
    assert str(client.api_key) not in str(failed.problem)
    assert failed.timing == Timing()
    assert isinstance(comparison.errors["MiniMax-M9"], openai.BadRequestError)


def test_one_that_breaks_off_keeps_what_had_arrived() -> None:
    async def breaks() -> AsyncIterator[Any]:
        yield chunks(message("Half an"))[0]
        raise ConnectionError("gone")

    comparison = quiet("Hi?", Fake(a=breaks, b="Whole."))
    assert comparison["a"].content == "Half an"
    assert comparison["a"].partial_reason == "cut"
    assert isinstance(comparison.errors["a"], mm.StreamCutError)
    assert comparison["b"].content == "Whole."


def test_all_may_fail_and_the_table_still_stands() -> None:
    comparison = quiet("Hi?", Fake(a=ValueError("one"), b=RuntimeError()))
    assert list(comparison.frame()["problem"]) == ["ValueError: one", "RuntimeError: RuntimeError"]
    assert list(comparison.frame()["finish"]) == ["error", "error"]
    assert comparison.frame().drop(columns=["finish", "problem"]).isna().all(axis=None)


def test_messages_a_system_message_and_options_go_with_each_request() -> None:
    fake = Fake(a="A.", b="B.")
    earlier = [
        {"role": "user", "content": "First?"},
        Reply(message=message("One.")),
        {"role": "user", "content": "And?"},
    ]
    quiet(earlier, fake, system="Be brief.", temperature=0.5, extra_body={"x": 1})
    for request, model in zip(fake.requests, ["a", "b"], strict=True):
        assert request["model"] == model
        assert [entry["role"] for entry in request["messages"]] == ["system", "user", "assistant", "user"]
        assert request["temperature"] == 0.5
        assert request["extra_body"] == {"reasoning_split": True, "x": 1}
        assert request["stream_options"] == {"include_usage": True}


def test_parameters_that_a_server_does_not_know_can_be_left_out() -> None:
    fake = Fake(a="A.")
    quiet("Hi?", fake, reasoning_split=None)
    assert "extra_body" not in fake.requests[0]


def test_a_history_that_would_be_refused_is_not_sent() -> None:
    fake = Fake(a="A.")
    comparison = quiet([{"role": "tool", "tool_call_id": "x", "content": "?"}], fake)
    assert isinstance(comparison.errors["a"], mm.HistoryError)
    assert fake.requests == []


@pytest.mark.parametrize(
    ("prompt", "models", "error", "says"),
    [
        ("", TWO, ValueError, "expected a question"),
        ("  ", TWO, ValueError, "expected a question"),
        ([], TWO, ValueError, "expected a question"),
        (None, TWO, TypeError, "expected a question or a list of messages, got NoneType"),
        ("Hi?", [], ValueError, "expected at least one model"),
        ("Hi?", "MiniMax-M2", ValueError, "expected several models, got one text"),
        ("Hi?", ["a", "b", "a"], ValueError, "expected each model once, got 'a' 2 times"),
        ("Hi?", ["a", None], ValueError, "expected the name of a model, got None"),
        ("Hi?", [""], ValueError, "expected the name of a model, got ''"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(prompt: Any, models: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        compare(prompt, models, client=Fake())  # type: ignore[arg-type]


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


def test_stop_ends_all_of_them_and_closes_their_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setenv("MINIMAX_NB_DISPLAY", "static")
    monkeypatch.setattr(columns, "publish", shown.append)
    closed: list[str] = []
    waiting = asyncio.Event()

    def hangs(name: str, interrupts: bool) -> Callable[[], AsyncIterator[Any]]:
        async def stream() -> AsyncIterator[Any]:
            try:
                yield chunks(message(f"Half an {name}"))[0]
                if interrupts:
                    await waiting.wait()
                    _thread.interrupt_main()
                waiting.set()
                await asyncio.sleep(60)
            finally:
                closed.append(name)

        return stream

    with pytest.raises(mm.StreamInterrupted) as caught:
        compare("Hi?", ["a", "b", "c"], client=Fake(a=hangs("a", True), b=hangs("b", False), c="Whole."))  # type: ignore[arg-type]
    assert sorted(closed) == ["a", "b"]
    assert caught.value.reply is not None
    assert caught.value.reply.content == "Half an a"
    (bundle,) = shown
    assert all(text in bundle["text/plain"] for text in ("Half an a", "Half an b", "Whole.", "Interrupted."))


def test_what_was_stopped_before_it_was_asked_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setenv("MINIMAX_NB_DISPLAY", "static")
    monkeypatch.setattr(columns, "publish", shown.append)

    class Unreachable(Fake):
        async def create(self, **request: Any) -> Any:
            await asyncio.sleep(60)

    async def main() -> None:
        task = asyncio.create_task(acompare("Hi?", ["a"], client=Unreachable()))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert "Interrupted." in shown[0]["text/plain"]


def test_a_cancelled_task_leaves_what_had_arrived_on_show(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setenv("MINIMAX_NB_DISPLAY", "static")
    monkeypatch.setattr(columns, "publish", shown.append)

    async def main() -> None:
        begun = asyncio.Event()

        async def hangs() -> AsyncIterator[Any]:
            yield chunks(message("Half an"))[0]
            begun.set()
            await asyncio.sleep(60)

        task = asyncio.create_task(acompare("Hi?", ["a"], client=Fake(a=hangs)))  # type: ignore[arg-type]
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert "Half an" in shown[0]["text/plain"]


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
    shown: list[Any] = []
    monkeypatch.setattr("minimax_nb.analysis.comparison.publish", shown.append)
    cell = [1]
    monkeypatch.setattr(frontend, "_cell", lambda: cell[0])
    comparison = compare("Hi?", ["a"], client=Fake(a="A."))  # type: ignore[arg-type]
    comparison._ipython_display_()
    assert shown == []
    cell[0] = 2
    comparison._ipython_display_()
    assert len(shown) == 1


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
