"""Clients that outlive the block they were made in; a second server of ours poses as the service."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import openai
import pytest

import minimax_nb as mm
from minimax_nb.server.app import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = "service-key-1f0e9d8c7b6a"
HI: Any = {"model": "MiniMax-M2.7", "messages": [{"role": "user", "content": "Hi, how are you?"}]}
OUTSIDE = r"nothing is at the moment\. This client was made inside of mm\.replaying\('.*first'\)"


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(speed="max", key=KEY) as server:
        yield server


@pytest.fixture
def service(running: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> EmbeddedServer:
    """What the user's variables lead to."""
    monkeypatch.setenv("OPENAI_BASE_URL", running.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("MINIMAX_NB_SPEED", "max")
    return running


@pytest.fixture
def tapes(service: EmbeddedServer, tmp_path: Path) -> Path:
    """Two folders with a tape each of the same question."""
    for name in ("first", "second"):
        with mm.recording(tmp_path / name):
            mm.Chat(display=False)("Hi, how are you?")
    return tmp_path


def plain() -> Callable[[], mm.Reply]:
    client = openai.OpenAI(max_retries=0, timeout=20)
    return lambda: mm.collect(client.chat.completions.create(**HI, **MORE))


def connected() -> Callable[[], mm.Reply]:
    client = mm.connect(max_retries=0)
    return lambda: mm.collect(client.chat.completions.create(**HI, **MORE))


def chat() -> Callable[[], mm.Reply]:
    talk = mm.Chat(display=False)

    def ask() -> mm.Reply:
        talk.messages.clear()
        return talk("Hi, how are you?")

    return ask


def asynchronous(make: Callable[[], openai.AsyncOpenAI]) -> Callable[[], Callable[[], mm.Reply]]:
    def made() -> Callable[[], mm.Reply]:
        client = make()

        async def ask() -> mm.Reply:
            return await mm.acollect(await client.chat.completions.create(**HI, **MORE))

        def in_a_loop_of_its_own() -> mm.Reply:
            async def main() -> mm.Reply:
                try:
                    return await ask()
                finally:
                    await client._client.aclose()
                    client._client = type(client)(base_url=client.base_url, api_key=client.api_key)._client

            with ThreadPoolExecutor(1) as pool:
                return pool.submit(asyncio.run, main()).result(timeout=30)

        return in_a_loop_of_its_own

    return made


MORE: Any = {
    "stream": True,
    "stream_options": {"include_usage": True},
    "extra_body": {"reasoning_split": True},
}
KINDS = {
    "OpenAI": plain,
    "connect": connected,
    "Chat": chat,
    "AsyncOpenAI": asynchronous(lambda: openai.AsyncOpenAI(max_retries=0, timeout=20)),
    "aconnect": asynchronous(lambda: mm.aconnect(max_retries=0)),
}


def tape_of(reply: mm.Reply) -> str:
    assert reply.origin is not None
    return str(reply.origin.tape)


@pytest.mark.heavy
@pytest.mark.parametrize("kind", KINDS)
def test_a_client_made_inside_goes_on_in_the_next_block_and_says_outside_which_it_wants(tapes: Path, kind: str) -> None:
    with mm.replaying(tapes / "first"):
        ask = KINDS[kind]()
        assert tape_of(ask()) == next((tapes / "first").iterdir()).stem
    with pytest.raises(openai.NotFoundError, match=OUTSIDE) as caught:
        ask()
    assert isinstance(caught.value, mm.ConfigurationError) is (kind not in ("OpenAI", "AsyncOpenAI"))
    with mm.replaying(tapes / "second"):
        assert tape_of(ask()) == next((tapes / "second").iterdir()).stem
    with mm.recording(tapes / "third"):
        assert ask().complete
    assert next((tapes / "third").iterdir()).read_text(encoding="utf-8").count('"recorded": {') == 1


def test_inside_of_two_blocks_the_inner_one_holds_for_all_clients(tapes: Path) -> None:
    with mm.replaying(tapes / "first"):
        ask = plain()
        with mm.replaying(tapes / "second"):
            assert tape_of(ask()) == next((tapes / "second").iterdir()).stem
        assert tape_of(ask()) == next((tapes / "first").iterdir()).stem


def test_a_client_made_before_goes_where_it_always_went(service: EmbeddedServer, tapes: Path) -> None:
    ask = plain()
    with mm.replaying(tapes / "first"):
        reply = ask()
    assert reply.origin is not None
    assert reply.origin.kind == "authored"
    assert service.api_key == KEY


def test_each_client_is_recorded_at_the_endpoint_it_was_made_for(service: EmbeddedServer, tmp_path: Path) -> None:
    with EmbeddedServer(speed="max", key="another-key-1234") as other:
        with mm.recording(tmp_path / "a"):
            there = mm.connect(base_url=other.base_url, api_key="another-key-1234", max_retries=0)
            mm.collect(there.chat.completions.create(**HI, stream=True))
        with mm.recording(tmp_path / "b"):
            mm.collect(there.chat.completions.create(**HI, stream=True))
            plain()()
        assert len(list((tmp_path / "b").iterdir())) == 2
    with (
        pytest.warns(UserWarning, match="nothing was recorded"),
        mm.recording(tmp_path / "c"),
        pytest.raises(openai.APIStatusError, match="could not be reached"),
    ):
        there.chat.completions.create(**HI)  # the other one is gone, and nobody else is given its key


def test_a_client_of_replayed_tapes_needs_an_endpoint_to_be_recorded(
    tapes: Path, monkeypatch: pytest.MonkeyPatch, service: EmbeddedServer
) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL")
    monkeypatch.delenv("OPENAI_API_KEY")
    with mm.replaying(tapes / "first"):
        ask = plain()
    mm.configure(base_url=service.base_url, api_key=KEY)
    with mm.recording(tapes / "third"):
        assert ask().complete  # where a new client would go


def test_no_key_of_an_earlier_block_is_on_a_tape(service: EmbeddedServer, tmp_path: Path) -> None:
    with mm.recording(tmp_path / "a"):
        client = mm.connect(max_retries=0)
        mm.collect(client.chat.completions.create(**HI, stream=True))
        key = os.environ["OPENAI_API_KEY"]
    with mm.recording(tmp_path / "b"):
        asked = [{"role": "user", "content": f"Is {key} a key?"}]
        mm.collect(client.chat.completions.create(model="MiniMax-M2.7", messages=asked, stream=True))  # type: ignore[arg-type]
    text = next((tmp_path / "b").iterdir()).read_text(encoding="utf-8")
    assert "Is " in text
    assert key not in text


def test_a_reply_breaks_off_with_its_block(tapes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIMAX_NB_SPEED", "0.01")
    with mm.replaying(tapes / "first"):
        stream = mm.connect(max_retries=0).chat.completions.create(**HI, **MORE)
    with pytest.raises(mm.StreamCutError):
        mm.collect(stream)
