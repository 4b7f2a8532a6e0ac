"""The JSON schema of a tool's arguments, as a model is shown it."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import pydantic
from pydantic.json_schema import GenerateJsonSchema

from minimax_nb.errors import ToolError

from .signature import first_line


class _Untitled(GenerateJsonSchema):
    """Without the titles that pydantic derives from field names: they cost tokens and say nothing."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def json_schema(model: type[pydantic.BaseModel], name: str) -> dict[str, Any]:
    """The JSON schema of the arguments: always an object with ``properties``, references written out.

    Raises:
        ToolError: pydantic can check a type but not describe it in JSON.
    """
    try:
        with warnings.catch_warnings():
            # A default that JSON cannot hold is left out of the schema; the function still applies it.
            warnings.simplefilter("ignore")
            schema = model.model_json_schema(by_alias=True, schema_generator=_Untitled)
    except pydantic.PydanticUserError as error:
        raise ToolError(f"tool {name!r}: a type has no JSON schema ({first_line(error)}): use plain types") from error
    inlined = _written_out(schema)
    result = {"type": "object", "properties": inlined.get("properties", {})}
    return {**result, **{key: inlined[key] for key in ("required", "$defs") if inlined.get(key)}}


def inlined_schema(adapter: pydantic.TypeAdapter[Any]) -> dict[str, Any]:
    """The JSON schema of a type, references written out.

    Raises:
        pydantic.PydanticUserError: it has none.
    """
    return _written_out(adapter.json_schema(by_alias=True, schema_generator=_Untitled))


def _written_out(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with references written out; what is defined by itself stays under ``$defs``."""
    definitions = schema.pop("$defs", {})
    for definition in [*definitions.values(), schema]:
        definition.pop("title", None)
    inlined: dict[str, Any] = _inline(schema, definitions, ())
    if left := _references(inlined):
        inlined["$defs"] = {key: value for key, value in definitions.items() if key in _reachable(left, definitions)}
    return inlined


def _inline(node: Any, definitions: dict[str, Any], inside: tuple[str, ...]) -> Any:
    """The schema with each ``$ref`` written out, since servers may not follow one; a type that holds itself stays."""
    if isinstance(node, list):
        return [_inline(item, definitions, inside) for item in node]
    if not isinstance(node, dict):
        return node
    target = _target(node)
    if target is not None and target in definitions:
        if target in inside or _holds_itself(target, definitions):
            return node
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return {**_inline(copy.deepcopy(definitions[target]), definitions, (*inside, target)), **beside}
    return {key: _inline(value, definitions, inside) for key, value in node.items()}


def _target(node: dict[str, Any]) -> str | None:
    reference = node.get("$ref")
    return reference.removeprefix("#/$defs/") if isinstance(reference, str) else None


def _references(node: Any) -> set[str]:
    if isinstance(node, dict):
        target = _target(node)
        return set().union({target} if target else set(), *(_references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(_references(item) for item in node)) if node else set()
    return set()


def _reachable(start: set[str], definitions: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        target = waiting.pop()
        if target in definitions and target not in found:
            found.add(target)
            waiting.extend(_references(definitions[target]))
    return found


def _holds_itself(target: str, definitions: dict[str, Any]) -> bool:
    return target in _reachable(_references(definitions[target]), definitions)
