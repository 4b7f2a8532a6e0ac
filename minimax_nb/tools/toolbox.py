"""A toolbox: tools by name, made of whatever a user gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from minimax_nb.errors import ToolError, short

from .tool import Tool


def toolbox(tools: Any) -> dict[str, Tool]:
    """The tools by name, in the order given.

    Args:
        tools: functions, tool dicts or tools, or a single one; None for none.

    Raises:
        TypeError: they are no list of tools, nor one.
        ToolError: one cannot be made, or two have the same name.
    """
    box: dict[str, Tool] = {}
    for source in listed_tools(tools):
        tool = Tool.of(source)
        if tool.name in box:
            raise ToolError(f"two tools are called {tool.name!r}: the model could not tell them apart; rename one")
        box[tool.name] = tool
    return box


def listed_tools(tools: Any) -> list[Any]:
    """The tools as a list: also of a single one, and of None, for none.

    Raises:
        TypeError: they are no list of tools, nor one.
    """
    if tools is None:
        return []
    if callable(tools) or isinstance(tools, Mapping | Tool) or isinstance(getattr(tools, "schema", None), Mapping):
        return [tools]
    if isinstance(tools, Iterable) and not isinstance(tools, str | bytes):
        return list(tools)
    raise TypeError(f"expected a function, a tool dict, or a list of them, got {type(tools).__name__} {short(tools)}")
