"""May this tool run? Asked in the cell, or of a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minimax_nb.render.text.text import visible
from minimax_nb.render.tracetext import summary
from minimax_nb.steps.steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from minimax_nb.message.reply import ToolCall

_LONGEST = 500


def approver(approve: Callable[[ToolCall], Any] | bool | None) -> Callable[[ToolCall], Any] | None:
    """The function that decides.

    Args:
        approve: a function, True for a prompt, None or False for no question at all.

    Raises:
        TypeError: it is none of these.
    """
    if approve is None or approve is False:
        return None
    if approve is True:
        return ask_reader
    if not callable(approve):
        raise TypeError(f"expected approve to be a function of a call, True or None, got {approve!r:.80}")
    return approve


def ask_reader(call: ToolCall) -> bool | str:
    """Ask the reader whether a call may run.

    Args:
        call: what the model wants to run; shown with its arguments, nothing of it trusted.

    Returns:
        True for "y" or "yes"; anything else is a no, and more than a plain no is told to the model as the reason.
    """
    wanted = visible(summary(Step("call", name=call.name, arguments=call.arguments), _LONGEST))
    try:
        answer = input(f"Run {wanted}? [y/N, or why not] ").strip()
    except (EOFError, NotImplementedError):  # no terminal, or a notebook that runs by itself
        return "nobody was there to be asked"
    if answer.lower() in {"y", "yes"}:
        return True
    return "" if answer.lower() in {"", "n", "no"} else answer
