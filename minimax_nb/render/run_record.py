"""What a view keeps of a run: its steps, and the tables that its tools returned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minimax_nb.message.events import RoundEnded, RunEvent, ToolResult
from minimax_nb.render.run import run_bundle
from minimax_nb.steps.recorder import StepRecorder

if TYPE_CHECKING:
    from minimax_nb.message.reply import Reply
    from minimax_nb.steps.steps import Step

_TABLE = {"max_rows": 30, "max_cols": 12, "border": 0}
_LONGEST_TABLE = 60_000


class RunRecord:
    """The steps of one run, and its reply.

    Attributes:
        tables: HTML of the tables that tools returned, by the place of their step.
    """

    def __init__(self) -> None:
        self.tables: dict[int, str] = {}
        self._recorder = StepRecorder()
        self._last: Reply | None = None
        self._before_last = 0

    def __len__(self) -> int:
        return len(self._recorder)

    def take(self, event: RunEvent) -> tuple[Step, ...]:
        """One more event; the steps that it adds."""
        count = len(self._recorder)
        self._recorder.event(event)
        if isinstance(event, RoundEnded):
            self._last, self._before_last = event.reply, count
        elif isinstance(event, ToolResult) and (table := table_html(event.shown)):
            self.tables[count] = table
        return self._recorder.steps(count)

    def bundle(self, reply: Reply) -> dict[str, str]:
        """The run as a MIME bundle that ends with this reply."""
        before = self._before_last if reply is self._last else len(self._recorder)
        return run_bundle(self._recorder.steps(), self._recorder.rounds(), reply, before, self.tables)


def table_html(value: Any) -> str:
    """A table that a tool returned as HTML for the inside of our own output, or "".

    Only what a sanitiser leaves whole will do: a table with a style sheet or a script is shown by itself.
    """
    write = getattr(value, "to_html", None)
    if not callable(write) or isinstance(value, type):
        return ""
    try:
        html = str(write(**_TABLE))
    except Exception:  # noqa: BLE001 - some other object with a method of that name
        return ""
    fits = len(html) <= _LONGEST_TABLE and not any(tag in html.lower() for tag in ("<script", "<style", "<iframe"))
    return f'<div style="overflow-x:auto">{html}</div>' if fits else ""
