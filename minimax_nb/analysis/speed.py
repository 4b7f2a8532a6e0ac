"""``measure_speed``: how fast models write, measured as MiniMax defines it, beside what is documented."""

from __future__ import annotations

import secrets
import time
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any

from minimax_nb.catalog import find
from minimax_nb.client.parameters import request_parameters
from minimax_nb.frontend import by_display_mode, publish
from minimax_nb.render.text.quantities import seconds
from minimax_nb.render.text.text import visible
from minimax_nb.stream.reading import collect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd
    from openai import OpenAI

    from minimax_nb.message.reply import Reply

PROMPT = "Explain in about 200 words how tides come about."

_DTYPES = {
    "runs": "Int64",
    "tokens_per_s": "Float64",
    "spread": "Float64",
    "slowest": "Float64",
    "fastest": "Float64",
    "documented": "Int64",
    "first_token_s": "Float64",
    "cost_usd": "Float64",
    "origin": "string",
}


def measure_speed(
    model: str | Iterable[str],
    *,
    runs: int = 3,
    prompt: str = PROMPT,
    client: OpenAI | None = None,
    **options: Any,
) -> pd.DataFrame:
    """Measure how many tokens a second a model writes; each run is a request that the service bills.

    The speed is that of MiniMax's FAQ: output tokens (thinking included) / time from the first to the last of them. The
    runs go one after the other, so that they do not slow each other down; a line in the cell says how far it is.

    Args:
        model: the model, or several.
        runs: how many requests for each model.
        prompt: what to ask; short answers measure badly.
        client: an ``openai.OpenAI``; without it ``connect()``.
        **options: go with each request, such as ``max_completion_tokens``, ``reasoning_split`` or ``extra_body``;
            ``stream_options=None`` leaves that parameter out, and then only a server that sends token counts unasked
            can be measured.

    Returns:
        One row for each model: ``runs`` that could be measured (a reply that came in one piece, or without token
        counts, cannot), the mean ``tokens_per_s`` with its ``spread`` (standard deviation; none of one run), the
        ``slowest`` and ``fastest`` run, the ``documented`` speed, the mean ``first_token_s``, ``cost_usd`` of all
        runs, and the ``origin`` of the replies.

    Raises:
        ValueError: there is no model, or ``runs`` is less than 1.
        StreamError: a reply failed midway.
        openai.APIError: a request failed.
    """
    import pandas as pd

    names = [model] if isinstance(model, str) else list(model)
    if not names:
        raise ValueError("expected at least one model, got none; mm.models() lists them")
    if isinstance(runs, bool) or not isinstance(runs, int) or runs < 1:
        raise ValueError(f"expected runs to be a whole number from 1, got {runs!r}")
    if client is None:
        from minimax_nb.client.configure import default_client

        client = default_client()
    asked = {"messages": [{"role": "user", "content": prompt}], "stream": True}
    request = request_parameters({**options, **asked})
    rows, say, began = [], _line_in_cell(), time.perf_counter()
    for name in names:
        replies = []
        for run in range(1, runs + 1):
            say(f"{visible(name)}: run {run} of {runs}…")
            replies.append(collect(client.chat.completions.create(model=name, **request)))
        rows.append(_row(name, replies))
    say(f"Measured in {seconds(time.perf_counter() - began)}.")
    index = pd.Index(names, name="model", dtype="object")
    return pd.DataFrame(rows, columns=list(_DTYPES), index=index).astype(_DTYPES)


def _line_in_cell() -> Callable[[str], None]:
    """What shows a line, in the place of the one before it; nothing where nobody watches."""
    begin: Callable[[], Callable[[str], None]] = _Line
    return by_display_mode(live=begin, static=_nothing, text=_nothing)()


class _Line:
    """A line in the cell's output, each in the place of the one before it."""

    def __init__(self) -> None:
        self._name = secrets.token_hex(8)
        self._begun = False

    def __call__(self, words: str) -> None:
        publish({"text/plain": words}, display_id=self._name, update=self._begun)
        self._begun = True


def _nothing() -> Callable[[str], None]:
    return lambda _words: None


def _row(model: str, replies: list[Reply]) -> dict[str, Any]:
    speeds = [reply.timing.tokens_per_s for reply in replies if reply.timing.tokens_per_s]
    firsts = [reply.timing.first_token_s for reply in replies if reply.timing.first_token_s is not None]
    costs = [reply.cost for reply in replies if reply.cost is not None]
    origins = {reply.origin.kind for reply in replies if reply.origin is not None}
    known = find(model)
    return {
        "runs": len(speeds),
        "tokens_per_s": mean(speeds) if speeds else None,
        "spread": stdev(speeds) if len(speeds) > 1 else None,
        "slowest": min(speeds, default=None),
        "fastest": max(speeds, default=None),
        "documented": known and known.tokens_per_s,
        "first_token_s": mean(firsts) if firsts else None,
        "cost_usd": sum(costs) if len(costs) == len(replies) else None,
        "origin": ", ".join(sorted(origins)) or None,
    }
