"""The text between two tags -> a value of the type that the tool's schema asks for."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from minimax_nb.message.calls import parse_json

from .schema_types import types_of
from .tool import Tool
from .toolbox import listed_tools

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def parameter_schemas(tools: Any) -> dict[str, dict[str, Any]]:
    """The schema of each parameter, by tool and name, with the definitions it refers to beside it.

    Args:
        tools: functions, OpenAI tool dicts, or objects whose ``schema`` is one, in a list or a single one; a dict that
            is no function's is passed over.

    Raises:
        TypeError: they are no list of tools, nor one.
        ToolError: one of them is no tool, or a function that cannot be offered to a model.
    """
    found: dict[str, dict[str, Any]] = {}
    for tool in listed_tools(tools):
        schema = tool if isinstance(tool, Mapping) else getattr(tool, "schema", None)
        if not isinstance(schema, Mapping):
            schema = Tool.of(tool).schema
        function = schema.get("function") if isinstance(schema, Mapping) else None
        parameters = function.get("parameters") if isinstance(function, Mapping) else None
        if isinstance(function, Mapping) and isinstance(parameters, Mapping) and isinstance(function.get("name"), str):
            root = {key: parameters[key] for key in ("$defs", "definitions") if key in parameters}
            properties = parameters.get("properties")
            named = properties.items() if isinstance(properties, Mapping) else ()
            found[function["name"]] = {name: {**inner, **root} for name, inner in named if isinstance(inner, Mapping)}
    return found


def typed(text: str, schema: Any) -> Any:
    """The value of a text under a schema; the text itself where no type fits.

    Null counts only where it is allowed, and text is tried last: under ``["string", "integer"]``, "5" is a number.
    """
    types = types_of(schema)
    if not types:
        return text
    word = text.strip()
    if "null" in types and word == "null":
        return None
    for kind in ("integer", "number", "boolean", "object", "array"):
        if kind in types:
            value = _READERS[kind](word)
            if value is not None:
                return value
    return text


def _integer(word: str) -> int | None:
    number = _number(word)
    return int(number) if number is not None and number == int(number) else None


def _number(word: str) -> int | float | None:
    # JSON's own notation, or Python would also take "1_000", "inf" and Arabic digits.
    value: int | float | None = _json(word, int | float)
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value


def _json(word: str, kind: Any) -> Any:
    value = parse_json(word)
    return value if isinstance(value, kind) else None


_READERS: dict[str, Callable[[str], Any]] = {
    "integer": _integer,
    "number": _number,
    "boolean": lambda word: _BOOLEANS.get(word.lower()),
    "object": lambda word: _json(word, dict),
    "array": lambda word: _json(word, list),
}
