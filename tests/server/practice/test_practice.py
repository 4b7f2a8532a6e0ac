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


FLIGHT = tool(
    "search_flights",
    "Search flights",
    origin={"type": "string"},
    destination={"type": "string"},
    date={"type": "string", "format": "date"},
    passengers={"type": "integer"},
)
MAIL = tool("send_email", "Send an e-mail", to={"type": "string"}, body={"type": "string"})
READER = tool("read_file", "Read a file", path={"type": "string"}, lines={"type": "integer"})
SEARCH = tool("web_search", "Search the web", query={"type": "string"})
TRANSLATOR = tool("translate", "Translate a text", text={"type": "string"}, target_language={"type": "string"})
FORECAST = tool("forecast", "Get the forecast", location={"type": "string"}, days={"type": "integer"})
STOCK = tool("get_price", "Get the price of a share", symbol={"type": "string"})


@pytest.mark.parametrize(
    ("offered", "text", "values"),
    [
        *[
            (FORECAST, text, {"location": place, "days": 1})
            for text, place in [
                ("Weather in Beijing?", "Beijing"),
                ("Temperature in Beijing?", "Beijing"),
                ("Forecast Beijing", "Beijing"),
                ("FORECAST FOR BEIJING", "BEIJING"),
                ("Beijing forecast, please", "Beijing"),
                ("Forecast: Beijing", "Beijing"),
                ("Is it raining in the Netherlands?", "Netherlands"),
                ("what's the weather in new york tomorrow?", "new york"),
                ("How is the weather at St. Louis today", "St. Louis"),
                ("I'd like the forecast for Rio de Janeiro", "Rio de Janeiro"),
                ("Weather in San Francisco, CA?", "San Francisco, CA"),
                ("What's the weather in Paris, France today?", "Paris, France"),
                ("Tell me about Anna's weekend in Oslo", "Oslo"),
                ("Wie ist das Wetter in München?", "München"),
                ("Quel temps fait-il à Paris ?", "Paris"),
                ("¿Qué tiempo hace en Madrid?", "Madrid"),
                ("Погода в Москве?", "Москве"),
                ("请问苏州今天的天气怎么样？", "苏州"),
                ("東京の天気は？", "東京"),
            ]
        ],
        (FORECAST, "The next 5 days in Oslo on 2026-03-01?", {"location": "Oslo", "days": 5}),
        (FORECAST, "2 people want 4 days in Rome", {"location": "Rome", "days": 4}),
        (
            FLIGHT,
            "Flights from Paris to Tokyo on 2026-03-05 for 2 people",
            {"origin": "Paris", "destination": "Tokyo", "date": "2026-03-05", "passengers": 2},
        ),
        (MAIL, 'Send "Dinner at 8?" to anna@example.com', {"to": "anna@example.com", "body": "Dinner at 8?"}),
        (READER, "Show me 20 lines of data/my_file.csv", {"path": "data/my_file.csv", "lines": 20}),
        (READER, "Open notes_2024.txt", {"path": "notes_2024.txt", "lines": 1}),
        (SEARCH, "Search for 'ocean currents'", {"query": "ocean currents"}),
        (SEARCH, "Search for “ocean currents”", {"query": "ocean currents"}),
        (SEARCH, "What do people's cats like?", {"query": "What do people's cats like?"}),
        (TRANSLATOR, "Translate 'good morning' into French", {"text": "good morning", "target_language": "French"}),
        (STOCK, "What is the price of AAPL?", {"symbol": "AAPL"}),
        (MATHS, "How much is 1,200 / 7 on 2026-01-02?", {"expression": "1,200 / 7"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_arguments_are_what_the_question_is_about(
    said: Callable[..., Any], offered: dict[str, Any], text: str, values: dict[str, Any]
) -> None:
    reply = said(messages=[question(text)], tools=[offered])
    assert called(reply) == [(offered["function"]["name"], values)]


@pytest.mark.parametrize(
    ("text", "cities"),
    [
        ("Paris and London weather?", ["Paris", "London"]),
        ("Weather in New York City, London, and São Paulo", ["New York City", "London", "São Paulo"]),
        ("Oslo vs. Rome", ["Oslo", "Rome"]),
        ("Is Oslo or Rome warmer?", ["Oslo", "Rome"]),
        ("Weather in Oslo, Rome and Cairo", ["Oslo", "Rome", "Cairo"]),
    ],
)
def test_several_things_get_a_call_each(said: Callable[..., Any], text: str, cities: list[str]) -> None:
    reply = said(messages=[question(text)], tools=[WEATHER])
    assert [values["city"] for _, values in called(reply)] == cities


THINKING_WORDS = ["<think>", "</think>", "<mm:think>", "<THINK>", "< think >", "<thinking>", "<minimax:tool_call>"]


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("words", ["Show the two forms in a table", "请用表格比较", *THINKING_WORDS])
@pytest.mark.parametrize("place", ["question", "earlier", "result", "tool"])
def test_nothing_in_a_rehearsal_is_taken_for_thinking(
    ask: Callable[..., Any], words: str, split: bool, stream: bool, place: str
) -> None:
    messages: list[dict[str, Any]] = [question(words if place == "question" else "Ping?")]
    name = words if place == "tool" else "look"
    if place == "earlier":
        messages = [question(words), {"role": "assistant", "content": "Yes."}, question("And?")]
    if place in ("result", "tool"):
        call = {"id": "c", "type": "function", "function": {"name": name, "arguments": "{}"}}
        messages += [
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": words},
        ]
    response = ask(messages=messages, reasoning_split=split, stream=stream)
    bodies = [event.body for event in response.events] if stream else [json.loads(response.body)]
    parts = [choice.get("delta") or choice["message"] for body in bodies for choice in body["choices"]]
    content = "".join(part.get("content") or "" for part in parts)
    if not split:
        assert content.startswith("<think>\n")
        assert content.count("</think>") == 1
        content = content.replace("<think>", "", 1).replace("</think>", "", 1)
    assert "<" not in content
    assert "<" not in "".join(part.get("reasoning_content") or "" for part in parts)


@pytest.mark.parametrize(
    "text",
    [
        "Read my_file_name.csv and data[0]",
        "What does a * b * c give?",
        "Explain __init__.py and **kwargs",
        "Is x[i] or [a](b) a link?",
        "What about C:\\temp\\new.txt?",
        "Run `ls -l` for me",
        "Is ``a`` or ` right?",
        "It costs $5 and $6 & more",
        "A ~~b~~ | c # d",
    ],
)
@pytest.mark.parametrize("place", ["question", "earlier", "result"])
def test_what_is_repeated_is_shown_as_it_was_written(said: Callable[..., Any], text: str, place: str) -> None:
    from markdown_it import MarkdownIt

    messages: list[dict[str, Any]] = [question(text if place == "question" else "Ping?")]
    if place == "earlier":
        messages = [question(text), {"role": "assistant", "content": "Yes."}, question("And?")]
    if place == "result":
        call = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}
        messages += [
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": text},
        ]
    message = said(messages=messages, reasoning_split=True)["choices"][0]["message"]
    fields = [message["content"], *([message["reasoning_content"]] if place == "question" else [])]
    for field in fields:
        tokens = MarkdownIt("commonmark").enable(["strikethrough", "table"]).parse(field)
        shown = [child.content for token in tokens for child in token.children or ()]
        assert text in shown


def test_a_long_rehearsal_is_not_dragged_out(ask: Callable[..., Any]) -> None:
    many = tool("fill", "Fill the form", rows={"type": "array", "minItems": 400, "items": {"type": "string"}})
    response = ask(messages=[question("Fill it")], tools=[many], stream=True)
    assert response.events[-1].t < 10


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
    assert "result of get_weather" in message["content"]
    assert "result of get_time" in message["content"]
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
