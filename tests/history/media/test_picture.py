"""``picture``: whatever a notebook has at hand, as a part that the service takes; what is none is refused in words."""

from __future__ import annotations

import base64
import io
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from IPython.display import Image as Shown
from PIL import Image

import minimax_nb as mm
from minimax_nb import check_history
from minimax_nb.message.media_words import address_in

from ...support.pictures import MP4, file, noise, opened

FORMS = {"PNG": "png", "JPEG": "jpeg", "GIF": "gif", "WEBP": "webp"}


def figure() -> Any:
    """A figure with a line."""
    from matplotlib.figure import Figure

    made = Figure(figsize=(2, 1))
    made.subplots().plot([1, 2])
    return made


class Drawn:
    """Draws itself in one form of a notebook's."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return {"text/plain": "x", "image/png": self._data}


class Broken:
    def _repr_png_(self) -> bytes:
        raise RuntimeError("no")


@pytest.mark.parametrize("form", FORMS)
def test_files_of_the_four_formats_go_as_they_are(form: str, tmp_path: Path) -> None:
    raw = file(noise(), form)
    path = tmp_path / f"a.{FORMS[form]}"
    path.write_bytes(raw)
    sources: list[Any] = [path, str(path), raw, bytearray(raw), memoryview(raw), io.BytesIO(raw), Shown(data=raw)]
    for source in sources:
        part = mm.picture(source)
        assert part == {
            "type": "image_url",
            "image_url": {"url": f"data:image/{FORMS[form]};base64,{base64.b64encode(raw).decode()}"},
        }
        assert json.loads(json.dumps(part)) == part
    assert check_history([{"role": "user", "content": [mm.picture(raw)]}], model="MiniMax-M3") == []


@pytest.mark.parametrize("form", ["BMP", "TIFF", "PPM"])
def test_other_formats_become_png(form: str) -> None:
    part = mm.picture(file(noise(), form))
    assert address_in(part).startswith("data:image/png;base64,")
    assert opened(address_in(part)).size == (40, 30)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "F", "I", "HSV", "YCbCr"])
def test_images_of_any_mode_are_taken(mode: str) -> None:
    assert opened(address_in(mm.picture(Image.new(mode, (7, 5))))).size == (7, 5)


def test_figures_arrays_and_what_draws_itself_are_taken() -> None:
    made = figure()
    for source in (made, made.axes[0], made.axes[0].lines[0]):
        assert opened(address_in(mm.picture(source))).width > 50
    for shape in ((5, 7), (5, 7, 3), (5, 7, 4)):
        assert opened(address_in(mm.picture(np.zeros(shape, "uint8")))).size == (7, 5)
    assert opened(address_in(mm.picture(np.ones((5, 7), bool)))).getextrema() == (255, 255)
    raw = file(noise())
    for data in (raw, base64.b64encode(raw).decode()):
        assert opened(address_in(mm.picture(Drawn(data)))).size == (40, 30)


def test_a_part_is_taken_again() -> None:
    part = mm.picture(noise())
    assert mm.picture(part) == mm.picture(dict(part)) == mm.picture(address_in(part)) == part
    assert mm.picture(part, detail="low") == {**part, "image_url": {**part["image_url"], "detail": "low"}}


@pytest.mark.parametrize("url", ["https://a.example/b.png", "http://a.example/c?d=e", "mm_file://f", "HTTPS://A.b/c"])
def test_an_address_is_handed_on(url: str) -> None:
    assert address_in(mm.picture(url)) == url
    if "://" in url and url[:2] != "mm":
        assert address_in(mm.picture(Shown(url=url))) == url


def test_a_larger_one_is_scaled_down_when_asked() -> None:
    wide = noise(400, 200)
    for form, kept in (("PNG", "PNG"), ("JPEG", "JPEG"), ("WEBP", "PNG"), ("GIF", "PNG")):
        scaled = opened(address_in(mm.picture(file(wide, form), max_side=50)))
        assert (scaled.size, scaled.format) == ((50, 25), kept)
    assert opened(address_in(mm.picture(wide, max_side=400))).size == (400, 200)
    turned = Image.Exif()
    turned[0x0112] = 6  # lies on its side
    assert opened(address_in(mm.picture(file(wide, "JPEG", exif=turned), max_side=200))).size == (100, 200)


@pytest.mark.heavy
def test_one_that_is_too_large_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(file(noise(3_500, 2_500)))
    with pytest.raises(ValueError, match=r"at most 10 MB, got .*large\.png with \d+.* MB: mm\.picture\(…, max_side="):
        mm.picture(path)
    assert opened(address_in(mm.picture(path, max_side=500))).size == (500, 357)


def test_a_gif_of_a_thousand_frames_goes_whole_or_by_its_first() -> None:
    frames = [Image.new("RGB", (60, 40), (at % 250, at // 250, 0)) for at in range(1_000)]
    raw = file(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert getattr(opened(address_in(mm.picture(raw))), "n_frames", 1) == 1_000
    assert opened(address_in(mm.picture(raw, max_side=30))).size == (30, 20)


CUT = file(noise())[:400]


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        (b"", ValueError, "which is none"),
        (b"hello", ValueError, "the 5 bytes, which is none"),
        (MP4, ValueError, "which is none"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ValueError, "which is none"),
        (CUT, ValueError, "expected a whole picture"),
        (file(noise(), "JPEG")[:400], ValueError, "expected a whole picture"),
        ("no/such.png", FileNotFoundError, "there is no 'no/such.png' in"),
        (Path("no/such.png"), FileNotFoundError, "there is no"),
        (os.sep, ValueError, "got the folder"),
        ("https://a.example/page.html", ValueError, "got that of a page"),
        ("https://a.example/a.pdf?x=1#y", ValueError, "got that of a page"),
        ("data:image/png;base64,broken", ValueError, "base64 is broken"),
        ("data:text/html,x", ValueError, "of the format 'text/html'"),
        ("data:image/svg+xml;base64,AAAA", ValueError, "of the format"),
        (np.zeros((2, 3, 4, 5), "uint8"), TypeError, "expected an array of a picture"),
        (np.array([["a"]]), TypeError, "expected an array of a picture"),
        (None, TypeError, "got NoneType"),
        (3, TypeError, "got int"),
        ([], TypeError, "got list"),
        ({"type": "text", "text": "x"}, TypeError, "got dict"),
        (Broken(), TypeError, "got Broken"),
        (Drawn(None), TypeError, "got Drawn"),
        (Drawn(3), TypeError, "got Drawn"),
    ],
    ids=lambda value: None,
)
def test_what_is_no_picture_is_refused_in_words(source: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error) as caught:
        mm.picture(source)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [{"detail": "auto"}, {"detail": 1}, {"max_side": 0}, {"max_side": -5}, {"max_side": 10.5}, {"max_side": True}],
)
def test_options_are_checked(options: Any) -> None:
    with pytest.raises(ValueError, match=r"expected (detail|max_side)"):
        mm.picture(noise(), **options)


def test_one_elsewhere_cannot_be_scaled_here() -> None:
    with pytest.raises(ValueError, match="load it first"):
        mm.picture("https://a.example/b.png", max_side=100)
