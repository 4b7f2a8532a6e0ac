"""Arguments that failed their schema, read once more as the schema asks.

Models of the M2 family write an object or array inside the arguments as JSON text; M3's arrays come through some
converters as ``{"item": …}``, and so do their elements. Where the schema allows no text, a text that holds what it
does allow is read; where it allows an array and no such object, the wrapper is taken off. Nothing else is changed: a
text where text is allowed stays a text, whatever it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from minimax_nb.message.arguments import read_arguments
from minimax_nb.message.calls import BROKEN
from minimax_nb.message.notation import read_value

from .schema_types import alternatives, json_type, types_of

_WRAPPERS = {"item", "items"}
_MOST_LAYERS = 3


def read_by_schema(value: Any, schema: Any) -> Any:
    """The value as the schema asks for it, where it can be read so; the rest of it as it is.

    Args:
        value: the arguments, or any other JSON value.
        schema: the schema, with the definitions that it refers to.
    """
    try:
        return _read(value, schema, schema)
    except RecursionError:
        return value


def _read(value: Any, schema: Any, root: Any) -> Any:
    options = alternatives(schema, root)
    if not options or not all(types_of(option, root) for option in options):  # it takes anything
        return value
    if isinstance(value, str):
        return _read_text(value, options, root)
    if isinstance(value, Mapping):
        inner = _unwrapped(value, options, root)
        return _read_object(value, options, root) if inner is None else _read_array(inner, options, root)
    return _read_array(value, options, root) if isinstance(value, list) else value


def _read_text(text: str, options: list[Mapping[str, Any]], root: Any) -> Any:
    if any(_allows(option, text, root) for option in options):
        return text
    value: Any = text
    for _ in range(_MOST_LAYERS):
        if not isinstance(value, str):
            break
        value = _value_in(value)
    if value is BROKEN or isinstance(value, str):
        return text
    value = _read(value, {"anyOf": options}, root)
    return value if any(_allows(option, value, root) for option in options) else text


def _value_in(text: str) -> Any:
    value = read_value(text.strip())
    if value is BROKEN:  # an object in a fence, say
        read = read_arguments(text)
        return read.value if read.state == "whole" else BROKEN
    return value


def _unwrapped(value: Mapping[str, Any], options: list[Mapping[str, Any]], root: Any) -> list[Any] | None:
    """The array in a wrapper, where the schema wants an array and no object with such a key."""
    inner = _inside(value, options, root)
    arrays = [option for option in options if "array" in types_of(option, root)]
    if inner is BROKEN or not arrays:
        return None
    if isinstance(inner, list):
        return inner
    (only,) = _read_array([inner], arrays, root)
    if not any(_fits(_item(option, 0), only, root) for option in arrays):  # the array as a text, or wrapped again
        again = _read(inner, {"anyOf": arrays}, root)
        if isinstance(again, list):
            return again
    return [inner]


def _inside(value: Mapping[str, Any], options: list[Mapping[str, Any]], root: Any) -> Any:
    """What a wrapper holds; ``BROKEN`` where it is none, or an object that the schema wants."""
    (key, inner), *more = value.items() or [("", None)]
    if more or key not in _WRAPPERS:
        return BROKEN
    is_wanted = any("object" in types_of(option, root) and _names(option, key) for option in options)
    return BROKEN if is_wanted else inner


def _names(option: Mapping[str, Any], key: str) -> bool:
    """Whether an object's schema has a place for a key."""
    properties = option.get("properties")
    return not isinstance(properties, Mapping) or key in properties or bool(option.get("additionalProperties"))


def _read_object(value: Mapping[str, Any], options: list[Mapping[str, Any]], root: Any) -> Any:
    objects = [option for option in options if "object" in types_of(option, root)]
    if not objects:
        return value
    schema = max(objects, key=lambda option: _likeness(option, value, root))
    return {key: _read(inner, _property(schema, key), root) for key, inner in value.items()}


def _likeness(option: Mapping[str, Any], value: Mapping[str, Any], root: Any) -> tuple[bool, int, int]:
    """How well an object fits one of several schemas: by its fixed values, its keys, what it lacks."""
    properties = option.get("properties")
    properties = properties if isinstance(properties, Mapping) else {}
    fixed = [key for key, inner in properties.items() if isinstance(inner, Mapping) and "const" in inner]
    required = option.get("required")
    lacking = [key for key in required if key not in value] if isinstance(required, list) else []
    right = all(_allows(properties[key], value[key], root) for key in fixed if key in value)
    return right, sum(key in properties for key in value), -len(lacking)


def _property(schema: Mapping[str, Any], key: str) -> Any:
    for properties, is_it in (("properties", str.__eq__), ("patternProperties", re.search)):
        named = schema.get(properties)
        for name, inner in named.items() if isinstance(named, Mapping) else ():
            if is_it(name, key):
                return inner
    return schema.get("additionalProperties")


def _read_array(items: list[Any], options: list[Mapping[str, Any]], root: Any) -> Any:
    arrays = [option for option in options if "array" in types_of(option, root)]
    read = [[_read_element(item, _item(option, at), root) for at, item in enumerate(items)] for option in arrays]
    fits = (
        each
        for option, each in zip(arrays, read, strict=True)
        if all(_fits(_item(option, at), item, root) for at, item in enumerate(each))
    )
    return next(fits, read[0] if read else items)


def _read_element(value: Any, schema: Any, root: Any) -> Any:
    """An element of an array, which may be wrapped like an array."""
    options = alternatives(schema, root)
    if isinstance(value, Mapping) and options and all(types_of(option, root) for option in options):
        inner = _inside(value, options, root)
        if inner is not BROKEN and _unwrapped(value, options, root) is None:
            read = _read(inner, schema, root)
            if any(_allows(option, read, root) for option in options):
                return read
    return _read(value, schema, root)


def _item(schema: Mapping[str, Any], at: int) -> Any:
    first = schema.get("prefixItems")
    return first[at] if isinstance(first, list) and at < len(first) else schema.get("items")


def _fits(schema: Any, value: Any, root: Any) -> bool:
    """Whether a schema takes a value, going by its type and those of the elements of arrays."""
    options = [option for option in alternatives(schema, root) or [{}] if _allows(option, value, root)]
    if not isinstance(value, list):
        return bool(options)
    return any(all(_fits(_item(option, at), item, root) for at, item in enumerate(value)) for option in options)


def _allows(option: Mapping[str, Any], value: Any, root: Any) -> bool:
    """Whether a schema without alternatives takes a value, going by its type and by fixed values."""
    if isinstance(option.get("enum"), list):
        return value in option["enum"]
    if "const" in option:
        return bool(value == option["const"])
    types = types_of(option, root)
    kind = "integer" if isinstance(value, float) and value.is_integer() else json_type(value)
    return not types or kind in types or (kind == "integer" and "number" in types)
