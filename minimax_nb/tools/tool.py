"""Python functions as tools of a model: offered by schema, called with what the model wrote.

``Tool.of(get_weather)`` reads the signature and the docstring; ``tool.schema`` goes into the request;
``tool.call(arguments)`` checks the model's JSON and runs the function.
"""

from __future__ import annotations

import asyncio
import copy
import functools
import inspect
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pydantic

from minimax_nb.errors import ToolArgumentsError, ToolError
from minimax_nb.message.arguments import read_arguments
from minimax_nb.runtime import background

from .schemas import json_schema
from .second_reading import read_by_schema
from .signature import Signature, callable_name, check_name, describe, read_signature

_PROBLEMS_TOLD = 5


@dataclass(frozen=True, eq=False, slots=True)
class Tool:
    """One tool: what the model is told about it, and the function behind it.

    Attributes:
        name: the name that the model calls.
        description: what the model is told that it does.
        function: the Python callable, or None for a tool given as a dict, which the caller runs.
    """

    name: str
    description: str
    function: Callable[..., Any] | None
    _parameters: dict[str, Any]
    _signature: Signature | None

    @classmethod
    def of(cls, source: Callable[..., Any] | Mapping[str, Any] | Tool) -> Tool:
        """The tool made of a function, or of an OpenAI tool dict.

        Functions, async functions, methods, ``functools.partial`` and objects with ``__call__`` are taken. The
        schema comes from the signature, pydantic's ``Field`` included; the descriptions from the docstring (Google,
        NumPy or Sphinx style), ``Annotated[..., "text"]``, ``Doc("text")`` or ``Field(description="text")``. An
        argument fixed by ``partial(f, unit="C")`` is not offered to the model.

        Args:
            source: the callable, the dict, or a tool, which comes back as it is.

        Raises:
            ToolError: it cannot be offered to a model; the message says why and what to do.
        """
        if isinstance(source, Tool):
            return source
        if isinstance(source, Mapping):
            return cls._of_dict(source)
        if isinstance(source, type):
            raise ToolError(f"expected a function, got the class {source.__name__}: pass a function that makes one")
        if not callable(source):
            raise ToolError(f"expected a function or a tool dict, got {source!r:.80}")
        name = callable_name(source)
        inner = source.func if isinstance(source, functools.partial) else source
        if inspect.isasyncgenfunction(inner):
            raise ToolError(f"tool {name!r} is an async generator: collect its items and return a list")
        signature = read_signature(source, name)
        return cls(name, describe(source)[0], source, json_schema(signature.model, name), signature)

    @classmethod
    def _of_dict(cls, source: Mapping[str, Any]) -> Tool:
        function = source.get("function")
        if source.get("type", "function") != "function" or not isinstance(function, Mapping):
            raise ToolError(
                f'expected {{"type": "function", "function": {{"name": …, "parameters": …}}}}, got {source!r:.80}'
            )
        name = check_name(function.get("name"))
        parameters = function.get("parameters")
        if parameters is not None and not isinstance(parameters, Mapping):
            raise ToolError(f"tool {name!r}: expected parameters to be a JSON schema (a dict), got {parameters!r:.80}")
        # The service refuses a tool whose parameters are missing or empty (error 2013, observed in 2026).
        whole = {"type": "object", "properties": {}, **copy.deepcopy(dict(parameters or {}))}
        if whole["type"] != "object":
            raise ToolError(f'tool {name!r}: expected parameters of "type": "object", got {whole["type"]!r}')
        return cls(name, str(function.get("description") or ""), None, whole, None)

    @classmethod
    def with_schema(
        cls, name: str, description: str, parameters: Mapping[str, Any], function: Callable[..., Any]
    ) -> Tool:
        """The tool whose schema somebody else has written, such as a server.

        Its arguments are read as the schema asks, and checked by whoever runs the call.

        Args:
            name: as the model is to call it.
            description: what the model is told.
            parameters: the JSON schema of the arguments.
            function: takes them by name.

        Raises:
            ToolError: the name or the schema is none.
        """
        given = {"name": name, "description": description, "parameters": parameters}
        return replace(cls._of_dict({"type": "function", "function": given}), function=function)

    @property
    def schema(self) -> dict[str, Any]:
        """The OpenAI tool dict, for ``tools=[…]`` of a request; a fresh copy each time."""
        function: dict[str, Any] = {"name": self.name}
        if self.description:
            function["description"] = self.description
        function["parameters"] = copy.deepcopy(self._parameters)
        return {"type": "function", "function": function}

    def check(self, arguments: str | Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as the function takes them, checked and converted.

        What does not fit is read once more as the schema asks, see ``read_by_schema``.

        Args:
            arguments: what the model wrote, or the object itself. Of a text, whatever ``read_arguments`` reads without
                loss; blank counts as ``{}``, and so does null where no argument is required.

        Raises:
            ToolArgumentsError: they do not fit. The message is short and fit for the model to read.
        """
        given = self._object(arguments)
        if self._signature is None:
            return given if self.function is None else read_by_schema(given, self._parameters)
        return self._signature.arguments(self._validated(given, self._signature.model)[0])

    def second_reading(self, arguments: str) -> dict[str, Any] | None:
        """The object that the schema-led second reading made of the arguments, and that will be run.

        Args:
            arguments: what the model wrote.

        Returns:
            The object; None where the arguments fit as they are, or fit neither way.
        """
        read = read_arguments(arguments)
        if self.function is None or read.state != "whole":
            return None
        if self._signature is None:
            used = read_by_schema(read.value, self._parameters)
            return None if used == read.value else used
        try:
            used = self._validated(read.value, self._signature.model)[1]
        except ToolArgumentsError:
            return None
        return None if used is read.value else used

    def call(self, arguments: str | Mapping[str, Any] = "{}") -> Any:
        """Check the arguments and run the function; an async one is run to its end.

        Args:
            arguments: what the model wrote.

        Returns:
            What the function returned.

        Raises:
            ToolArgumentsError: the arguments do not fit; the function was not run.
            ToolError: there is no function behind this tool.
            Exception: whatever the function raises.
        """
        result = self._callable()(**self.check(arguments))
        return run_awaitable(result) if inspect.isawaitable(result) else result

    async def acall(self, arguments: str | Mapping[str, Any] = "{}") -> Any:
        """The same from async code; a plain function runs in a thread, so that others are not held up.

        Args:
            arguments: what the model wrote.

        Returns:
            What the function returned.

        Raises:
            ToolArgumentsError: the arguments do not fit; the function was not run.
            ToolError: there is no function behind this tool.
            Exception: whatever the function raises.
        """
        function = self._callable()
        checked = self.check(arguments)
        if self.is_async:
            return await function(**checked)
        result = await asyncio.to_thread(function, **checked)
        return await result if inspect.isawaitable(result) else result

    @property
    def is_async(self) -> bool:
        """Whether the function is declared with ``async def``."""
        function: Any = self.function
        while isinstance(function, functools.partial):
            function = function.func
        return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None))  # noqa: B004

    def __repr__(self) -> str:
        return f"Tool({self.name!r}, arguments={list(self._parameters.get('properties') or ())})"

    def _callable(self) -> Callable[..., Any]:
        if self.function is None:
            raise ToolError(f"tool {self.name!r} was given as a dict, without a Python function: run the call yourself")
        return self.function

    def _object(self, arguments: str | Mapping[str, Any]) -> dict[str, Any]:
        if isinstance(arguments, Mapping):
            return dict(arguments)
        read = read_arguments(arguments)
        if read.state == "partial":
            raise ToolArgumentsError(
                f"{self.name}: the arguments are not JSON ({_fault(arguments)}), got {_given(arguments)}: "
                "send one JSON object"
            )
        # Null stands for no arguments where none have to be given; where some have to, it is a mistake.
        none = read.state == "blank" and (
            not arguments or not arguments.strip() or not self._parameters.get("required")
        )
        if read.state == "whole" or none:
            return read.value
        raise ToolArgumentsError(f"{self.name}: expected the arguments as one JSON object, got {_given(arguments)}")

    def _validated(
        self, given: dict[str, Any], model: type[pydantic.BaseModel]
    ) -> tuple[pydantic.BaseModel, dict[str, Any]]:
        """The arguments checked, and the object that was: as given, or as it was read once more."""
        try:
            # As JSON, not as Python values: an Enum comes as its value, a date as its text.
            return model.model_validate_json(json.dumps(given)), given
        except pydantic.ValidationError as error:
            problem = error
        again = read_by_schema(given, self._parameters)
        if again != given:
            try:
                return model.model_validate_json(json.dumps(again)), again
            except pydantic.ValidationError as error:
                problem = error
        raise ToolArgumentsError(self._complaint(problem)) from problem

    def _complaint(self, error: pydantic.ValidationError) -> str:
        problems = error.errors(include_url=False, include_context=True)
        told = [self._problem(dict(problem)) for problem in problems[:_PROBLEMS_TOLD]]
        if len(problems) > _PROBLEMS_TOLD:
            told.append(f"and {len(problems) - _PROBLEMS_TOLD} more")
        return f"{self.name}: " + "; ".join(told)

    def _problem(self, problem: dict[str, Any]) -> str:
        where = ".".join(str(part) for part in problem["loc"])
        known = self._parameters.get("properties") or {}
        if problem["type"] == "missing":
            expected = (known.get(where) or {}).get("type")
            return f"argument '{where}' is missing" + (f" ({expected} expected)" if expected else "")
        if problem["type"] == "extra_forbidden":
            return f"there is no argument '{where}'" + (
                f" (there are: {', '.join(known)})" if known else " (it takes none)"
            )
        message = str(problem["msg"]).removeprefix("Input ").removeprefix("Value error, ")
        return f"argument '{where}': {message[:300]}, got {_given(problem['input'])}"


def run_awaitable(awaitable: Awaitable[Any]) -> Any:
    """Run an awaitable to its end from plain code, also where a loop is running already, as in a notebook."""

    async def main() -> Any:
        return await awaitable

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(main())
    return background.run(main)


def _fault(text: str) -> str:
    """Why a text is no JSON, in the parser's words."""

    def refuse(word: str) -> None:
        raise ValueError(f"JSON has no {word}")

    try:
        json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        return str(error)
    return "they are a text, and what stands in it is none"


def _given(value: Any, limit: int = 80) -> str:
    """An argument as the model wrote it, cut, for the words of an error."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)
    return repr(text) if len(text) <= limit else f"{text[:limit]!r}… ({len(text):,} characters)"
