"""``Trace``: a run as a timeline that can be read, saved, opened again and counted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, overload

from .frontend import RichDisplay
from .render import tracehtml, tracetext
from .runtime.atomic_write import write_atomic
from .steps.recorder import steps_of
from .steps.steps import Round, Step

if TYPE_CHECKING:
    import os

    import pandas as pd

    from .render.text.markup import Bundle

_STEP_DTYPES = {
    "round": "Int64",
    "kind": "string",
    "name": "string",
    "text": "string",
    "arguments": "string",
    "call_id": "string",
    "error": "boolean",
    "started_s": "Float64",
    "duration_s": "Float64",
    "tokens": "Int64",
    "tokens_per_s": "Float64",
    "share": "Float64",
    "model": "string",
    "finish_reason": "string",
    "partial_reason": "string",
    "origin": "string",
}
FORMAT = "minimax_nb.trace"
_VERSION = 1


class Trace(RichDisplay, Sequence[Step]):
    """The steps of a run: think, call, result, think, answer. A frozen sequence of ``Step``.

    ``chat.trace`` has times and tokens; ``Trace(messages)`` makes one of any list of messages, without them. As the
    last expression of a cell it shows itself as a timeline that unfolds.

    Attributes:
        steps: what happened, in order.
        rounds: the requests to the model, with usage, times and origin of each reply.
    """

    __slots__ = ("rounds", "steps")

    steps: tuple[Step, ...]
    rounds: tuple[Round, ...]

    def __init__(self, messages: Iterable[Any] = ()) -> None:
        """Make the trace of a list of messages.

        Args:
            messages: dicts, ``Reply`` values or the SDK's message objects; or another trace.

        Raises:
            TypeError: what came holds something that is no message.
        """
        if isinstance(messages, Trace):
            self.steps, self.rounds = messages.steps, messages.rounds
            return
        if isinstance(messages, str | bytes | dict):
            raise TypeError(f"expected a list of messages, got {type(messages).__name__}; Trace.from_json opens a file")
        self.steps, self.rounds = steps_of(messages)

    @classmethod
    def of(cls, steps: Iterable[Step], rounds: Iterable[Round] = ()) -> Self:
        """The trace that holds these steps.

        Args:
            steps: what happened, in order.
            rounds: the requests that they belong to.
        """
        trace = cls()
        trace.steps, trace.rounds = tuple(steps), tuple(rounds)
        return trace

    @property
    def duration_s(self) -> float | None:
        """How long the run took, in seconds of work; None when no time is known."""
        return tracetext.run_seconds(self.steps, self.rounds)

    def frame(self) -> pd.DataFrame:
        """The trace as a table, one row a step, numbered from 1; a missing value means that it is not known.

        The columns are always the same. ``model``, ``finish_reason``, ``partial_reason`` and ``origin`` are those of
        the reply that the step is part of; the steps that are no part of one (system, user, result) have none.
        """
        import pandas as pd

        replies = {entry.number: entry for entry in self.rounds}
        rows = []
        for step in self.steps:
            row: dict[str, Any] = {name: getattr(step, name, None) for name in _STEP_DTYPES}
            reply = replies.get(step.round)
            if reply is not None and step.kind in {"think", "call", "answer"}:
                row |= {name: getattr(reply, name) for name in ("model", "finish_reason", "partial_reason")}
                row["origin"] = reply.origin.kind if reply.origin is not None else None
            rows.append(row)
        table = pd.DataFrame(rows, columns=list(_STEP_DTYPES)).astype(_STEP_DTYPES)
        table.index = pd.RangeIndex(1, len(rows) + 1, name="step")
        return table

    @overload
    def to_html(self, path: None = None) -> str: ...
    @overload
    def to_html(self, path: str | os.PathLike[str]) -> None: ...
    def to_html(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """The trace as a page of its own: no script, nothing loaded from elsewhere, light and dark.

        Args:
            path: the file to write.

        Returns:
            The page, when no path is given.
        """
        return _written(tracehtml.page(self.steps, self.rounds), path)

    @overload
    def to_markdown(self, path: None = None) -> str: ...
    @overload
    def to_markdown(self, path: str | os.PathLike[str]) -> None: ...
    def to_markdown(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """The trace as Markdown that any host may render: a table, then the text of each step.

        Args:
            path: the file to write.

        Returns:
            The text, when no path is given.
        """
        return _written(tracetext.markdown(self.steps, self.rounds), path)

    @overload
    def to_json(self, path: None = None) -> str: ...
    @overload
    def to_json(self, path: str | os.PathLike[str]) -> None: ...
    def to_json(self, path: str | os.PathLike[str] | None = None) -> str | None:
        """The trace as JSON, one step a line; ``Trace.from_json`` gives an equal trace.

        Args:
            path: the file to write.

        Returns:
            The text, when no path is given.
        """
        head = f'{{"format": {json.dumps(FORMAT)}, "version": {_VERSION}'
        lists = (_json_list("rounds", self.rounds), _json_list("steps", self.steps))
        return _written(",\n".join([head, *lists]) + "}\n", path)

    @classmethod
    def from_json(cls, source: str | os.PathLike[str]) -> Self:
        """Open what ``to_json`` wrote.

        Args:
            source: the file's path, or the JSON text itself.

        Raises:
            ValueError: it is no such JSON.
            OSError: the file cannot be read.
        """
        is_text = isinstance(source, str) and source.lstrip().startswith("{")
        text = str(source) if is_text else Path(source).read_text(encoding="utf-8")
        where = "the text" if is_text else str(source)
        try:
            data = json.loads(text)
        except ValueError as error:
            raise ValueError(f"expected a trace as to_json writes it, {where} is not JSON: {error}") from error
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise ValueError(f'expected a trace as to_json writes it, with "format": "{FORMAT}"; {where} has none')
        if data.get("version") != _VERSION:
            raise ValueError(f"expected a trace of version {_VERSION}, {where} has {data.get('version')!r}")
        try:
            return cls.of(
                [Step.from_dict(step) for step in data["steps"]],
                [Round.from_dict(entry) for entry in data["rounds"]],
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"expected a trace as to_json writes it, {where} is broken: {error}") from error

    @overload
    def __getitem__(self, index: int) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> Trace: ...
    def __getitem__(self, index: int | slice) -> Step | Trace:
        return Trace.of(self.steps[index], self.rounds) if isinstance(index, slice) else self.steps[index]

    def __len__(self) -> int:
        return len(self.steps)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Trace) and (self.steps, self.rounds) == (other.steps, other.rounds)

    def __hash__(self) -> int:
        return hash((self.steps, self.rounds))

    def __repr__(self) -> str:
        return f"Trace({', '.join(tracetext.facts(self.steps, self.rounds))})"

    def __str__(self) -> str:
        return tracetext.plain_text(self.steps, self.rounds)

    def _forms(self) -> Bundle:
        return {
            "text/plain": str(self),
            "text/markdown": tracetext.markdown(self.steps, self.rounds, brief=True),
            "text/html": tracehtml.fragment(self.steps, self.rounds),
        }


def _json_list(name: str, values: Sequence[Step] | Sequence[Round]) -> str:
    lines = ",\n  ".join(json.dumps(value.to_dict(), ensure_ascii=False) for value in values)
    text = f'"{name}": [\n  {lines}\n]' if values else f'"{name}": []'
    if text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    # A lone surrogate has no place in a file; as an escape it comes back as it was.
    return "".join(json.dumps(c)[1:-1] if "\ud800" <= c <= "\udfff" else c for c in text)


def _written(text: str, path: str | os.PathLike[str] | None) -> str | None:
    if path is None:
        return text
    write_atomic(path, text)
    return None
