"""The examples of MiniMax's OpenAI-compatible API page and of its tool guide, in the shape the pages give them.

They run against the embedded server as they would against the service: a bare ``OpenAI()``, two variables, no import of
this library. Only the words are ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from openai import OpenAI

import minimax_nb as mm
from minimax_nb.catalog import MODELS
from minimax_nb.server.app import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = [model.name for model in MODELS if model.on_page]
SERVED = [*PAGE, "MiniMax-M3", "MiniMax-M3.1-Flash"]
GREETING = [
    {"role": "system", "content": "You are a helpful assistant."},
    {"role": "user", "content": "Hi, how are you?"},
]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Look up the weather at a place that the user has named.",
        "parameters": {
            "type": "object",
            "properties": {"location": {"type": "string", "description": "City and country, e.g. San Francisco, US"}},
            "required": ["location"],
        },
    },
}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(speed="max", strict=True) as running:
        yield running


@pytest.fixture
def exported(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two exports of the page's second step."""
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", server.api_key)


def sampled(stream: Any) -> tuple[str, str, str]:
    """Print a stream as the page's sample does, which takes each chunk for all of the text so far.

    Returns:
        What is printed of the thinking, and of the answer, and the answer it ends with.
    """
    thinking, answer = "", ""
    reasoning_buffer, text_buffer = "", ""
    for chunk in stream:
        delta = chunk.choices[0].delta
        if hasattr(delta, "reasoning_details") and delta.reasoning_details:
            for detail in delta.reasoning_details:
                if "text" in detail:
                    new = detail["text"][len(reasoning_buffer) :]
                    if new:
                        thinking += new
                        reasoning_buffer = detail["text"]
        if delta.content:
            new = delta.content[len(text_buffer) :] if text_buffer else delta.content
            if new:
                answer += new
                text_buffer = delta.content
    return thinking, answer, text_buffer


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize("model", SERVED)
def test_the_quick_start_reads_thinking_and_text_apart(model: str) -> None:
    with OpenAI() as client:
        response = client.chat.completions.create(model=model, messages=GREETING, extra_body={"reasoning_split": True})
    message = response.choices[0].message
    thinking = message.reasoning_details[0]["text"]
    assert thinking.strip()
    assert message.content.strip()
    assert "<think>" not in message.content
    assert response.model == model
    assert response.usage.completion_tokens > response.usage.completion_tokens_details.reasoning_tokens > 0


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize("model", [name for name in SERVED if name != "MiniMax-M3.1-Flash"])  # it splits by itself
def test_native_format_keeps_the_thinking_in_the_content(model: str) -> None:
    with OpenAI() as client:
        native = client.chat.completions.create(model=model, messages=GREETING)
        split = client.chat.completions.create(model=model, messages=GREETING, extra_body={"reasoning_split": True})
    content, message = native.choices[0].message.content, split.choices[0].message
    assert not hasattr(native.choices[0].message, "reasoning_details")
    assert content.startswith("<think>\n")
    thinking, answer = content.removeprefix("<think>\n").split("</think>")
    assert thinking.strip() == message.reasoning_details[0]["text"]
    assert answer.strip() == message.content


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize("quirk", ["no-done", "done"])
@pytest.mark.parametrize("model", SERVED)
def test_the_streaming_sample_loses_text_that_ours_keeps(model: str, quirk: str) -> None:
    request: dict[str, Any] = {"model": model, "messages": GREETING}
    request["extra_body"] = {"reasoning_split": True, "minimax_nb": {"quirks": [quirk]}}
    with OpenAI() as client:
        whole = client.chat.completions.create(**request).choices[0].message
        thinking, answer, kept = sampled(client.chat.completions.create(**request, stream=True))
        reply = mm.collect(client.chat.completions.create(**request, stream=True))
    assert len(answer) < len(whole.content)
    assert len(thinking) < len(whole.reasoning_details[0]["text"])
    assert kept != whole.content
    assert (reply.reasoning, reply.content) == (whole.reasoning_details[0]["text"], whole.content)


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize("model", SERVED)
def test_the_streaming_sample_is_right_where_chunks_are_snapshots(model: str) -> None:
    snapshots = {"reasoning_split": True, "minimax_nb": {"quirks": ["snapshot"]}}
    request: dict[str, Any] = {"model": model, "messages": GREETING}
    with OpenAI() as client:
        whole = client.chat.completions.create(**request, extra_body={"reasoning_split": True}).choices[0].message
        printed = sampled(client.chat.completions.create(**request, extra_body=snapshots, stream=True))
        reply = mm.collect(client.chat.completions.create(**request, extra_body=snapshots, stream=True))
    assert printed == (whole.reasoning_details[0]["text"], whole.content, whole.content)
    assert (reply.reasoning, reply.content) == printed[:2]


@pytest.mark.usefixtures("exported")
def test_the_table_of_models_is_served() -> None:
    with OpenAI() as client:
        names = [model.id for model in client.models.list()]
        table = mm.models(client)
    assert set(names) == set(SERVED)
    assert list(table.index[:7]) == PAGE
    assert list(table.index[table["served"]]) == SERVED


@pytest.mark.usefixtures("exported")
@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("model", SERVED)
def test_the_tool_guide_thinks_calls_thinks_and_answers(model: str, split: bool) -> None:
    messages: list[Any] = [{"role": "user", "content": "How's the weather in San Francisco?"}]
    extra = {"reasoning_split": split}
    with OpenAI() as client:
        first = client.chat.completions.create(model=model, messages=messages, tools=[WEATHER], extra_body=extra)
        message = first.choices[0].message
        call = message.tool_calls[0]
        assert first.choices[0].finish_reason == "tool_calls"
        assert "San Francisco" in json.loads(call.function.arguments)["location"]
        messages += [message, {"role": "tool", "tool_call_id": call.id, "content": "24℃, sunny"}]
        final = client.chat.completions.create(model=model, messages=messages, tools=[WEATHER], extra_body=extra)
    for said in (message, final.choices[0].message):
        data = said.model_dump()
        assert data["reasoning_details"][0]["text"] if split else data["content"].startswith("<think>")
    assert "24" in final.choices[0].message.content


def test_a_script_in_the_pages_words_runs_with_one_line_added() -> None:
    script = """
import minimax_nb; minimax_nb.configure()
from openai import OpenAI
client = OpenAI()
response = client.chat.completions.create(
    model="MiniMax-M2.7",
    messages=[
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "Hi, how are you?"},
    ],
    extra_body={"reasoning_split": True},
)
print(f"Thinking:\\n{response.choices[0].message.reasoning_details[0]['text']}\\n")
print(f"Text:\\n{response.choices[0].message.content}\\n")
"""
    command = [sys.executable, "-W", "error", "-c", script]
    speed = {**os.environ, "MINIMAX_NB_SPEED": "max"}
    runs = [
        subprocess.run(command, capture_output=True, text=True, timeout=60, env=speed, check=False) for _ in range(2)
    ]
    said = "minimax_nb: no key found; requests go to the embedded server on this machine.\n"
    assert [run.stderr for run in runs] == [said, said]
    rest = runs[0].stdout.splitlines()
    assert rest[0] == "Thinking:"
    assert "Text:" in rest
    assert runs[0].stdout == runs[1].stdout, "the same on every run, byte for byte"
