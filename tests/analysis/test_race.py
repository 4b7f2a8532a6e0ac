"""Several models asked at once: what each is sent, and what is left when one or all stop."""

from __future__ import annotations

import _thread
import asyncio
from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai import OpenAI

import minimax_nb as mm
from minimax_nb import Reply, Timing, acompare, compare
from minimax_nb.display import column_view as columns

from ..support.fake_models import TWO, Fake, quiet
from ..support.scripted import chunks, message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


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
        (None, TWO, TypeError, "expected a question.*got NoneType"),
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
