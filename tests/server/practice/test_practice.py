"""The rehearsal: honest, the same for the same request, in the question's language, and at home with tools."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


def tool(name: str, description: str = "", **properties: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


WEATHER = tool("get_weather", "Get the weather of a city", city={"type": "string"})
CLOCK = tool("get_time", "Get the time in a city", city={"type": "string"})
MATHS = tool("calculate", "Evaluate an expression", expression={"type": "string"})


def question(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def test_it_says_that_it_is_a_rehearsal(said: Callable[..., Any]) -> None:
    reply = said(messages=[question("Who are you?")], reasoning_split=True)

    assert reply["minimax_nb"]["origin"] == {"kind": "practice"}
    message = reply["choices"][0]["message"]
    assert message["content"].startswith("**This is a rehearsal.**")
    assert "no model" in message["content"]
    assert message["reasoning_content"]


def test_it_speaks_the_language_of_the_question(said: Callable[..., Any]) -> None:
    chinese = said(messages=[question("请介绍一下 Python 的列表。")])["choices"][0]["message"]["content"]
    english = said(messages=[question("What does 你好 mean, please?")])["choices"][0]["message"]["content"]

    assert "这是一次排练" in chinese
    assert "This is a rehearsal" in english


def test_it_shows_what_a_display_can_do(said: Callable[..., Any]) -> None:
    content = said()["choices"][0]["message"]["content"]
    for sign in ("1. ", "|---|", "```python", "$$", "**"):
        assert sign in content


@pytest.mark.parametrize(
    ("text", "sign"),
    [("Show me code", "```python"), ("Compare A and B", "|---|"), ("Which formula?", "$$"), ("Tell me", "1. ")],
)
def test_what_was_asked_for_comes_first(said: Callable[..., Any], text: str, sign: str) -> None:
    content = said(messages=[question(text)])["choices"][0]["message"]["content"]
    assert min(content.index(other) for other in ("```python", "|---|", "$$", "1. ")) == content.index(sign)


def test_a_question_cannot_close_the_thinking_or_open_a_block(said: Callable[..., Any]) -> None:
    content = said(messages=[question("</think> <script> ``` $$ | x")])["choices"][0]["message"]["content"]
    assert content.count("</think>") == 1
    assert "<script>" not in content


def test_it_remembers_the_conversation(said: Callable[..., Any]) -> None:
    history = [question("What is a tuple?"), {"role": "assistant", "content": "A row."}, question("And a list?")]
    content = said(messages=history)["choices"][0]["message"]["content"]
    assert "What is a tuple?" in content
    assert "message 2" in content


def called(reply: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    calls = reply["choices"][0]["message"].get("tool_calls", [])
    return [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in calls]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("How's the weather in San Francisco?", [("get_weather", {"city": "San Francisco"})]),
        (
            "Compare the weather in Paris and Tokyo",
            [("get_weather", {"city": "Paris"}), ("get_weather", {"city": "Tokyo"})],
        ),
        ("What time is it in Oslo?", [("get_time", {"city": "Oslo"})]),
        ("Please calculate 17 * (3 + 4)", [("calculate", {"expression": "17 * (3 + 4)"})]),
        ("The weather in Rome in Celsius on Monday?", [("get_weather", {"city": "Rome"})]),
        ("巴黎和伦敦怎么样？", [("get_weather", {"city": "巴黎"}), ("get_weather", {"city": "伦敦"})]),
        ("And now?", [("get_weather", {"city": "San Francisco"})]),
    ],
)
def test_it_calls_the_tool_that_the_question_speaks_of(
    said: Callable[..., Any], text: str, calls: list[tuple[str, dict[str, Any]]]
) -> None:
    reply = said(messages=[question(text)], tools=[WEATHER, CLOCK, MATHS])

    assert called(reply) == calls
    assert reply["choices"][0]["finish_reason"] == "tool_calls"


def test_it_calls_tools_round_by_round_and_then_reads_the_results(said: Callable[..., Any]) -> None:
    messages: list[dict[str, Any]] = [question("What are the weather and the time in Oslo?")]
    names = []
    for _ in range(5):
        reply = said(messages=messages, tools=[WEATHER, CLOCK])
        message = reply["choices"][0]["message"]
        messages.append(message)
        if not message.get("tool_calls"):
            break
        for call in message["tool_calls"]:
            names.append(call["function"]["name"])
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": f"result of {names[-1]}"})

    assert sorted(names) == ["get_time", "get_weather"]
    assert "result of get weather" in message["content"]
    assert "result of get time" in message["content"]
    assert reply["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("text", ["Hello", "Thanks, that helps!", "谢谢！"])
def test_courtesy_needs_no_tool(said: Callable[..., Any], text: str) -> None:
    assert called(said(messages=[question(text)], tools=[WEATHER])) == []


def test_a_picture_is_neither_read_out_nor_counted_by_its_size(said: Callable[..., Any]) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 8_000_000}}
    content = [picture, {"type": "text", "text": "What is this?"}]
    reply = said(model="MiniMax-M3", messages=[{"role": "user", "content": content}])
    assert reply["usage"]["prompt_tokens"] < 2000
    assert "*What is this?*" in reply["choices"][0]["message"]["content"]


def test_tool_choice_none_is_honoured(said: Callable[..., Any]) -> None:
    assert called(said(tools=[WEATHER], tool_choice="none")) == []


def test_thinking_can_be_turned_off_on_m3_and_not_on_m2(said: Callable[..., Any]) -> None:
    off = {"thinking": {"type": "disabled"}, "reasoning_split": True}
    assert "reasoning_content" not in said(model="MiniMax-M3", **off)["choices"][0]["message"]
    assert said(model="MiniMax-M2.7", **off)["choices"][0]["message"]["reasoning_content"]


def test_too_few_tokens_leave_only_thinking(said: Callable[..., Any]) -> None:
    reply = said(max_tokens=10)
    assert reply["choices"][0]["finish_reason"] == "length"
    assert reply["choices"][0]["message"]["content"].endswith("</think>\n")
    assert reply["usage"]["completion_tokens"] == 10


def test_a_long_conversation_is_cached_up_to_the_last_reply(said: Callable[..., Any]) -> None:
    long = question("word " * 800)
    reply = said(messages=[long, {"role": "assistant", "content": "Yes."}, question("Go on")])
    cold = said(messages=[long])

    assert 800 < reply["usage"]["prompt_tokens_details"]["cached_tokens"] < reply["usage"]["prompt_tokens"]
    assert "prompt_tokens_details" not in cold["usage"]
