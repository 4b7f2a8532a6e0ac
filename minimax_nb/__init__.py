"""See MiniMax models think, call tools and answer, in Jupyter.

    import minimax_nb as mm

    mm.Chat()("Why is the sky blue?")

Without a key a small server on this machine answers; with
MINIMAX_API_KEY, or OPENAI_BASE_URL and OPENAI_API_KEY, the service does.

Talk        Chat, panel; picture, video: what a question may hold
Connect     configure, connect, aconnect: where requests go
Read        show, collect, last_reply; ashow, acollect for await.
            They take a stream of the openai client and give a Reply,
            with its ToolCall, Usage, Timing and Origin
Tools       run_tools, arun_tools, Tool, parse_tool_calls; mcp for those
            of a server
History     check_history, repair_history, trim_history, Finding
Look back   Trace, Step, Round, usage, to_frame
Rows        batch, abatch, read_batch: a prompt for each row of a frame
Compare     models, compare, acompare, Comparison, measure_speed
Tapes       recording, replaying: lessons that run without a key
Errors      explain says what to do. All are a MinimaxNbError:
            ConfigurationError, HistoryError, TurnLimitError,
            BatchError, ResponseFormatError
            StreamError: StreamCutError, StreamTimeoutError,
            StreamFormatError, StreamServiceError
            ToolError: ToolArgumentsError, UnknownToolError
            TapeError: TapeFormatError, NoMatchError
            all but StreamInterrupted, which is a KeyboardInterrupt

In a notebook, %load_ext minimax_nb brings %%minimax, a cell that asks.
In a terminal, minimax-nb opens the lessons.
More on each name: help(mm.Chat).
"""
# Importing costs next to nothing: each name below is loaded when it is first used.

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .agent.run import arun_tools, run_tools
    from .analysis.comparison import Comparison, acompare, compare
    from .analysis.frames import models, to_frame, usage
    from .analysis.speed import measure_speed
    from .batching.batch import abatch, batch, read_batch
    from .chat.chat import Chat, panel
    from .client.configure import aconnect, configure, connect
    from .client.explanation import explain
    from .client.taping import recording, replaying
    from .display.show import ashow, show
    from .errors import (
        BatchError,
        ConfigurationError,
        HistoryError,
        MinimaxNbError,
        NoMatchError,
        ResponseFormatError,
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
    from .history.check import check_history, repair_history
    from .history.findings import Finding
    from .history.media.picture import picture
    from .history.media.video import video
    from .history.trim import trim_history
    from .message.reply import Origin, Reply, Timing, ToolCall, Usage
    from .steps.steps import Round, Step
    from .stream.last_reply import last_reply
    from .stream.reading import acollect, collect
    from .tools.mcp.server_tools import mcp
    from .tools.tool import Tool
    from .tools.xml_calls import parse_tool_calls
    from .trace import Trace

__version__ = "0.2.0"

_HOMES = {
    "batching.batch": "abatch batch read_batch",
    "chat.chat": "Chat panel",
    "client.configure": "aconnect configure connect",
    "stream.last_reply": "last_reply",
    "stream.reading": "acollect collect",
    "display.show": "ashow show",
    "errors": (
        "BatchError ConfigurationError HistoryError MinimaxNbError NoMatchError ResponseFormatError StreamCutError "
        "StreamError StreamFormatError "
        "StreamInterrupted StreamServiceError StreamTimeoutError TapeError TapeFormatError ToolArgumentsError "
        "ToolError TurnLimitError UnknownToolError"
    ),
    "message.reply": "Origin Reply Timing ToolCall Usage",
    "analysis.frames": "models to_frame usage",
    "analysis.comparison": "Comparison acompare compare",
    "analysis.speed": "measure_speed",
    "client.explanation": "explain",
    "steps.steps": "Round Step",
    "agent.run": "arun_tools run_tools",
    "tools.tool": "Tool",
    "tools.mcp.server_tools": "mcp",
    "client.taping": "recording replaying",
    "trace": "Trace",
    "history.check": "check_history repair_history",
    "history.media.picture": "picture",
    "history.media.video": "video",
    "history.findings": "Finding",
    "history.trim": "trim_history",
    "tools.xml_calls": "parse_tool_calls",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "BatchError",
    "Chat",
    "Comparison",
    "ConfigurationError",
    "Finding",
    "HistoryError",
    "MinimaxNbError",
    "NoMatchError",
    "Origin",
    "Reply",
    "ResponseFormatError",
    "Round",
    "Step",
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
    "Trace",
    "TurnLimitError",
    "UnknownToolError",
    "Usage",
    "abatch",
    "acollect",
    "acompare",
    "aconnect",
    "arun_tools",
    "ashow",
    "batch",
    "check_history",
    "collect",
    "compare",
    "configure",
    "connect",
    "explain",
    "last_reply",
    "mcp",
    "measure_speed",
    "models",
    "panel",
    "parse_tool_calls",
    "picture",
    "read_batch",
    "recording",
    "repair_history",
    "replaying",
    "run_tools",
    "show",
    "to_frame",
    "trim_history",
    "usage",
    "video",
]
_PUBLIC = __all__
if not TYPE_CHECKING:
    del __all__  # it is given by __getattr__, to everybody but pydoc


def __getattr__(name: str) -> Any:
    if name == "__all__" and sys._getframe(1).f_globals.get("__name__") != "pydoc":  # noqa: SLF001
        # help(mm) copies the help of whatever is in __all__: thousands of lines. Without it the page above is left.
        return _PUBLIC
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*_PUBLIC, "__version__"])


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext minimax_nb``: brings ``%%minimax``, ``%minimax_models`` and ``%minimax_usage``."""
    import_module(".magics", __name__).load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """``%unload_ext minimax_nb``: takes them away again."""
    import_module(".magics", __name__).unload(shell)
