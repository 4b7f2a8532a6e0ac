"""``compare``: one question to several models at the same time, side by side, then in figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from minimax_nb.errors import StreamInterrupted
from minimax_nb.frontend import RichDisplay, remember_shown
from minimax_nb.message.reply import Reply
from minimax_nb.render.comparison import answer_tokens, comparison_bundle, finish_of
from minimax_nb.runtime import background

from .race import Race

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd
    from openai import AsyncOpenAI, OpenAI

    from minimax_nb.render.text.markup import Bundle

_DTYPES = {
    "first_token_s": "Float64",
    "total_s": "Float64",
    "tokens_per_s": "Float64",
    "reasoning_tokens": "Int64",
    "answer_tokens": "Int64",
    "cost_usd": "Float64",
    "finish": "string",
    "problem": "string",
}


class Comparison(RichDisplay, Mapping[str, Reply]):
    """What several models answered: a mapping from model to ``Reply``, in the order in which they were given.

    As the last expression of a cell it shows itself, side by side.

    Attributes:
        errors: for each model that failed, what was raised.
    """

    def __init__(self, replies: Mapping[str, Reply], errors: Mapping[str, BaseException] | None = None) -> None:
        self._replies = dict(replies)
        self.errors = dict(errors or {})

    def __getitem__(self, model: str) -> Reply:
        return self._replies[model]

    def __iter__(self) -> Iterator[str]:
        return iter(self._replies)

    def __len__(self) -> int:
        return len(self._replies)

    def frame(self) -> pd.DataFrame:
        """The figures as a table, one row a model; a missing value means that it is not known.

        ``finish`` is the finish reason, or why the reply is not whole; ``problem`` says the latter in words. For all
        that is known of each reply there is ``to_frame(comparison)``.
        """
        import pandas as pd

        rows = [
            {
                **reply.timing.to_dict(),
                "reasoning_tokens": reply.usage.reasoning_tokens,
                "answer_tokens": answer_tokens(reply),
                "cost_usd": reply.cost,
                "finish": finish_of(reply),
                "problem": reply.problem,
            }
            for reply in self._replies.values()
        ]
        index = pd.Index(list(self._replies), name="model", dtype="object")
        return pd.DataFrame(rows, columns=list(_DTYPES), index=index).astype(_DTYPES)

    def plot(self, *columns: str) -> Any:
        """Bars of some columns of ``frame()``, by default the time to the first token and the speed.

        Args:
            *columns: names of columns that hold numbers.

        Returns:
            What pandas' ``plot`` returns: an array of matplotlib axes.

        Raises:
            ImportError: matplotlib is not there.
            ValueError: there is no such column, or it holds no numbers.
        """
        chosen = list(columns) or ["first_token_s", "tokens_per_s"]
        numbers = [name for name, kind in _DTYPES.items() if kind != "string"]
        if unknown := [name for name in chosen if name not in numbers]:
            raise ValueError(f"expected names among {', '.join(numbers)}; got {unknown[0]!r}")
        try:
            import matplotlib  # noqa: F401, ICN001 - pandas needs it; only asked whether it is there
        except ImportError as error:
            raise ImportError("expected matplotlib, which draws, found none: pip install matplotlib") from error
        table = self.frame()[chosen].astype("float64").iloc[::-1]  # bars are drawn from the bottom
        size = (2 + 3 * len(chosen), 1 + 0.5 * len(table))
        axes: Any = table.plot.barh(
            subplots=True, layout=(1, -1), legend=False, sharex=False, sharey=True, figsize=size
        )
        for drawing in axes.flat:
            drawing.set_ylabel("")  # the names of the models say what they are
        axes.flat[0].figure.tight_layout()
        return axes

    def __repr__(self) -> str:
        return f"Comparison({', '.join(f'{model}: {finish_of(reply)}' for model, reply in self._replies.items())})"

    def _forms(self) -> Bundle:
        return comparison_bundle(self)


def compare(
    prompt: str | list[Any],
    models: Iterable[str],
    *,
    system: str | None = None,
    client: OpenAI | None = None,
    reasoning_split: bool | None = True,
    display: bool = True,
    **options: Any,
) -> Comparison:
    """Ask several models the same at the same time, and see them answer side by side, then in figures.

    A model that fails does not hold up the others: its column says why, and ``errors`` has the exception.

    Args:
        prompt: a question, or a list of messages (dicts or ``Reply`` values).
        models: the models to ask, each once.
        system: a system message before the question.
        client: an ``openai.OpenAI``; without it ``connect()``.
        reasoning_split: whether the thinking comes in a field of its own (True) or as ``<think>`` in the content
            (False); None leaves the parameter out, for servers that do not know it.
        display: whether to show the replies.
        **options: go with each request, such as ``temperature``, ``max_completion_tokens`` or ``extra_body``;
            ``stream_options=None`` leaves that parameter out.

    Raises:
        ValueError: there is no question or no model, or a model is given twice.
        TypeError: the client is an async one: ``await acompare(…)``.
        StreamInterrupted: you pressed stop; ``.reply`` is a reply as far as it came, all of them stay on show.
        ConfigurationError: there is no client, and ``connect()`` fails.
    """
    from openai import AsyncOpenAI

    if isinstance(client, AsyncOpenAI):
        raise TypeError("expected a synchronous client, got an async one: await acompare(…)")
    race = Race(prompt, models, system, client, reasoning_split, display, options)
    try:
        background.run(race.run)
    except KeyboardInterrupt:
        raise StreamInterrupted(race.interrupted()) from None
    return _result(race, display)


async def acompare(
    prompt: str | list[Any],
    models: Iterable[str],
    *,
    system: str | None = None,
    client: OpenAI | AsyncOpenAI | None = None,
    reasoning_split: bool | None = True,
    display: bool = True,
    **options: Any,
) -> Comparison:
    """``compare`` for ``await``: the kernel stays free while the models answer.

    Args:
        prompt: as for ``compare``.
        models: as for ``compare``.
        system: as for ``compare``.
        client: an ``openai.AsyncOpenAI``, or whatever ``compare`` takes.
        reasoning_split: as for ``compare``.
        display: as for ``compare``.
        **options: as for ``compare``.

    Raises:
        ValueError: as for ``compare``.
        ConfigurationError: as for ``compare``.
        asyncio.CancelledError: the task was cancelled; what had arrived stays on show.
    """
    race = Race(prompt, models, system, client, reasoning_split, display, options)
    await race.run()
    return _result(race, display)


def _result(race: Race, shown: bool) -> Comparison:
    comparison = Comparison(race.replies, race.errors)
    if shown:
        remember_shown(comparison)
    return comparison
