"""A picture as a file: which format it is, whether it is whole; scaled, and written, by Pillow."""

from __future__ import annotations

import base64
import io
import warnings
from importlib.util import find_spec
from typing import Any

from minimax_nb.errors import ConfigurationError
from minimax_nb.message.media_words import size_words

from .rules import MEDIA

_MOST = MEDIA["image_url"].megabytes * 2**20


def data_url(raw: bytes, name: str, max_side: int | None) -> str:
    """Write a file that holds a picture as a ``data:`` URL: as it is, or in PNG where its format is not taken.

    Args:
        raw: the file.
        name: what to call it.
        max_side: pixels that the longer side may have.

    Raises:
        ValueError: it holds no whole picture, or is too large.
        ConfigurationError: it takes Pillow, which is not installed.
    """
    taken = format_of(raw)
    if find_spec("PIL") is not None:
        raw = _read(raw, name, max_side, convert=taken is None)
        taken = format_of(raw)
    elif max_side is not None or taken is None:
        why = "to be scaled down" if max_side is not None else "that is no JPEG, PNG, GIF or WebP"
        raise ConfigurationError(f"expected Pillow for a picture {why}, found none: pip install 'minimax-nb[pictures]'")
    if len(raw) > _MOST:
        raise ValueError(
            f"expected a picture of at most {size_words(_MOST)}, got {name} with {size_words(len(raw))}: "
            "mm.picture(…, max_side=2000) scales it down"
        )
    return f"data:image/{taken};base64,{base64.b64encode(raw).decode('ascii')}"


def format_of(raw: bytes) -> str | None:
    """Which of the formats that the service takes a file is, by its first bytes; None for any other."""
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "webp"
    found = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg", b"GIF87a": "gif", b"GIF89a": "gif"}
    return next((form for magic, form in found.items() if raw.startswith(magic)), None)


def _read(raw: bytes, name: str, max_side: int | None, *, convert: bool) -> bytes:
    """A file that has been seen to hold a whole picture, scaled and in another format where that is wanted."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large ones: what is too large for Pillow is an error all the same
            image: Image.Image = Image.open(io.BytesIO(raw))
            larger = max_side is not None and max(image.size) > max_side
            image.load()
            if not convert and not larger:
                return raw
            image = ImageOps.exif_transpose(image)
            if larger and max_side is not None:
                image.thumbnail((max_side, max_side))
            return saved(image, jpeg=image.mode == "RGB" and format_of(raw) == "jpeg")
    except UnidentifiedImageError:
        raise ValueError(f"expected a picture (JPEG, PNG, GIF, WebP …), got {name}, which is none") from None
    except Image.DecompressionBombError as error:
        raise ValueError(f"expected a picture of a size that can be read, got {name}: {error}") from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
        raise ValueError(f"expected a whole picture (JPEG, PNG, GIF, WebP …), got {name}: {error}") from error


def saved(image: Any, *, jpeg: bool = False) -> bytes:
    """Write an image of Pillow as a file, PNG or JPEG."""
    if image.mode not in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
        image = image.convert("RGB")
    file = io.BytesIO()
    image.save(file, format="JPEG" if jpeg else "PNG", **({"quality": 90} if jpeg else {}))
    return file.getvalue()


def image_of_array(array: Any) -> Any:
    """Make an image of Pillow of an array: (height, width) or (height, width, 3 or 4), uint8.

    Raises:
        TypeError: it has another shape or type.
        ConfigurationError: Pillow is not installed.
    """
    if find_spec("PIL") is None:
        raise ConfigurationError("expected Pillow for a picture from an array: pip install 'minimax-nb[pictures]'")
    from PIL import Image

    try:
        if array.dtype == bool:
            array = array.astype("uint8") * 255
        return Image.fromarray(array)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"expected an array of a picture, uint8 and (height, width) or (height, width, 3 or 4), got "
            f"{array.dtype} {array.shape}"
        ) from error
