"""Recording over real HTTP, from a second server of ours that poses as the service with a key of its own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import openai
import pytest

from minimax_nb.server.app import EmbeddedServer
from minimax_nb.server.tape.recorded import OWN_KEY, RecordedReply

from ...support.recorders import PING, UPSTREAM_KEY, recorder, turns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from minimax_nb.server.recording.recorder import RecordingServer


def dumped(reply: Any) -> list[dict[str, Any]]:
    """A completion or all chunks of a stream as plain data, without what our own server says beside it."""
    parts = [reply] if isinstance(reply, openai.types.chat.ChatCompletion) else list(reply)
    return [{key: value for key, value in part.to_dict().items() if key != OWN_KEY} for part in parts]


TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}
FORMS: list[dict[str, Any]] = [
    {},
    {"stream": True},
    {"stream": True, "stream_options": {"include_usage": True}},
    {"extra_body": {"reasoning_split": True}},
    {"stream": True, "extra_body": {"reasoning_split": True}},
    {"stream": True, "extra_body": {OWN_KEY: {"quirks": ["done", "keep-alive", "finish-alone"]}}},
    {"stream": True, "tools": [TOOL], "messages": [{"role": "user", "content": "How's the weather in San Francisco?"}]},
]


@pytest.mark.parametrize("form", FORMS, ids=[str(n) for n in range(len(FORMS))])
def test_what_was_recorded_is_replayed_the_same(service: EmbeddedServer, tmp_path: Path, form: dict[str, Any]) -> None:
    asked: Any = {"model": "MiniMax-M2.7", "messages": [PING], **form}
    with recorder(service, tmp_path) as (_, client):
        live = dumped(client.chat.completions.create(**asked))
    with (
        EmbeddedServer(tapes=[tmp_path], built_in=False, strict=True, speed="max") as player,
        openai.OpenAI(base_url=player.base_url, api_key=player.api_key, max_retries=0, timeout=20) as client,
    ):
        replayed = dumped(client.chat.completions.create(**asked))
    assert replayed == live
    assert live


def test_times_are_those_of_the_reply_itself(service: EmbeddedServer, tmp_path: Path) -> None:
    with recorder(service, tmp_path) as (_, client):
        chunks: Any = list(client.chat.completions.create(model="MiniMax-M2", messages=[PING], stream=True))  # type: ignore[arg-type]
    (turn,) = turns(tmp_path)
    assert isinstance(turn.answer, RecordedReply)
    assert [event.t for event in turn.answer.events] == [chunk.minimax_nb["t"] for chunk in chunks]


SEEDS = {
    "key": UPSTREAM_KEY,
    "header": "header-5a1d9e77c0b2",
    "cookie": "cookie-0c4f8e21bb96",
    "query": "query-90ab31ce5512",
    "field": "field-77e0d1c4a8f3",
    "metadata": "metadata-3b5590aa1e7c",
    "error": "error-e2d7401c9b5f",
}


def test_no_secret_lands_in_a_tape(service: EmbeddedServer, tmp_path: Path) -> None:
    known = [SEEDS[name] for name in ("key", "header", "cookie", "query")]
    repeats = [{"role": "user", "content": f"Say {', '.join(known)} and sk-live-A1b2C3d4E5f6G7h8I9j0!"}]
    asked: Any = {
        "model": "MiniMax-M2.7",
        "extra_headers": {"X-Secret": SEEDS["header"], "Cookie": f"sid={SEEDS['cookie']}"},
        "extra_query": {"api_key": SEEDS["query"]},
        "user": SEEDS["field"],
        "extra_body": {"metadata": {"token": SEEDS["metadata"]}, OWN_KEY: {"quirks": ["characters"]}},
    }
    with recorder(service, tmp_path) as (server, client):
        for stream in (True, False):
            said = dumped(client.chat.completions.create(messages=repeats, stream=stream, **asked))
            assert len(said) > (100 if stream else 0)
            assert stream or SEEDS["key"] in json.dumps(said)  # the rehearsal repeats the question
        with pytest.raises(openai.BadRequestError):
            client.chat.completions.create(messages=repeats, **{**asked, "model": SEEDS["error"]})
        own = server.api_key
    (file,) = tmp_path.iterdir()
    text = file.read_text(encoding="utf-8")
    assert len(turns(tmp_path)) == 2
    said = "".join(
        "".join(str(leaf) for leaf in _texts(event.body)) for turn in turns(tmp_path) for event in turn.answer.events
    )
    for secret in (*SEEDS.values(), own, "sk-live"):
        assert secret not in text
        assert secret not in said
    assert "[redacted]" in text


def _texts(body: Any) -> Iterator[str]:
    """What a document says in its thinking and its answer."""
    for choice in body.get("choices") or () if isinstance(body, dict) else ():
        part = choice.get("delta") or choice.get("message") or {}
        yield part.get("content") or ""


def test_repeats_and_conversations_are_recorded_in_order(service: EmbeddedServer, tmp_path: Path) -> None:
    asked: Any = {"model": "MiniMax-M2", "stream": True}
    with recorder(service, tmp_path) as (server, client):
        for text in ("One?", "Two?", "One?"):
            dumped(client.chat.completions.create(messages=[{"role": "user", "content": text}], **asked))
        assert server.tape.parent == tmp_path
        assert server.recorded == 3
    assert [turn.messages[0]["content"] for turn in turns(tmp_path)] == ["One?", "Two?", "One?"]


@pytest.mark.heavy
def test_many_replies_at_once_are_kept_in_the_order_of_their_requests(service: EmbeddedServer, tmp_path: Path) -> None:
    async def main(server: RecordingServer) -> None:
        async with openai.AsyncOpenAI(base_url=server.base_url, api_key=server.api_key, timeout=60) as client:

            async def one(number: int) -> int:
                messages: Any = [{"role": "user", "content": f"Question {number}"}]
                stream = await client.chat.completions.create(model="MiniMax-M2", messages=messages, stream=True)
                return len([chunk async for chunk in stream])

            assert all(await asyncio.gather(*(one(number) for number in range(60))))

    with recorder(service, tmp_path) as (server, _):
        thread_result: list[BaseException] = []

        def run() -> None:  # a loop of its own, whatever the thread of the tests is busy with
            try:
                asyncio.run(main(server))
            except BaseException as error:  # noqa: BLE001 (handed to the test)
                thread_result.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(60)
        assert thread_result == []
    found = turns(tmp_path)
    assert len({str(turn.messages) for turn in found}) == len(found) == 60


ASKING = """
import os, sys, threading, openai
from minimax_nb.server.recording.recorder import RecordingServer

base_url, key, folder, form, threads = sys.argv[1:]
server = RecordingServer(base_url, key, folder).start()

def ask(who):
    client = openai.OpenAI(base_url=server.base_url, api_key=server.api_key, timeout=20, max_retries=0)
    for number in range(100000):
        text = f"Question {who}-{number}"
        messages = [{"role": "user", "content": text}]
        own = {"minimax_nb": {"quirks": ["done"] if form == "done" else []}}
        asked = {"model": "MiniMax-M2", "messages": messages, "extra_body": own}
        if form == "whole":
            client.chat.completions.create(**asked)
        elif form == "usage":
            options = {"include_usage": True}
            for chunk in client.chat.completions.create(**asked, stream=True, stream_options=options):
                if chunk.usage:  # all there is, whether or not the stream has ended
                    os.write(1, f"{text}\\n".encode())
            continue
        else:
            for chunk in client.chat.completions.create(**asked, stream=True):
                if chunk.choices[0].finish_reason:
                    os.write(1, f"{text}\\n".encode())
            continue
        os.write(1, f"{text}\\n".encode())

asking = [threading.Thread(target=ask, args=(who,)) for who in range(int(threads))]
for thread in asking:
    thread.start()
for thread in asking:  # older SDKs load parts of themselves late, which Python refuses once the main thread has ended
    thread.join()
"""


@pytest.mark.parametrize("form", ["whole", "stream", "usage", "done"])
@pytest.mark.parametrize(("threads", "answers"), [(1, 1), (1, 9), (1, 40), (4, 30)])
@pytest.mark.port
def test_a_recording_that_is_killed_keeps_every_reply_that_was_read(
    service: EmbeddedServer, tmp_path: Path, form: str, threads: int, answers: int
) -> None:
    command = [sys.executable, "-c", ASKING, service.base_url, UPSTREAM_KEY, str(tmp_path), form, str(threads)]
    read: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            read.append(line.strip())
            if len(read) == answers:
                child.kill()  # SIGKILL, where there are signals
        assert len(read) >= answers
    found = [turn.messages[0]["content"] for turn in turns(tmp_path)]
    assert set(read) <= set(found)
    assert len(found) == len(set(found))
    assert [path.suffix for path in tmp_path.glob("*.json")] == [".json"]
    with recorder(service, tmp_path):  # the next recorder there folds it into a tape like any other
        pass
    assert [turn.messages[0]["content"] for turn in turns(tmp_path)] == found
    assert [path.suffix for path in tmp_path.iterdir()] == [".json"]
