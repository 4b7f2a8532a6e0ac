"""Pictures and films: what M3 takes, and what it refuses."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from ...support.chat_requests import PIXEL

if TYPE_CHECKING:
    from collections.abc import Callable


def asked_with(part: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model": "MiniMax-M3", "messages": [{"role": "user", "content": [part]}], **more}


def picture(url: Any) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def film(url: Any = "https://example.com/a.mp4", **more: Any) -> dict[str, Any]:
    return {"type": "video_url", "video_url": {"url": url, **more}}


def data(kind: str, size: int) -> str:
    return f"data:{kind};base64,{base64.b64encode(bytes(size)).decode()}"


MB = 2**20


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (picture("data:image/png;base64,!!!!"), "invalid base64 image data"),
        (picture("data:image/png;base64,AAA"), "invalid base64 image data"),
        (picture("data:image/png;base64,AA=A"), "invalid base64 image data"),
        (picture("data:image/png;base64,AAAA===="), "invalid base64 image data"),
        (picture("data:image/png;base64,ab_-"), "invalid base64 image data"),
        (picture("data:image/png;base64,AAA ä"), "invalid base64 image data"),
        (picture("data:image/jpeg;base64,"), "image data is empty"),
        (picture("data:image/bmp;base64,AAAA"), "unsupported image format: image/bmp"),
        (picture("data:text/plain;base64,AAAA"), "unsupported image format: text/plain"),
        (picture("data:video/mp4;base64,AAAA"), "unsupported image format: video/mp4"),
        (picture("data:,"), "unsupported image format: none given"),
        (picture("data:image/png"), "invalid image url: data:image/png"),
        (picture("ftp://example.com/a.png"), "invalid image url: ftp://example.com/a.png"),
        (picture("a.png"), "invalid image url: a.png"),
        (picture(""), "image url is empty"),
        (picture(None), "image url is empty"),
        (picture(7), "image url is empty"),
        (
            {"type": "image_url", "image_url": "https://example.com/a.png"},
            "Mismatch type object with value str: image_",
        ),
        ({"type": "image_url"}, "Mismatch type object with value NoneType: image_url"),
        (picture(data("image/png", 10 * MB + 1)), "image size 10485761 exceeds limit 10485760"),
        (picture(data("image/webp", 12 * MB)), "image size 12582912 exceeds limit 10485760"),
        (film(fps=0.1), "fps 0.1 is out of range [0.2, 5.0]"),
        (film(fps=0), "fps 0 is out of range"),
        (film(fps=-1), "fps -1 is out of range"),
        (film(fps=5.01), "fps 5.01 is out of range"),
        (film(fps=30), "fps 30 is out of range"),
        (film(fps="2"), "Mismatch type float with value str: fps"),
        (film(fps=True), "Mismatch type float with value bool: fps"),
        (film("data:video/mp4;base64,###"), "invalid base64 video data"),
        (film("data:image/png;base64,AAAA"), "unsupported video format: image/png"),
        (film(""), "video url is empty"),
    ],
    ids=lambda value: str(value)[:70],
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_picture_or_film_that_m3_does_not_take_is_refused(
    ask: Callable[..., Any], part: dict[str, Any], words: str, stream: bool
) -> None:
    response = ask(**asked_with(part, stream=stream))
    error = json.loads(response.body)["error"]
    assert (response.status, error["type"]) == (400, "bad_request_error")
    assert error["message"].startswith(f"invalid params, {words}")
    assert error["message"].endswith("(2013)")


@pytest.mark.parametrize(
    "part",
    [
        picture(PIXEL),
        picture(PIXEL.replace("data:image/gif", "DATA:IMAGE/GIF")),
        picture(PIXEL.replace(";base64", ";charset=utf-8;base64")),
        picture(PIXEL[:60] + "\r\n" + PIXEL[60:]),
        picture("data:image/png;base64,AA%3D%3D"),
        picture("https://example.com/a"),
        picture("HTTP://example.com/a.bmp"),
        picture("mm_file://123"),
        picture(data("image/jpeg", 10 * MB)),
        film(),
        film(fps=0.2),
        film(fps=5),
        film(fps=None),
        film(data("video/mp4", 11 * MB)),
        film("mm_file://123", fps=1.5),
    ],
    ids=lambda value: str(value)[:70],
)
def test_a_picture_or_film_within_the_limits_is_taken(ask: Callable[..., Any], part: dict[str, Any]) -> None:
    assert ask(**asked_with(part)).status == 200
