"""What a JSON schema says of a value: the schema behind a ``$ref``, its alternatives, the types it allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DEEPEST = 16


def resolved(schema: Any, root: Any) -> Any:
    """The schema that a ``$ref`` into its own document stands for, or the schema itself."""
    for _ in range(_DEEPEST):
        reference = schema.get("$ref") if isinstance(schema, Mapping) else None
        if not isinstance(reference, str):
            break
        target: Any = root
        for step in reference.removeprefix("#").strip("/").split("/"):
            target = target.get(step) if isinstance(target, Mapping) else None
        schema = target
    return schema


def types_of(schema: Any, root: Any = None) -> set[str]:
    """The JSON types that a schema allows, as far as it says; those of an enum's values count too.

    Args:
        schema: the schema.
        root: the document that its references point into; by default the schema itself.
    """
    return _types(schema, schema if root is None else root, 0)


def json_type(value: Any) -> str:
    """The JSON type of a value; "integer" for a whole number."""
    if value is None:
        return "null"
    kinds = ((bool, "boolean"), (int, "integer"), (float, "number"), (list, "array"), (Mapping, "object"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "string")


def alternatives(schema: Any, root: Any) -> list[Mapping[str, Any]]:
    """The schemas of which a value has to fit one, references followed; none where the schema says nothing.

    Args:
        schema: the schema.
        root: the document that its references point into.
    """
    return _alternatives(schema, root, 0)


def _alternatives(schema: Any, root: Any, depth: int) -> list[Mapping[str, Any]]:
    schema = resolved(schema, root)
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return []
    common = {key: value for key, value in schema.items() if key not in {"anyOf", "oneOf", "allOf"}}
    for part in _listed(schema.get("allOf")):
        inner = _alternatives(part, root, depth + 1)
        common = {**common, **inner[0]} if len(inner) == 1 else common
    options = [*_listed(schema.get("anyOf")), *_listed(schema.get("oneOf"))]
    if not options:
        return [common]
    return [{**common, **inner} for option in options for inner in _alternatives(option, root, depth + 1)]


def _types(schema: Any, root: Any, depth: int) -> set[str]:
    schema = resolved(schema, root)
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return set()
    said = schema.get("type")
    found = {said} if isinstance(said, str) else {each for each in _listed(said) if isinstance(each, str)}
    for key in ("anyOf", "oneOf", "allOf"):
        for option in _listed(schema.get(key)):
            found |= _types(option, root, depth + 1)
    if not found:
        values = _listed(schema.get("enum")) or ([schema["const"]] if "const" in schema else [])
        found = {json_type(value) for value in values}
    if not found:
        found = {"object"} if "properties" in schema else {"array"} if "items" in schema else set()
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
