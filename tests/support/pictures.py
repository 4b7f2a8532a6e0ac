"""Pictures and videos as bytes, made here."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 100


def noise(width: int = 40, height: int = 30) -> Image.Image:
    """A picture that cannot be pressed."""
    return Image.effect_noise((width, height), 90).convert("RGB")


def file(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """A picture as a file."""
    buffer = io.BytesIO()
    image.save(buffer, format=form, **options)
    return buffer.getvalue()


def opened(url: str) -> Image.Image:
    """The picture in a ``data:`` URL, read whole."""
    import base64

    image = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2])))
    image.load()
    return image
