"""A batch over a Dask DataFrame: one for each partition, when it is computed, with limits and budget shared out.

A partition is known by its number. Dask gives one to each (``partition_info``), but counts anew in what is cut out of a
frame, as by ``tail()``, and joins partitions of files after they were numbered. So each gets its number while the graph
is made.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from minimax_nb.catalog import DEFAULT_MODEL
from minimax_nb.client.configure import destination
from minimax_nb.client.endpoint import TAPES
from minimax_nb.errors import BatchError, ConfigurationError
from minimax_nb.runtime import background

from .budget import Budget
from .gate import Gate
from .job import Job
from .rows import Rows
from .run import BatchRun, Settings
from .table import DTYPES

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

_PART = re.compile(r"part-\d+-of-(\d+)\.jsonl")
_MODULES = {"dask", "dask_expr"}


def is_dask(frame: Any) -> bool:
    """Whether this is a DataFrame or Series of Dask; it is not imported for that."""
    bases = {kind.__module__.partition(".")[0] for kind in type(frame).__mro__}
    return bool(bases & _MODULES) and hasattr(frame, "to_delayed") and hasattr(frame, "npartitions")


def lazy_batch(frame: Any, prompt: str | Callable[[Any], Any], settings: Settings) -> Any:
    """A lazy frame of the answers.

    Args:
        frame: a Dask DataFrame or Series.
        prompt: as for ``batch``.
        settings: as for ``batch``. A checkpoint is a folder here, which all workers see, with a
            file for each partition.

    Raises:
        ValueError: as for ``batch``; or ``limit`` is given.
        TypeError: as for ``batch``; or something cannot be sent to another process.
        ConfigurationError: a client is given, which no other process could use, or the folder is of a frame with
            another number of partitions.
    """
    import dask
    import dask.dataframe as dd
    from dask.delayed import delayed

    _check(frame, prompt, settings)
    parts = frame.to_delayed()
    folder = None if settings.checkpoint is None else _folder(settings.checkpoint, len(parts))
    shared = replace(_shared_out(settings, len(parts)), checkpoint=None, progress=False)
    todo = delayed(_Todo(prompt, shared, folder, len(parts), _processes(), destination()), traverse=False)
    answer = delayed(_answers, pure=False)
    made = [answer(part, number, todo) for number, part in enumerate(parts)]
    meta = _empty(frame._meta.index[:0], parsed=settings.response is not None)  # noqa: SLF001 - there is no other way
    # Else Dask makes strings of whatever stands in a column of objects, such as ``parsed``.
    with dask.config.set({"dataframe.convert-string": False}):
        return dd.from_delayed(made, meta=meta, divisions=frame.divisions, verify_meta=False, prefix="minimax-batch")


class _Todo:
    """What all partitions have in common.

    Args:
        prompt: as for ``batch``.
        settings: those of one partition.
        folder: where the checkpoints are.
        partitions: how many there are.
        processes: how many processes there were when the graph was made.
        destination: where requests went there.
    """

    def __init__(
        self, prompt: Any, settings: Settings, folder: Path | None, partitions: int, processes: int, destination: Any
    ) -> None:
        self.prompt = prompt
        self.settings = settings
        self.processes = processes
        self.destination = destination
        self._folder = folder
        self._partitions = partitions

    def checkpoint(self, number: int) -> str | None:
        """The file of a partition."""
        if self._folder is None:
            return None
        return os.fspath(self._folder / f"part-{number:05d}-of-{self._partitions:05d}.jsonl")


def _answers(part: Any, number: int, todo: _Todo) -> pd.DataFrame:
    """The answers of one partition; called by Dask, in whichever process, perhaps more than once."""
    _check_destination(todo.destination)
    run = BatchRun(
        part,
        todo.prompt,
        replace(todo.settings, checkpoint=todo.checkpoint(number)),
        processes=_processes(todo.processes),
        gate=_shared_gate(todo.settings),
        patient=True,  # Dask may do a partition twice at a time: the second finds all that the first was told
    )
    background.run(run.ask)
    try:
        out = run.result()
    except BatchError as error:
        # Without its cause, which is openai's and cannot be pickled; it stands in the words.
        raise BatchError(f"partition {number}: {error}", result=error.result) from None
    out.attrs.clear()  # they are of this partition, and pandas keeps them only where all are equal
    if run.problem:
        silent = out["reply"].isna() & out["error"].isna()
        out.loc[silent, "error"] = f"not asked: {run.problem}"
    return out


def _check(frame: Any, prompt: Any, settings: Settings) -> None:
    """Find what is wrong now and here, and not in an hour on a worker."""
    if settings.client is not None:
        raise ConfigurationError(
            "expected no client for a Dask DataFrame, for none can be sent to another process: set OPENAI_BASE_URL and "
            "OPENAI_API_KEY, or MINIMAX_API_KEY, where the workers run"
        )
    if settings.limit is not None:
        raise ValueError(
            f"expected no limit for a Dask DataFrame, got {settings.limit!r}: take frame.head({settings.limit}), which "
            "is a pandas one"
        )
    Rows(frame._meta, prompt, repeats=not settings.dedupe)  # noqa: SLF001 - columns without rows
    model = settings.model or DEFAULT_MODEL
    Budget(model, settings.max_cost, settings.max_tokens_total)
    Job(
        model=model,
        base_url="",
        prompt=prompt,
        system=settings.system,
        tools=settings.tools,
        response=settings.response,
        request=settings.request,
    )
    for name, value in {
        "prompt": prompt,
        "tools": settings.tools,
        "response": settings.response,
        **settings.request,
    }.items():
        _check_portable(name, value)


def _check_portable(name: str, value: Any) -> None:
    import cloudpickle  # Dask brings it

    try:
        cloudpickle.dumps(value)
    except Exception as error:
        raise TypeError(
            f"expected {name} to be something that can be sent to another process, got {type(value).__name__}, which "
            f"cannot ({type(error).__name__}: {error}): make what it uses, such as a client or a lock, inside the "
            "function"
        ) from error


def _check_destination(there: str | None) -> None:
    """See that this process asks whom the user meant, and does not rehearse or pay unasked.

    Raises:
        ConfigurationError: it does not.
    """
    here = destination()
    if there is None or there == here or (here is not None and there != TAPES):
        return
    if there == TAPES:
        raise ConfigurationError(
            "expected to record or replay tapes, as when the batch was made; they hold for one process, and while they "
            'are on: compute inside the block, with scheduler="threads"'
        )
    raise ConfigurationError(
        f"expected a key on this worker, for where the batch was made requests go to {there}; found none: set "
        "MINIMAX_API_KEY, or OPENAI_BASE_URL with OPENAI_API_KEY, where the workers run"
    )


def _folder(path: str | os.PathLike[str], partitions: int) -> Path:
    """The folder of checkpoints, made if it is not there.

    Raises:
        ConfigurationError: it is no folder, or is of a frame with another number of partitions.
    """
    folder = Path(path).expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(
            f"expected a folder for the checkpoint of a Dask DataFrame, a file for each partition, got the file "
            f"{str(folder)!r}: choose another name"
        )
    folder.mkdir(parents=True, exist_ok=True)
    others = {int(found[1]) for name in os.listdir(folder) if (found := _PART.fullmatch(name))} - {partitions}
    if others:
        raise ConfigurationError(
            f"expected a frame of {min(others)} partitions, as when the checkpoint {str(folder)!r} was begun, got "
            f"{partitions}: frame.repartition(npartitions={min(others)}), or choose another folder"
        )
    return folder


def _shared_out(settings: Settings, partitions: int) -> Settings:
    """The settings with the budget of one partition."""
    cost, tokens = settings.max_cost, settings.max_tokens_total
    return replace(
        settings,
        max_cost=None if cost is None else cost / partitions,
        max_tokens_total=None if tokens is None else tokens // partitions,
    )


def _processes(otherwise: int = 1) -> int:
    """How many processes compute at the same time, as far as can be told from here.

    Args:
        otherwise: how many there are where a cluster does not say.
    """
    try:
        from distributed import get_client

        client: Any = get_client()
        workers = client.nthreads()
    except (ImportError, ValueError):  # no cluster
        if multiprocessing.parent_process() is None:
            return otherwise
        import dask

        return int(dask.config.get("num_workers", None) or os.cpu_count() or 1)
    except OSError:  # a cluster that does not answer
        return otherwise
    # Workers of one process have one pacer: "inproc://10.0.0.1/4711/3".
    return max(1, len({name.rpartition("/")[0] if name.startswith("inproc") else name for name in workers}))


_gates: WeakValueDictionary[tuple[str | None, int], Gate] = WeakValueDictionary()
_gates_lock = threading.Lock()


def _shared_gate(settings: Settings) -> Gate:
    """What counts the requests in flight of this process, for however many partitions it computes at once."""
    name = (settings.model, settings.max_concurrency)
    with _gates_lock:
        gate = _gates.get(name)
        if gate is None:
            gate = _gates[name] = Gate(settings.max_concurrency)
        return gate


def _empty(index: Any, *, parsed: bool) -> pd.DataFrame:
    """A frame without rows that has the columns of the result."""
    import pandas as pd

    columns: dict[str, Any] = {}
    for name, kind in DTYPES.items():
        columns[name] = pd.Series([], dtype=kind, index=index)
        if name == "reasoning" and parsed:
            columns["parsed"] = pd.Series([], dtype=object, index=index)
    return pd.DataFrame(columns, index=index)
