"""One question of a chat: checked, shown, and taken back if it led to nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from openai import APIStatusError, OpenAI

from minimax_nb import (
    Chat,
    HistoryError,
    StreamCutError,
    StreamInterrupted,
    Trace,
    check_history,
)
from minimax_nb.message.finish_reason import TAKEN_BACK

from ..support.chats import chat_of
from ..support.scripted import AsyncScript, Script, call, chunks, client_of, message
from ..support.tools import double, stop

if TYPE_CHECKING:
    from minimax_nb.server.app import EmbeddedServer


@pytest.mark.parametrize("question", ["", "  \n", []])
def test_an_empty_question_is_refused(question: Any) -> None:
    chat, script = chat_of(message("Hi."))
    with pytest.raises(ValueError, match="expected a question"):
        chat(question)
    assert chat.messages == script.requests == []


@pytest.mark.parametrize("question", [None, 3, {"role": "user"}, {1, 2}, [None], [["a"]]])
def test_what_is_no_question_is_refused(question: Any) -> None:
    chat, _ = chat_of(message("Hi."))
    with pytest.raises(TypeError, match="expected a question"):
        chat(question)


def test_a_history_that_the_service_would_refuse_is_not_sent() -> None:
    chat, script = chat_of(message("", call("double", '{"x": 2}')), message("Four."), tools=[double])
    chat("2 + 2?")
    del chat.messages[2]
    asked = len(script.requests)
    with pytest.raises(HistoryError, match="missing-result") as caught:
        chat("And?")
    assert caught.value.findings
    assert len(script.requests) == asked
    assert chat.messages[-1] == message("Four.")


def test_an_interrupt_while_streaming_keeps_what_can_stand() -> None:
    chat, _ = chat_of([chunks(message("Half an"))[0], KeyboardInterrupt()], message("Whole."))
    with pytest.raises(StreamInterrupted) as caught:
        chat("Tell me.")
    assert caught.value.reply is not None
    assert [entry["content"] for entry in chat.messages] == ["Tell me.", "Half an"]
    assert chat("Go on").content == "Whole."


def test_a_question_that_led_to_nothing_is_taken_back() -> None:
    thinking = chunks(message("", reasoning_content="Hm"))[0]
    for answer in (
        OSError("no network"),
        [thinking, KeyboardInterrupt()],
        [thinking, ConnectionError("gone")],
        message(""),
    ):
        chat, _ = chat_of(answer, message("Yes."))
        try:
            chat("Are you there?")
        except (OSError, StreamInterrupted, StreamCutError):
            assert chat.messages == []
        assert chat("Now?").content == "Yes."
        check_history(chat.messages).raise_if_refused()


def test_a_stop_while_the_model_thinks_says_that_the_question_was_taken_back(
    capsys: pytest.CaptureFixture[str],
) -> None:
    chat = Chat(
        client_of(Script([chunks(message("", reasoning_content="Hm"))[0], KeyboardInterrupt()], message("Yes.")))
    )
    with pytest.raises(StreamInterrupted):
        chat("Are you there?")
    assert TAKEN_BACK in capsys.readouterr().out
    assert chat.messages == []


@pytest.mark.parametrize("thought", ["", "Hm"], ids=["nothing", "thinking"])
@pytest.mark.parametrize("finish", [None, "length", "content_filter"])
def test_a_reply_without_an_answer_is_written_once(
    finish: str | None, thought: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, last, usage = chunks(message("", reasoning_content=thought), finish)
    chat = Chat(client_of(Script([first, last, usage] if finish else [first])))
    assert not chat("Tell me.").complete
    shown = capsys.readouterr().out
    assert shown.count("[thinking]\nHm\n") == bool(thought)
    assert len([line for line in shown.splitlines() if line.startswith("[") and line != "[thinking]"]) == 1


def test_a_stop_that_keeps_its_question_says_nothing_of_the_kind(capsys: pytest.CaptureFixture[str]) -> None:
    chat = Chat(client_of(Script([chunks(message("Half an"))[0], KeyboardInterrupt()], message("Whole."))))
    with pytest.raises(StreamInterrupted):
        chat("Tell me.")
    assert TAKEN_BACK not in capsys.readouterr().out


def test_an_interrupt_in_a_tool_leaves_a_chat_that_goes_on() -> None:
    chat, _ = chat_of(message("", call("stop")), message("Fine."), tools=[stop])
    with pytest.raises(StreamInterrupted):
        chat("Wait.")
    assert not check_history(chat.messages)
    assert chat("Never mind.").content == "Fine."
    assert [step.kind for step in chat.trace] == ["user", "call", "result", "user", "answer"]


def test_a_call_that_was_not_finished_is_said_to_be_so_everywhere() -> None:
    calls = [call("double", '{"x": 1}', "a"), call("stop", "{}", "b"), call("double", '{"x": 3}', "c")]
    chat, _ = chat_of(message("", *calls), tools=[double, stop])
    with pytest.raises(StreamInterrupted):
        chat("Wait.")
    results = [step for step in chat.trace if step.kind == "result"]
    assert [(step.call_id, step.error, step.duration_s is None) for step in results] == [
        ("a", False, False),
        ("b", True, True),
        ("c", True, True),
    ]
    told = [entry["content"] for entry in chat.messages if entry["role"] == "tool"]
    assert [step.text for step in results] == told
    (exchange,) = chat.exchanges()
    assert exchange.steps == chat.trace.steps[1:]
    assert Trace.from_json(chat.trace.to_json()) == chat.trace
    assert chat.trace.frame()["error"].tolist() == [False] * 5 + [True] * 2


def test_a_cancelled_question_leaves_a_chat_that_goes_on() -> None:
    async def hang() -> None:
        """Hang."""
        started.set()
        await asyncio.sleep(60)

    async def main() -> None:
        nonlocal started
        started = asyncio.Event()
        task = asyncio.create_task(chat.ask("Wait."))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await chat.ask("Never mind.")

    started: Any = None
    chat = Chat(client_of(AsyncScript(message("", call("hang")), message("Fine."))), tools=[hang], display=False)
    asyncio.run(main())
    assert not check_history(chat.messages)
    assert [step.kind for step in chat.trace] == ["user", "call", "result", "user", "answer"]


def test_an_error_of_the_service_leaves_the_history_as_it_was(server: EmbeddedServer) -> None:
    with OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0) as plain:
        chat = Chat(plain, model="no-such-model", display=False)
        with pytest.raises(APIStatusError):
            chat("Hi?")
        assert chat.messages == []
        assert len(chat.trace) == 0
        chat.model = "MiniMax-M2.7"
        assert chat("Hi?").complete


@pytest.mark.parametrize("question", ["half \ud83d", [{"type": "text", "text": "\udc00"}], "a\x00b"])
def test_a_question_that_cannot_be_sent_is_told_before_it_is(question: Any) -> None:
    chat, script = chat_of(message("never"))
    with pytest.raises(HistoryError, match=r"broken-characters.*repair_history"):
        chat(question)
    assert (chat.messages, script.requests) == ([], [])
