"""The kernel's side of the chat panel: what the reader does, what the page is told, what becomes of the history."""

from __future__ import annotations

import json
import threading
import time
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb import Chat, check_history
from minimax_nb.chat import panel as module
from minimax_nb.chat.panel import NO_PANEL, Panel, open_panel

from ..support.scripted import AsyncScript, Script, call, chunks, client_of, message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 20
TAIL = b"\x00\x00\xff\xff"


class Reader:
    """Sits before a panel: says what a page would say, and sees what it would see."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.panel = Panel(chat)
        self.asked = 0

    def do(self, what: str, **more: Any) -> None:
        self.panel._hear({"do": what, **more})

    def ask(self, text: str, *, again: bool = False) -> None:
        self.asked += 1
        self.do("ask", id=str(self.asked), text=text, again=again)

    def sees(self) -> dict[str, Any]:
        """The state that a page has once it has read all frames."""
        log = self.panel._view.get_state()["log"]
        state: dict[str, Any] = {"turns": [], "got": []}
        for line in zlib.decompressobj(wbits=-zlib.MAX_WBITS).decompress(log + TAIL).decode().splitlines():
            for name, value, *more in json.loads(line):
                if name == "turns":
                    state["turns"][value:] = more[0]
                elif name == "got":
                    state["got"].append(value)
                else:
                    state[name] = value
        return state

    @property
    def questions(self) -> list[str]:
        return [turn["question"] for turn in self.sees()["turns"]]

    @property
    def roles(self) -> str:
        assert not check_history(self.chat.messages) or not self.chat.messages
        return "".join(entry["role"][0] for entry in self.chat.messages)

    def wait(self, until: Callable[[Reader], Any] = lambda reader: reader.idle) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not until(self):
            assert time.monotonic() < deadline, self.sees()["now"]
            time.sleep(0.005)

    @property
    def idle(self) -> bool:
        with self.panel._lock:  # a question that is being taken from the queue is for a moment in neither place
            return self.panel._turn is None and not self.panel._queue and self.sees()["now"]["phase"] == "idle"


@pytest.fixture
def sit_down(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Reader]]:
    """Opens a panel on a chat that answers from a script."""
    readers: list[Reader] = []

    def open_one(*answers: Any, script: type[Script] = AsyncScript, **settings: Any) -> Reader:
        client: Any = client_of(script(*answers))
        readers.append(Reader(Chat(client, display=False, **settings)))
        return readers[-1]

    yield open_one
    for reader in readers:
        reader.panel.close()
    capsys.readouterr()  # without a notebook the saved conversation is printed


class Doorstop:
    """A tool that holds on until it is let go."""

    def __init__(self) -> None:
        self.entered, self.free = threading.Event(), threading.Event()

    def hold(self) -> str:
        """Hold on."""
        self.entered.set()
        assert self.free.wait(PATIENCE_S)
        return "let go"


@pytest.fixture
def door() -> Iterator[Doorstop]:
    door = Doorstop()
    yield door
    door.free.set()


HOLD = message("", call("hold"))


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


def test_a_question_that_led_to_nothing_is_shown_but_not_kept(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(ConnectionError("no route"), message("Yes."))
    reader.ask("There?")
    reader.wait()
    (turn,) = reader.sees()["turns"]
    assert turn["note"].startswith("Not part of")
    assert "o route" in turn["html"]
    assert reader.chat.messages == []
    reader.ask("There now?", again=True)
    reader.wait()
    assert reader.questions == ["There now?"]
    assert reader.roles == "ua"


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


def test_a_turn_of_a_cell_appears(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(message("One."), script=Script)
    reader.chat("From a cell?")
    assert reader.questions == ["From a cell?"]


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


def test_where_nobody_can_type_the_conversation_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINIMAX_NB_DISPLAY", "static")
    client: Any = client_of(Script(message("Yes.")))
    chat = Chat(client, display=False)
    chat("Sure?")
    open_panel(chat)
    printed = capsys.readouterr().out
    assert "You: Sure?" in printed
    assert "Yes." in printed
    assert NO_PANEL in printed
    assert not module._open
