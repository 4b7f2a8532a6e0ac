"""``mm.batch`` from outside: whatever rows come in, the same index goes out, in scripts, loops and kernels."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import httpx
import openai
import pandas as pd
import pytest

import minimax_nb as mm
from minimax_nb.batching.table import DTYPES
from minimax_nb.errors import BatchError

from ..support.chat_service import Asked, Service, refuses, says

if TYPE_CHECKING:
    from pathlib import Path


def ask(service: Service, frame: Any, prompt: Any = "say {text}", **options: Any) -> pd.DataFrame:
    with service.client() as client:
        return mm.batch(frame, prompt, **{"client": client, "progress": False, **options})


def test_the_frame_is_as_it_is_documented(service: Service) -> None:
    out = ask(service, ["a", "b"])
    assert {name: str(dtype) for name, dtype in out.dtypes.items()} == DTYPES | {
        name: str(pd.array([], dtype=kind).dtype) for name, kind in DTYPES.items()
    }
    assert list(out.columns) == list(DTYPES)
    first = out.iloc[0]
    assert (first.reply, first.reasoning, first.finish_reason) == ("SAY A", "They say say a.", "stop")
    assert (first.prompt_tokens, first.completion_tokens, first.attempts) == (10, 5, 1)
    assert first.reasoning_tokens is pd.NA
    assert first.error is pd.NA
    assert first.seconds > 0
    assert first.tokens_per_s > 0
    assert not first.from_checkpoint
    assert out.attrs["minimax_nb"] == {
        "stopped": "complete",
        "rows": 2,
        "answered": 2,
        "failed": 0,
        "requests": 2,
        "cost": None,  # nobody knows what this host bills
    }


def test_the_parsed_value_stands_after_the_reasoning(service: Service) -> None:
    service.answer = lambda asked: says('["x"]')
    out = ask(service, ["a"], response=list[str])
    assert list(out.columns)[:3] == ["reply", "reasoning", "parsed"]
    assert out.parsed[0] == ["x"]


INDICES = {
    "a range": pd.RangeIndex(3),
    "duplicates": pd.Index(["x", "x", "y"], name="id"),
    "several levels": pd.MultiIndex.from_tuples([(1, "a"), (1, "a"), (2, "b")], names=["n", "l"]),
    "times": pd.date_range("2026-01-01", periods=3, tz="UTC"),
    "gaps": pd.Index([7, -1, 3]),
}


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
def test_the_index_comes_out_as_it_went_in(service: Service, index: pd.Index[Any]) -> None:
    frame = pd.DataFrame({"text": ["a", None, "c"]}, index=index)
    out = ask(service, frame)
    pd.testing.assert_index_equal(out.index, index)
    assert list(out.reply.fillna("-")) == ["SAY A", "-", "SAY C"]
    assert "column 'text'" in out.error.iloc[1]
    pd.testing.assert_index_equal(ask(service, frame.text).index, index)


@pytest.mark.parametrize("frame", [[], pd.DataFrame({"text": []}), pd.Series([], dtype=str)], ids=range(3))
def test_no_rows_give_a_frame_without_rows(service: Service, frame: Any) -> None:
    out = ask(service, frame)
    assert out.shape == (0, len(DTYPES))
    assert out.attrs["minimax_nb"]["stopped"] == "complete"
    assert not service.asked


def test_results_can_be_put_together_and_copied(service: Service) -> None:
    one, two = ask(service, ["a"]), ask(service, ["b", "c"])
    both = pd.concat([one, two], ignore_index=True)
    assert list(both.reply) == ["SAY A", "SAY B", "SAY C"]
    assert dict(both.dtypes) == dict(one.dtypes)
    assert one.copy().attrs == one.attrs
    assert one.to_csv()
    assert pd.DataFrame({"text": ["b", "c"]}).join(two).reply.tolist() == ["SAY B", "SAY C"]


def test_on_error_raise_stops_at_the_first_and_keeps_what_is_done(service: Service) -> None:
    frame = ["a", "b", None, "d"]
    with pytest.raises(BatchError, match=r"stopped with 2 of 4 rows answered: row 2: .*column 'text'") as caught:
        ask(service, pd.Series(frame), on_error="raise", max_concurrency=1)
    assert list(caught.value.result.reply.fillna("-")) == ["SAY A", "SAY B", "-", "-"]
    assert service.texts == ["say a", "say b"]


def test_a_function_that_raises_fails_its_row_alone(service: Service) -> None:
    out = ask(service, [{"n": 1}, {"n": 0}], lambda row: f"{1 / row.n}")
    assert out.reply[0] == "1.0"
    assert "the function that makes the prompt raised" in out.error[1]


@pytest.mark.parametrize("kind", [openai.OpenAI, openai.AsyncOpenAI])
def test_a_client_keeps_its_headers_and_timeout_and_serves_several_calls(service: Service, kind: Any) -> None:
    client = kind(
        base_url=service.url, api_key="sk-mine", timeout=7, default_headers={"X-Mine": "1"}, default_query={"q": "2"}
    )
    for text in ("a", "b"):
        assert ask(service, [text], client=client).reply[0] == f"SAY {text.upper()}"
    for asked in service.asked:
        assert asked.headers["x-mine"] == "1"
        assert asked.headers["authorization"] == "Bearer sk-mine"
        assert asked.headers["x-stainless-read-timeout"] == "7"


def test_a_key_may_be_a_function_and_headers_may_be_the_http_clients(service: Service) -> None:
    async def give() -> str:
        return "sk-given"

    async def close() -> None:
        await http.aclose()

    http = httpx.AsyncClient(headers={"X-Http": "1"})
    for client in (
        openai.OpenAI(base_url=service.url, api_key=lambda: "sk-given"),
        openai.AsyncOpenAI(base_url=service.url, api_key=give),
        openai.AsyncOpenAI(base_url=service.url, api_key="sk-given", http_client=http),
    ):
        assert ask(service, ["a"], client=client).reply[0] == "SAY A"
        assert service.asked[-1].headers["authorization"] == "Bearer sk-given"
    assert service.asked[-1].headers["x-http"] == "1"
    asyncio.run(close())


def test_one_async_client_serves_loops_and_calls_between_them(service: Service) -> None:
    async def main() -> list[str]:
        async with service.aclient() as client:
            one = await mm.abatch(["a"], "say {text}", client=client, progress=False)
            two = await asyncio.to_thread(mm.batch, ["b"], "say {text}", client=client, progress=False)
            three = await mm.abatch(["c"], "say {text}", client=client, progress=False)
            return [*one.reply, *two.reply, *three.reply]

    assert asyncio.run(main()) == ["SAY A", "SAY B", "SAY C"]


def test_it_works_where_a_loop_runs_already(service: Service) -> None:
    async def cell() -> pd.DataFrame:
        return ask(service, ["a"])  # as in a notebook's cell, without await

    assert asyncio.run(cell()).reply[0] == "SAY A"


def test_it_works_in_another_thread(service: Service) -> None:
    found: list[pd.DataFrame] = []
    thread = threading.Thread(target=lambda: found.append(ask(service, ["a"])))
    thread.start()
    thread.join(20)
    assert found[0].reply[0] == "SAY A"


def test_the_loop_stays_free_while_abatch_waits(service: Service) -> None:
    service.answer = lambda asked: says("x", delay_s=0.2)

    async def main() -> int:
        ticks = 0
        async with service.aclient() as client:
            task = asyncio.ensure_future(mm.abatch(["a"], "say {text}", client=client, progress=False))
            while not task.done():
                ticks += 1
                await asyncio.sleep(0.01)
        return ticks

    assert asyncio.run(main()) > 5


def test_abatch_that_is_cancelled_keeps_its_checkpoint_and_says_so(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(asked: Asked) -> Any:
        return says("x", delay_s=0 if asked.text == "say a" else 30)

    service.answer = answer
    path = tmp_path / "x.jsonl"

    async def main() -> None:
        async with service.aclient() as client:
            coming = mm.abatch(["a", "b"], "say {text}", client=client, checkpoint=path)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(coming, 0.5)

    asyncio.run(main())
    assert "2 rows: 1 answered, 1 not asked · 15 tokens · stopped: interrupted" in capsys.readouterr().err
    assert list(mm.read_batch(path).reply) == ["x"]
    service.answer = lambda asked: says("y")
    assert list(ask(service, ["a", "b"], checkpoint=path).reply) == ["x", "y"]


def test_without_a_client_the_embedded_server_answers_the_same_on_every_run(capsys: pytest.CaptureFixture[str]) -> None:
    texts = [f"text {number}" for number in range(12)]
    runs = [mm.batch(texts, "Say {text}") for _ in range(2)]
    columns = [name for name in DTYPES if name != "from_checkpoint"]
    pd.testing.assert_frame_equal(runs[0][columns], runs[1][columns])
    assert runs[0].attrs == runs[1].attrs
    assert runs[0].attrs["minimax_nb"]["cost"] == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("12 rows")]
    assert len(lines) == 2
    assert lines[0] == lines[1]


def test_it_is_counted_among_what_was_used(service: Service) -> None:
    before = mm.usage()
    ask(service, ["a", "b", "c"])
    after = mm.usage()

    def sums(frame: Any) -> tuple[int, int]:
        return (int(frame["replies"].sum()), int(frame["prompt_tokens"].sum())) if len(frame) else (0, 0)

    assert (sums(after)[0] - sums(before)[0], sums(after)[1] - sums(before)[1]) == (3, 30)


def test_a_conversation_goes_on_from_the_file(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    ask(service, ["a"], checkpoint=path, system="Be brief.")
    (messages,) = mm.read_batch(path).messages
    assert [message["role"] for message in messages] == ["system", "user", "assistant"]
    assert messages[2]["reasoning_details"][0]["text"] == "They say say a."  # as it was received
    with service.client() as client:
        chat = mm.Chat(client, model="MiniMax-M2.7", messages=messages)
        assert chat.messages == messages
    assert not mm.check_history(messages)


def test_a_file_says_of_failed_rows_why(service: Service, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    service.answer = lambda asked: refuses(1026, "sensitive") if "b" in asked.text else says("x")
    ask(service, ["a", "b"], checkpoint=path)
    read = mm.read_batch(path).set_index("reply", drop=False)
    assert read.error_code.dropna().tolist() == [1026]
    assert read.from_checkpoint.all()
    assert dict(read.dtypes[list(DTYPES)]) == dict(ask(service, ["c"]).dtypes)


def test_arguments_are_the_same_sync_and_async() -> None:
    import inspect

    one, two = (inspect.signature(function).parameters for function in (mm.batch, mm.abatch))
    assert {name: str(value) for name, value in one.items()} == {name: str(value) for name, value in two.items()}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"max_concurrency": 0}, "max_concurrency to be a whole number from 1, got 0"),
        ({"attempts": 0}, "attempts to be a whole number from 1"),
        ({"limit": -1}, "limit to be a whole number from 0"),
        ({"requests_per_minute": 0}, 'requests_per_minute to be "documented", a number above 0 or None'),
        ({"tokens_per_minute": "many"}, "tokens_per_minute"),
        ({"max_cost": -1}, "max_cost to be a number of US dollars"),
        ({"max_cost": float("nan")}, "max_cost"),
        ({"max_tokens_total": 1.5}, "max_tokens_total to be a whole number"),
        ({"on_error": "ignore"}, 'on_error to be "column" or "raise"'),
        ({"prompt": "say {txt}"}, "did you mean {text}"),
    ],
)
def test_bad_arguments_are_refused_before_anything_is_asked(
    service: Service, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        ask(service, ["a"], **options)
    assert not service.asked
