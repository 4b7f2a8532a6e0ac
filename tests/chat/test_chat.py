"""Chat: a history that can always go on, turns on show, errors that leave nothing half done."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openai import AsyncOpenAI, OpenAI

from minimax_nb import (
    Chat,
    StreamFormatError,
    ToolError,
    TurnLimitError,
    check_history,
    collect,
)

from ..support import notebook_files
from ..support.chats import chat_of
from ..support.scripted import AsyncScript, Script, call, client_of, message
from ..support.tools import double, wait

if TYPE_CHECKING:
    from minimax_nb.server.app import EmbeddedServer


def test_a_question_leads_to_tools_and_an_answer() -> None:
    chat, script = chat_of(message("", call("double", '{"x": 2}')), message("Four."), system="Count.", tools=[double])
    assert chat("2 + 2?").content == "Four."
    assert [entry["role"] for entry in chat.messages] == ["system", "user", "assistant", "tool", "assistant"]
    assert script.requests[0]["model"] == "MiniMax-M2.7"
    assert script.requests[0]["extra_body"] == {"reasoning_split": True}


def test_the_next_question_carries_the_whole_history() -> None:
    chat, script = chat_of(message("One."), message("Two."))
    chat("First?")
    chat("Second?")
    assert [entry["content"] for entry in script.requests[1]["messages"]] == ["First?", "One.", "Second?"]
    assert script.requests[1]["messages"] == chat.messages[:-1]


@pytest.mark.parametrize(
    ("settings", "body"),
    [
        ({"reasoning_split": False}, {"reasoning_split": False}),
        (
            {"extra_body": {"thinking": {"type": "disabled"}}},
            {"reasoning_split": True, "thinking": {"type": "disabled"}},
        ),
        ({"extra_body": {"reasoning_split": False}}, {"reasoning_split": False}),
        ({"reasoning_split": None}, None),
    ],
)
def test_what_is_beyond_the_sdk_goes_into_the_extra_body(settings: dict[str, Any], body: Any) -> None:
    chat, script = chat_of(message("Hi."), **settings)
    chat("Hi?")
    assert script.requests[0].get("extra_body") == body


def test_other_options_go_with_each_request() -> None:
    chat, script = chat_of(message("Hi."), temperature=0.3, max_completion_tokens=99)
    chat("Hi?")
    assert (script.requests[0]["temperature"], script.requests[0]["max_completion_tokens"]) == (0.3, 99)


def test_two_tools_with_one_name_are_refused_at_once() -> None:
    with pytest.raises(ToolError, match="two tools"):
        Chat(client_of(Script()), tools=[double, double])


def test_the_limit_leaves_a_chat_that_goes_on() -> None:
    chat, script = chat_of(message("", call("double", '{"x": 1}')), tools=[double], max_rounds=2)
    with pytest.raises(TurnLimitError):
        chat("Count.")
    script.answers = [message("Enough.")]
    script.requests.clear()
    assert chat("Stop.").content == "Enough."


def test_a_chat_answers_one_question_at_a_time() -> None:
    def nested() -> str:
        """Ask again."""
        chat("Again?")
        return ""

    chat, _ = chat_of(message("", call("nested")), message("Fine."), tools=[nested])
    chat("Go")
    assert "still answering" in chat.messages[2]["content"]


def test_the_trace_tells_what_happened() -> None:
    native = "<think>\nHm.\n</think>\n\n"
    chat, _ = chat_of(message(native, call("double", '{"x": 2}')), message("Four."), tools=[double], system="Count.")
    chat("2 + 2?")
    assert [step.kind for step in chat.trace] == ["system", "user", "think", "call", "result", "answer"]
    assert [entry.usage.completion_tokens for entry in chat.trace.rounds] == [7, 7]


@pytest.mark.parametrize(("typed", "said"), [("y", "4"), ("YES ", "4"), ("", "did not allow"), ("too big", "too big")])
def test_the_reader_is_asked_before_a_tool_runs(monkeypatch: pytest.MonkeyPatch, typed: str, said: str) -> None:
    asked: list[str] = []
    monkeypatch.setattr("builtins.input", lambda prompt: asked.append(prompt) or typed)
    answer = message("", call("double", '{"x": 2, "\\u001b[2J": 1}' if not typed else '{"x": 2}'))
    chat, _ = chat_of(answer, message("Fine."), tools=[double], approve=True)
    chat("2 + 2?")
    assert said in chat.messages[2]["content"]
    assert asked[0].startswith("Run double(x=2")
    assert "\x1b" not in asked[0]


@pytest.mark.parametrize("error", [EOFError(), NotImplementedError("no stdin")])
def test_where_nobody_can_be_asked_no_tool_runs(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def nobody(_: str) -> str:
        raise error

    monkeypatch.setattr("builtins.input", nobody)
    chat, _ = chat_of(message("", call("double", '{"x": 2}')), message("Fine."), tools=[double], approve=True)
    chat("2 + 2?")
    assert "nobody was there to be asked" in chat.messages[2]["content"]


def test_approve_has_to_be_a_function_or_true() -> None:
    with pytest.raises(TypeError, match="approve"):
        Chat(client_of(Script()), approve="yes")  # type: ignore[arg-type]


def test_the_async_twin_asks_the_same() -> None:
    script = AsyncScript(message("", call("double", '{"x": 2}')), message("Four."))
    chat = Chat(client_of(script), tools=[double], display=False)
    assert asyncio.run(chat.ask("2 + 2?")).content == "Four."
    assert len(chat.messages) == 4


def test_a_chat_works_with_openais_client(server: EmbeddedServer) -> None:
    with OpenAI(base_url=server.base_url, api_key=server.api_key) as plain:
        chat = Chat(plain, tools=[double], display=False)
        assert asyncio.run(chat.ask("Double 21, please.")).complete
        assert chat("And 4?").complete
    assert [step.kind for step in chat.trace][:4] == ["user", "think", "call", "result"]
    check_history(chat.messages).raise_if_refused()


def test_a_chat_works_with_openais_async_client(server: EmbeddedServer) -> None:
    async def main() -> None:
        async with AsyncOpenAI(base_url=server.base_url, api_key=server.api_key) as plain:
            chat = Chat(plain, tools=[double], display=False)
            assert (await chat.ask("Double 21, please.")).complete
            with pytest.raises(TypeError, match=r"await chat\.ask"):
                chat("And 4?")

    asyncio.run(main())


def test_a_long_history_is_sent_whole() -> None:
    chat, script = chat_of(message("Yes."))
    chat.messages += [entry for _ in range(1_000) for entry in ({"role": "user", "content": "?"}, message("!"))]
    chat("Still there?")
    assert len(script.requests[0]["messages"]) == 2_001


def test_a_chat_says_what_it_is_and_no_key(server: EmbeddedServer) -> None:
    with OpenAI(base_url=server.base_url, api_key=server.api_key) as plain:
        chat = Chat(plain, tools=[double], display=False)
    assert repr(chat) == "Chat('MiniMax-M2.7', 0 messages, tools=['double'])"
    assert server.api_key not in repr(vars(chat)) + json.dumps(chat.trace.to_json())


def test_a_terminal_reads_the_turn_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = call("double", '{"x": "\\u001b[2J"}')
    chat = Chat(client_of(Script(message("", hostile), message("Four."))), tools=[double])
    chat("2 + 2?")
    out = capsys.readouterr().out
    assert "[tool failed] double(x=\"\\u001b[2J\") → Error: double: argument 'x'" in out
    assert out.rstrip().endswith("Four.")
    assert "\x1b" not in out


CELL = """
import sys; sys.path.insert(0, {tests!r})
from scripted import Script, call, client_of, message
from tools import double
from minimax_nb import Chat

script = Script(message("", call("double", '{{"x": 2}}')), message("It is **four**."))
chat = Chat(client_of(script), tools=[double])
chat("2 + 2?")
"""


def test_a_headless_notebook_gets_one_output_a_turn() -> None:
    import nbformat

    cell = nbformat.v4.new_code_cell(CELL.format(tests=str(Path(__file__).parents[1] / "support")))
    book = nbformat.v4.new_notebook(cells=[cell])
    notebook_files.run(book)
    (output,) = cell.outputs
    assert output.output_type == "display_data"
    assert set(output.data) == {"text/plain", "text/markdown", "text/html"}
    assert output.data["text/plain"].split("\n") == [
        "[call] double(x=2)",
        "[result] double(x=2) → 4",
        "",
        "It is **four**.",
    ]


def test_the_first_text_is_the_model() -> None:
    chat = Chat("MiniMax-M3", display=False)
    assert chat.model == "MiniMax-M3"
    with pytest.raises(TypeError, match=r"Chat\(model='MiniMax-M3'\)"):
        Chat("MiniMax-M2.7", "MiniMax-M3")


@pytest.mark.parametrize(
    ("name", "meant"),
    [("temprature", "'temperature'"), ("max_token", "'max_tokens'"), ("sistem", "'system'"), ("top_k", "extra_body")],
)
def test_an_unknown_parameter_is_refused_when_the_chat_is_made(name: str, meant: str) -> None:
    with pytest.raises(TypeError, match=meant):
        Chat(client_of(Script()), display=False, **{name: 1})


def test_minimaxs_own_parameters_go_where_the_sdk_takes_them() -> None:
    chat, script = chat_of(message("Hi"), thinking={"type": "disabled"}, temperature=0.5, extra_body={"top_k": 1})
    chat("Hello")
    (request,) = script.requests
    assert request["extra_body"] == {"thinking": {"type": "disabled"}, "top_k": 1, "reasoning_split": True}
    assert (request["temperature"], "thinking" in request) == (0.5, False)


def test_a_history_can_be_gone_on_with_and_a_single_tool_is_one() -> None:
    before = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi."}]
    chat, script = chat_of(message("Yes."), messages=before, system="Be brief.", tools=double)
    chat("Still there?")
    assert [one["role"] for one in script.requests[0]["messages"]] == ["system", "user", "assistant", "user"]
    assert list(chat.tools) == ["double"]
    assert len(before) == 2
    assert [step.kind for step in chat.trace][:3] == ["system", "user", "answer"]


def test_what_plainly_holds_messages_can_be_checked() -> None:
    chat, _ = chat_of(messages=[{"role": "user", "content": ""}])
    for history in (chat, {"messages": chat.messages, "model": "m"}, chat.messages[0]):
        assert [finding.code for finding in check_history(history)] == ["empty-message"]
    for junk in ("Hello", b"x", {"a": 1}, 3, None):
        with pytest.raises(TypeError, match="expected a list of messages"):
            check_history(junk)


def test_messages_are_no_source_of_a_reply() -> None:
    with pytest.raises(StreamFormatError, match=r"list of messages: Trace\(messages\)"):
        collect([{"role": "user", "content": "Hello"}])


def test_in_a_terminal_results_stand_in_the_order_of_the_calls(capsys: pytest.CaptureFixture[str]) -> None:
    calls = [call("double", '{"x": 1}', "a"), call("wait", '{"name": "b"}', "b"), call("triple", "{}", "c")]
    chat = Chat(client_of(Script(message("", *calls), message("Done."))), tools=[double, wait])
    chat("Go")
    lines = [line for line in capsys.readouterr().out.split("\n") if line.startswith("[tool ") and "→" in line]
    assert [line.partition(" →")[0] for line in lines] == [
        "[tool result] double(x=1)",
        '[tool result] wait(name="b")',
        "[tool failed] triple()",
    ]
