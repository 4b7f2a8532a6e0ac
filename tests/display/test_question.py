"""The pictures of a question, above what comes of it."""

from __future__ import annotations

from typing import Any

import pytest

import minimax_nb as mm
from minimax_nb.display import question
from minimax_nb.display.question import show_pictures

from ..support.pictures import MP4, noise

PICTURE = mm.picture(noise())


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    shown: list[Any] = []
    monkeypatch.setattr(question, "publish", shown.append)
    monkeypatch.setenv("MINIMAX_NB_DISPLAY", "static")
    return shown


def test_pictures_are_shown_small_with_words(published: list[Any]) -> None:
    show_pictures([{"type": "text", "text": "What?"}, PICTURE, mm.video(MP4), mm.picture("https://a.example/<i>.png")])
    [forms] = published
    assert forms["text/plain"].splitlines()[0].startswith("[picture, PNG, ")
    assert forms["text/plain"].splitlines()[1:] == ["[video, MP4, 124 bytes]", "[picture https://a.example/<i>.png]"]
    assert forms["text/html"].count("<img") == 1
    assert "<i>" not in forms["text/html"]
    assert "<i>" not in forms["text/markdown"]


@pytest.mark.parametrize("content", ["text", [], [{"type": "text", "text": "x"}]])
def test_a_question_of_text_shows_nothing(content: Any, published: list[Any]) -> None:
    show_pictures(content)
    assert published == []


def test_a_terminal_gets_the_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MINIMAX_NB_DISPLAY", "text")
    show_pictures([PICTURE])
    assert capsys.readouterr().out.startswith("[picture, PNG, ")
