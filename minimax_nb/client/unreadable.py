"""Bodies that are no JSON, though the server says so: a page of a gateway most often, under HTTP 200."""

from __future__ import annotations

import json

from minimax_nb.errors import StreamFormatError, short
from minimax_nb.redaction import KEY_MARK, Masker

NO_JSON = (json.JSONDecodeError, UnicodeDecodeError)
"""What the SDK lets out where it cannot read a body."""


class UnreadableBodyError(StreamFormatError, ValueError):
    """A body that cannot be read: Python's class for it, which the SDK raises, and ours for the cause."""


def unreadable(error: json.JSONDecodeError | UnicodeDecodeError, key: str) -> UnreadableBodyError:
    """Say what came, in place of where in it a decoder gave up.

    Args:
        error: what the SDK raised.
        key: the client's, which the server may repeat.
    """
    came = error.doc if isinstance(error, json.JSONDecodeError) else error.object.decode("utf-8", "replace")
    text = Masker([key], KEY_MARK).text(came).strip()
    return UnreadableBodyError(
        f"expected JSON, got {short(text, 80) if text else 'an empty body'}; check that the base URL points at a chat "
        "completions service"
    )
