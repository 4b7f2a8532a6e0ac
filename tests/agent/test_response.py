"""An answer in a form that was asked for: read, asked for once more with the reasons, or an error that holds it."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import TYPE_CHECKING, Any, Literal

import pydantic
import pytest

from minimax_nb import Chat, Reply, ResponseFormatError, check_history

from ..support.chats import chat_of
from ..support.scripted import AsyncScript, Script, call, client_of, message
from ..support.tools import double

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclasses.dataclass
class City:
    name: str
    people: int


class Town(pydantic.BaseModel):
    name: str
    people: int


ROME = '{"name": "Rome", "people": 2800000}'


@pytest.mark.parametrize(
    ("wanted", "answer", "value"),
    [
        (City, ROME, City("Rome", 2_800_000)),
        (Town, f"Here it is:\n```json\n{ROME}\n```\nGlad to help.", Town(name="Rome", people=2_800_000)),
        (list[City], f"[{ROME}]", [City("Rome", 2_800_000)]),
        (Literal["good", "bad"], "good", "good"),
        (int, "42", 42),
    ],
)
def test_the_value_is_in_parsed(wanted: Any, answer: str, value: Any) -> None:
    chat, script = chat_of(message(answer))
    reply = chat("Where?", response=wanted)
    assert reply.parsed == value
    assert reply.content == answer
    (request,) = script.requests
    asked = request["messages"][-1]["content"]
    assert asked.startswith("Where?\n\n")
    assert json.dumps("JSON schema")[1:-1] in asked
    assert "response" not in request


def test_content_parts_get_the_schema_as_one_more() -> None:
    chat, script = chat_of(message("1"))
    chat([{"type": "text", "text": "How many?"}], response=int)
    first, second = script.requests[0]["messages"][-1]["content"]
    assert first["text"] == "How many?"
    assert "schema" in second["text"]


def test_an_answer_that_does_not_fit_is_asked_for_once_more_with_the_reason() -> None:
    chat, script = chat_of(message('{"name": "Rome"}'), message(ROME))
    assert chat("Where?", response=City).parsed == City("Rome", 2_800_000)
    first, again = script.requests
    assert again["messages"][: len(first["messages"])] == first["messages"]
    assert again["messages"][-2]["content"] == '{"name": "Rome"}'
    assert "people" in again["messages"][-1]["content"]
    assert not check_history(chat.messages).refused
    script.answers.append(message("Hi."))
    assert chat("And now?").parsed is None


def test_one_that_never_fits_is_an_error_that_holds_it() -> None:
    chat, script = chat_of(message("No."), message("Still no."))
    with pytest.raises(ResponseFormatError, match="expected an answer that fits City") as caught:
        chat("Where?", response=City)
    assert isinstance(caught.value.reply, Reply)
    assert caught.value.reply.content == "Still no."
    assert len(script.requests) == 2
    assert not check_history(chat.messages).refused
    assert not chat.answering


def test_tools_run_before_the_answer() -> None:
    chat, script = chat_of(message("", call("double", '{"x": 2}')), message("4"), tools=[double])
    assert chat("2 + 2?", response=int).parsed == 4
    assert [entry["role"] for entry in script.requests[1]["messages"]] == ["user", "assistant", "tool"]


def test_thinking_in_the_content_is_no_answer() -> None:
    chat, _ = chat_of(message('<think>\n{"name": "Oslo", "people": 1}\n</think>\n\n' + ROME), reasoning_split=False)
    assert chat("Where?", response=City).parsed == City("Rome", 2_800_000)


def test_an_answer_that_was_cut_off_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script([{"choices": [{"delta": {"content": '{"name": "Ro'}, "finish_reason": "length"}]}])
    with pytest.raises(ResponseFormatError) as caught:
        Chat(client_of(script), display=False)("Where?", response=City)
    assert len(script.requests) == 1
    assert caught.value.reply is not None
    assert caught.value.reply.partial_reason == "length"


def test_the_async_way_is_the_same() -> None:
    script = AsyncScript(message("No."), message(ROME))
    chat = Chat(client_of(script), display=False)
    assert asyncio.run(chat.ask("Where?", response=City)).parsed == City("Rome", 2_800_000)
    assert len(script.requests) == 2


@pytest.mark.parametrize("wanted", [object(), lambda: 1, "City", type("Odd", (), {})])
def test_what_is_no_type_is_refused_before_anything_is_asked(wanted: Any) -> None:
    chat, script = chat_of(message(ROME))
    with pytest.raises(TypeError, match="expected a type that JSON can carry"):
        chat("Where?", response=wanted)
    assert not script.requests
    assert chat.messages == []


@pytest.mark.parametrize("copy", [lambda reply: Reply.from_dict(reply.to_dict()), lambda reply: reply])
def test_a_reply_with_a_value_can_be_kept(copy: Callable[[Reply], Reply]) -> None:
    chat, _ = chat_of(message(ROME))
    reply = chat("Where?", response=Town)
    assert copy(reply) == reply
    assert json.dumps(reply.to_dict())
