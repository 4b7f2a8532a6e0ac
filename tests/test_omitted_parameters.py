"""What is sent unasked can be left out of every request, for servers that refuse it; and a refusal says how."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import openai
import pytest

import minimax_nb as mm
from minimax_nb.cli.main import main

from .support.servers import Answer, Received, serving
from .support.shells import ipython_shell
from .support.sse_server import DONE, event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "any-word-will-do"
NAMES = ("stream_options", "reasoning_split")


@dataclass
class Strict:
    """A server that refuses parameters it does not know, as pydantic and OpenAI word it by turns."""

    refuses: tuple[str, ...] = NAMES
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def answer(self, received: Received) -> Answer:
        request = json.loads(received.body)
        self.asked.append(request)
        for name in self.refuses:
            if name in request:
                loc = {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs are not permitted"}
                words = {"message": f"Unrecognized request argument supplied: {name}", "type": "invalid_request_error"}
                odd = len(self.asked) % 2
                refusal: dict[str, Any] = {"detail": [loc]} if odd else {"error": words}
                return Answer(json.dumps(refusal).encode(), 422 if odd else 400)
        frame = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        delta = {"index": 0, "delta": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}
        return Answer(event({**frame, "choices": [delta]}) + DONE, content_type="text/event-stream")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Strict]:
    told = Strict()

    with serving(told.answer) as port:
        told.url = f"http://127.0.0.1:{port}/v1"
        monkeypatch.setenv("OPENAI_BASE_URL", told.url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setattr(sys, "stdin", None)
        yield told


def none_for(names: tuple[str, ...]) -> dict[str, Any]:
    return dict.fromkeys(names)


def by_chat(names: tuple[str, ...]) -> None:
    mm.Chat(mm.connect(max_retries=0), display=False, **none_for(names))("Hi")


def by_chat_options(names: tuple[str, ...]) -> None:
    chat = mm.Chat(mm.connect(max_retries=0), display=False)
    chat.options.update(none_for(names))
    chat("Hi")


def by_async_chat(names: tuple[str, ...]) -> None:
    asyncio.run(mm.Chat(mm.connect(max_retries=0), display=False, **none_for(names)).ask("Hi"))


def by_run_tools(names: tuple[str, ...]) -> None:
    create = mm.connect(max_retries=0).chat.completions.create
    messages = [{"role": "user", "content": "Hi"}]
    list(mm.run_tools(create, messages, model="m", **{"reasoning_split": True, **none_for(names)}))


def by_async_run_tools(names: tuple[str, ...]) -> None:
    async def run() -> None:
        async with mm.aconnect(max_retries=0) as client:
            options = {"reasoning_split": True, **none_for(names)}
            messages = [{"role": "user", "content": "Hi"}]
            async for _ in mm.arun_tools(client.chat.completions.create, messages, model="m", **options):
                pass

    asyncio.run(run())


def by_compare(names: tuple[str, ...]) -> None:
    for error in mm.compare(
        "Hi", ["m"], client=mm.connect(max_retries=0), display=False, **none_for(names)
    ).errors.values():
        raise error


def by_async_compare(names: tuple[str, ...]) -> None:
    client = mm.connect(max_retries=0)
    for error in asyncio.run(mm.acompare("Hi", ["m"], client=client, display=False, **none_for(names))).errors.values():
        raise error


def by_measure_speed(names: tuple[str, ...]) -> None:
    mm.measure_speed("m", runs=1, client=mm.connect(max_retries=0), **{"reasoning_split": True, **none_for(names)})


def by_magic(names: tuple[str, ...], chat: str = "") -> None:
    omit = f"--omit {','.join(names)}" if names else ""
    with ipython_shell() as shell:
        shell.run_cell("%load_ext minimax_nb").raise_error()
        shell.run_cell(f"%%minimax {chat} {omit}\nHi").raise_error()


def by_magic_of_a_chat(names: tuple[str, ...]) -> None:
    by_magic(names, "-c talk")


def by_command(names: tuple[str, ...]) -> None:
    assert main(["ask", "Hi", *(["--omit", ",".join(names)] if names else [])]) == 0, "it says why"


WAYS = [
    by_chat, by_chat_options, by_async_chat, by_run_tools, by_async_run_tools, by_compare, by_async_compare,
    by_measure_speed, by_magic, by_magic_of_a_chat, by_command,
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_what_a_server_refuses_can_be_left_out(way: Callable[[tuple[str, ...]], None], server: Strict) -> None:
    way(NAMES)
    assert server.asked
    assert not [name for request in server.asked for name in NAMES if name in request]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_each_can_be_left_out_alone(way: Callable[[tuple[str, ...]], None], name: str, server: Strict) -> None:
    server.refuses = (name,)
    way((name,))
    assert all(other in request for request in server.asked for other in NAMES if other != name)


@pytest.mark.parametrize("way", [way for way in WAYS if "magic" not in way.__name__])
@pytest.mark.parametrize("name", NAMES)
def test_a_refusal_says_how_to_leave_it_out(
    way: Callable[[tuple[str, ...]], None], name: str, server: Strict, capsys: pytest.CaptureFixture[str]
) -> None:
    server.refuses = (name,)
    for _ in range(2):  # one wording, then the other
        with pytest.raises((openai.APIStatusError, AssertionError)) as caught:
            way(())
        said = f"{caught.value} {capsys.readouterr().err}"
        assert f"does not take {name}" in said
        assert f"{name}=None in mm.Chat" in said
        assert f"--omit {name} in %%minimax" in said


def test_a_name_that_cannot_be_left_out_is_told(server: Strict, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "Hi", "--omit", "temperature"]) == 2
    assert "expected names among stream_options, reasoning_split" in capsys.readouterr().err
    assert not server.asked


def test_thinking_inside_the_answer_is_asked_for_in_words(server: Strict) -> None:
    server.refuses = ()
    assert main(["ask", "--native", "Hi"]) == 0
    assert server.asked[0]["reasoning_split"] is False
