"""A question, and a run with tools to its end."""

from __future__ import annotations

from typing import Any

from minimax_nb import (
    check_history,
    run_tools,
)
from minimax_nb.message.events import ToolResult

from .scripted import call
from .tools import double

QUESTION = {"role": "user", "content": "Go"}
DOUBLE = call("double", '{"x": 2}')


def run(script: Any, tools: Any = (double,), messages: list[Any] | None = None, **options: Any) -> Any:
    messages = [dict(QUESTION)] if messages is None else messages
    events = list(run_tools(script, messages, tools, **options))
    check_history(messages).raise_if_refused()
    return messages, events


def results(events: list[Any]) -> list[ToolResult]:
    return [event for event in events if isinstance(event, ToolResult)]
