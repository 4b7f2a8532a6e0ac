"""Whoever names no model gets the catalogue's default where it is served, else the newest, and is told so."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import openai
import pytest

import minimax_nb as mm
from minimax_nb.catalog import DEFAULT_MODEL
from minimax_nb.client import default_model as module
from minimax_nb.client.default_model import choose, default_model, served_models

from ..support.servers import Answer, Received, closed_port, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk-a-secret-of-somebody"


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_chosen", {})


def listed(*models: tuple[str, int | None]) -> bytes:
    made = [{"id": name, "object": "model"} | ({} if at is None else {"created": at}) for name, at in models]
    return json.dumps({"object": "list", "data": made}).encode()


@contextmanager
def endpoint(body: bytes, status: int = 200) -> Iterator[tuple[openai.OpenAI, list[str]]]:
    asked: list[str] = []

    def answer(request: Received) -> Answer:
        asked.append(f"{request.method} {request.path}")
        return Answer(body, status)

    with serving(answer) as port, openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=KEY) as client:
        yield client, asked


@pytest.mark.parametrize(
    ("models", "chosen"),
    [
        ([("MiniMax-M3", 9), (DEFAULT_MODEL, 5), ("MiniMax-M2", 1)], DEFAULT_MODEL),
        ([("MiniMaxAI/MiniMax-M2.7", 0), ("other", 9)], "MiniMaxAI/MiniMax-M2.7"),
        ([("org/minimax-m2.7", 1), ("MiniMax-M3", 9)], "org/minimax-m2.7"),
        ([("MiniMax-M2", 1), ("MiniMax-M3.1-Flash", 30), ("MiniMax-M3", 20)], "MiniMax-M3.1-Flash"),
        ([("MiniMax-M2.5", 7), ("MiniMax-M2.5-highspeed", 7)], "MiniMax-M2.5"),
        ([("gpt-9", 99), ("minimax/minimax-m2", 3)], "minimax/minimax-m2"),
        ([("llama-4", 3), ("qwen-9", 8)], "qwen-9"),
        ([("text-embedding-5", 99), ("llama-4", 3)], "llama-4"),
        ([("MiniMax-Speech-3", 99), ("MiniMax-M3", 20)], "MiniMax-M3"),
        ([("bge-rerank", 1)], "bge-rerank"),
    ],
)
def test_the_default_comes_first_then_the_newest(models: list[tuple[str, int]], chosen: str) -> None:
    assert choose(models) == chosen


def test_the_reader_is_told_which_model_is_asked_and_the_endpoint_once(capsys: pytest.CaptureFixture[str]) -> None:
    with endpoint(listed(("MiniMax-M3", 20), ("MiniMax-M2", 1))) as (client, asked):
        assert [mm.Chat(client).model, mm.Chat(client, display=False).model] == ["MiniMax-M3", "MiniMax-M3"]
        assert mm.Chat(client, "MiniMax-M2").model == "MiniMax-M2"
    assert asked == ["GET /v1/models"]
    said = " ".join(capsys.readouterr().err.split())
    assert said == f"minimax_nb: 127.0.0.1 does not serve {DEFAULT_MODEL}; asking MiniMax-M3, the newest that it does"
    assert KEY not in repr(module._chosen)


def test_another_key_may_have_another_plan() -> None:
    with endpoint(listed(("MiniMax-M3", 20))) as (client, asked):
        default_model(client)
        default_model(client.with_options(api_key="sk-another"))
    assert len(asked) == 2


def test_an_async_client_is_asked_too() -> None:
    with endpoint(listed(("MiniMax-M3", 20))) as (client, _):
        twin = openai.AsyncOpenAI(base_url=client.base_url, api_key=KEY)
        assert default_model(twin) == "MiniMax-M3"


def test_a_chat_with_an_async_client_is_made_inside_a_running_loop() -> None:
    async def made(client: Any) -> str:
        return mm.Chat(client).model

    with endpoint(listed(("MiniMax-M3", 20))) as (client, _):
        twin = openai.AsyncOpenAI(base_url=client.base_url, api_key=KEY)
        assert asyncio.run(made(twin)) == "MiniMax-M3"


def test_nothing_is_said_where_the_default_is_served(capsys: pytest.CaptureFixture[str]) -> None:
    with endpoint(listed((f"MiniMaxAI/{DEFAULT_MODEL}", None))) as (client, _):
        assert default_model(client) == f"MiniMaxAI/{DEFAULT_MODEL}"
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 200),
        (b"<html>", 200),
        (b"[]", 200),
        (b'{"data": null}', 200),
        (b'{"data": [{"id": null}, {"id": ""}, {"id": 7}]}', 200),
        (b'{"data": []}', 200),
        (b"no", 404),
        (b"no", 500),
    ],
)
def test_where_no_list_is_to_be_had_it_is_the_default(body: bytes, status: int) -> None:
    with endpoint(body, status) as (client, asked):
        assert default_model(client) == DEFAULT_MODEL
        assert asked == ["GET /v1/models"]


def test_where_nothing_answers_it_is_the_default() -> None:
    with openai.OpenAI(base_url=f"http://127.0.0.1:{closed_port()}/v1", api_key=KEY) as client:
        assert default_model(client) == DEFAULT_MODEL


def test_odd_times_do_not_decide() -> None:
    models = [{"id": "MiniMax-M3", "created": 5}, {"id": "a", "created": "now"}, {"id": "b", "created": True}]
    with endpoint(json.dumps({"data": models}).encode()) as (client, _):
        assert served_models(client) == [("MiniMax-M3", 5), ("a", 0), ("b", 0)]


def test_a_batch_asks_it_too() -> None:
    asked: list[Any] = []

    def answer(request: Received) -> Answer:
        if request.method == "GET":
            return Answer(listed(("MiniMax-M3", 20)))
        asked.append(json.loads(request.body)["model"])
        message = {"role": "assistant", "content": "Yes."}
        return Answer(json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode())

    with serving(answer) as port, openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=KEY) as client:
        mm.batch(["a"], "Is {text} a letter?", client=client, progress=False)
    assert asked == ["MiniMax-M3"]


def test_the_embedded_server_serves_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    client = mm.connect()
    capsys.readouterr()
    assert default_model(client) == DEFAULT_MODEL
    assert capsys.readouterr() == ("", "")


def test_a_client_of_another_make_is_asked_nothing() -> None:
    class Other:
        models = None

    assert default_model(Other()) == DEFAULT_MODEL
