"""What goes to a page, and how much of it, while a reply streams."""

from __future__ import annotations

import importlib.util
import inspect
import re
import statistics
import threading
import time
from pydoc_data.topics import topics
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.message.events import TextDelta
from minimax_nb.message.reply import Reply
from minimax_nb.render.markdown.html import to_html
from minimax_nb.render.regions import Region
from minimax_nb.runtime import background
from minimax_nb.widgets import frame_widget
from minimax_nb.widgets.frame_sender import _OPENING_BYTES, FrameSender
from minimax_nb.widgets.framelog import FrameLog
from minimax_nb.widgets.painter import Painter
from minimax_nb.widgets.shared_code import preset_dictionary
from minimax_nb.widgets.throttle import Throttle

from ..support.page import Page

if TYPE_CHECKING:
    from minimax_nb.widgets.operations import Operation

PATIENCE_S = 20


class View:
    """Takes frames as the view of a page does."""

    def __init__(self) -> None:
        self.page = Page()
        self.frames = 0

    def send_frame(self, operations: list[Operation]) -> int:
        self.page.apply(operations)
        self.frames += 1
        return 100

    def wait(self, frames: int) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self.frames < frames:
            assert time.monotonic() < deadline
            time.sleep(0.005)


def begin(view: Any) -> FrameSender:
    feed = FrameSender(Painter(), view)
    feed.start()
    return feed


def test_the_end_comes_last_and_shows_all() -> None:
    view = View()
    feed = begin(view)
    for piece in ("It ", "was ", "*so*."):
        feed.feed(TextDelta(piece))
    feed.finish(Reply(content="It was *so*."))
    assert view.page.html(Region.ANSWER) == to_html("It was *so*.", formulas="mathml")
    assert view.page.phases[-1] == "done"


def test_nothing_goes_out_after_the_end() -> None:
    view = View()
    feed = begin(view)
    feed.feed(TextDelta("So"))
    feed.finish(Reply(content="So"))
    frames = view.frames
    feed.feed(TextDelta(" what"))
    time.sleep(0.1)
    assert view.frames == frames


@pytest.mark.heavy
@pytest.mark.parametrize("rate", [100, 400])
@pytest.mark.parametrize("kind", ["prose", "code"])
def test_a_byte_of_a_long_reply_costs_what_one_of_a_short_reply_does(kind: str, rate: int) -> None:
    text = {"prose": prose, "code": code}[kind]()  # real: a text of a few words packs better the longer it gets
    tokens = re.findall(r"\s*\S{1,4}", text)[:6_000]
    short, long = price(tokens[:1_000], rate), price(tokens, rate)
    assert min(short, long) >= 1.8  # spent on frames
    assert max(short, long) <= min(2.5, 1.1 * min(short, long))


def price(tokens: list[str], rate: int) -> float:
    """How many bytes go to the page for a byte of text, while so many tokens come each second."""
    text = "".join(tokens)
    painter, log, throttle = Painter(), FrameLog(preset_dictionary()), Throttle(sent=_OPENING_BYTES)
    looks = 0.0
    for number, token in enumerate(tokens):
        painter.take(TextDelta(token))
        throttle.text = painter.size
        now = number / rate
        if now < looks:
            continue
        if (delay := throttle.delay(now)) > 0:
            looks = now + delay
            continue
        throttle.went(now, 0.001, frame_widget._MESSAGE_BYTES + len(log.add(painter.frame())))
    last = frame_widget._MESSAGE_BYTES + len(log.add(painter.finish(Reply(content=text))))
    return (throttle.sent + last) / len(text.encode())


def prose() -> str:
    return "\n\n".join(topics[name] for name in sorted(topics) if "::" not in topics[name])


def code() -> str:
    return "".join(f"```python\n{part}\n```\n\n" for part in inspect.getsource(statistics).split("\n\n\n"))


def test_a_python_that_counts_no_thread_time_sends_frames_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "thread_time")
    spec = importlib.util.find_spec("minimax_nb.widgets.frame_sender")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    view = View()
    sender = module.FrameSender(Painter(), view)
    sender.start()
    sender.feed(TextDelta("Paris"))
    view.wait(1)
    sender.finish(Reply(content="Paris"))
    assert "Paris" in str(view.page.regions)


def answer(view: View) -> str:
    return view.page.html(Region.ANSWER)


class TestWithoutThreads:
    """In a browser tab whoever reads sends what is due, and so does whoever waits."""

    @pytest.fixture(autouse=True)
    def no_threads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(background, "THREADS", False)

        def refuse(_: threading.Thread) -> None:
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(threading.Thread, "start", refuse)

    def test_frames_go_while_the_stream_is_read(self) -> None:
        view = View()
        feed = begin(view)
        text = ""
        while view.frames < 3:
            feed.feed(TextDelta("a few words, and more "))
            text += "a few words, and more "
            time.sleep(0.01)
        assert "a few words" in answer(view)
        feed.finish(Reply(content=text))
        assert view.page.html(Region.ANSWER) == to_html(text, formulas="mathml")

    def test_what_was_not_due_goes_while_it_waits(self) -> None:
        view = View()
        feed = begin(view)
        feed.feed(TextDelta("one "))
        feed.feed(TextDelta("two"))
        frames = view.frames
        assert "two" not in answer(view)
        deadline = time.monotonic() + PATIENCE_S
        while view.frames == frames:
            assert time.monotonic() < deadline
            background.idle()
            time.sleep(0.01)
        assert "one two" in answer(view)
        feed.finish(Reply(content="one two"))
        frames = view.frames
        background.idle()
        assert view.frames == frames, "nobody is called any more after the end"
