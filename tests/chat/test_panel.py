"""The kernel's side of the chat panel: what the reader does, what the page is told, what becomes of the history."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.chat.panel import Panel

from ..support.panel_reader import HOLD, PATIENCE_S, Doorstop, Reader
from ..support.scripted import AsyncScript, Script, chunks, message

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("script", [Script, AsyncScript])
def test_a_question_becomes_a_turn(sit_down: Callable[..., Reader], script: type[Script]) -> None:
    reader = sit_down(message("Four.", reasoning_content="I add."), script=script)
    reader.ask("2 + 2?")
    reader.wait()
    (turn,) = reader.sees()["turns"]
    assert (turn["question"], turn["answer"], turn["note"]) == ("2 + 2?", "Four.", "")
    assert "I add." in turn["html"]
    assert reader.roles == "ua"


@pytest.mark.parametrize("text", ["", "  \n\t"])
def test_an_empty_question_is_none(sit_down: Callable[..., Reader], text: str) -> None:
    reader = sit_down(message("Hm."))
    reader.ask(text)
    assert reader.idle
    assert reader.sees()["got"] == ["1"]
    assert reader.chat.messages == []


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"do": "ask"},
        {"do": "ask", "id": 1, "text": "x"},
        {"do": "ask", "id": "1", "text": None},
        {"do": "nothing"},
        {"do": ["ask"]},
        {"do": "stop"},
        {"do": "allow", "yes": True},
        {"do": "allow", "yes": "y"},
        {"do": "undo"},
        {"do": "model", "name": "gpt"},
        {"do": "write", "place": 7},
        {"do": "write", "place": -1},
    ],
)
def test_what_makes_no_sense_is_ignored(sit_down: Callable[..., Reader], said: dict[str, Any]) -> None:
    reader = sit_down(message("Hm."))
    reader.panel._hear(said)
    assert reader.idle
    assert reader.chat.messages == []
    assert reader.chat.model == "MiniMax-M2.7"


def test_questions_sent_quickly_are_answered_one_after_the_other(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(*(message(f"{n}.") for n in range(4)))
    for n in range(4):
        reader.ask(f"{n}?")
    reader.wait()
    assert reader.questions == ["0?", "1?", "2?", "3?"]
    assert [turn["answer"] for turn in reader.sees()["turns"]] == ["0.", "1.", "2.", "3."]
    assert reader.roles == "uauauaua"


def test_the_last_question_can_be_asked_anew(sit_down: Callable[..., Reader]) -> None:
    answers = (message("One."), message("Tow."), ConnectionError("gone"), ConnectionError("gone"), message("Two."))
    reader = sit_down(*answers, system="Count.")
    for text in ("1?", "2?"):
        reader.ask(text)
    reader.wait()
    for _ in range(2):
        reader.ask("2, please?", again=True)
        reader.wait()
        assert reader.questions == ["1?", "2?", "2, please?"], "what was to be replaced is back"
        assert reader.roles == "suaua"
    reader.ask("Two?", again=True)
    reader.wait()
    assert reader.questions == ["1?", "Two?"]
    assert reader.chat.messages[-1]["content"] == "Two."
    assert reader.roles == "suaua"


def test_what_a_cell_has_asked_meanwhile_is_not_replaced(sit_down: Callable[..., Reader], door: Doorstop) -> None:
    reader = sit_down(message("One."), HOLD, message("Two."), message("Three."), tools=[door.hold], script=Script)
    reader.ask("1?")
    reader.wait()
    cell = threading.Thread(target=reader.chat, args=("2?",))
    cell.start()
    assert door.entered.wait(PATIENCE_S)
    reader.ask("1, again?", again=True)
    door.free.set()
    cell.join(PATIENCE_S)
    reader.wait()
    assert reader.questions == ["1?", "2?", "1, again?"]


def test_a_history_that_cannot_be_sent_is_explained(sit_down: Callable[..., Reader], door: Doorstop) -> None:
    door.free.set()
    reader = sit_down(HOLD, message("Held."), tools=[door.hold])
    reader.ask("Hold?")
    reader.wait()
    del reader.chat.messages[2]
    reader.ask("And?")
    reader.wait()
    assert "missing-result" in reader.sees()["turns"][-1]["html"]
    assert reader.questions[-1] == "And?"


def test_cleared_is_not_lost(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(message("One."), system="Count.")
    reader.ask("1?")
    reader.wait()
    reader.do("clear")
    assert reader.chat.messages == [{"role": "system", "content": "Count."}]
    assert reader.sees()["now"]["undo"] is True
    reader.do("undo")
    assert reader.roles == "sua"
    assert reader.questions == ["1?"]
    reader.do("clear")
    reader.ask("Anew?")
    reader.wait()
    assert reader.sees()["now"]["undo"] is False
    assert reader.questions == ["Anew?"]


def test_clear_waits_for_the_turn_to_end(sit_down: Callable[..., Reader], door: Doorstop) -> None:
    reader = sit_down(HOLD, message("Held."), tools=[door.hold])
    reader.ask("Hold?")
    assert door.entered.wait(PATIENCE_S)
    reader.do("clear")
    door.free.set()
    reader.wait()
    assert reader.roles == "uata"


def test_the_model_can_be_chosen(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(message("Hi."))
    reader.wait(lambda reader: "MiniMax-M2.5" in reader.sees()["now"]["models"])
    reader.do("model", name="MiniMax-M2.5")
    assert reader.chat.model == reader.sees()["now"]["model"] == "MiniMax-M2.5"


def test_a_turn_of_a_cell_appears(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(message("One."), script=Script)
    reader.chat("From a cell?")
    assert reader.questions == ["From a cell?"]


def test_a_long_conversation_costs_a_turn_no_more(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(message("Yes, it is."))
    sizes = []

    def weigh(operations: list[Any]) -> int:
        sizes.append(len(json.dumps(operations)))
        return send(operations)

    for n in range(400):
        reader.chat.messages += [{"role": "user", "content": f"{n}?"}, message(f"Answer {n}.")]
    reader.panel.close()
    reader.panel = Panel(reader.chat)
    send, reader.panel._view.send_frame = reader.panel._view.send_frame, weigh  # type: ignore[method-assign]
    reader.ask("One more?")
    reader.wait()
    assert len(reader.questions) == 401
    assert max(sizes) < 5_000


def test_a_panel_goes_on_from_the_messages(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(message("Three."))
    reader.chat.messages += [{"role": "user", "content": "Loaded?"}, message("From a file.")]
    reader.panel.close()
    reader.panel = Panel(reader.chat)
    assert reader.questions == ["Loaded?"]
    reader.ask("And?")
    reader.wait()
    assert reader.questions == ["Loaded?", "And?"]


def test_the_page_is_told_how_full_the_window_is_once_it_gets_tight(sit_down: Callable[..., Reader]) -> None:
    *said, counted = chunks(message("Two."))
    long = {**counted, "usage": {"prompt_tokens": 120_000, "completion_tokens": 2_880}}
    reader = sit_down(message("One."), [*said, long])
    reader.ask("First?")
    reader.wait()
    assert reader.sees()["now"]["fill"]["words"] == ""
    reader.ask("Second?")
    reader.wait()
    assert reader.sees()["now"]["fill"] == {"share": 0.6, "words": "context window 60 % full"}
