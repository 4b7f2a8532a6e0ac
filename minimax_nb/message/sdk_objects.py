"""JSON values in the objects of an SDK, without knowing the SDK.

Its objects keep declared fields as attributes, unknown keys apart, and remember which keys came over the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from minimax_nb.errors import StreamFormatError

from .surrogates import mended

Keys = AbstractSet[str]
_NOTHING: dict[str, Any] = {}


def plain(value: Any) -> Any:
    """The value as dicts, lists and scalars, all the way down, with the keys that were received."""
    if isinstance(value, str):
        return mended(value)
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    values, unknown, received = open_object(value)
    found = {key: plain(item) for key, item in values.items() if item is not None or key in received}
    for key, item in unknown.items():
        found[key] = plain(item)
    return found


def open_object(value: Any) -> tuple[dict[str, Any], dict[str, Any], Keys]:
    """Look into an object, one level deep and without a copy where that can be: this runs for every chunk.

    Returns:
        Its values by key; those of keys that its class does not know, if they stand apart; and which keys of the
        former came over the wire, for any other None there stands for a missing key.

    Raises:
        StreamFormatError: there is nothing to look into.
    """
    if type(value) is dict:
        return value, _NOTHING, value.keys()
    try:  # pydantic, which the SDK's objects are made of
        return value.__dict__, value.__pydantic_extra__ or _NOTHING, value.__pydantic_fields_set__
    except AttributeError:
        return _open_other(value)


def _open_other(value: Any) -> tuple[dict[str, Any], dict[str, Any], Keys]:
    if isinstance(value, Mapping):
        values = dict(value)
    elif isinstance(value, type) or not hasattr(value, "__dict__"):
        raise StreamFormatError(
            f"expected a chat completion chunk or a part of one, got {type(value).__name__} {str(value)[:60]!r}"
        )
    else:
        values = vars(value)
    return values, _NOTHING, values.keys()
