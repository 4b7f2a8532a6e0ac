"""Pictures and videos of a message in words."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from minimax_nb.message.media_words import media_words, pictures_in, size_words


def image(url: Any) -> dict[str, Any]:
    return {"type": "image_url", "image_url": url}


def data(size: int, form: str = "image/png") -> str:
    return f"data:{form};base64,{base64.b64encode(b'x' * size).decode()}"


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 500, 1023])
def test_sizes_are_counted_exactly(size: int) -> None:
    assert media_words(image({"url": data(size)})) == f"picture, PNG, {size} bytes"


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (image({"url": data(2048, "image/jpeg")}), "picture, JPEG, 2 KB"),
        (image(data(2048)), "picture, PNG, 2 KB"),
        (image({"url": "https://a.example/b.png"}), "picture https://a.example/b.png"),
        (image({"url": "https://a.example/" + "b" * 500}), f"picture https://a.example/{'b' * 182}…"),
        (image({"url": "data:"}), "picture"),
        (image({"url": 3}), "picture"),
        (image(None), "picture"),
        ({"type": "image_url"}, "picture"),
        (
            {"type": "video_url", "video_url": {"url": data(9, "video/x-matroska"), "fps": 2}},
            "video, MATROSKA, 9 bytes, 2 frames a second",
        ),
    ],
)
def test_whatever_came_has_words(part: dict[str, Any], words: str) -> None:
    assert media_words(part) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [(1023, "1023 bytes"), (1024, "1 KB"), (2**20, "1 MB"), (3_250_586, "3.1 MB"), (10 * 2**20, "10 MB")],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert size_words(size) == words


def test_pictures_that_came_whole_are_given() -> None:
    content = [
        image({"url": data(3)}),
        image("https://a.example/b.png"),
        {"type": "text", "text": "x"},
        "y",
        image(data(4)),
    ]
    assert pictures_in(content) == (data(3), data(4))
    assert pictures_in("text") == pictures_in(None) == pictures_in({}) == ()
