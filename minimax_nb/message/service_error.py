"""Errors that the service reports inside a stream, or under HTTP 200, in whatever shape it gives them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from .sdk_objects import json_values

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRAILING_CODE = re.compile(r"\((\d{4,5})\)\s*\Z")
_WORDS = (
    *("message", "error_message", "errorMessage", "error_msg", "errorMsg", "msg", "errmsg", "status_msg", "detail"),
    *("errors", "error", "err", "error_description", "reason", "title", "response"),
)
_CODES = ("code", "error_code", "errorCode", "status_code", "statusCode", "errno", "errcode", "status", "http_code")
_NAMES_OF_FAILURE = ("error", "exception", "failed", "failure")
_DEEPEST = 4


class ServiceError(NamedTuple):
    """The service said no: its words, and its number if it gave one."""

    message: str
    code: int | None


def service_error_in(data: Mapping[str, Any]) -> ServiceError | None:
    """The error that a completion or a chunk reports, or None.

    Shapes in use: under ``error`` (OpenAI and most), a non-zero ``base_resp`` (MiniMax), under ``error`` of the first
    choice (OpenRouter), and flat: ``{"object": "error", "message": …}`` (vLLM, SGLang), ``{"type": "error", …}``,
    ``{"detail": …}`` (FastAPI), ``{"error_code": …, "error_msg": …}``.
    """
    error = data.get("error")
    if error is True:  # a flag beside the words
        error = {key: value for key, value in data.items() if key != "error"}
    if error:
        return read_service_error(json_values(error))
    base = json_values(data.get("base_resp")) if data.get("base_resp") else None
    if isinstance(base, dict) and _code(base.get("status_code")):
        return read_service_error(base)
    choices = data.get("choices")
    if choices:
        choice = choices[0] if isinstance(choices, list) else None
        error = choice.get("error") if isinstance(choice, dict) else None
        return read_service_error(json_values(error)) if error else None
    return read_service_error(json_values(dict(data))) if _is_flat_error(data) else None


def read_service_error(error: Any) -> ServiceError:
    """An error object of an API, or its text."""
    message, code, name = _words(error), _number_in(error), _name_in(error)
    found = _TRAILING_CODE.search(message)
    number = int(found[1]) if found else code
    text = message or name or "no reason given"
    label = str(number) if number else name if message else ""
    suffix = f" ({label})" if label and label not in text else ""
    return ServiceError(f"the service answered with an error: {text}{suffix}", number)


def _is_flat_error(data: Mapping[str, Any]) -> bool:
    """Whether an object without choices is an error by itself, not a sign of life."""
    if any(_is_failure(data.get(key)) for key in ("object", "type", "status", "event")) or data.get("success") is False:
        return True
    if any(data.get(key) for key in ("detail", "errors", "err", "errorMessage", "error_message", "error_msg")):
        return True
    return any(_is_error_code(data.get(key)) for key in _CODES) and bool(_words(data))


def _is_failure(name: Any) -> bool:
    """Whether a name is one of a failure, such as "server_error" or "response.failed"."""
    return isinstance(name, str) and name.lower().endswith(_NAMES_OF_FAILURE)


def _is_error_code(value: Any) -> bool:
    """Whether a number says that something went wrong: none of HTTP's for success, and not 0."""
    code = _code(value)
    return code is not None and not 100 <= code < 400


def _words(error: Any, depth: int = _DEEPEST) -> str:
    """The sentence in an error: its text, or that of the first field or entry that has one."""
    if isinstance(error, str):
        return error.strip()
    if depth and isinstance(error, list):
        return "; ".join(filter(None, (_words(item, depth - 1) for item in error[:5])))
    if depth and isinstance(error, dict):
        return next((words for key in _WORDS if (words := _words(error.get(key), depth - 1))), "")
    return ""


def _number_in(error: Any, depth: int = _DEEPEST) -> int | None:
    if isinstance(error, list):
        error = error[0] if error else None
    if not isinstance(error, dict) or not depth:
        return None
    code = next((code for key in _CODES if (code := _code(error.get(key)))), None)
    inner = (_number_in(error.get(key), depth - 1) for key in ("error", "errors", "err", "detail", "response"))
    return code or next((number for number in inner if number), None)


def _name_in(error: Any, depth: int = _DEEPEST) -> str:
    """The name that an error has instead of a number, such as "rate_limit_exceeded"."""
    if not isinstance(error, dict) or not depth:
        return ""
    inner = _name_in(error.get("error"), depth - 1)
    names = (error.get("code"), error.get("type"))
    return inner or next((name for name in names if isinstance(name, str) and name not in {"", "error"}), "")


def _code(value: Any) -> int | None:
    text = str(value)
    return int(text) or None if re.fullmatch(r"-?\d{1,9}", text) else None
