"""Pictures and films in a history: what M3 refuses is found and left out, and the embedded server says the same."""

from __future__ import annotations

import base64
import copy
from typing import Any

import pytest

from minimax_nb.history.check import check_history, repair_history
from minimax_nb.server.api_error import ApiError
from minimax_nb.server.service.history_rules import check_messages
from minimax_nb.server.service.models import MODELS

M3 = "MiniMax-M3"
M2 = "MiniMax-M2.7"
PNG = "data:image/png;base64,QUJD"
MP4 = "data:video/mp4;base64,QUJD"


def image(inner: Any) -> dict[str, Any]:
    return {"type": "image_url", "image_url": inner}


def video(inner: Any) -> dict[str, Any]:
    return {"type": "video_url", "video_url": inner}


def data(format_: str, size: int) -> str:
    return f"data:{format_};base64,{base64.b64encode(bytes(size)).decode()}"


def asked(part: Any, role: str = "user") -> list[dict[str, Any]]:
    return [{"role": role, "content": [{"type": "text", "text": "What is it?"}, part]}]


def refused(messages: list[dict[str, Any]], model: str) -> bool:
    """Whether the embedded server refuses a history."""
    try:
        check_messages(messages, MODELS[model])
    except ApiError:
        return True
    return False


GOOD = {
    "https": image({"url": "https://a.example/b.png"}),
    "http in capitals": image({"url": "HTTP://a.example/b.png"}),
    "a file's id": video({"url": "mm_file://123"}),
    "base64": image({"url": PNG}),
    "base64 in lines": image({"url": "data:image/png;base64,QU\r\nJD"}),
    "base64 in per cents": image({"url": "data:image/png;base64,QQ%3D%3D"}),
    "no base64": image({"url": "data:image/png,abc"}),
    "a format in capitals": image({"url": "data:IMAGE/WEBP;BASE64,QUJD"}),
    "a parameter": image({"url": "data:image/png;name=a;base64,QUJD"}),
    "10 MB": image({"url": data("image/png", 10 * 2**20)}),
    "a film of over 10 MB": video({"url": data("video/mp4", 10 * 2**20 + 1)}),
    "detail": image({"url": PNG, "detail": "low"}),
    "fewest frames": video({"url": MP4, "fps": 0.2}),
    "most frames": video({"url": MP4, "fps": 5}),
    "frames unsaid": video({"url": MP4, "fps": None}),
    "frames of a picture": image({"url": PNG, "fps": 99}),
}
BROKEN: dict[str, tuple[Any, str]] = {
    "nothing": ({"type": "image_url"}, "is missing"),
    "null": (image(None), "is missing"),
    "the address beside": ({"type": "image_url", "url": PNG}, "is missing"),
    "a list": (image([PNG]), "is of type list"),
    "no url": (image({}), "without url"),
    "url null": (image({"url": None}), "without url"),
    "url empty": (image({"url": ""}), "without url"),
    "url a number": (video({"url": 7}), "whose url is 7"),
    "url twice": (image({"url": {"url": PNG}}), "whose url is"),
    "a path": (image({"url": "/home/me/a.png"}), "whose url is"),
    "a file": (image({"url": "file:///a.png"}), "whose url is"),
    "bare base64": (image({"url": "QUJD"}), "whose url is"),
    "a space in front": (image({"url": " https://a.example/b.png"}), "whose url is"),
    "data without comma": (image({"url": "data:image/png;base64"}), "whose url is"),
    "base64 cut off": (image({"url": "data:image/png;base64,QUJ"}), "base64 is broken"),
    "base64 with a sign": (image({"url": "data:image/png;base64,QU!D"}), "base64 is broken"),
    "base64 of URLs": (image({"url": "data:image/png;base64,_-_-"}), "base64 is broken"),
    "padding alone": (image({"url": "data:image/png;base64,===="}), "base64 is broken"),
    "no bytes": (image({"url": "data:image/png;base64,"}), "no bytes"),
    "an unknown format": (image({"url": "data:image/bmp;base64,QUJD"}), "image/bmp"),
    "no format": (image({"url": "data:;base64,QUJD"}), "of the format"),
    "a film as picture": (image({"url": MP4}), "video/mp4"),
    "a picture as film": (video({"url": PNG}), "image/png"),
    "over 10 MB": (image({"url": data("image/png", 10 * 2**20 + 1)}), "10,485,761 bytes, expected at most 10 MB"),
    "too many frames": (video({"url": MP4, "fps": 5.5}), "fps is 5.5, expected a number from 0.2 to 5.0"),
    "too few frames": (video({"url": MP4, "fps": 0}), "fps is 0"),
    "frames in words": (video({"url": MP4, "fps": "2"}), "fps is"),
    "frames true": (video({"url": MP4, "fps": True}), "fps is True"),
}


def named(cases: dict[str, Any]) -> list[Any]:
    """The cases as parameters; those of megabytes are heavy."""
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)), id=name, marks=[pytest.mark.heavy] if "MB" in name else []
        )
        for name, case in cases.items()
    ]


@pytest.mark.parametrize("role", ["user", "assistant", "system"])
@pytest.mark.parametrize("part", named(GOOD))
def test_what_m3_takes_is_left_alone(part: dict[str, Any], role: str) -> None:
    messages = asked(part, role)
    assert check_history(messages, model=M3) == []
    assert repair_history(messages, model=M3) == messages
    assert not refused(messages, M3)


@pytest.mark.parametrize("role", ["user", "assistant", "system"])
@pytest.mark.parametrize(("part", "said"), named(BROKEN))
def test_what_m3_refuses_is_found_and_left_out(part: dict[str, Any], said: str, role: str) -> None:
    messages = asked(part, role)
    before = copy.deepcopy(messages)
    found = check_history(messages, model=M3)
    assert [(finding.index, finding.code) for finding in found] == [(0, "broken-media")]
    assert said in str(found[0])
    assert found.refused
    assert refused(messages, M3)
    mended = repair_history(messages, model=M3)
    assert messages == before
    text = mended[0]["content"][1]["text"]
    assert text.startswith(f"[{part['type']} left out by repair_history: ")
    assert said in text
    assert len(text) < 400
    assert check_history(mended, model=M3) == []
    assert not refused(mended, M3)


@pytest.mark.parametrize("part", named({**GOOD, **{name: part for name, (part, _) in BROKEN.items()}}))
def test_m2_takes_no_picture_good_or_broken(part: dict[str, Any]) -> None:
    messages = asked(part)
    assert [finding.code for finding in check_history(messages, model=M2)] == ["unsupported-part"]
    assert refused(messages, M2)
    assert not refused(repair_history(messages, model=M2), M2)


@pytest.mark.parametrize("kind", ["image_url", "video_url"])
@pytest.mark.parametrize("url", ["https://a.example/b", "mm_file://1", "data:{}/{};base64,QUJD"])
def test_an_address_that_stands_as_text_is_made_an_object(kind: str, url: str) -> None:
    url = url.format(*{"image_url": ("image", "png"), "video_url": ("video", "mp4")}[kind])
    messages = asked({"type": kind, kind: url, "more": 1})
    found = check_history(messages, model=M3)
    assert [finding.code for finding in found] == ["broken-media"]
    assert 'expected {"url"' in str(found[0])
    assert refused(messages, M3)
    assert repair_history(messages, model=M3) == asked({"type": kind, kind: {"url": url}, "more": 1})


@pytest.mark.parametrize("url", ["", "a.png", "data:image/png;base64,QUJ"])
def test_a_bad_address_that_stands_as_text_is_left_out(url: str) -> None:
    mended = repair_history(asked(image(url)), model=M3)
    assert mended[0]["content"][1]["text"].startswith("[image_url left out by repair_history: a picture ")
    assert not refused(mended, M3)


@pytest.mark.parametrize("data", ["\ud83d", "%41\ud83d", "QUJD\ud83d"])
def test_half_a_character_in_the_data_stops_neither_check_nor_repair(data: str) -> None:
    messages = asked(image({"url": f"data:image/png;base64,{data}"}))
    assert check_history(messages, model=M3).refused
    assert check_history(repair_history(messages, model=M3), model=M3) == []


def test_what_one_request_cannot_hold_is_found_and_lightened() -> None:
    nine = image({"url": data("image/png", 9 * 2**20)})
    messages = [{"role": "user", "content": [{"type": "text", "text": str(at)}, nine]} for at in range(7)]
    messages = [each for one in messages for each in (one, {"role": "assistant", "content": "So."})][:-1]
    [finding] = check_history(messages, model=M3)
    assert (finding.index, finding.code, finding.refused) == (None, "too-much-media", True)
    assert "84 MB in base64, expected at most 64 MB" in finding.message
    mended = repair_history(messages, model=M3)
    assert check_history(mended, model=M3) == []
    kept = [message["content"][1]["type"] for message in mended if message["role"] == "user"]
    assert kept == ["text", "text", *["image_url"] * 5]
