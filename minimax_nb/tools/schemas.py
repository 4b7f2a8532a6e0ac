"""From a Python callable to the schema a model is shown, and to the check of what it sends.

The signature is turned into a pydantic model, one field an argument. Pydantic's lax rules decide what fits: ``"5"``
and ``5.0`` are taken for an int, ``"true"`` for a bool, ``94110`` for a str, because models write such things. What
cannot be offered to a model is refused here, when the tool is made, with the reason and the way out.
"""

from __future__ import annotations

import copy
import functools
import inspect
import re
import types
import typing
import warnings
from typing import TYPE_CHECKING, Any

import pydantic
from pydantic.json_schema import GenerateJsonSchema

from minimax_nb.errors import ToolError

from .docstrings import read_docstring

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_PLAIN_TYPES = (bool, int, float, str)


class _Untitled(GenerateJsonSchema):
    """Without the titles that pydantic derives from field names: they cost tokens and say nothing."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def check_name(name: Any) -> str:
    """The name of a tool, if the API takes it.

    Raises:
        ToolError: it is no text of 1 to 64 letters, digits, ``_`` or ``-``.
    """
    if not isinstance(name, str) or not _NAME.match(name):
        raise ToolError(
            f"expected a tool name of 1 to 64 letters (a-z), digits, _ or -, got {name!r:.80}: rename the function"
        )
    return name


def callable_name(function: Callable[..., Any]) -> str:
    """The name under which a callable is offered: its own, or that of its class.

    Raises:
        ToolError: it has none, like a lambda, or one that the API refuses.
    """
    inner = _inner(function)
    name = getattr(inner, "__name__", None) or type(inner).__name__
    if name == "<lambda>":
        raise ToolError("a lambda has no name that a model could call: write it as a def with a name and a docstring")
    return check_name(name)


def describe(function: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """What the docstring says: the tool's description, and one for each argument."""
    inner = _inner(function)
    if inspect.isroutine(inner):
        return read_docstring(inner.__doc__)
    # An object with __call__: the method speaks of the arguments, the class of the purpose.
    description, arguments = read_docstring(type(inner).__call__.__doc__)
    about, more = read_docstring(type(inner).__doc__)
    return about or description, {**more, **arguments}


def arguments_model(function: Callable[..., Any], name: str) -> type[pydantic.BaseModel]:
    """The pydantic model of a callable's arguments; each field's alias is the argument's name.

    Args:
        function: the callable.
        name: its name as a tool, for messages.

    Raises:
        ToolError: the signature cannot be offered to a model: which argument, why, and what to do.
    """
    parameters = _parameters(function, name)
    annotations = _annotations(function, parameters, name)
    texts = describe(function)[1]
    fields: dict[str, Any] = {}
    for position, parameter in enumerate(parameters):
        annotation = annotations[parameter.name]
        _check_type(annotation, parameter.name, name)
        text = _told(annotation) or texts.get(parameter.name)
        about: dict[str, Any] = {"description": text} if text else {}
        info = pydantic.Field(
            default=... if parameter.default is parameter.empty else parameter.default,
            alias=parameter.name,
            **about,
        )
        # Named by position: an argument may be called "schema" or "_x", which a pydantic field may not.
        fields[f"argument_{position}"] = (annotation, info)
    config = pydantic.ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydantic.create_model(name, __config__=config, **fields)


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
        raise ToolError(f"tool {name!r}: a type has no JSON schema ({_first_line(error)}): use plain types") from error
    definitions = schema.pop("$defs", {})
    for definition in definitions.values():
        definition.pop("title", None)
    inlined = _inline(schema, definitions, ())
    result = {"type": "object", "properties": inlined.get("properties", {})}
    if inlined.get("required"):
        result["required"] = inlined["required"]
    left = _references(result)
    if left:
        result["$defs"] = {key: value for key, value in definitions.items() if key in _reachable(left, definitions)}
    return result


def _inner(function: Any) -> Any:
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _parameters(function: Callable[..., Any], name: str) -> list[inspect.Parameter]:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise ToolError(
            f"tool {name!r}: Python knows no signature of it ({error}): wrap it in a def with annotated arguments"
        ) from error
    fixed = function.keywords if isinstance(function, functools.partial) else {}
    parameters = [parameter for parameter in signature.parameters.values() if parameter.name not in fixed]
    inner = _inner(function)
    if parameters and parameters[0].name in ("self", "cls") and inspect.isfunction(inner) and "." in inner.__qualname__:
        raise ToolError(f"tool {name!r} is a method without its object: pass it from an instance, as in thing.{name}")
    reasons = {
        inspect.Parameter.POSITIONAL_ONLY: "is positional-only, and models name their arguments: remove the / after it",
        inspect.Parameter.VAR_POSITIONAL: "takes any number of values: take one list instead",
        inspect.Parameter.VAR_KEYWORD: "takes any names, which no schema can list: name the arguments",
    }
    for parameter in parameters:
        if parameter.kind in reasons:
            raise ToolError(f"tool {name!r}: argument {str(parameter)!r} {reasons[parameter.kind]}")
    return parameters


def _annotations(function: Callable[..., Any], parameters: list[inspect.Parameter], name: str) -> dict[str, Any]:
    """Each argument's type: as annotated, else that of a plain default, else anything."""
    inner = _inner(function)
    home = inspect.unwrap(inner if inspect.isroutine(inner) else type(inner).__call__)
    names = getattr(home, "__globals__", {})
    found = {}
    for parameter in parameters:
        if parameter.annotation is parameter.empty:
            found[parameter.name] = type(parameter.default) if isinstance(parameter.default, _PLAIN_TYPES) else Any
            continue
        holder = types.SimpleNamespace(__annotations__={"it": parameter.annotation})
        try:
            found[parameter.name] = typing.get_type_hints(holder, names, include_extras=True)["it"]
        except Exception as error:  # an annotation is code, it may raise anything
            raise ToolError(
                f"tool {name!r}: the annotation of {parameter.name!r}, {parameter.annotation!r:.80}, cannot be read "
                f"({type(error).__name__}: {error}): name a type that exists at the top level of the function's module"
            ) from error
    return found


def _told(annotation: Any) -> str | None:
    """The text of ``Annotated[str, "the text"]``, which goes before the docstring."""
    return next((extra for extra in getattr(annotation, "__metadata__", ()) if isinstance(extra, str)), None)


def _check_type(annotation: Any, argument: str, name: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pydantic.TypeAdapter(annotation).json_schema()
    except Exception as error:  # pydantic raises what the type's own hooks raise
        shown = getattr(annotation, "__name__", None) or repr(annotation)
        raise ToolError(
            f"tool {name!r}: argument {argument!r} has type {shown:.80}, which JSON cannot carry "
            f"({_first_line(error)}): "
            "use str, int, float, bool, a list, a dict, Literal, Enum, a dataclass, a TypedDict or a pydantic model"
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].partition(". Set ")[0][:160]


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
