"""Pictures as files, with Pillow and without it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

import minimax_nb as mm
from minimax_nb.errors import ConfigurationError
from minimax_nb.history.media import image_file
from minimax_nb.history.media.image_file import format_of

from ...support.pictures import file, noise


@pytest.fixture
def without_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_file, "find_spec", lambda name: None)


@pytest.mark.parametrize(("form", "named"), [("PNG", "png"), ("JPEG", "jpeg"), ("GIF", "gif"), ("WEBP", "webp")])
def test_a_format_is_known_by_its_first_bytes(form: str, named: str) -> None:
    assert format_of(file(noise(), form)) == named


@pytest.mark.parametrize("raw", [b"", b"RIFF1234AVI ", b"GIF", b"\x89PNG", b"BM", b"<svg/>"])
def test_others_are_not(raw: bytes) -> None:
    assert format_of(raw) is None


@pytest.mark.usefixtures("without_pillow")
def test_without_pillow_files_go_as_they_are() -> None:
    raw = file(noise(), "WEBP")
    assert mm.picture(raw)["image_url"]["url"].startswith("data:image/webp;base64,")


@pytest.mark.usefixtures("without_pillow")
@pytest.mark.parametrize("source", [b"BM..", np.zeros((2, 2), "uint8")], ids=["bmp", "array"])
def test_without_pillow_the_rest_says_what_to_install(source: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"pip install 'minimax-nb\[pictures\]'"):
        mm.picture(source)
    with pytest.raises(ConfigurationError, match="to be scaled down"):
        mm.picture(file(noise()), max_side=10)


def test_what_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = file(Image.new("1", (3_000, 3_000)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000_000)
    with pytest.raises(ValueError, match="of a size that can be read"):
        mm.picture(raw)
