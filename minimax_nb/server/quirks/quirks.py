"""Quirks: odd shapes in which the service and its relatives have been seen to answer, each a switch with a name.

``FORM_QUIRKS`` change how a message is written, streamed or not; ``STREAM_QUIRKS`` change a finished list of events;
``POSES`` are several at once, as another server has them. ``QUIRKS`` names them all with a line each: the command line,
the lessons and the tests read that one table.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from minimax_nb.server.api_error import invalid

from . import stream_quirks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from minimax_nb.server.answer.wire import Event, WireFormat

OWN_MODEL = "own-model"
"""The quirk that concerns what is served."""

FORM_QUIRKS: dict[str, tuple[str, dict[str, Any]]] = {
    "bare-think": ("no line breaks inside the think tags", {"opening": "<think>", "closing": "</think>\n\n"}),
    "mm-think": ("the thinking stands in <mm:think> tags", {"opening": "<mm:think>\n", "closing": "\n</mm:think>\n\n"}),
    "unopened-think": ("the opening think tag is missing", {"opening": ""}),
    "mirrored": ("native form that has the thinking in reasoning_content too", {"mirrored": True}),
    "no-details": ("split form without reasoning_details", {"details": False}),
    "only-details": ("split form without reasoning_content", {"reasoning_key": ""}),
    "reasoning-key": (
        "split form as vLLM has it: a field 'reasoning'",
        {"reasoning_key": "reasoning", "details": False},
    ),
    "no-index": ("tool calls without an index", {"tool_index": None}),
    "same-index": ("parallel tool calls that all have index 0", {"same_index": True}),
    "index-from-1": ("tool calls counted from 1", {"tool_index": 1}),
    "null-content": ("content is null beside tool calls", {"null_content": True}),
    "always-split": ("thinking in a field of its own, whatever reasoning_split says", {"split": True}),
    "always-native": ("thinking inside the answer, whatever reasoning_split says", {"split": False}),
    "plain": ("without the fields that MiniMax's own service alone has", {"plain": True}),
    "service-tier": ("a service_tier that OpenAI's list does not know", {"extras": (("service_tier", "standard"),)}),
}

STREAM_QUIRKS: dict[str, tuple[str, Callable[[list[Event]], list[Event]]]] = {
    "unclosed-think": ("the closing think tag is missing", stream_quirks.unclosed_think),
    "stray-close": ("split thinking ends with a literal closing tag", stream_quirks.stray_close),
    "two-details": ("two items of reasoning_details, index 0 and 1", stream_quirks.two_details),
    "whole-calls": ("each tool call in one chunk", stream_quirks.whole_calls),
    "object-arguments": ("tool arguments as an object instead of a text", stream_quirks.object_arguments),
    "empty-names": ("pieces of a call repeat id, name and type as empty texts", stream_quirks.empty_names),
    "late-piece": ("the first call's last piece comes after the second call", stream_quirks.late_piece),
    "characters": ("one character a chunk", stream_quirks.characters),
    "split-tags": ("think tags come one character a chunk", stream_quirks.split_tags),
    "role-first": ("the first chunk holds the role alone", stream_quirks.role_first),
    "role-empty": ("the role is an empty text", stream_quirks.role_empty),
    "finish-alone": ("the finish reason on an empty chunk", stream_quirks.finish_alone),
    "finish-singular": ("the finish reason of calls is tool_call", stream_quirks.finish_singular),
    "finish-twice": ("the finish reason comes twice", stream_quirks.finish_twice),
    "final-message": ("one more event with the whole reply in message", stream_quirks.final_message),
    "delta-null": ("one more chunk with delta null", stream_quirks.delta_null),
    "snapshot": ("each text field carries all of its text so far", stream_quirks.snapshot),
    "reasoning-snapshot": (
        "reasoning_content carries all of its text so far, to the end",
        stream_quirks.reasoning_snapshot,
    ),
    "zero-usage": ("a usage of zeros on every chunk", stream_quirks.zero_usage),
    "two-json": ("two documents in one event", stream_quirks.two_json),
    "done": ("data: [DONE] at the end", stream_quirks.done),
    "no-done": ("no [DONE] at the end, as is the rule", stream_quirks.no_done),
    "keep-alive": ("comment lines between the events", stream_quirks.keep_alive),
}

POSES: dict[str, tuple[str, tuple[str, ...]]] = {
    "vllm": (
        "vLLM with its parsers minimax_m2: field 'reasoning', each call in one chunk, one model of its own",
        (OWN_MODEL, "plain", "always-split", "reasoning-key", "whole-calls", "done"),
    ),
    "vllm-append-think": (
        "vLLM with the parser minimax_m2_append_think: the thinking stays in the answer",
        (OWN_MODEL, "plain", "always-native", "bare-think", "whole-calls", "done"),
    ),
    "sglang": (
        "SGLang with its parsers for M2.5 and later: reasoning_content alone, one model of its own",
        (OWN_MODEL, "plain", "always-split", "no-details", "done"),
    ),
}
"""Servers for models of one's own, as their parsers write (deploy guides of MiniMax, parsers' sources, 2026)."""

QUIRKS: dict[str, str] = {
    **{name: line for name, (line, _) in [*FORM_QUIRKS.items(), *STREAM_QUIRKS.items()]},
    OWN_MODEL: "one model is served, under the name of its weights: MiniMaxAI/MiniMax-M2.5",
    **{name: line for name, (line, _) in POSES.items()},
}


def form_with(form: WireFormat, names: Iterable[str]) -> WireFormat:
    """Change a wire format by those of the named quirks that concern it."""
    for name in names:
        if name in FORM_QUIRKS:
            form = replace(form, **FORM_QUIRKS[name][1])
    return form


def stream_with(events: list[Event], names: Iterable[str]) -> list[Event]:
    """Change a stream by those of the named quirks that concern it, in the table's order."""
    wanted = set(names)
    for name, (_, change) in STREAM_QUIRKS.items():
        if name in wanted:
            events = change(events)
    return events


def check_quirks(names: Sequence[str]) -> tuple[str, ...]:
    """Check that each name is known, and give the quirks: those that are meant where a name is a pose.

    Raises:
        ApiError: naming the one that is not, and those that are.
    """
    for name in names:
        if not isinstance(name, str) or name not in QUIRKS:
            raise invalid(f"unknown quirk {str(name)[:60]!r}, expected one of {', '.join(QUIRKS)}")
    return tuple(quirk for name in names for quirk in (POSES[name][1] if name in POSES else (name,)))
