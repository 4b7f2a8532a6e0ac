"""Arguments of calls in a run: what is run, what is not, and that the history holds what was run."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from minimax_nb import arun_tools, check_history, run_tools
from minimax_nb.agent.loop import NOT_AS_RECEIVED
from minimax_nb.message.events import RoundEnded, ToolResult, ToolStarted

from ..support.scripted import AsyncScript, Script, call, chunks, completion, message

QUESTION = {"role": "user", "content": "Go"}


class Desk:
    """Tools that note what they were called with."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def write(self, path: str, deep: dict[str, Any] | None = None) -> str:
        """Write."""
        self.seen.append({"path": path} if deep is None else {"path": path, "deep": deep})
        return "written"

    async def awrite(self, path: str, deep: dict[str, Any] | None = None) -> str:
        """Write, awaited."""
        return self.write(path, deep)

    def now(self) -> str:
        """Tell the time."""
        self.seen.append({})
        return "noon"

    def search(self, words: str = "all") -> str:
        """Search."""
        self.seen.append({"words": words})
        return "found"

    @property
    def tools(self) -> list[Any]:
        return [self.write, self.awrite, self.now, self.search]


def streamed(answer: dict[str, Any], finish: str | None) -> Any:
    return chunks(answer, finish)


def in_pieces(answer: dict[str, Any], finish: str | None) -> Any:
    """The stream with the arguments cut into single characters."""
    first, *rest = chunks(answer, finish)
    delta = first["choices"][0]["delta"]
    pieces = []
    for entry in delta["tool_calls"]:
        text = entry["function"]["arguments"]
        for at, part in enumerate(text):
            outer = {**entry, "function": {**entry["function"], "arguments": part}}
            later = {"index": entry["index"], "function": {"arguments": part}}
            pieces.append({**first, "choices": [{"index": 0, "delta": {"tool_calls": [later if at else outer]}}]})
        if not text:
            pieces.append({**first, "choices": [{"index": 0, "delta": {"tool_calls": [entry]}}]})
    return [{**first, "choices": [{"index": 0, "delta": {**delta, "tool_calls": None}}]}, *pieces, *rest]


def whole(answer: dict[str, Any], finish: str | None) -> Any:
    return completion(answer, finish)


@pytest.fixture(params=["streamed", "in pieces", "whole", "async"])
def play(request: pytest.FixtureRequest) -> Any:
    """Runs one reply and a last word, in each way in which it can come; gives the messages and the events."""
    way = {"in pieces": in_pieces, "whole": whole}.get(request.param, streamed)

    def run(answer: dict[str, Any], tools: list[Any], finish: str | None = None) -> tuple[list[Any], list[Any]]:
        messages: list[Any] = [dict(QUESTION)]
        first = way(answer, finish)
        options = {"stream": request.param != "whole"}
        if request.param == "async":

            async def main() -> list[Any]:
                script = AsyncScript(first, message("Done."))
                return [event async for event in arun_tools(script, messages, tools, **options)]

            events = asyncio.run(main())
        elif request.param == "whole":
            answers = iter([first, completion(message("Done."))])
            events = list(run_tools(lambda **_: next(answers), messages, tools, **options))
        else:
            events = list(run_tools(Script(first, message("Done.")), messages, tools, **options))
        assert check_history(messages) == []
        return messages, events

    return run


def arguments_in(messages: list[Any]) -> Any:
    return json.loads(messages[1]["tool_calls"][0]["function"]["arguments"])


RUN = [
    '{"path": "a.txt"}',
    "{'path': 'a.txt'}",
    "{'path': 'a.txt', 'deep': {'x': [True, None, {'y': False}]}}",
    '{"path": "a.txt", "deep": None,}',
    '"{\\"path\\": \\"a.txt\\"}"',
    "\"{'path': 'a.txt'}\"",
    json.dumps(json.dumps(json.dumps({"path": "a.txt"}))),
    '```json\n{"path": "a.txt"}\n```',
    '{"path": "one\ntwo"}',
    '{}{"path": "a.txt"}',
    '{"path": "a.txt"}\n</invoke>',
    "{path: 'a.txt'}",
]


@pytest.mark.parametrize("name", ["write", "awrite"])
@pytest.mark.parametrize("arguments", RUN)
def test_what_can_be_read_without_loss_is_run_and_stands_in_the_history(play: Any, name: str, arguments: str) -> None:
    desk = Desk()
    messages, events = play(message("", call(name, arguments)), desk.tools)
    (seen,) = desk.seen
    assert {"deep": None, **arguments_in(messages)} == {"deep": None, **seen}
    assert messages[2]["content"] == "written"
    (result,) = [event for event in events if isinstance(event, ToolResult)]
    (ended, _) = [event for event in events if isinstance(event, RoundEnded)]
    assert result.call.arguments == ended.reply.tool_calls[0].arguments
    assert result.error is None


@pytest.mark.parametrize("name", ["now", "search"])
@pytest.mark.parametrize("arguments", ["", " ", "null", "None", '""', '"null"', "[]", "{}", '"{}"'])
def test_no_arguments_run_a_tool_that_needs_none(play: Any, name: str, arguments: str) -> None:
    desk = Desk()
    messages, _ = play(message("", call(name, arguments)), desk.tools)
    assert len(desk.seen) == 1
    assert arguments_in(messages) == {}
    assert messages[2]["content"] in {"noon", "found"}


def test_null_in_the_place_of_arguments_runs_too() -> None:
    desk = Desk()
    entry = {"id": "a", "type": "function", "function": {"name": "now", "arguments": None}}
    messages: list[Any] = [dict(QUESTION)]
    list(run_tools(Script(message("", entry), message("Done.")), messages, desk.tools))
    assert desk.seen == [{}]
    assert check_history(messages) == []


@pytest.mark.parametrize("name", ["write", "awrite"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('{"path": "a.txt', "not JSON"),
        ('{"path": "a.txt"', "not JSON"),
        ("{'path': 'a.t", "not JSON"),
        ('{"path": "a.txt", "deep": {"x": [1', "not JSON"),
        ('"{\\"path\\": \\"a.txt\\"', "not JSON"),
        ('"{\\"path\\": \\"a.txt\\""', "not JSON"),
        ('\'{"path": "a.txt"}', "not JSON"),
        ('```json\n{"path": "a.txt"', "not JSON"),
        ('{"path": "a.txt"}{"path": "b.txt"}', "not JSON"),
        ('{"path": "a.txt", "deep": {"x": NaN}}', "not JSON"),
        ('[{"path": "a.txt"}]', "expected the arguments as one JSON object"),
        ('"a.txt"', "expected the arguments as one JSON object"),
        ("null", "expected the arguments as one JSON object"),
        ("", "argument 'path' is missing"),
    ],
)
@pytest.mark.parametrize("finish", ["tool_calls", "length"])
def test_what_was_cut_off_or_is_no_object_is_never_run(
    play: Any, name: str, arguments: str, said: str, finish: str
) -> None:
    desk = Desk()
    messages, events = play(message("", call(name, arguments)), desk.tools, finish)
    assert desk.seen == []
    assert (said if finish == "tool_calls" else "") in messages[2]["content"]
    assert messages[2]["content"].startswith(f"Error: {name}: ")
    (result,) = [event for event in events if isinstance(event, ToolResult)]
    assert result.error
    if said == "not JSON":
        assert messages[2]["content"].endswith(NOT_AS_RECEIVED)


@pytest.mark.parametrize("arguments", ['{"path": "a.txt"}', "{'path': 'a.txt'}", '"{\\"path\\": \\"a.txt\\"}"'])
def test_the_call_at_which_a_reply_stopped_is_not_run_though_it_looks_whole(play: Any, arguments: str) -> None:
    desk = Desk()
    calls = [call("write", '{"path": "first"}', "a"), call("write", arguments, "b")]
    messages, events = play(message("", *calls), desk.tools, "length")
    assert desk.seen == [{"path": "first"}]
    assert messages[2]["content"] == "written"
    assert "may have been cut off" in messages[3]["content"]
    assert "token limit" in messages[3]["content"]
    assert len([event for event in events if isinstance(event, ToolStarted)]) == 1


@pytest.mark.parametrize("arguments", ["", "{}", "null"])
def test_a_call_that_was_cut_off_before_its_arguments_is_not_run(play: Any, arguments: str) -> None:
    desk = Desk()
    messages, _ = play(message("", call("search", arguments)), desk.tools, "length")
    assert desk.seen == []
    assert "may have been cut off" in messages[2]["content"]


def test_a_call_that_was_cut_off_needs_no_approval() -> None:
    answer = message("", call("now", "{}"))
    script = Script(chunks(answer, "length"), message("Done."))
    list(run_tools(script, [dict(QUESTION)], Desk().tools, approve=pytest.fail))


XML = '<minimax:tool_call><invoke name="write"><parameter name="path">a</parameter></invoke>'


@pytest.mark.parametrize("rest", ["</minimax:tool_call>", '<invoke name="write"><parameter name="path">b'])
def test_a_call_in_the_text_is_whole_by_its_tags(rest: str) -> None:
    desk = Desk()
    list(run_tools(Script(chunks(message(XML + rest), "length"), message("Done.")), [dict(QUESTION)], desk.tools))
    assert desk.seen == [{"path": "a"}]


def test_the_model_can_be_asked_before_a_call_in_another_notation_runs() -> None:
    asked = []
    desk = Desk()
    script = Script(message("", call("write", "{'path': 'a'}")), message("Done."))
    list(run_tools(script, [dict(QUESTION)], desk.tools, approve=lambda one: asked.append(one.parsed) or False))
    assert asked == [{"path": "a"}]
    assert desk.seen == []
