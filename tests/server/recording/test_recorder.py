"""Recording over real HTTP, from a second server of ours that poses as the service with a key of its own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import openai
import pytest

from minimax_nb.server.app import EmbeddedServer
from minimax_nb.server.recording.recorder import RecordingServer
from minimax_nb.server.tape import read as tape
from minimax_nb.server.tape.recorded import OWN_KEY, RecordedReply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UPSTREAM_KEY = "up-4be1c07d92a35f68"
PING = {"role": "user", "content": "Ping?"}
DROPPED = (openai.APIConnectionError, httpx.RemoteProtocolError)
"""A dropped connection, as openai 3.x and 2.x show it."""


@pytest.fixture(scope="module")
def service() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(speed="max", key=UPSTREAM_KEY) as running:
        yield running


@contextmanager
def recorder(service: EmbeddedServer, folder: Path) -> Iterator[tuple[RecordingServer, openai.OpenAI]]:
    with (
        RecordingServer(service.base_url, UPSTREAM_KEY, folder) as server,
        openai.OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0, timeout=20) as client,
    ):
        yield server, client


def dumped(reply: Any) -> list[dict[str, Any]]:
    """A completion or all chunks of a stream as plain data, without what our own server says beside it."""
    parts = [reply] if isinstance(reply, openai.types.chat.ChatCompletion) else list(reply)
    return [{key: value for key, value in part.to_dict().items() if key != OWN_KEY} for part in parts]


def turns(folder: Path) -> list[tape.TapeTurn]:
    return tape.in_folder(folder)


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


def test_pieces_are_passed_on_as_they_come(service: EmbeddedServer, tmp_path: Path) -> None:
    with recorder(service, tmp_path) as (server, client):
        stream = client.chat.completions.create(model="fault-hang:2", messages=[PING], stream=True)  # type: ignore[arg-type]
        assert [next(stream).choices[0].index for _ in range(2)] == [0, 0]  # type: ignore[union-attr]
        stream.close()  # type: ignore[union-attr]
        _wait_until(lambda: server.open_replies == 0 and service.open_replies == 0)


def _wait_until(condition: Any) -> None:
    pause = threading.Event()
    for _ in range(1000):
        if condition():
            return
        pause.wait(0.01)
    raise AssertionError("it did not happen within ten seconds")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("rate-limit", openai.RateLimitError),
        ("bad-key", openai.AuthenticationError),
        ("overload", openai.InternalServerError),
        ("midstream-error", openai.APIError),
        ("cut:2", DROPPED),
        ("end:2", None),
        ("base-resp", None),
        ("empty", None),
    ],
)
def test_an_error_and_a_broken_reply_are_passed_on_and_not_kept(
    service: EmbeddedServer, tmp_path: Path, fault: str, error: Any
) -> None:
    asked: Any = {"model": f"fault-{fault}", "messages": [PING], "stream": True}
    with recorder(service, tmp_path) as (server, client):
        if error is None:
            list(client.chat.completions.create(**asked))
        else:
            with pytest.raises(error):
                list(client.chat.completions.create(**asked))
        assert server.recorded == 0
    assert list(tmp_path.iterdir()) == []


def test_a_reader_who_leaves_in_the_middle_leaves_nothing_half(service: EmbeddedServer, tmp_path: Path) -> None:
    with recorder(service, tmp_path) as (server, client):
        next(iter(client.chat.completions.create(model="fault-hang:3", messages=[PING], stream=True)))  # type: ignore[arg-type]
        client.close()
        _wait_until(lambda: server.open_replies == 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stream", [True, False])
def test_a_reader_who_leaves_before_the_reply_ends_the_request_upstream(
    service: EmbeddedServer, tmp_path: Path, stream: bool
) -> None:
    with recorder(service, tmp_path) as (server, client):
        asked: Any = {"model": "fault-hang:0", "messages": [PING], "stream": stream}
        with pytest.raises((openai.APITimeoutError, httpx.ReadTimeout)):
            list(client.with_options(timeout=0.3).chat.completions.create(**asked))
        _wait_until(lambda: server.open_replies == service.open_replies == 0)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_who_leaves_with_the_finish_reason_leaves_a_whole_reply(
    service: EmbeddedServer, tmp_path: Path
) -> None:
    with recorder(service, tmp_path) as (server, client):
        asked: Any = {"model": "fault-hang:999999", "messages": [PING], "stream": True}
        for chunk in client.chat.completions.create(**asked):
            if chunk.choices[0].finish_reason:
                break
        client.close()
        _wait_until(lambda: server.open_replies == 0)
    (turn,) = turns(tmp_path)
    assert isinstance(turn.answer, RecordedReply)
    assert turn.answer.events[-1].body["choices"][0]["finish_reason"] == "stop"  # type: ignore[index]


def test_other_endpoints_are_passed_on(service: EmbeddedServer, tmp_path: Path) -> None:
    with recorder(service, tmp_path) as (server, client):
        assert "MiniMax-M2" in [model.id for model in client.models.list()]
        with pytest.raises(openai.NotFoundError):
            client.embeddings.create(model="x", input="y")
        assert server.recorded == 0


def test_the_reader_is_told_who_has_answered(service: EmbeddedServer, tmp_path: Path) -> None:
    with RecordingServer(f"http://localhost:{service.port}/v1", "a wrong key", tmp_path) as server:
        headers = {"Authorization": f"Bearer {server.api_key}"}
        answer = httpx.get(f"{server.base_url}/models", headers=headers, trust_env=False)
    assert (answer.status_code, answer.headers["minimax-nb-host"]) == (401, "localhost")


def test_without_authorization_nothing_is_passed_on(service: EmbeddedServer, tmp_path: Path) -> None:
    with recorder(service, tmp_path) as (server, _):
        url = f"{server.base_url}/models"
        for headers, status in (
            ({}, 401),
            ({"Authorization": f"Bearer {UPSTREAM_KEY}"}, 401),
            ({"Authorization": f"Bearer {server.api_key}", "Host": "evil.example"}, 403),
            ({"Authorization": f"Bearer {server.api_key}", "Origin": "http://evil.example"}, 200),
        ):
            answer = httpx.get(url, headers=headers, trust_env=False)
            assert answer.status_code == status
            assert "access-control-allow-origin" not in answer.headers
        assert UPSTREAM_KEY not in repr(server)
        assert server.api_key not in repr(server)


def test_an_endpoint_that_is_not_there_is_told(tmp_path: Path) -> None:
    with (
        RecordingServer("http://127.0.0.1:9/v1", UPSTREAM_KEY, tmp_path) as server,
        openai.OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0) as client,
        pytest.raises(openai.InternalServerError, match=r"127\.0\.0\.1 could not be reached while recording") as caught,
    ):
        client.models.list()
    assert UPSTREAM_KEY not in str(caught.value)


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

for who in range(int(threads)):
    threading.Thread(target=ask, args=(who,)).start()
"""


@pytest.mark.parametrize("form", ["whole", "stream", "usage", "done"])
@pytest.mark.parametrize(("threads", "answers"), [(1, 1), (1, 9), (1, 40), (4, 30)])
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
