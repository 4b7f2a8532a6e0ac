"""Files of rows: CSV, JSON lines, Parquet and plain text, read into a frame and written whole or not at all.

What stands in a cell of CSV stays the text that it is: "007" keeps its zeros, "NA" is no missing value, and an empty
cell is one.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minimax_nb.runtime.atomic_write import write_atomic

from . import CommandError, UnusableInputError
from .arguments import read_text

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".txt": "txt"}
PIPED = ("csv", "jsonl", "txt")
"""What can come by standard input."""
_WRITTEN = ("csv", "jsonl", "parquet")
_QUOTED = re.compile(r'[",\r\n]|^\s|\s$')
_COLUMN = "text"


def form_of(name: str, wanted: str | None = None) -> str:
    """The form of a file of rows: "csv", "jsonl", "parquet" or "txt".

    Args:
        name: the file; - for standard input.
        wanted: what the user says it is; it comes first.

    Raises:
        UnusableInputError: the ending says nothing.
    """
    form = wanted or ("csv" if name == "-" else ENDINGS.get(Path(name).suffix.lower()))
    if form is None:
        raise UnusableInputError(f"expected a file that ends with {_listed(ENDINGS)}, got {name!r}: say --format")
    return form


def read_rows(name: str, form: str) -> pd.DataFrame:
    """The rows of a file, numbered from 1.

    Args:
        name: the file; - for standard input.
        form: as ``form_of`` says.

    Raises:
        UnusableInputError: it cannot be read, or does not have this form.
    """
    import pandas as pd

    called = "standard input" if name == "-" else name
    if form == "parquet":
        frame = _read_parquet(name)
    else:
        text = read_text(name)
        frame = _read_lines(text) if form == "txt" else (_read_csv if form == "csv" else _read_jsonl)(text, called)
    frame.columns = pd.Index([str(column) for column in frame.columns], dtype=object)
    if twice := sorted(set(frame.columns[frame.columns.duplicated()])):
        raise UnusableInputError(f"expected each column once in {called}, got {_listed(twice)} more than once")
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame


def check_writable(name: str) -> str:
    """The form of a file that is to be written, which nothing stands in the way of.

    Args:
        name: the file.

    Raises:
        UnusableInputError: there is no such folder, it is no file, it cannot be written in this form.
    """
    path = Path(name)
    form = ENDINGS.get(path.suffix.lower())
    if form not in _WRITTEN:
        endings = [ending for ending, known in ENDINGS.items() if known in _WRITTEN]
        raise UnusableInputError(f"expected a file that ends with {_listed(endings)} after -o, got {name!r}")
    if not path.parent.is_dir():
        raise UnusableInputError(f"expected the folder {str(path.parent)!r} for the answers, found none: make it first")
    if path.exists() and not path.is_file():
        raise UnusableInputError(f"expected a file after -o, got {name!r}, which is none")
    if not os.access(path.parent, os.W_OK):
        raise UnusableInputError(f"expected to write into the folder {str(path.parent)!r}, which is not allowed")
    if form == "parquet":
        _parquet_engine()
    return form


def write_rows(frame: pd.DataFrame, name: str, form: str) -> None:
    """Write the rows: the file is whole, or as it was before.

    Args:
        frame: the rows; their index is left out.
        name: the file; - for standard output.
        form: "csv", "jsonl" or "parquet".

    Raises:
        CommandError: they cannot be written.
    """
    if name == "-":
        # A text layer would change line ends on Windows; some stand-ins have no other.
        data, binary = _encoded(frame, form), getattr(sys.stdout, "buffer", None)
        if binary is None:
            sys.stdout.write(data.decode())
            return
        sys.stdout.flush()
        binary.write(data)
        binary.flush()
        return
    try:
        write_atomic(name, _encoded(frame, form))
    except OSError as error:
        raise CommandError(error.strerror or str(error)) from error
    except Exception as error:
        raise CommandError(f"expected to write {name!r}, which failed: {error}") from error


def _encoded(frame: pd.DataFrame, form: str) -> bytes:
    if form == "parquet":
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False)
        return buffer.getvalue()
    rows = frame.astype(object).itertuples(index=False, name=None)
    if form == "jsonl":
        text = "".join(f"{_json(dict(zip(frame.columns, map(_present, row), strict=True)))}\n" for row in rows)
    else:
        lines = [list(frame.columns), *rows]
        text = "".join(f"{','.join(map(_cell, line)) or chr(34) * 2}\n" for line in lines)
    # Half a character becomes an escape, which in JSON is what it was.
    return text.encode("utf-8", "backslashreplace")


def _cell(value: Any) -> str:
    """A cell of CSV. Before 3.13 Python's own writer leaves a lone carriage return bare, where readers end the row."""
    value = _present(value)
    if value is None:
        return ""
    text = value if isinstance(value, str) else _json(value) if isinstance(value, dict | list) else str(value)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def _present(value: Any) -> Any:
    """A value as Python's own; None where it is missing."""
    import pandas as pd

    if hasattr(value, "tolist"):  # of numpy
        value = value.tolist()
    return None if not isinstance(value, dict | list) and pd.isna(value) is True else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _read_csv(text: str, called: str) -> pd.DataFrame:
    import pandas as pd

    try:
        table = pd.read_csv(io.StringIO(text), header=None, dtype=str, keep_default_na=False, na_values=[""])
    except pd.errors.EmptyDataError:
        raise UnusableInputError(f"expected CSV with a line of column names in {called}, found nothing") from None
    except (ValueError, pd.errors.ParserError) as error:
        raise UnusableInputError(f"expected CSV in {called}: {str(error).strip()}") from error
    names = table.iloc[0].fillna("")
    frame = table.iloc[1:].astype(object)
    frame.columns = pd.Index(names.tolist(), dtype=object)
    return frame


def _read_jsonl(text: str, called: str) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UnusableInputError(f"expected JSON in line {number:,} of {called}: {error}") from error
        if not isinstance(row, dict):
            raise UnusableInputError(f"expected a JSON object in line {number:,} of {called}, got {line[:60]!r}")
        rows.append(row)
    # As objects, or a column with a gap would turn 1 into 1.0.
    return pd.DataFrame(rows, dtype=object)


def _read_lines(text: str) -> pd.DataFrame:
    import pandas as pd

    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return pd.DataFrame({_COLUMN: [line for line in lines if line.strip()]}, dtype=object)


def _read_parquet(name: str) -> pd.DataFrame:
    import pandas as pd

    if name == "-":
        raise UnusableInputError(f"expected {_listed(PIPED)} on standard input, got parquet: give the file's name")
    _parquet_engine()
    try:
        frame = pd.read_parquet(name)
    except Exception as error:  # each engine has errors of its own
        raise UnusableInputError(f"expected Parquet in {name}: {error}") from error
    return frame if isinstance(frame.index, pd.RangeIndex) else frame.reset_index()


def _parquet_engine() -> None:
    for engine in ("pyarrow", "fastparquet"):
        with suppress(ImportError):
            __import__(engine)
            return
    raise UnusableInputError(
        "expected pyarrow or fastparquet for Parquet, found neither: pip install pyarrow, or use CSV or JSON lines"
    )


def _listed(names: Any) -> str:
    return ", ".join(map(str, names))
