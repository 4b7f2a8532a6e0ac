"""A rehearsal says back which pictures and videos it got."""

from __future__ import annotations

from typing import Any

import pytest

from minimax_nb.server.practice.media import received
from minimax_nb.server.practice.practice import rehearse
from minimax_nb.server.service.models import MODELS

PNG = {"type": "image_url", "image_url": {"url": "data:image/PNG;base64,QUJDRA=="}}
FAR = {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}
MP4 = {"type": "video_url", "video_url": {"url": "data:video/mp4;base64,QUJD", "fps": 1}}


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def test_type_and_size_are_read_off() -> None:
    assert received([text("a"), PNG, FAR, MP4]) == [
        ("image/png", 4),
        ("https://a.example/b.png", None),
        ("video/mp4", 3),
    ]
    assert received("text") == received(None) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("What is it?", "With the question came: `image/png` (4 bytes)"),
        ("这是什么？", "一起收到：`image/png`（4 字节）"),
    ],
)
def test_the_answer_says_them(words: str, said: str) -> None:
    model = next(model for model in MODELS.values() if model.id == "MiniMax-M3")
    answer = rehearse({"messages": [{"role": "user", "content": [text(words), PNG]}]}, model)
    assert said in answer.content
    plain = rehearse({"messages": [{"role": "user", "content": words}]}, model)
    assert "image/png" not in plain.content


def test_pictures_of_a_tools_result_are_said_too() -> None:
    model = next(model for model in MODELS.values() if model.id == "MiniMax-M3")
    call = {"id": "a", "type": "function", "function": {"name": "plot", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "Plot it."},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": [text("a figure"), PNG]},
    ]
    answer = rehearse({"messages": messages}, model)
    assert "a figure" in answer.content
    assert "`image/png` (4 bytes)" in answer.content
    assert "sha256" not in answer.content
