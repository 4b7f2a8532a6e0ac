"""``video``: a file, bytes or an address, as a part that the service takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import minimax_nb as mm
from minimax_nb.history.media.video import format_of

from ...support.pictures import MP4, file, noise

if TYPE_CHECKING:
    from pathlib import Path

KINDS = [
    (MP4, "mp4"),
    (b"\0\0\0\x14ftypqt  \0\0", "quicktime"),
    (b"\0\0\0\x08wide\0\0\0\0mdat", "quicktime"),
    (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0#B\x86\x81\x01B\x82\x84webm", "webm"),
    (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0#B\x86\x81\x01B\x82\x88matroska", "mkv"),
    (b"RIFF\0\0\0\0AVI LIST", "avi"),
    (b"\0\0\x01\xba!\0", "mpeg"),
]


@pytest.mark.parametrize(("raw", "form"), KINDS, ids=[form for _, form in KINDS])
def test_each_kind_is_known_by_its_first_bytes(raw: bytes, form: str, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(raw)
    assert format_of(raw) == form
    for source in (path, str(path), raw, bytearray(raw)):
        assert mm.video(source)["video_url"]["url"].startswith(f"data:video/{form};base64,")


@pytest.mark.parametrize("url", ["https://a.example/b.mp4", "https://a.example/stream", "mm_file://1"])
def test_an_address_is_handed_on(url: str) -> None:
    assert mm.video(url, fps=2) == {"type": "video_url", "video_url": {"url": url, "fps": 2}}


@pytest.mark.parametrize(
    ("source", "options", "words"),
    [
        (b"", {}, "which is none"),
        (file(noise()), {}, "which is none"),
        (MP4, {"fps": 0.1}, "expected a number from 0.2 to 5.0"),
        (MP4, {"fps": 6}, "expected a number from 0.2 to 5.0"),
        (MP4, {"fps": "2"}, "expected a number from 0.2 to 5.0"),
        ("ftp://a.example/b.mp4", {}, "whose url is"),
        ("data:video/ogg;base64,AAAA", {}, "of the format"),
        ("no-such.mp4", {}, "there is no 'no-such.mp4'"),
        (3, {}, "expected a video: a path, bytes or an address, got int 3"),
        (None, {}, "got NoneType"),
    ],
)
def test_what_is_no_video_is_refused_in_words(source: Any, options: Any, words: str) -> None:
    with pytest.raises((ValueError, TypeError, OSError)) as caught:
        mm.video(source, **options)
    assert words in str(caught.value)


@pytest.mark.heavy
def test_one_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match=r"at most 50 MB, got the .* bytes with 51 MB: cut it"):
        mm.video(MP4 + b"\0" * (51 * 2**20 - len(MP4)))
