"""A panel's turn: stopped, taken back, waiting for leave."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from ..support.panel_reader import HOLD, PATIENCE_S, Doorstop, Reader
from ..support.scripted import AsyncScript, Script, chunks, message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def test_stop_ends_a_turn_while_its_tool_goes_on(sit_down: Callable[..., Reader], door: Doorstop) -> None:
    reader = sit_down(HOLD, message("On."), tools=[door.hold])
    reader.ask("Hold?")
    assert door.entered.wait(PATIENCE_S)
    reader.do("stop")
    reader.wait()
    assert not door.free.is_set()
    assert reader.roles == "uat"
    assert "interrupted" in reader.chat.messages[2]["content"]
    reader.ask("Go on?")
    reader.wait()
    assert reader.roles == "uatua"


@pytest.mark.parametrize("script", [Script, AsyncScript])
def test_stop_while_streaming_keeps_what_can_stand(sit_down: Callable[..., Reader], script: type[Script]) -> None:
    arrived, goes_on = threading.Event(), threading.Event()

    def slowly() -> Iterator[Any]:
        first, *rest = chunks(message("Half an answer"))
        yield first
        arrived.set()
        assert goes_on.wait(PATIENCE_S)
        yield from chunks(message(" and the rest"))
        yield from rest

    reader = sit_down(slowly(), script=script)
    reader.ask("Whole?")
    assert arrived.wait(PATIENCE_S)
    reader.do("stop")
    goes_on.set()
    reader.wait()
    assert reader.roles == "ua"
    (turn,) = reader.sees()["turns"]
    assert "Interrupted" in turn["html"]


def test_stop_after_the_last_word_changes_nothing(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(message("All of it."), script=Script)

    class Late:
        """Presses stop once the last chunk has been read."""

        def __call__(self, **_request: Any) -> Iterator[Any]:
            yield from chunks(message("All of it."))
            assert reader.panel._turn is not None
            reader.panel._turn.stop()

    reader.chat._client.chat.completions.create = Late()
    reader.ask("All?")
    reader.wait()
    (turn,) = reader.sees()["turns"]
    assert turn["answer"] == "All of it."
    assert reader.roles == "ua"


def test_what_waited_comes_back_when_a_turn_is_stopped(sit_down: Callable[..., Reader], door: Doorstop) -> None:
    reader = sit_down(HOLD, tools=[door.hold])
    reader.ask("Hold?")
    assert door.entered.wait(PATIENCE_S)
    reader.ask("Second?")
    reader.ask("Third?")
    reader.ask("Fourth?")
    assert [waiting["text"] for waiting in reader.sees()["now"]["queue"]] == ["Second?", "Third?", "Fourth?"]
    reader.do("unqueue", id="3")
    reader.do("stop")
    reader.wait()
    returned = reader.sees()["now"]["returned"]
    assert returned["text"] == "Second?\n\nFourth?"
    reader.do("took", id=returned["id"])
    assert reader.sees()["now"]["returned"] == {}
    assert reader.questions == ["Hold?"]


@pytest.mark.parametrize("script", [Script, AsyncScript])
def test_a_question_that_is_stopped_while_the_model_thinks_stands_in_the_box_again(
    sit_down: Callable[..., Reader], script: type[Script]
) -> None:
    arrived, goes_on = threading.Event(), threading.Event()

    def slowly() -> Iterator[Any]:
        yield chunks(message("", reasoning_content="Hm"))[0]
        arrived.set()
        assert goes_on.wait(PATIENCE_S)
        yield from [chunks(message("", reasoning_content=" More."))[0]] * 3

    reader = sit_down(slowly(), message("Yes."), script=script)
    reader.ask("Well?")
    assert arrived.wait(PATIENCE_S)
    reader.do("stop")
    goes_on.set()
    reader.wait()
    seen = reader.sees()
    assert seen["now"]["returned"]["text"] == "Well?"
    assert "taken back" in seen["turns"][-1]["html"]
    assert reader.roles == ""
    reader.ask("Well?")
    reader.wait()
    assert reader.roles == "ua"
    assert [turn["question"] for turn in reader.sees()["turns"]] == ["Well?"]


def test_a_question_that_led_to_nothing_is_shown_but_not_kept(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(ConnectionError("no route"), message("Yes."))
    reader.ask("There?")
    reader.wait()
    (turn,) = reader.sees()["turns"]
    assert turn["note"].startswith("Taken back")
    assert "o route" in turn["html"]
    assert reader.chat.messages == []
    reader.ask("There now?", again=True)
    reader.wait()
    assert reader.questions == ["There now?"]
    assert reader.roles == "ua"


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ({"yes": True}, "let go"),
        ({"yes": True, "why": "as you like"}, "let go"),
        ({"yes": False}, "did not allow"),
        ({"yes": False, "why": ""}, "this call.]"),
        ({"yes": False, "why": ["a", "list"]}, "this call.]"),
        ({"yes": False, "why": "the door sticks"}, "They said: the door sticks]"),
        ({"yes": False, "why": "x" * 5_000}, f"said: {'x' * 2_000}]"),
    ],
)
def test_a_call_waits_for_leave(
    sit_down: Callable[..., Reader], door: Doorstop, decision: dict[str, Any], said: str
) -> None:
    door.free.set()
    reader = sit_down(HOLD, message("Held."), tools=[door.hold], approve=True)
    reader.ask("Hold?")
    reader.wait(lambda reader: reader.sees()["now"]["asks"])
    assert reader.sees()["now"]["asks"] == "hold()"
    assert not door.entered.is_set()
    reader.do("allow", **decision)
    reader.wait()
    assert said in reader.chat.messages[2]["content"]
    assert reader.sees()["now"]["asks"] is None


def test_stop_answers_a_question_for_leave(sit_down: Callable[..., Reader], door: Doorstop) -> None:
    reader = sit_down(HOLD, tools=[door.hold], approve=True)
    reader.ask("Hold?")
    reader.wait(lambda reader: reader.sees()["now"]["asks"])
    reader.do("stop")
    reader.wait()
    assert not door.entered.is_set()
    assert reader.roles == "uat"


def test_while_a_cell_asks_the_box_waits(sit_down: Callable[..., Reader], door: Doorstop) -> None:
    reader = sit_down(HOLD, message("One."), message("Two."), tools=[door.hold], script=Script)
    cell = threading.Thread(target=reader.chat, args=("From a cell?",))
    cell.start()
    assert door.entered.wait(PATIENCE_S)
    assert reader.sees()["now"]["phase"] == "elsewhere"
    reader.ask("From the box?")
    assert len(reader.sees()["now"]["queue"]) == 1
    door.free.set()
    cell.join(PATIENCE_S)
    reader.wait()
    assert reader.questions == ["From a cell?", "From the box?"]


def test_while_the_box_asks_a_cell_is_refused(sit_down: Callable[..., Reader], door: Doorstop) -> None:
    reader = sit_down(HOLD, message("One."), tools=[door.hold], script=Script)
    reader.ask("From the box?")
    assert door.entered.wait(PATIENCE_S)
    with pytest.raises(RuntimeError, match="still answering"):
        reader.chat("From a cell?")
    door.free.set()
    reader.wait()
    assert reader.questions == ["From the box?"]


def test_two_boxes_answer_at_the_same_time(sit_down: Callable[..., Reader]) -> None:
    doors = [Doorstop(), Doorstop()]
    readers = [sit_down(HOLD, message(f"{n}."), tools=[door.hold]) for n, door in enumerate(doors)]
    for reader, door in zip(readers, doors, strict=True):
        reader.ask("Hold?")
        assert door.entered.wait(PATIENCE_S)
    readers[0].do("stop")
    readers[0].wait()
    doors[1].free.set()
    readers[1].wait()
    doors[0].free.set()
    assert [reader.roles for reader in readers] == ["uat", "uata"]
