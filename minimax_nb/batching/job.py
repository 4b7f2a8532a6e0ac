"""What every row of a batch has in common: model, system message, tools, form of the answer, parameters, endpoint."""

from __future__ import annotations

import hashlib
import json
import os
import types
from typing import TYPE_CHECKING, Any

from minimax_nb.client.configure import is_own_server
from minimax_nb.client.parameters import check_parameters, request_parameters
from minimax_nb.hosts import host_of
from minimax_nb.message.completion import OWN_KEY
from minimax_nb.tools.response_format import ResponseFormat
from minimax_nb.tools.toolbox import toolbox

from .checkpoint import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from minimax_nb.tools.tool import Tool

_DIGEST = 16
_REHEARSAL_SPEED = 20
"""Times as fast as the model would be: nobody rehearses a thousand rows to wait for them."""
_APART = frozenset({"model", "timeout", "extra_headers"})
"""What stands elsewhere, or says nothing of the answer: whoever goes on may be more patient."""
EMBEDDED = "embedded server"


class Job:
    """The part of each request that is the same for all rows, and how requests are told apart.

    Args:
        model: the model to ask.
        base_url: where requests go.
        prompt: as for ``batch``; of a function its code is what counts.
        system: the system message.
        tools: functions, tool dicts or ``Tool`` values.
        response: the type that the answer is to have, or None.
        request: what else goes with each request.

    Attributes:
        options: the arguments of ``create`` but the messages.
        sent_options: the same, as they are sent.
        shared: the messages that every row begins with.
        format: the form of the answer, or None.
        tools: the tools by name.
        endpoint: the host that answers.

    Raises:
        TypeError: a parameter is unknown, or ``response`` is no type that JSON can carry.
        ToolError: a tool cannot be offered to a model.
    """

    def __init__(
        self,
        *,
        model: str,
        base_url: str,
        prompt: str | Callable[[Any], Any],
        system: str | None,
        tools: Any,
        response: Any,
        request: Mapping[str, Any],
    ) -> None:
        check_parameters(request)
        self.model = model
        self.tools: dict[str, Tool] = toolbox(tools or ())
        self.format = None if response is None else ResponseFormat(response)
        self.endpoint = EMBEDDED if is_own_server(base_url) else host_of(base_url).partition(":")[0] or base_url
        self.sent_options = self.options = {"model": model, "stream": False, "reasoning_split": True, **request}
        if self.endpoint == EMBEDDED and not os.environ.get("MINIMAX_NB_SPEED"):
            body = {OWN_KEY: {"speed": _REHEARSAL_SPEED}, **(request.get("extra_body") or {})}
            self.sent_options = {**self.options, "extra_body": body}
        said = "\n\n".join(filter(None, (system, self.format.instructions if self.format else "")))
        self.shared: list[dict[str, Any]] = [{"role": "system", "content": said}] if said else []
        schemas = [tool.schema for tool in self.tools.values()]
        parameters = {name: value for name, value in request_parameters(self.options).items() if name not in _APART}
        common = [model, self.endpoint, self.shared, schemas, parameters]
        self._common = hashlib.blake2b(_canonical(common), digest_size=_DIGEST)
        self.header = {
            "model": model,
            "endpoint": self.endpoint,
            "prompt": _fingerprint(prompt),
            "system": None if system is None else _digest(system),
            "tools": _digest(schemas) if schemas else None,
            "response": self.format and _digest(self.format.schema),
            "parameters": _digest(parameters),
        }

    def key(self, messages: list[Any], occurrence: int = 0) -> str:
        """The name of a row's question: equal ones have the same, wherever they stand.

        Args:
            messages: the row's messages.
            occurrence: how often it was asked before, where equal rows are to be asked again.
        """
        digest = self._common.copy()
        digest.update(_canonical(messages))
        if occurrence:
            digest.update(f"#{occurrence}".encode())
        return digest.hexdigest()


def _canonical(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=plain)
    return text.encode("utf-8", "surrogatepass")


def _digest(value: Any) -> str:
    return hashlib.blake2b(_canonical(value), digest_size=_DIGEST).hexdigest()


def _fingerprint(prompt: str | Callable[[Any], Any]) -> str:
    """A template by its text, a function by the names and constants of its code, which another layout leaves alone."""
    if isinstance(prompt, str):
        return _digest(prompt)
    code = getattr(prompt, "__code__", None) or getattr(getattr(prompt, "func", None), "__code__", None)
    return _digest(_parts_of(code) if code is not None else type(prompt).__qualname__)


def _parts_of(code: types.CodeType) -> list[Any]:
    return [list(code.co_names), [_part(one) for one in code.co_consts if one]]


def _part(constant: Any) -> Any:
    if isinstance(constant, types.CodeType):
        return _parts_of(constant)
    if isinstance(constant, frozenset):  # whose order is another in each process
        return sorted(map(repr, constant))
    return repr(constant)
