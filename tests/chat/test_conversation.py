"""A conversation saved and loaded, forked, and measured against the model's window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb import Chat, HistoryError, trim_history

from ..support.chats import chat_of
from ..support.scripted import Script, call, client_of, message
from ..support.tools import double

if TYPE_CHECKING:
    from pathlib import Path

THINKING = {"reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "hm"}], "reasoning_content": "hm"}


def talked() -> tuple[Chat, Script]:
    answers = (message("", call("double", '{"x": 2}'), **THINKING), message("Four.", **THINKING), message("Eight."))
    chat, script = chat_of(*answers, system="Count.", tools=[double], temperature=0.5, reasoning_split=False)
    chat("2 + 2?")
    chat("And twice that?")
    return chat, script


def test_a_saved_conversation_goes_on_as_if_it_had_not_ended(tmp_path: Path) -> None:
    chat, _ = talked()
    chat.save(tmp_path / "talk.json")
    script = Script(message("Sixteen."))
    loaded = Chat.load(tmp_path / "talk.json", client_of(script), tools=[double], display=False)
    assert loaded.messages == chat.messages
    assert loaded.trace == chat.trace
    assert (loaded.model, loaded.context) == (chat.model, chat.context)
    loaded("And again?")
    (request,) = script.requests
    assert request["messages"][:-1] == chat.messages
    assert (request["temperature"], request["extra_body"]) == (0.5, {"reasoning_split": False})
    assert loaded.trace.rounds[: len(chat.trace.rounds)] == chat.trace.rounds
    assert [one.number for one in loaded.trace.rounds] == [1, 2, 3, 4]


def test_what_is_given_counts_before_what_was_saved(tmp_path: Path) -> None:
    chat, _ = talked()
    chat.save(tmp_path / "talk.json")
    loaded = Chat.load(tmp_path / "talk.json", client_of(Script()), model="MiniMax-M3", temperature=0.1)
    assert (loaded.model, loaded.options["temperature"]) == ("MiniMax-M3", 0.1)


def test_a_history_that_would_be_refused_is_loaded_and_said_so(tmp_path: Path) -> None:
    chat, _ = talked()
    del chat.messages[3]
    chat.save(tmp_path / "talk.json")
    with pytest.warns(UserWarning, match="the service would refuse this history"):
        loaded = Chat.load(tmp_path / "talk.json", client_of(Script()))
    assert loaded.messages == chat.messages


def test_a_fork_goes_its_own_way() -> None:
    chat, script = talked()
    before, trace = [dict(one) for one in chat.messages], chat.trace
    other = chat.fork()
    script.answers.append(message("A fork."))
    assert other("Fork?").content == "A fork."
    other.messages[1]["content"] = "changed"
    assert chat.messages == before
    assert chat.trace == trace
    assert len(other.trace.rounds) == len(trace.rounds) + 1
    assert not chat.answering


def test_the_context_is_what_the_service_counted_and_an_estimate_of_the_rest() -> None:
    chat, _ = talked()
    assert chat.context.tokens == 12
    assert (chat.context.window, chat.context.share) == (204_800, 12 / 204_800)
    chat.messages.append({"role": "user", "content": "word " * 1000})
    assert 1_000 < chat.context.tokens < 2_000
    chat.messages[:] = trim_history(chat.messages, keep_turns=1)
    estimated = chat.context.tokens
    chat.messages[0] = dict(chat.messages[0])
    assert chat.context.tokens == estimated, "an edited history is estimated as a whole"


def test_a_model_that_is_not_known_has_no_window() -> None:
    chat, _ = chat_of(message("Hi."), model="my-model")
    chat("Hi?")
    assert chat.context[1:] == (None, None)


def test_a_history_beyond_the_window_is_refused_before_it_is_sent() -> None:
    chat, script = chat_of(message("Hi."))
    chat.messages += [{"role": "user", "content": "word " * 400_000}, {"role": "assistant", "content": "Long."}]
    before: list[Any] = list(chat.messages)
    with pytest.raises(HistoryError, match="trim_history"):
        chat("Hi?")
    assert not script.requests
    assert chat.messages == before
    chat.messages[:] = trim_history(chat.messages, keep_tokens=1)
    chat.messages.clear()
    assert chat("Hi?").content == "Hi."


def test_what_only_an_estimate_puts_beyond_the_window_is_sent() -> None:
    chat, script = chat_of(message("Hi."))
    chat.messages += [{"role": "user", "content": "word " * 200_000}, {"role": "assistant", "content": "Long."}]
    assert chat.context.tokens > 204_800
    chat("Hi?")
    assert script.requests


def test_a_chat_may_make_room_by_itself_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    chat, script = chat_of(message("One."), message("Two."), message("Three."), system="Count.", trim=60)
    chat("First? " + "word " * 40)
    chat("Second? " + "word " * 40)
    assert "1 exchange left out" in capsys.readouterr().err  # a script's output is its own
    assert [entry["content"][:3] for entry in chat.messages] == ["Cou", "Sec", "Two"]
    assert script.requests[1]["messages"] == chat.messages[:-1]


@pytest.mark.parametrize("trim", [False, True, 10_000])
def test_where_there_is_room_all_is_kept(trim: bool | int, capsys: pytest.CaptureFixture[str]) -> None:
    chat, _ = chat_of(message("One."), message("Two."), trim=trim)
    chat("First?")
    chat("Second?")
    assert len(chat.messages) == 4
    assert not capsys.readouterr().out


def test_a_full_window_is_made_room_in() -> None:
    chat, script = chat_of(message("Hi."), trim=True)
    chat.messages += [{"role": "user", "content": "word " * 400_000}, {"role": "assistant", "content": "Long."}]
    chat.messages += [{"role": "user", "content": "Short?"}, {"role": "assistant", "content": "Yes."}]
    chat("Hi?")
    assert [entry["content"] for entry in script.requests[0]["messages"]] == ["Short?", "Yes.", "Hi?"]
