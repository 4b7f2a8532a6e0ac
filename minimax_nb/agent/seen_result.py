"""A tool's result with the pictures in it, for a model that sees."""

from __future__ import annotations

import os
from typing import Any

from minimax_nb.errors import ConfigurationError
from minimax_nb.history.media.picture import picture


def seen_result(text: str, shown: Any) -> str | list[dict[str, Any]]:
    """Write the content of a result's message.

    Args:
        text: what the model is told.
        shown: what the reader sees: a figure, a picture, a table, or a tuple of such things.

    Returns:
        The text and the pictures as parts; the text alone where there is no picture. One that cannot be sent is named.
    """
    parts: list[dict[str, Any]] = []
    for thing in shown if type(shown) is tuple else (shown,):
        if isinstance(thing, str | os.PathLike):  # a name is no picture, whatever stands in the file
            continue
        try:
            parts.append(picture(thing))
        except TypeError:  # a table, say
            continue
        except (ValueError, OSError, ConfigurationError) as error:
            text += f"\n[a picture of it cannot be sent: {error}]"
    return [{"type": "text", "text": text}, *parts] if parts else text
