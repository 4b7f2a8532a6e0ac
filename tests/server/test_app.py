"""The server behind a socket, as clients of several kinds see it."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import openai
import pytest

from minimax_nb.server.app import EmbeddedServer
from minimax_nb.server.service.models import MODELS

from ..support.chat_requests import HI

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("split", [True, False])
def test_every_model_answers_streamed_and_not_split_and_native(client: openai.OpenAI, model: str, split: bool) -> None:
    asked: Any = {"model": model, "messages": HI, "extra_body": {"reasoning_split": split}}
    message: Any = client.chat.completions.create(**asked).choices[0].message
    content = reasoning = ""
    for chunk in client.chat.completions.create(**asked, stream=True):
        delta: Any = chunk.choices[0].delta
        content += delta.content or ""
        reasoning += getattr(delta, "reasoning_content", None) or ""

    assert content == message.content
    if split:
        assert reasoning == message.reasoning_content == message.reasoning_details[0]["text"]
        assert reasoning
    else:
        assert content.startswith("<think>\n")


def test_the_async_client_is_served_too(server: EmbeddedServer) -> None:
    async def main() -> list[Any]:
        async with openai.AsyncOpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0) as client:
            stream = await client.chat.completions.create(
                model="MiniMax-M2", messages=HI, stream=True, stream_options={"include_usage": True}
            )
            return [chunk async for chunk in stream]

    chunks = asyncio.run(main())
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens > 0
    assert chunks[0].minimax_nb["origin"]["tape"] == "01_quick_start"
    assert [chunk.minimax_nb["t"] for chunk in chunks] == sorted(chunk.minimax_nb["t"] for chunk in chunks)


def test_the_models_are_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == list(MODELS)
    assert client.models.retrieve("MiniMax-M2").owned_by == "minimax"


def test_a_tool_call_goes_round(client: openai.OpenAI) -> None:
    parameters = {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]}
    tool: Any = {"type": "function", "function": {"name": "get_weather", "parameters": parameters}}
    messages: list[Any] = [{"role": "user", "content": "How's the weather in San Francisco?"}]
    asked: Any = {"model": "MiniMax-M2", "tools": [tool], "extra_body": {"reasoning_split": True}}
    first = client.chat.completions.create(messages=messages, **asked).choices[0]
    call: Any = (first.message.tool_calls or [None])[0]
    messages += [first.message, {"role": "tool", "tool_call_id": call.id, "content": "24℃, sunny"}]
    second = client.chat.completions.create(messages=messages, **asked)

    assert (first.finish_reason, first.message.content) == ("tool_calls", "\n")
    assert call.function.arguments == '{"location": "San Francisco, US"}'
    assert "24" in (second.choices[0].message.content or "")
    assert second.model_extra is not None
    assert second.model_extra["minimax_nb"]["origin"]["kind"] == "authored"


@pytest.mark.parametrize("quirks", [[], ["done"], ["keep-alive"], ["role-empty"], ["zero-usage"], ["final-message"]])
def test_the_sdk_reads_to_the_end_with_and_without_done(client: openai.OpenAI, quirks: list[str]) -> None:
    asked: Any = {"model": "MiniMax-M2", "messages": HI, "extra_body": {"minimax_nb": {"quirks": quirks}}}
    chunks = list(client.chat.completions.create(**asked, stream=True))
    assert any(chunk.choices[0].finish_reason == "stop" for chunk in chunks)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("rate-limit", openai.RateLimitError),
        ("bad-key", openai.AuthenticationError),
        ("sensitive", openai.UnprocessableEntityError),
        ("overload", openai.InternalServerError),
    ],
)
def test_errors_are_the_sdks_own(client: openai.OpenAI, fault: str, error: type[openai.APIStatusError]) -> None:
    with pytest.raises(error) as caught:
        client.chat.completions.create(model=f"fault-{fault}", messages=HI)  # type: ignore[arg-type]
    assert caught.value.request_id is None  # the service's header is Trace-Id
    assert len(caught.value.response.headers["trace-id"]) == 32


def test_a_retry_gets_through(server: EmbeddedServer) -> None:
    with openai.OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=2) as client:
        asked: Any = {"messages": HI, "extra_body": {"minimax_nb": {"fault": "overload*1"}}}
        assert client.chat.completions.create(model="MiniMax-M2.1", **asked).choices


def test_an_error_in_the_stream_is_raised_by_the_sdk(client: openai.OpenAI) -> None:
    asked: Any = {"model": "fault-midstream-error", "messages": HI, "stream": True}
    with pytest.raises(openai.APIError, match="2064"):
        list(client.chat.completions.create(**asked))


@pytest.mark.port
def test_curl_is_served(server: EmbeddedServer) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    body = '{"model": "MiniMax-M2", "stream": true, "messages": [{"role": "user", "content": "Hi, how are you?"}]}'
    key = f"Authorization: Bearer {server.api_key}"
    url = f"{server.base_url}/chat/completions"
    command = [curl, "-sS", "--noproxy", "*", "--max-time", "20", "-H", key, "-d", body, url]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n\n")
    assert lines.pop() == ""
    assert all(line.startswith('data: {"id":') for line in lines)
    assert '"finish_reason":"stop"' in lines[-1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"speed": "fast"}, "expected a speed above 0 or 'max', got 'fast'"),
        ({"speed": -1}, "expected a speed above 0 or 'max', got '-1'"),
        ({"quirks": ["odd"]}, "unknown quirk 'odd'"),
        ({"fault": "odd"}, "unknown fault 'odd'"),
    ],
)
def test_a_wrong_option_is_told_when_the_server_is_made(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        EmbeddedServer(**options)


def test_tapes_of_a_folder_come_before_the_built_in_ones(tmp_path: Path) -> None:
    turn = '{"request": {"messages": [{"role": "user", "content": "Hi, how are you?"}]}, "reply": {"content": "Mine."}}'
    (tmp_path / "mine.json").write_text(
        f'{{"provenance": {{"kind": "authored"}}, "turns": [{turn}]}}', encoding="utf-8"
    )
    with (
        EmbeddedServer(tapes=[tmp_path], speed="max") as server,
        openai.OpenAI(base_url=server.base_url, api_key=server.api_key) as client,
    ):
        reply = client.chat.completions.create(model="MiniMax-M2", messages=HI[1:])  # type: ignore[arg-type]
    assert reply.choices[0].message.content == "Mine."
