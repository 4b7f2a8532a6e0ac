"""``batch`` and ``abatch``: a prompt for each row of a frame, and the answers as a frame with the same index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from minimax_nb.errors import StreamInterrupted
from minimax_nb.runtime import background

from .checkpoint import checkpoint_files, collector_paused, read_lines
from .dask_frame import is_dask, lazy_batch
from .run import BatchRun, Settings
from .table import DTYPES, Outcome, column

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable

    import pandas as pd
    from openai import AsyncOpenAI, OpenAI

    from .run import Limit


def batch(
    frame: Any,
    prompt: str | Callable[[Any], Any],
    *,
    model: str | None = None,
    system: str | None = None,
    response: Any = None,
    tools: Iterable[Any] | Callable[..., Any] | None = None,
    client: OpenAI | AsyncOpenAI | None = None,
    max_concurrency: int = 32,
    requests_per_minute: Limit = "documented",
    tokens_per_minute: Limit = "documented",
    max_cost: float | None = None,
    max_tokens_total: int | None = None,
    attempts: int = 6,
    checkpoint: str | os.PathLike[str] | None = None,
    on_error: Literal["column", "raise"] = "column",
    dedupe: bool = True,
    limit: int | None = None,
    progress: bool | None = None,
    **request: Any,
) -> pd.DataFrame:
    """Ask a question for each row, at the pace that the service allows.

    ``out = mm.batch(frame, "Classify: {text}", checkpoint="out.jsonl")``. With a checkpoint every answer is on disk
    before it counts: run the same again after a crash or an interrupt, and only what is missing is asked. The first
    interrupt returns what is done, the second ends at once.

    Args:
        frame: a DataFrame, a Series, a list of texts (their column is ``{text}``) or of dicts; or a Dask DataFrame,
            then the result is one too, and lazy, without ``attrs``: limits are divided by processes, the budget by
            partitions, and a row that was not asked says why in ``error``.
        prompt: a template over columns, or a function of a row that gives a text, content parts or messages.
        model: the model to ask; without it MiniMax-M2.7 where the endpoint serves it, else the newest that it serves,
            and a line says so.
        system: the system message.
        response: the type that each answer is to have: a pydantic model, dataclass, TypedDict, ``list[…]``,
            ``Literal``. An answer that does not fit is asked for once more.
        tools: functions, tool dicts or ``Tool`` values, for every row.
        client: an ``openai.OpenAI`` or ``AsyncOpenAI``; without it ``connect()``.
        max_concurrency: requests in flight at once, at most.
        requests_per_minute: "documented" for the model's limit (MiniMax alone), a number, or None for no limit.
        tokens_per_minute: likewise.
        max_cost: US dollars, those of the checkpoint included. What is in flight when it is reached still counts.
        max_tokens_total: tokens of prompts and replies, likewise.
        attempts: requests for one reply at most; waits for a rate limit apart.
        checkpoint: a file for the answers; it is made if it is not there. For a Dask DataFrame a folder that all
            workers see, with a file for each partition.
        on_error: "column" to keep going, with the reason in the column ``error``; "raise" to stop at the first row
            without an answer.
        dedupe: whether equal rows are asked once.
        limit: only so many rows, from the first, for a look at answers and costs.
        progress: whether to show how far it is; None for where somebody sees it.
        **request: goes with each request, such as ``temperature`` or ``max_completion_tokens``.

    Returns:
        A frame with the index of the rows and the columns reply, reasoning, parsed (with ``response``), finish_reason,
        prompt_tokens, completion_tokens, reasoning_tokens, cached_tokens, cost, seconds, tokens_per_s, attempts,
        error, error_code, from_checkpoint. ``attrs["minimax_nb"]`` says how it ended: stopped ("complete", "budget",
        "interrupted", "refused"), rows, answered, failed, requests, cost.

    Raises:
        ValueError: a template names a column that is not there, or a number is out of range.
        TypeError: frame, prompt or a parameter is of another kind.
        ConfigurationError: the checkpoint is of another batch or in use, or there is no price for ``max_cost``.
        BatchError: a row failed under ``on_error="raise"``, or the checkpoint could not be written; ``.result`` holds
            what was answered.
        StreamInterrupted: you pressed stop twice.
    """
    settings = Settings(
        model=model,
        system=system,
        response=response,
        tools=tools,
        client=client,
        max_concurrency=max_concurrency,
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
        max_cost=max_cost,
        max_tokens_total=max_tokens_total,
        attempts=attempts,
        checkpoint=checkpoint,
        on_error=on_error,
        dedupe=dedupe,
        limit=limit,
        progress=progress,
        request=request,
    )
    if is_dask(frame):
        lazy: pd.DataFrame = lazy_batch(frame, prompt, settings)  # a frame of Dask, which is no pandas one
        return lazy
    run = BatchRun(frame, prompt, settings)
    try:
        background.run(run.ask, on_interrupt=run.interrupt)
    except KeyboardInterrupt:
        raise StreamInterrupted from None
    return run.result()


async def abatch(
    frame: Any,
    prompt: str | Callable[[Any], Any],
    *,
    model: str | None = None,
    system: str | None = None,
    response: Any = None,
    tools: Iterable[Any] | Callable[..., Any] | None = None,
    client: OpenAI | AsyncOpenAI | None = None,
    max_concurrency: int = 32,
    requests_per_minute: Limit = "documented",
    tokens_per_minute: Limit = "documented",
    max_cost: float | None = None,
    max_tokens_total: int | None = None,
    attempts: int = 6,
    checkpoint: str | os.PathLike[str] | None = None,
    on_error: Literal["column", "raise"] = "column",
    dedupe: bool = True,
    limit: int | None = None,
    progress: bool | None = None,
    **request: Any,
) -> pd.DataFrame:
    """``batch`` for ``await``: the kernel stays free while the rows are asked.

    Args:
        frame: as for ``batch``.
        prompt: as for ``batch``.
        model: as for ``batch``.
        system: as for ``batch``.
        response: as for ``batch``.
        tools: as for ``batch``.
        client: as for ``batch``.
        max_concurrency: as for ``batch``.
        requests_per_minute: as for ``batch``.
        tokens_per_minute: as for ``batch``.
        max_cost: as for ``batch``.
        max_tokens_total: as for ``batch``.
        attempts: as for ``batch``.
        checkpoint: as for ``batch``.
        on_error: as for ``batch``.
        dedupe: as for ``batch``.
        limit: as for ``batch``.
        progress: as for ``batch``.
        **request: as for ``batch``.

    Returns:
        As ``batch`` does.

    Raises:
        ValueError: as for ``batch``.
        TypeError: as for ``batch``.
        ConfigurationError: as for ``batch``.
        BatchError: as for ``batch``.
        asyncio.CancelledError: the task was cancelled; the checkpoint holds what was answered.
    """
    settings = Settings(
        model=model,
        system=system,
        response=response,
        tools=tools,
        client=client,
        max_concurrency=max_concurrency,
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
        max_cost=max_cost,
        max_tokens_total=max_tokens_total,
        attempts=attempts,
        checkpoint=checkpoint,
        on_error=on_error,
        dedupe=dedupe,
        limit=limit,
        progress=progress,
        request=request,
    )
    if is_dask(frame):
        lazy: pd.DataFrame = lazy_batch(frame, prompt, settings)  # a frame of Dask, which is no pandas one
        return lazy
    run = BatchRun(frame, prompt, settings)
    await run.ask(own_loop=False)
    return run.result()


def read_batch(path: str | os.PathLike[str]) -> pd.DataFrame:
    """Read a checkpoint of ``batch``, also while it is being written.

    Args:
        path: the file; for a Dask DataFrame the folder.

    Returns:
        A frame with the columns of ``batch``'s result and ``messages``, the whole conversation of each row: go on from
        one with ``mm.Chat(messages=…)``. One row for each question that was answered or failed, in the order in which
        they were finished.

    Raises:
        ConfigurationError: it is no checkpoint.
        OSError: it cannot be read.
    """
    import pandas as pd

    kept: list[tuple[Outcome, list[Any]]] = []
    with collector_paused():
        for file in checkpoint_files(path):
            header, lines = read_lines(file)
            shared = header.get("shared") or []
            latest = {line["key"]: line for line in lines}
            kept += [(Outcome.of_line(line), [*shared, *line.get("messages", ())]) for line in latest.values()]
    columns = {name: column([getattr(one, name) for one, _ in kept], kind) for name, kind in DTYPES.items()}
    columns["messages"] = pd.Series([messages for _, messages in kept], dtype=object)
    return pd.DataFrame(columns)
