"""JSON values in the objects of an SDK, without knowing the SDK.

Its objects keep declared fields as attributes, unknown keys apart, and remember which keys came over the wire.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from minimax_nb.errors import StreamFormatError

from .surrogates import mended


def plain(value: Any) -> Any:
    """The value as dicts, lists and scalars, all the way down, with the keys that were received."""
    if isinstance(value, str):
        return mended(value)
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    values, received = open_object(value)
    return {key: plain(item) for key, item in values.items() if item is not None or key in received}


def open_object(value: Any) -> tuple[dict[str, Any], Container[str]]:
    """Look into an object, one level deep and without a copy where that can be: this runs for every chunk.

    Returns:
        Its values by key, and the keys whose value is None because that came over the wire; any other None stands
        for a missing key.

    Raises:
        StreamFormatError: there is nothing to look into.
    """
    try:  # pydantic, which the SDK's objects are made of
        values, extra, received = value.__dict__, value.__pydantic_extra__, value.__pydantic_fields_set__
    except AttributeError:
        return _open_other(value)
    if not extra:
        return values, received
    if None in extra.values():
        received = {*received, *extra}
    return {**values, **extra}, received


def _open_other(value: Any) -> tuple[dict[str, Any], Container[str]]:
    if isinstance(value, Mapping):
        values = dict(value)
    elif isinstance(value, type) or not hasattr(value, "__dict__"):
        raise StreamFormatError(
            f"expected a chat completion chunk or a part of one, got {type(value).__name__} {str(value)[:60]!r}"
        )
    else:
        values = vars(value)
    return values, values
