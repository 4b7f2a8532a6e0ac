"""See MiniMax models think, call tools and answer, live in Jupyter.

``import minimax_nb as mm`` costs next to nothing: each name below is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import aconnect, configure, connect
    from .collect import acollect, collect, last_reply
    from .display import ashow, show
    from .errors import (
        ConfigurationError,
        HistoryError,
        MinimaxNbError,
        NoMatchError,
        StreamCutError,
        StreamError,
        StreamFormatError,
        StreamInterrupted,
        StreamServiceError,
        StreamTimeoutError,
        TapeError,
        TapeFormatError,
        ToolArgumentsError,
        ToolError,
        TurnLimitError,
        UnknownToolError,
    )
    from .frames import models
    from .messages import Origin, Reply, Timing, ToolCall, Usage
    from .sdk import explain
    from .tools import Tool

__version__ = "0.1.0"

_HOMES = {
    "client": "aconnect configure connect",
    "collect": "acollect collect last_reply",
    "display": "ashow show",
    "errors": (
        "ConfigurationError HistoryError MinimaxNbError NoMatchError StreamCutError StreamError StreamFormatError "
        "StreamInterrupted StreamServiceError StreamTimeoutError TapeError TapeFormatError ToolArgumentsError "
        "ToolError TurnLimitError UnknownToolError"
    ),
    "messages": "Origin Reply Timing ToolCall Usage",
    "frames": "models",
    "sdk": "explain",
    "tools": "Tool",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "ConfigurationError",
    "HistoryError",
    "MinimaxNbError",
    "NoMatchError",
    "Origin",
    "Reply",
    "StreamCutError",
    "StreamError",
    "StreamFormatError",
    "StreamInterrupted",
    "StreamServiceError",
    "StreamTimeoutError",
    "TapeError",
    "TapeFormatError",
    "Timing",
    "Tool",
    "ToolArgumentsError",
    "ToolCall",
    "ToolError",
    "TurnLimitError",
    "UnknownToolError",
    "Usage",
    "acollect",
    "aconnect",
    "ashow",
    "collect",
    "configure",
    "connect",
    "explain",
    "last_reply",
    "models",
    "show",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


def _show_replies_as_values() -> None:
    """In IPython, let a ``Reply`` that is a cell's value appear as ``show`` shows it."""
    from .environment import current_shell

    if (shell := current_shell()) is not None:
        formatter = shell.display_formatter.ipython_display_formatter
        formatter.for_type_by_name(
            f"{__name__}.messages", "Reply", lambda reply: import_module(".display", __name__).display_reply(reply)
        )


_show_replies_as_values()
