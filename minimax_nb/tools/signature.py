"""From a Python callable to what a model may send it: one pydantic field an argument.

Pydantic's lax rules decide what fits: ``"5"`` and ``5.0`` are taken for an int, ``"true"`` for a bool, ``94110`` for a
str, because models write such things. ``Field(…)`` means what it means in a pydantic model, as the default or inside
``Annotated``. What cannot be offered to a model is refused here, when the tool is made, with the reason and the way
out.
"""

from __future__ import annotations

import copy
import functools
import inspect
import re
import types
import typing
import warnings
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Optional

import pydantic
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from minimax_nb.errors import ToolError

from .docstrings import read_docstring

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_PLAIN_TYPES = (bool, int, float, str)


class Signature(NamedTuple):
    """What a callable takes.

    Attributes:
        model: the pydantic model of its arguments.
        names: the argument behind each field of the model.
        filled: the fields whose default the callable does not apply itself, since it stands in a ``Field``.
    """

    model: type[pydantic.BaseModel]
    names: dict[str, str]
    filled: frozenset[str]

    def arguments(self, values: pydantic.BaseModel) -> dict[str, Any]:
        """The arguments to call with: those that were given, and the defaults that only pydantic knows."""
        wanted = self.filled | values.model_fields_set
        return {self.names[field]: value for field, value in values if field in wanted}


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


def read_signature(function: Callable[..., Any], name: str) -> Signature:
    """The arguments of a callable, as a model may send them.

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
    names: dict[str, str] = {}
    for position, parameter in enumerate(parameters):
        field = _field_name(parameter.name, position)
        fields[field] = _field(parameter, annotations[parameter.name], texts.get(parameter.name), name)
        names[field] = parameter.name
    config = pydantic.ConfigDict(extra="forbid", coerce_numbers_to_str=True, protected_namespaces=())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = pydantic.create_model(name, __config__=config, **fields)
    applied = {parameter.name for parameter in parameters if _applies_itself(parameter)}
    return Signature(model, names, frozenset(field for field, argument in names.items() if argument not in applied))


def _field_name(argument: str, position: int) -> str:
    """The argument's own name, which a default factory may look up; another one where pydantic needs it for itself."""
    return f"argument_{position}_" if argument.startswith("_") or hasattr(pydantic.BaseModel, argument) else argument


def _applies_itself(parameter: inspect.Parameter) -> bool:
    """Whether the callable has a default of its own, which is used without pydantic."""
    return parameter.default is not parameter.empty and not isinstance(parameter.default, FieldInfo)


def _field(parameter: inspect.Parameter, annotation: Any, text: str | None, tool: str) -> tuple[Any, FieldInfo]:
    """Type and default of an argument's field; what the annotation or default says itself goes before name and text."""
    default = _copied(parameter.default) if isinstance(parameter.default, FieldInfo) else pydantic.Field()
    if _applies_itself(parameter):
        default = pydantic.Field(default=parameter.default)
    _check_type(annotation, default, parameter.name, tool)
    own = pydantic.Field(alias=parameter.name, description=_told(annotation) or text)
    is_annotated = typing.get_origin(annotation) is Annotated
    base: Any
    extras: tuple[Any, ...]
    base, extras = (annotation.__origin__, annotation.__metadata__) if is_annotated else (annotation, ())
    infos = [extra for extra in extras if isinstance(extra, FieldInfo)]
    if _default_of(default, *reversed(infos)) is None and not _takes_none(annotation):
        # "name: str = None": everybody means that it may be left out, or null.
        inner = [extra for extra in extras if not isinstance(extra, FieldInfo)]
        base = Optional[Annotated[base, *inner] if inner else base]  # noqa: UP045 - of any form, a text too
        extras = tuple(infos)
    return Annotated[base, own, *extras], default


def _copied(info: FieldInfo) -> FieldInfo:
    """A field that may be written into, as some versions of pydantic do, with the same default."""
    info = copy.copy(info)
    info.metadata = list(info.metadata)
    return info


def _default_of(*infos: FieldInfo) -> Any:
    """The default that the first of several fields has."""
    return next((info.default for info in infos if info.default_factory or info.default is not PydanticUndefined), ...)


def _takes_none(annotation: Any) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pydantic.TypeAdapter(annotation).validate_python(None)
    except Exception:  # noqa: BLE001 - the type's own hooks may raise anything
        return False
    return True


def _told(annotation: Any) -> str | None:
    """The text of ``Annotated[str, "the text"]`` or ``Annotated[str, Doc("the text")]``, before the docstring's."""
    for extra in getattr(annotation, "__metadata__", ()):
        text = extra if isinstance(extra, str) else getattr(extra, "documentation", None)
        if isinstance(text, str):
            return text
    options = typing.get_args(annotation) if typing.get_origin(annotation) in {typing.Union, types.UnionType} else ()
    return next((text for option in options if (text := _told(option))), None)


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
            default = parameter.default.default if isinstance(parameter.default, FieldInfo) else parameter.default
            found[parameter.name] = type(default) if isinstance(default, _PLAIN_TYPES) else Any
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


def _check_type(annotation: Any, default: FieldInfo, argument: str, name: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pydantic.TypeAdapter(annotation).json_schema()
    except Exception as error:  # pydantic raises what the type's own hooks raise
        shown = getattr(annotation, "__name__", None) or repr(annotation)
        raise ToolError(
            f"tool {name!r}: argument {argument!r} has type {shown:.80}, which JSON cannot carry "
            f"({first_line(error)}): "
            "use str, int, float, bool, a list, a dict, Literal, Enum, a dataclass, a TypedDict or a pydantic model"
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pydantic.TypeAdapter(Annotated[annotation, default])
    except Exception as error:
        raise ToolError(
            f"tool {name!r}: argument {argument!r} has a Field(…) that its type cannot keep ({first_line(error)}): "
            "change the constraint or the type"
        ) from error


def first_line(error: Exception) -> str:
    """What an error of pydantic says, without its advice on configurations."""
    return (str(error).splitlines() or [type(error).__name__])[0].partition(". Set ")[0][:160]
