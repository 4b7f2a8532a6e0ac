"""JSON values in the objects of an SDK, without knowing the SDK.

Its objects keep declared fields as attributes, unknown keys apart, and remember which keys came over the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from minimax_nb.errors import StreamFormatError

from .reply import Reply
from .surrogates import mended

Keys = AbstractSet[str]
_NOTHING: dict[str, Any] = {}
_DEEPEST = 8
"""Levels of a message below which nothing is looked into."""


def json_values(value: Any) -> Any:
    """The value as dicts, lists and scalars, all the way down, with the keys that were received."""
    if isinstance(value, str):
        return mended(value)
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, list | tuple):
        return [json_values(item) for item in value]
    if type(value) is dict:  # the most there is of replies that were read as JSON
        return {key: json_values(item) for key, item in value.items()}
    values, unknown, received = open_object(value)
    found = {key: json_values(item) for key, item in values.items() if item is not None or key in received}
    for key, item in unknown.items():
        found[key] = json_values(item)
    return found


def as_dict(message: Any) -> dict[str, Any] | None:
    """A message of a history as a dict of its own: from a dict, an object of the SDK or a ``Reply``; else None.

    Of an object, what was set goes along, also what its class does not know: as the SDK itself sends it. Other than
    ``json_values`` it leaves every text as it is, and takes any junk.
    """
    if isinstance(message, Reply):
        message = message.message
    values = _as_given(message, _DEEPEST)
    return values if isinstance(values, dict) else None


def _as_given(value: Any, depth: int) -> Any:
    """The value with objects of the SDK turned into dicts, also inside of dicts and lists."""
    if depth == 0 or isinstance(value, str | int | float | None):
        return value
    if isinstance(value, Mapping):
        return {key: _as_given(inner, depth - 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_given(inner, depth - 1) for inner in value]
    if not hasattr(type(value), "__pydantic_fields__"):
        return value
    values, unknown, received = open_object(value)
    return {
        key: _as_given(inner, depth - 1)
        for key, inner in (*values.items(), *unknown.items())
        if key in received or key in unknown
    }


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
