"""Figures that tools return, handed to a model that sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import minimax_nb as mm
from minimax_nb.agent.seen_result import seen_result
from minimax_nb.message.media_words import pictures_in
from minimax_nb.server.app import EmbeddedServer

from ..support.pictures import noise, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

FRAME = pd.DataFrame({"a": [1]})


def draw() -> Any:
    """Draw a line."""
    from matplotlib.figure import Figure

    made = Figure(figsize=(2, 1))
    made.subplots().plot([1, 2])
    return made


def both() -> Any:
    """Draw a line, and give a picture beside it."""
    return [draw(), noise()]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(speed="max") as running:
        yield running


def asked(server: EmbeddedServer, tool: Any, **options: Any) -> mm.Chat:
    """A chat that has been asked to use a tool."""
    client = mm.connect(base_url=server.base_url, api_key=server.api_key)
    chat = mm.Chat(client, tools=[tool], display=False, **{"model": "MiniMax-M3", "see_figures": True, **options})
    chat(f"Please {tool.__name__} a line.")
    return chat


@pytest.mark.parametrize(("tool", "count"), [(draw, 1), (both, 2)])
def test_the_model_gets_text_and_pictures(server: EmbeddedServer, tool: Any, count: int) -> None:
    chat = asked(server, tool)
    [result] = [message for message in chat.messages if message["role"] == "tool"]
    assert "[figure, shown to the reader" in result["content"][0]["text"]
    found = pictures_in(result["content"])
    assert [opened(url).width > 10 for url in found] == [True] * count
    assert mm.check_history(chat.messages, model="MiniMax-M3") == []
    assert "`image/png`" in chat.messages[-1]["content"]
    [exchange] = chat.exchanges()
    assert [step.duration_s is None for step in exchange.steps if step.kind == "result"] == [False]


def test_without_being_asked_it_gets_text_alone(server: EmbeddedServer) -> None:
    chat = asked(server, draw, see_figures=False)
    assert [type(message["content"]) for message in chat.messages if message["role"] == "tool"] == [str]


def test_a_model_that_sees_nothing_is_refused(server: EmbeddedServer) -> None:
    with pytest.raises(ValueError, match=r"such as MiniMax-M3, got MiniMax-M2\.7"):
        asked(server, draw, model="MiniMax-M2.7")


@pytest.mark.parametrize("shown", [None, FRAME, "text", 3, (FRAME, FRAME)])
def test_what_is_no_picture_stays_text(shown: Any) -> None:
    assert seen_result("words", shown) == "words"


@pytest.mark.heavy
def test_a_picture_that_cannot_be_sent_is_named() -> None:
    text = seen_result("words", noise(3_500, 2_500))
    assert isinstance(text, str)
    assert text.startswith("words\n[a picture of it cannot be sent: expected a picture of at most 10 MB")
