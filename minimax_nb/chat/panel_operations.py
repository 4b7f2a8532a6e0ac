"""What a frame of a chat panel holds: a closed set of operations, which ``panel.js`` applies in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict

if TYPE_CHECKING:
    from minimax_nb.render.text.markup import Html

PanelPhase = Literal["idle", "answering", "stopping", "elsewhere"]
"""What is going on: "elsewhere" is a question that a cell has asked."""


class Item(TypedDict):
    """A question and its answer: ``html`` shows it, ``answer`` is the text to copy, ``note`` stands below.

    ``media`` are the pictures of the question. ``live`` is the model of the live reply that the answer was written in,
    for the last one.
    """

    question: str
    media: Html
    html: Html
    answer: str
    note: str
    live: NotRequired[str]


class Live(TypedDict):
    """The question that is being answered, with its pictures, and the model of its reply."""

    question: str
    media: Html
    model: str


class Attached(TypedDict):
    """A picture or video that goes with the next question: in words, and small where it can be shown."""

    id: str
    words: str
    html: Html


class Queued(TypedDict):
    """A question that waits for its turn."""

    id: str
    text: str


class Returned(TypedDict, total=False):
    """Questions that were not asked, given back to the reader; empty where there are none."""

    id: str
    text: str


class Fill(TypedDict):
    """How full the model's context window is: the share of it, and the words for it; "" while there is room."""

    share: float
    words: str


class Now(TypedDict):
    """What the box shows around the conversation; ``asks`` is the call that waits for approval."""

    phase: PanelPhase
    model: str
    models: list[str]
    tools: list[str]
    queue: list[Queued]
    asks: str | None
    note: str
    undo: bool
    returned: Returned
    fill: Fill


ReplaceTurns = tuple[Literal["turns"], int, list[Item]]
"""The items from a place on."""
ShowLive = tuple[Literal["live"], Live | None]
Received = tuple[Literal["got"], str]
"""The page's name of a question that has arrived."""
Saved = tuple[Literal["saved"], list[int]]
"""The version of each saved output."""
ShowNow = tuple[Literal["now"], Now]

ShowAttached = tuple[Literal["attached"], list[Attached]]

PanelOperation = ReplaceTurns | ShowLive | Received | Saved | ShowAttached | ShowNow
