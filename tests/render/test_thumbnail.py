"""Pictures in a page: small, with their size, and nothing in them trusted."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from minimax_nb.render import thumbnail
from minimax_nb.render.thumbnail import thumbnails

from ..support.html_inspection import DOCUMENT, inspect
from ..support.pictures import file, noise, opened


def data(raw: bytes, form: str = "png") -> str:
    return f"data:image/{form};base64,{base64.b64encode(raw).decode()}"


def test_a_small_one_goes_as_it_is() -> None:
    url = data(file(noise()))
    html = thumbnails([url])
    assert f'<img src="{url}" alt="picture" width="40" height="30"' in html
    assert inspect(html, DOCUMENT).text == "40 × 30 pixels"


@pytest.mark.parametrize(("form", "options"), [("PNG", {}), ("JPEG", {}), ("WEBP", {"lossless": True}), ("GIF", {})])
def test_a_large_one_is_made_small(form: str, options: Any) -> None:
    raw = file(noise(1_600, 600), form, **options)
    html = thumbnails([data(raw, form.lower())])
    found = re.search(r'src="([^"]+)" alt="picture" width="320" height="120"', html)
    assert found is not None
    assert opened(found[1]).size == (640, 240)
    assert len(html) < 150_000


def test_what_is_see_through_stays_so() -> None:
    image = noise(900, 900).convert("RGBA")
    image.putalpha(100)
    found = re.search(r'src="([^"]+)"', thumbnails([data(file(image))]))
    assert found is not None
    assert opened(found[1]).getpixel((0, 0))[3] == 100  # type: ignore[index]


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/b.png",
        "javascript:alert(1)",
        "data:image/svg+xml;base64,PHN2Zy8+",
        "data:image/png,plain",
        "data:image/png;base64,AAAA",
        'data:image/png;base64,AAAA" onerror="alert(1)',
        "data:image/png;base64,",
        data(file(noise(900, 900))[:60_000]),
        data(b"<svg onload=alert(1)>"),
    ],
)
def test_what_is_no_picture_is_left_out(url: str) -> None:
    assert thumbnails([url]) == ""


def test_many_are_counted() -> None:
    html = thumbnails([data(file(noise()))] * 25)
    assert html.count("<img") == 20
    assert "and 5 more" in html
    assert thumbnails([]) == ""


def test_without_pillow_small_files_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnail, "find_spec", lambda name: None)
    assert "<img" in thumbnails([data(file(noise()))])
    assert thumbnails([data(b"x" * 200_000)]) == ""
