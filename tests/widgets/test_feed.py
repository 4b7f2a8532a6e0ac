"""What goes to a page, and how much of it, while a reply streams."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.events import TextDelta
from minimax_nb.messages import Reply
from minimax_nb.render.markdown import to_html
from minimax_nb.widgets import framed
from minimax_nb.widgets.feed import _OPENING_BYTES, Feed
from minimax_nb.widgets.framelog import FrameLog
from minimax_nb.widgets.library import primer
from minimax_nb.widgets.pacing import Pacer
from minimax_nb.widgets.painter import ANSWER, Painter

from .test_painter import Page

if TYPE_CHECKING:
    from minimax_nb.widgets.framelog import Operation

PATIENCE_S = 20


class View:
    """Takes frames as the view of a page does."""

    def __init__(self) -> None:
        self.page = Page()
        self.frames = 0
        self.wholes = 0

    def send_frame(self, operations: list[Operation]) -> int:
        self.page.apply(operations)
        self.frames += 1
        return 100

    def send_whole(self) -> None:
        self.wholes += 1

    def wait(self, frames: int) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self.frames < frames:
            assert time.monotonic() < deadline
            time.sleep(0.005)


def begin(view: Any) -> Feed:
    feed = Feed(Painter(), view)
    feed.start()
    return feed


def test_the_end_comes_last_and_shows_all() -> None:
    view = View()
    feed = begin(view)
    for piece in ("It ", "was ", "*so*."):
        feed.feed(TextDelta(piece))
    feed.end(Reply(content="It was *so*."))
    assert view.page.html(ANSWER) == to_html("It was *so*.", formulas="mathml")
    assert view.page.phases[-1] == "done"


def test_nothing_goes_out_after_the_end() -> None:
    view = View()
    feed = begin(view)
    feed.feed(TextDelta("So"))
    feed.end(Reply(content="So"))
    frames = view.frames
    feed.feed(TextDelta(" what"))
    time.sleep(0.1)
    assert view.frames == frames


@pytest.mark.parametrize(("size", "wholes"), [(4_000, 0), (40_000, 1)])
def test_only_a_long_reply_is_sent_whole_again(size: int, wholes: int) -> None:
    view = View()
    feed = begin(view)
    feed.feed(TextDelta("word " * (size // 5)))
    view.wait(1)
    feed.feed(TextDelta("end"))
    feed.end(Reply(content="word " * (size // 5) + "end"))
    assert view.wholes == wholes


@pytest.mark.parametrize("rate", [100, 400])
@pytest.mark.parametrize("kind", ["prose", "code"])
def test_a_short_reply_costs_at_most_two_and_a_half_times_its_text(kind: str, rate: int) -> None:
    tokens = {"prose": prose, "code": code}[kind](1_000)
    text = "".join(tokens)
    painter, log, pacer = Painter(), FrameLog(primer()), Pacer(sent=_OPENING_BYTES)
    looks = 0.0
    for number, token in enumerate(tokens):
        painter.take(TextDelta(token))
        pacer.text = painter.size
        now = number / rate
        if now < looks:
            continue
        if (delay := pacer.delay(now)) > 0:
            looks = now + delay
            continue
        pacer.went(now, 0.001, framed._MESSAGE_BYTES + len(log.add(painter.frame())))
    last = framed._MESSAGE_BYTES + len(log.add(painter.finish(Reply(content=text))))
    assert len(log) > 20
    assert pacer.sent + last <= 2.5 * len(text.encode())


def prose(count: int) -> list[str]:
    rng = random.Random(7)
    words = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(2, 6))) for _ in range(150)]
    return [rng.choice(words) + rng.choice([" ", " ", " ", ", ", ".\n\n"]) for _ in range(count)]


def code(count: int) -> list[str]:
    tokens = ["```python\n"]
    for word in prose(count // 8):
        name = word.strip(" ,.\n")
        tokens += ["def ", name, "(", "item", "):\n", "    return ", f'"{name}"', "\n\n"]
    return [*tokens, "```\n"]
