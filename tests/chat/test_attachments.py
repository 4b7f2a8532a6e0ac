"""Files that a page puts into a chat box, and where they go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.chat.attachments import Attachments

from ..support.panel_reader import HOLD
from ..support.pictures import MP4, file, noise
from ..support.scripted import message

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..support.panel_reader import Doorstop, Reader

PNG = file(noise())
M3 = "MiniMax-M3"


def contents(reader: Reader) -> list[Any]:
    """The types of the parts of each question."""
    asked = [entry["content"] for entry in reader.chat.messages if entry["role"] == "user"]
    return [one if isinstance(one, str) else [part["type"] for part in one] for one in asked]


def test_good_ones_are_kept_in_order_and_bad_ones_are_named() -> None:
    kept = Attachments()
    assert kept.add("a.png", PNG) == ""
    assert "\u202e" not in kept.add("notes\u202e.txt", b"hello")
    assert kept.add("c" * 500, b"").startswith("c" * 100 + ": expected")
    assert kept.add("b.mp4", MP4) == ""
    assert [one["words"].partition(",")[0] for one in kept.shown()] == ["picture", "video"]
    assert ["<img" in one["html"] for one in kept.shown()] == [True, False]
    kept.remove(kept.shown()[0]["id"])
    kept.remove("nobody")
    assert [part["type"] for part in kept.take()] == ["video_url"]
    assert not kept
    assert kept.take() == ()


def test_there_is_an_end_to_them() -> None:
    kept = Attachments()
    assert [kept.add("a.png", PNG) for _ in range(20)] == [""] * 20
    assert "at most 20" in kept.add("a.png", PNG)


def test_they_go_with_the_next_question_and_only_with_it(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(message("A cat."), message("Yes."), model=M3)
    reader.do("attach", PNG, id="x", name="a.png")
    reader.do("attach", MP4, id="y", name="b.mp4")
    assert reader.sees()["got"] == ["x", "y"]
    assert len(reader.sees()["attached"]) == 2
    reader.ask("What is it?")
    reader.wait()
    assert reader.sees()["attached"] == []
    reader.ask("Sure?")
    reader.wait()
    assert contents(reader) == [["text", "image_url", "video_url"], "Sure?"]
    first = reader.sees()["turns"][0]
    assert first["question"] == "What is it?"
    assert first["media"].count("<img") == 1


def test_a_picture_alone_is_a_question(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(message("A cat."), model=M3)
    reader.ask(" ")
    reader.do("attach", PNG, id="x", name="a.png")
    reader.ask(" ")
    reader.wait()
    assert contents(reader) == [["image_url"]]


def test_what_is_none_is_noted_and_the_page_may_forget_it(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(message("Hi."), model=M3)
    reader.do("attach", b"hello", id="x", name="<b>.png")
    assert "<b>.png: expected a picture" in reader.sees()["now"]["note"]
    assert reader.sees()["got"] == ["x"]
    assert reader.sees()["attached"] == []


@pytest.mark.parametrize(
    ("files", "more"),
    [
        ((), {"id": "x", "name": "a"}),
        ((PNG, PNG), {"id": "x", "name": "a"}),
        ((PNG,), {"id": 1, "name": "a"}),
        ((PNG,), {"id": "x"}),
        ((PNG,), {"id": "x", "name": None}),
    ],
)
def test_what_no_page_of_ours_would_send_is_ignored(
    files: tuple[bytes, ...], more: Any, sit_down: Callable[..., Reader]
) -> None:
    reader = sit_down(message("Hi."), model=M3)
    reader.do("attach", *files, **more)
    assert reader.sees().get("attached", []) == []
    assert reader.sees()["got"] == []


def test_a_model_that_sees_nothing_is_said_until_another_is_chosen(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(message("Hi."), model="MiniMax-M2.7")
    reader.do("attach", PNG, id="x", name="a.png")
    assert "choose MiniMax-M3" in reader.sees()["now"]["note"]
    reader.wait(lambda reader: M3 in reader.sees()["now"]["models"])
    reader.do("model", name=M3)
    assert reader.sees()["now"]["note"] == ""
    reader.ask("What is it?")
    reader.wait()
    assert contents(reader) == [["text", "image_url"]]


def test_a_question_that_is_edited_keeps_its_pictures(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(message("A cat."), message("A dog."), message("Two."), model=M3)
    reader.do("attach", PNG, id="x", name="a.png")
    reader.ask("What is it?")
    reader.wait()
    reader.ask("What is it really?", again=True)
    reader.wait()
    assert contents(reader) == [["text", "image_url"]]
    reader.do("attach", MP4, id="y", name="b.mp4")
    reader.ask("And these?", again=True)
    reader.wait()
    assert contents(reader) == [["text", "image_url", "video_url"]]


def test_one_that_failed_can_be_asked_again_with_them(sit_down: Callable[..., Reader]) -> None:
    reader = sit_down(OSError("no network"), message("A cat."), model=M3)
    reader.do("attach", PNG, id="x", name="a.png")
    reader.ask("What is it?")
    reader.wait()
    assert reader.chat.messages == []
    assert reader.sees()["turns"][0]["media"].count("<img") == 1
    reader.ask("What is it now?", again=True)
    reader.wait()
    assert contents(reader) == [["text", "image_url"]]


def test_those_of_questions_that_were_not_asked_come_back(sit_down: Callable[..., Reader], door: Doorstop) -> None:
    reader = sit_down(HOLD, message("Done."), message("A cat."), model=M3, tools=[door.hold])
    reader.ask("Wait.")
    assert door.entered.wait(20)
    reader.do("attach", PNG, id="x", name="a.png")
    reader.ask("What is it?")
    assert reader.sees()["attached"] == []
    reader.do("stop")
    reader.wait()
    assert reader.sees()["now"]["returned"]["text"] == "What is it?"
    assert len(reader.sees()["attached"]) == 1
