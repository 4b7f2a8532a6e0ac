"""Request rules of the service: fields and parameters, per model. The history has rules of its own.

Texts after "invalid params," that are marked *seen* were observed on the service in 2025 and 2026; the others are ours,
for rules that its documentation states.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from minimax_nb.server.api_error import ApiError, invalid

from .history_rules import check_messages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .models import ServedModel


def parse_body(body: bytes) -> dict[str, Any]:
    """Parse the request's JSON object.

    Raises:
        ApiError: it is none.
    """
    try:
        request = json.loads(body, parse_constant=_no_json, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise invalid(f"Syntax error at index {error.pos}: invalid char") from error  # seen
    except (ValueError, RecursionError) as error:
        raise invalid("Syntax error at index 0: invalid char") from error
    if not isinstance(request, dict):
        raise invalid(f"Mismatch type object with value {_kind(request)}")
    return request


def _no_json(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits} is too large")
    return number


def check_request(request: dict[str, Any], models: Mapping[str, ServedModel]) -> ServedModel:
    """Find the model and check the request against its rules.

    Args:
        request: the parsed body.
        models: those that are served, by name.

    Returns:
        The model that is to answer.

    Raises:
        ApiError: as the service would answer.
    """
    _types(request)
    if request.get("messages") is None:
        raise invalid("binding: expr_path=messages, cause=missing required parameter")  # seen
    if request.get("model") is None:
        raise invalid("binding: expr_path=model, cause=missing required parameter")
    model = models.get(request["model"])
    if model is None:
        raise invalid(f"unknown model '{request['model']}'")  # seen
    _sampling(request, model)
    _limits(request, model)
    _thinking(request, model)
    _tools(request)
    check_messages(request["messages"], model)
    return model


_TYPES: dict[str, tuple[type, ...]] = {
    "model": (str,),
    "messages": (list,),
    "stream": (bool,),
    "stream_options": (dict,),
    "reasoning_split": (bool,),
    "temperature": (int, float),
    "top_p": (int, float),
    "n": (int,),
    "max_tokens": (int,),
    "max_completion_tokens": (int,),
    "thinking": (dict,),
    "tools": (list,),
    "minimax_nb": (dict,),
}


def _types(request: dict[str, Any]) -> None:
    for key, types in _TYPES.items():
        value = request.get(key)
        if value is None or (isinstance(value, types) and (type(value) is not bool or bool in types)):
            continue
        if key == "thinking":
            raise invalid(f"Mismatch type open_platform_oai.ThinkingConfig with value {_kind(value)}")  # seen
        raise invalid(f"Mismatch type {_wanted(types)} with value {_kind(value)}: {key}")


def _sampling(request: dict[str, Any], model: ServedModel) -> None:
    temperature = request.get("temperature")
    # The M2 page excludes 0, yet the service takes it (observed in 2026).
    if temperature is not None and not 0 <= temperature <= model.top_temperature:
        lowest = "(0.0" if model.is_m2 else "[0.0"
        raise invalid(f"temperature {temperature} is out of range {lowest}, {model.top_temperature}]")
    top_p = request.get("top_p")
    if top_p is not None and not 0 < top_p <= 1:
        raise invalid(f"top_p {top_p} is out of range (0.0, 1.0]")
    if model.is_m2 and (request.get("n") or 1) != 1:
        raise invalid(f"n {request['n']} is not supported, only 1 is")
    for key in ("function_call", "functions"):
        if request.get(key) is not None:
            raise invalid(f"{key} is deprecated and not supported, use tools")


def _limits(request: dict[str, Any], model: ServedModel) -> None:
    for key in ("max_completion_tokens", "max_tokens"):
        limit = request.get(key)
        if limit is None:
            continue
        if limit < 1:
            raise invalid(f"{key} {limit} is not a positive number")
        if limit > model.max_output:
            raise invalid(f"model[{model.id}] does not support max tokens > {model.max_output}")  # seen


def _thinking(request: dict[str, Any], model: ServedModel) -> None:
    thinking = request.get("thinking")
    # The M2 family takes the field and goes on thinking.
    if thinking is not None and not model.is_m2 and thinking.get("type") not in ("adaptive", "disabled"):
        raise invalid(f'invalid thinking.type: "{thinking.get("type")}" (allowed: adaptive, disabled)')  # seen
    if thinking is not None and model.thinks_apart and thinking.get("type") == "disabled":
        raise invalid(f"model[{model.id}] requires adaptive thinking")  # seen


def _tools(request: dict[str, Any]) -> None:
    tools = request.get("tools")
    if tools is None:
        return
    if not tools:
        raise ApiError(400, "bad_request_error", "Not yet implemented (2013)")  # seen
    for tool in tools:
        if not isinstance(tool, dict) or tool.get("type", "function") != "function":
            raise invalid("tool type is not function")
        function = tool.get("function")
        if not isinstance(function, dict) or not function.get("name") or not function.get("parameters"):
            raise invalid("function name or parameters is empty")  # seen
        if not isinstance(function["name"], str) or not isinstance(function["parameters"], dict):
            raise invalid(f"Mismatch type object with value {_kind(function['parameters'])}: parameters")


def _kind(value: Any) -> str:
    """Return what a JSON value is called."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    kinds = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return kinds[type(value)]


def _wanted(types: tuple[type, ...]) -> str:
    names = {str: "string", list: "array", bool: "bool", dict: "object", int: "int", float: "float"}
    return names[types[-1]]
