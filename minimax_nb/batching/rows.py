"""What a batch is asked for: the rows of a frame, each made into messages when it is its turn."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minimax_nb.errors import MinimaxNbError, short
from minimax_nb.history.media.content import content_of
from minimax_nb.message.reply import Reply

from .template import Template

if TYPE_CHECKING:
    import pandas as pd

_ACCEPTED = "a DataFrame, a Series, a list of texts or of dicts, or a Dask DataFrame"
_TEXT = "text"


class RowError(MinimaxNbError):
    """A row cannot be asked for: a value is missing, or the function that makes the prompt failed.

    Attributes:
        kind: why, without the row.
    """

    def __init__(self, label: str, kind: str) -> None:
        super().__init__(f"row {label}: {kind}")
        self.kind = kind


class TextRow(str):
    """A row that is a text and nothing else: itself, and its one column, for a function that makes a prompt."""

    __slots__ = ("_name",)
    _name: str

    @classmethod
    def of(cls, value: str, name: str) -> TextRow:
        """The row of a value in a column of that name."""
        row = cls(value)
        row._name = name
        return row

    def __getitem__(self, key: Any) -> str:
        return str(self) if key == self._name else str.__getitem__(self, key)

    def __getattr__(self, name: str) -> str:
        if name == self._name:
            return str(self)
        raise AttributeError(f"expected the column {self._name!r}, got {name!r}")


class Rows:
    """Rows with a prompt.

    Args:
        frame: a DataFrame, a Series, a list of texts or of dicts.
        prompt: a template over columns, or a function of a row that gives a text, content parts or messages. A row of
            a Series or a list of texts is its value.
        limit: how many rows to take at most, from the first.

    Attributes:
        index: the frame's index, as far as rows are taken.
        whole: how many rows there are without the limit.

    Raises:
        TypeError: the frame or the prompt is of another kind.
        ValueError: the template names a column that is not there, or none.
    """

    def __init__(self, frame: Any, prompt: Any, *, limit: int | None = None, repeats: bool = False) -> None:
        table, self._series_name = _as_frame(frame)
        self.whole = len(table)
        table = table if limit is None else table.iloc[:limit]
        self.index: pd.Index[Any] = table.index
        self._table = table
        self._prompt = prompt
        self._template: Template | None = None
        self._values: dict[Any, Any] = {}
        if isinstance(prompt, str):
            if not len(table) and not len(table.columns):
                return  # an empty list names no columns
            self._template = Template(prompt, table.columns)
            if not self._template.columns and not repeats:
                named = ", ".join(f"{{{column}}}" for column in list(table.columns)[:10]) or "{text}"
                raise ValueError(
                    f"expected a prompt with a column in braces, such as {named}, got {short(prompt)}: every row would "
                    "ask the same. If that is meant, say dedupe=False"
                )
            for column in self._template.columns:
                self._values[column] = table[column].to_numpy(dtype=object)
        elif not callable(prompt):
            raise TypeError(
                f"expected a prompt: a text with columns in braces, or a function of the row; got "
                f"{type(prompt).__name__}"
            )
        elif inspect.iscoroutinefunction(prompt):
            raise TypeError("expected a plain function that makes the prompt, got an async one")

    def __len__(self) -> int:
        return len(self.index)

    def label(self, position: int) -> str:
        """How to call a row in an error: by its label in the index."""
        label = self.index[position]
        parts = [part.item() if hasattr(part, "item") else part for part in (label if _is_tuple(label) else [label])]
        return short(tuple(parts) if _is_tuple(label) else parts[0], 40)

    def _error(self, position: int, kind: str) -> RowError:
        return RowError(self.label(position), kind)

    def messages(self, position: int) -> list[Any]:
        """The messages of a row, without a system message.

        Args:
            position: which row, 0-based.

        Raises:
            RowError: a value that the template needs is missing, or the function failed or gave no prompt.
        """
        made = self._filled(position) if self._template else self._called(position)
        made = list(made) if isinstance(made, tuple) else made
        if isinstance(made, str):
            if not made.strip():
                raise self._error(position, f"expected a prompt, got {made!r}")
            return [{"role": "user", "content": made}]
        if isinstance(made, list) and made and all(isinstance(one, Reply) or _is_message(one) for one in made):
            return [one.message if isinstance(one, Reply) else one for one in made]
        try:
            return [{"role": "user", "content": content_of(made, hint=False)}]
        except (TypeError, ValueError, OSError) as error:
            raise self._error(
                position, f"expected the prompt to be a text, content parts or messages, got {short(made)}: {error}"
            ) from error

    def _filled(self, position: int) -> str:
        values = {column: held[position] for column, held in self._values.items()}
        for column, value in values.items():
            if _is_missing(value):
                raise self._error(
                    position,
                    f"expected a value in column {column!r}, got {value!r}; drop such rows "
                    "(frame.dropna) or fill them (frame.fillna)",
                )
        assert self._template is not None  # noqa: S101 - asked before
        try:
            return self._template.fill(values)
        except ValueError as error:
            raise self._error(position, str(error)) from error

    def _called(self, position: int) -> Any:
        row: Any = self._table.iloc[position].copy()  # the function may write into it
        if self._series_name is not None:
            row = row.iloc[0]
            row = TextRow.of(row, self._series_name) if isinstance(row, str) else row
        try:
            return self._prompt(row)
        except Exception as error:
            raise self._error(
                position, f"the function that makes the prompt raised {type(error).__name__}: {error}"
            ) from error


def _as_frame(frame: Any) -> tuple[pd.DataFrame, str | None]:
    """The rows as a frame; for what is a single column, its name too."""
    import pandas as pd

    if isinstance(frame, pd.DataFrame):
        return frame, None
    if isinstance(frame, pd.Series):
        name = _TEXT if frame.name is None else frame.name
        return frame.to_frame(name), str(name)
    if isinstance(frame, tuple):
        frame = list(frame)
    if isinstance(frame, list):
        if not frame:
            return pd.DataFrame(), _TEXT
        if all(isinstance(row, str) for row in frame):
            return pd.DataFrame({_TEXT: pd.Series(frame, dtype=object)}), _TEXT
        if all(isinstance(row, Mapping) for row in frame):
            return pd.DataFrame(frame), None
        odd = next((row for row in frame if not isinstance(row, str | Mapping)), frame[0])
        raise TypeError(f"expected {_ACCEPTED}; got a list with {type(odd).__name__} {short(odd)} in it")
    raise TypeError(f"expected {_ACCEPTED}; got {type(frame).__name__}")


def _is_tuple(label: Any) -> bool:
    return isinstance(label, tuple)


def _is_missing(value: Any) -> bool:
    import pandas as pd

    if isinstance(value, str):
        return False
    missing = pd.isna(value)
    return missing is True or (not hasattr(missing, "__len__") and bool(missing))


def _is_message(message: Any) -> bool:
    return isinstance(message, Mapping) and isinstance(message.get("role"), str)
