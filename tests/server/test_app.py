"""The server behind a socket, as clients of several kinds see it."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import httpx
import openai
import pytest

from minimax_nb.server import app
from minimax_nb.server.app import EmbeddedServer
from minimax_nb.server.service.models import MODELS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HI = [
    {"role": "system", "content": "You are a helpful assistant."},
    {"role": "user", "content": "Hi, how are you?"},
]

DROPPED = (openai.APIConnectionError, httpx.RemoteProtocolError)
"""A dropped connection, as openai 3.x and 2.x show it."""


@pytest.fixture
def client(server: EmbeddedServer) -> Iterator[openai.OpenAI]:
    """The SDK, pointed at the server, without retries."""
    with openai.OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0, timeout=20) as made:
        yield made


def wait_until(condition: Any) -> None:
    """Give another thread up to ten seconds."""
    done = threading.Event()
    for _ in range(1000):
        if condition():
            return
        done.wait(0.01)
    raise AssertionError("it did not happen within ten seconds")


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


@pytest.mark.parametrize("stream", [True, False])
def test_a_cut_drops_the_connection(client: openai.OpenAI, stream: bool) -> None:
    asked: Any = {"model": "fault-cut:2", "messages": HI, "stream": stream}
    with pytest.raises(DROPPED):
        for _ in client.chat.completions.create(**asked):
            pass


def test_an_error_in_the_stream_is_raised_by_the_sdk(client: openai.OpenAI) -> None:
    asked: Any = {"model": "fault-midstream-error", "messages": HI, "stream": True}
    with pytest.raises(openai.APIError, match="2064"):
        list(client.chat.completions.create(**asked))


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_goes_away_frees_its_reply(server: EmbeddedServer, stream: bool) -> None:
    with openai.OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0, timeout=0.3) as client:
        asked: Any = {"model": "fault-hang:1", "messages": HI, "stream": stream}
        with pytest.raises((openai.APITimeoutError, httpx.ReadTimeout)):
            list(client.chat.completions.create(**asked))
    wait_until(lambda: server.open_replies == 0)


def test_two_hundred_streams_are_served_at_once(server: EmbeddedServer) -> None:
    asked: Any = {"model": "MiniMax-M2", "messages": HI, "stream": True}

    async def one(client: openai.AsyncOpenAI, begun: asyncio.Semaphore, go: asyncio.Event) -> str:
        stream = await client.chat.completions.create(**asked, extra_body={"minimax_nb": {"speed": 20}})
        text = ""
        async for chunk in stream:
            if not text:
                begun.release()
                await go.wait()
            text += chunk.choices[0].delta.content or ""
        return text

    async def main() -> set[str]:
        limits = httpx.Limits(max_connections=200)
        http = openai.DefaultAsyncHttpxClient(limits=limits, timeout=60)
        begun, go = asyncio.Semaphore(0), asyncio.Event()
        async with openai.AsyncOpenAI(base_url=server.base_url, api_key=server.api_key, http_client=http) as client:
            tasks = [asyncio.ensure_future(one(client, begun, go)) for _ in range(200)]
            for _ in tasks:  # all two hundred have begun before the first goes on
                await begun.acquire()
            go.set()
            return set(await asyncio.gather(*tasks))

    texts = asyncio.run(main())
    assert len(texts) == 1
    assert "".join(texts).startswith("<think>")


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


def test_times_are_kept_unless_there_is_no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINIMAX_NB_SPEED", raising=False)
    assert EmbeddedServer().handler.speed == 1
    monkeypatch.setenv("MINIMAX_NB_SPEED", "max")
    assert EmbeddedServer().handler.speed == float("inf")
    assert EmbeddedServer(speed=8).handler.speed == 8


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


def test_a_port_in_use_is_told_with_the_way_out(server: EmbeddedServer) -> None:
    with pytest.raises(OSError, match=f"port {server.port} of 127.0.0.1.*choose another port, or 0"):
        EmbeddedServer(port=server.port).start()


def test_there_is_one_server_a_process_until_it_is_stopped() -> None:
    first = app.start()
    try:
        assert app.start() is first
        assert first.api_key not in repr(first)
    finally:
        app.stop()
    second = app.start()
    try:
        assert second is not first
        assert second.api_key != first.api_key
    finally:
        app.stop()


def test_stopping_ends_open_replies_and_frees_the_port() -> None:
    server = EmbeddedServer(speed="max").start()
    port = server.port
    with openai.OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0, timeout=20) as client:
        stream = iter(client.chat.completions.create(model="fault-hang:1", messages=HI, stream=True))  # type: ignore[arg-type]
        next(stream)
        server.stop()
        server.stop()
        with pytest.raises(DROPPED):
            next(stream)
    assert not any(thread.name == "minimax_nb embedded server" and thread is server for thread in threading.enumerate())
    with socket.create_server(("127.0.0.1", port)):
        pass


SCRIPT = """
import os, warnings
warnings.simplefilter("error")
import openai
from minimax_nb.server.app import start
hi = [{"role": "user", "content": "Hi, how are you?"}]
def ask(server):
    client = openai.OpenAI(base_url=server.base_url, api_key=server.api_key, timeout=20)
    return client.chat.completions.create(model="MiniMax-M2", messages=hi).choices[0].finish_reason
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SCRIPT + code]
    environment = {**os.environ, "MINIMAX_NB_SPEED": "max"}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)


def test_a_program_ends_quietly_with_the_server_running_and_a_reply_open() -> None:
    done = run("""
server = start()
print(ask(server))
client = openai.OpenAI(base_url=server.base_url, api_key=server.api_key)
stream = iter(client.chat.completions.create(model="fault-hang:1", messages=hi, stream=True))
next(stream)
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "stop\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_gets_a_server_of_its_own_and_leaves_the_parents_alone() -> None:
    done = run("""
warnings.simplefilter("ignore")  # forking with threads is warned of; that it works is what is tested
server = start()
ask(server)
child = os.fork()
if child == 0:
    mine = start()
    os._exit(0 if mine is not server and mine.port != server.port and ask(mine) == "stop" else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), ask(server))
""")
    assert (done.stdout, done.stderr) == ("0 stop\n", "")
