"""Servers without a port: for the clients of this process nothing is different."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import anyio
import openai
import pytest

import minimax_nb as mm
from minimax_nb.runtime import background
from minimax_nb.server.app import EmbeddedServer
from minimax_nb.server.recording.recorder import RecordingServer

from ...support.chat_requests import HI
from ...support.servers import DROPPED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = "nb-the same for both"
FAULTS = (
    "rate-limit", "bad-key", "overload", "midstream-error", "cut", "cut:0", "cut:2", "end:2", "base-resp", "empty",
    "hang:0", "hang:3", "garbage",
)  # fmt: skip
LIBRARIES = [import_module(name) for name in ("httpx", "httpx2") if find_spec(name)]
FAILURES = (openai.OpenAIError, ValueError, *(http.HTTPError for http in LIBRARIES))


@pytest.fixture(scope="module", autouse=True)
def no_hurry() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINIMAX_NB_SPEED", "max")
        yield


@pytest.fixture
def inside() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(key=KEY, in_process=True) as server:
        yield server


@pytest.fixture
def pair(inside: EmbeddedServer) -> Iterator[list[EmbeddedServer]]:
    """The same server, without a port and behind one."""
    with EmbeddedServer(key=KEY, in_process=False) as outside:
        yield [inside, outside]


def sdk(server: EmbeddedServer | RecordingServer, **options: Any) -> openai.OpenAI:
    given: Any = {"base_url": server.base_url, "api_key": server.api_key, "max_retries": 0, "timeout": 0.4, **options}
    return openai.OpenAI(**given)


def async_sdk(server: EmbeddedServer) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0, timeout=0.4)


def outcome(ask: Callable[[], Any]) -> tuple[str, Any]:
    """What somebody sees: the chunks or the completion, and the error that ended it."""
    try:
        return "", ask()
    except FAILURES as error:
        said = str(error) if isinstance(error, openai.APIStatusError) else ""
        return type(error).__name__, said


def streamed(client: openai.OpenAI, asked: Any) -> list[Any]:
    return [chunk.model_dump() for chunk in client.chat.completions.create(**asked)]


async def streamed_async(client: openai.AsyncOpenAI, asked: Any) -> list[Any]:
    async with client:
        return [chunk.model_dump() async for chunk in await client.chat.completions.create(**asked)]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("model", ["MiniMax-M2.7", "MiniMax-M3", "nobody", *(f"fault-{fault}" for fault in FAULTS)])
def test_whatever_happens_is_the_same_as_over_a_port(pair: list[EmbeddedServer], model: str, stream: bool) -> None:
    asked: Any = {"model": model, "messages": HI, "stream": stream}
    seen = []
    for server in pair:
        with sdk(server) as client:
            if stream:
                seen.append(outcome(lambda client=client: streamed(client, asked)))  # type: ignore[misc]
            else:
                seen.append(outcome(lambda client=client: client.chat.completions.create(**asked).model_dump()))  # type: ignore[misc]
    assert seen[0] == seen[1]


@pytest.mark.parametrize("model", ["MiniMax-M2.7", "fault-rate-limit", "fault-cut:2", "fault-hang:2", "fault-empty"])
def test_an_async_client_sees_the_same(pair: list[EmbeddedServer], model: str) -> None:
    asked: Any = {"model": model, "messages": HI, "stream": True}
    seen = [
        outcome(lambda server=server: asyncio.run(streamed_async(async_sdk(server), asked)))  # type: ignore[misc]
        for server in pair
    ]
    assert seen[0] == seen[1]


@pytest.mark.parametrize("http", LIBRARIES)
@pytest.mark.parametrize(
    ("method", "path", "key"),
    [
        ("GET", "/models", KEY),
        ("GET", "/models/MiniMax-M2?x=1", KEY),
        ("GET", "/models", "another"),
        ("PUT", "/models", KEY),
        ("POST", "/chat/completions", KEY),
        ("GET", "/%00", KEY),
        ("GET", "/../etc/passwd", KEY),
    ],
)
def test_plain_requests_are_answered_the_same(
    pair: list[EmbeddedServer], http: Any, method: str, path: str, key: str
) -> None:
    seen = []
    for server in pair:
        with http.Client(trust_env=False) as client:
            answer = client.request(
                method, server.base_url + path, headers={"authorization": f"Bearer {key}"}, content=b"{"
            )
            headers = {name: value for name, value in answer.headers.items() if name not in ("date", "connection")}
            seen.append((answer.status_code, answer.content, headers))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("http", LIBRARIES)
def test_other_hosts_are_asked_as_ever(pair: list[EmbeddedServer], http: Any) -> None:
    _, outside = pair
    with http.Client(trust_env=False) as client:
        url = f"http://localhost:{outside.port}/v1/models"
        assert client.get(url, headers={"authorization": f"Bearer {KEY}"}).status_code == 200
        with pytest.raises(http.ConnectError):
            client.get(outside.base_url.replace(str(outside.port), "1"))


@pytest.mark.parametrize("http", LIBRARIES)
def test_a_server_that_is_gone_refuses(inside: EmbeddedServer, http: Any) -> None:
    url = f"{inside.base_url}/models"
    inside.stop()
    with (
        http.Client(trust_env=False) as client,
        pytest.raises(http.ConnectError, match="it has been stopped") as caught,
    ):
        client.get(url)
    assert isinstance(caught.value.__cause__, ConnectionRefusedError)


def test_a_body_over_the_limit_is_refused(inside: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minimax_nb.server.http.gate._LARGEST_BODY", 100)
    with sdk(inside) as client, pytest.raises(openai.APIStatusError, match="at most 100 bytes") as caught:
        client.chat.completions.create(model="MiniMax-M2", messages=[{"role": "user", "content": "x" * 200}])
    assert caught.value.status_code == 413


def test_two_servers_are_told_apart(inside: EmbeddedServer) -> None:
    with EmbeddedServer(key=KEY, fault="overload", in_process=True) as other:
        assert other.base_url != inside.base_url
        with sdk(inside) as client:
            assert client.models.list().data
        with sdk(other) as client, pytest.raises(openai.InternalServerError):
            client.chat.completions.create(model="MiniMax-M2", messages=HI)  # type: ignore[arg-type]


def test_parts_come_when_they_are_due(inside: EmbeddedServer) -> None:
    asked: Any = {"model": "MiniMax-M2", "messages": HI, "stream": True, "extra_body": {"minimax_nb": {"speed": 50}}}
    with sdk(inside, timeout=20) as client:
        begun = time.monotonic()
        chunks = [(time.monotonic() - begun, chunk) for chunk in client.chat.completions.create(**asked)]
    for at, chunk in chunks:
        assert at >= chunk.minimax_nb["t"] / 50 - 0.001  # type: ignore[attr-defined]
    assert chunks[0][0] < chunks[-1][0]


@pytest.mark.parametrize("how", ["closed", "client closed", "dropped", "read to its end"])
def test_a_reply_that_nobody_reads_any_more_is_not_open(inside: EmbeddedServer, how: str) -> None:
    client = sdk(inside)
    model = "MiniMax-M2" if how == "read to its end" else "fault-hang:3"
    stream: Any = client.chat.completions.create(model=model, messages=HI, stream=True)  # type: ignore[arg-type]
    next(iter(stream))
    assert inside.open_replies == 1
    if how == "closed":
        stream.close()
    elif how == "client closed":
        client.close()
    elif how == "read to its end":
        list(stream)
    del stream
    gc.collect()
    assert inside.open_replies == 0
    client.close()


@pytest.mark.parametrize("how", ["closed", "cancelled", "client closed"])
def test_an_async_reply_that_nobody_reads_any_more_is_not_open(inside: EmbeddedServer, how: str) -> None:
    async def main() -> None:
        async with async_sdk(inside).with_options(timeout=20) as client:
            stream: Any = await client.chat.completions.create(model="fault-hang:3", messages=HI, stream=True)  # type: ignore[arg-type]
            await anext(aiter(stream))
            if how == "closed":
                await stream.close()
            elif how == "cancelled":
                with anyio.move_on_after(0.1):
                    async with stream:
                        [chunk async for chunk in stream]
            else:
                await client.close()
            assert inside.open_replies == 0

    asyncio.run(main())


def test_stopping_ends_replies_that_wait(inside: EmbeddedServer) -> None:
    raised: list[BaseException] = []
    waits = threading.Event()

    def read() -> None:
        with sdk(inside, timeout=20) as client:
            try:
                for _ in client.chat.completions.create(model="fault-hang:2", messages=HI, stream=True):  # type: ignore[arg-type]
                    waits.set()
            except DROPPED as error:
                raised.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    assert waits.wait(10)
    inside.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert len(raised) == 1


def test_an_interrupt_gets_through_to_a_reply_that_hangs(inside: EmbeddedServer) -> None:
    calls = 0

    def strike() -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt

    with sdk(inside, timeout=20) as client, background.while_waiting(strike), pytest.raises(KeyboardInterrupt):
        list(client.chat.completions.create(model="fault-hang:2", messages=HI, stream=True))  # type: ignore[arg-type]
    assert inside.open_replies == 0


@pytest.mark.parametrize("stream", [True, False])
def test_a_recorder_in_process_records_and_passes_its_readers_patience_on(
    inside: EmbeddedServer, tmp_path: Path, stream: bool
) -> None:
    with RecordingServer(inside.base_url, KEY, tmp_path, in_process=True) as server, sdk(server) as client:
        asked: Any = {"model": "MiniMax-M2", "messages": HI, "stream": stream}
        whole = outcome(lambda: list(client.chat.completions.create(**asked)))
        assert whole[0] == ""
        assert server.recorded == 1
        late = outcome(lambda: list(client.chat.completions.create(**{**asked, "model": "fault-hang:2"})))
        assert late[0] in ("APITimeoutError", "ReadTimeout")
        broken = outcome(lambda: list(client.chat.completions.create(**{**asked, "model": "fault-cut:2"})))
        assert broken[0] in ("APIConnectionError", "RemoteProtocolError")
        assert server.recorded == 1
        assert (server.open_replies, inside.open_replies) == (0, 0)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_conversation_with_tools_two_at_once_and_a_tape(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MINIMAX_NB_SERVER", "inprocess")
    monkeypatch.setenv("MINIMAX_NB_DISPLAY", "text")

    def get_weather(city: str) -> str:
        """Tell the weather."""
        return f"rain in {city}"

    with EmbeddedServer(in_process=True) as service:
        mm.configure(base_url=service.base_url, api_key=service.api_key)
        with mm.recording(tmp_path):
            reply = mm.Chat(tools=[get_weather])("What is the weather in Oslo?")
            assert reply.complete
            assert set(mm.compare("Tides?", ["MiniMax-M2", "MiniMax-M2.7"])) == {"MiniMax-M2", "MiniMax-M2.7"}
        with mm.replaying(tmp_path, strict=True):
            again = mm.Chat(tools=[get_weather])("What is the weather in Oslo?")
    assert again.content == reply.content
