"""Rows of a batch as they come in, and the frame that is made of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from minimax_nb.message.parts import read_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from minimax_nb.message.reply import Usage
    from minimax_nb.tools.response_format import ResponseFormat

Stopped = Literal["complete", "budget", "interrupted", "refused"]

DTYPES = {
    "reply": "string",
    "reasoning": "string",
    "finish_reason": "string",
    "prompt_tokens": "Int64",
    "completion_tokens": "Int64",
    "reasoning_tokens": "Int64",
    "cached_tokens": "Int64",
    "cost": "Float64",
    "seconds": "Float64",
    "tokens_per_s": "Float64",
    "attempts": "Int64",
    "error": "string",
    "error_code": "Int64",
    "from_checkpoint": "boolean",
}
_COUNTS = ("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens")


@dataclass(slots=True)
class Outcome:
    """What became of a row; None where nothing is known.

    Attributes:
        reply: the answer.
        reasoning: the thinking, of all rounds.
        parsed: the answer in the form that was asked for.
        usage: tokens of all its requests.
        cost: US dollars, of all its requests.
        seconds: from sending to the answer, of all its requests, waits apart.
        attempts: requests, those apart that were refused for their number.
        error: why there is no answer.
        kind: the same without what is of this row alone.
    """

    reply: str | None = None
    reasoning: str | None = None
    parsed: Any = None
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    cost: float | None = None
    seconds: float | None = None
    tokens_per_s: float | None = None
    attempts: int = 0
    error: str | None = None
    error_code: int | None = None
    from_checkpoint: bool = False
    kind: str | None = None

    def count(self, usage: Usage, cost: float | None) -> None:
        """Add the tokens and the cost of one more request."""
        for name in _COUNTS:
            known = getattr(usage, name)
            if known is not None:
                setattr(self, name, (getattr(self, name) or 0) + known)
        if cost is not None:
            self.cost = (self.cost or 0.0) + cost

    def line(self, key: str, messages: list[Any], given: int = 1) -> dict[str, Any]:
        """What a checkpoint keeps; what the messages say already is left out.

        Args:
            key: the name of the row's question.
            messages: the row's conversation.
            given: how many of these are the question, which may hold replies of its own.
        """
        kept: dict[str, Any] = {"key": key} if given == 1 else {"key": key, "given": given}
        for name in _KEPT:
            if (value := getattr(self, name)) is not None:
                kept[name] = value
        kept["messages"] = messages
        return kept

    @classmethod
    def of_line(cls, line: Mapping[str, Any], form: ResponseFormat | None = None) -> Outcome:
        """What a line of a checkpoint says.

        Raises:
            ResponseFormatError: the answer does not have the form.
        """
        outcome = cls(**{name: line.get(name) for name in _KEPT}, from_checkpoint=True)  # type: ignore[arg-type]
        outcome.attempts = outcome.attempts or 0
        thoughts = []
        for message in (line.get("messages") or [])[line.get("given", 1) :]:
            if isinstance(message, dict) and message.get("role") == "assistant":
                reasoning, content = _said(message)
                thoughts.append(reasoning)
                outcome.reply = content
        outcome.reasoning = "\n\n".join(filter(None, thoughts)) if thoughts else None
        if outcome.error is not None:
            return outcome
        if form is not None:
            outcome.parsed = form.read(outcome.reply or "")
        return outcome


_KEPT = ("finish_reason", *_COUNTS, "cost", "seconds", "tokens_per_s", "attempts", "error", "error_code")


def _said(message: dict[str, Any]) -> tuple[str, str]:
    """Thinking and answer of a message; the plain way is the fast one, for there may be many."""
    reasoning, content = message.get("reasoning_content"), message.get("content")
    if isinstance(content, str) and "think" not in content and isinstance(reasoning, str) and reasoning:
        return reasoning, content
    read = read_message(message)
    return read[0], read[1]


@dataclass
class Table:
    """The outcomes by position, and sums over them.

    Attributes:
        rows: how many rows are to be asked.
        answered: rows with an answer, those of the checkpoint included.
        failed: rows without one.
        resumed: rows that a checkpoint had.
        repeated: rows that were equal to another.
        requests: requests that were sent.
        tokens: of prompts and replies, in this run.
        cost: US dollars known to be billed, in this run.
        list_cost: the same by MiniMax's list prices, whoever was asked.
        unpriced: replies in this run whose cost is not known.
        kinds: how many rows failed of each kind, with an example of its words.
        stopped: how it ended.
        problem: why it stopped before the end, in the words of whoever ended it.
        why: the same in a few words, where ``stopped`` alone would be misleading.
        cut: answers that end at the token limit.
    """

    rows: int
    answered: int = 0
    failed: int = 0
    resumed: int = 0
    repeated: int = 0
    requests: int = 0
    tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0
    list_cost: float = 0.0
    unpriced: int = 0
    cut: int = 0
    stopped: Stopped = "complete"
    problem: str = ""
    why: str = ""
    kinds: Counter[str] = field(default_factory=Counter)
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """Rows that are finished, with an answer or without."""
        return self.answered + self.failed

    def enter(self, position: int, outcome: Outcome) -> None:
        """A row is finished."""
        self.outcomes[position] = outcome
        if outcome.error is None:
            self.answered += 1
            self.cut += outcome.finish_reason == "length"
        else:
            self.failed += 1
            self.kinds[(outcome.kind or outcome.error)[:_LONGEST_KIND]] += 1
        self.resumed += outcome.from_checkpoint

    def frame(self, index: pd.Index[Any], *, parsed: bool) -> pd.DataFrame:
        """The result, one row for each that was to be asked."""
        import numpy as np
        import pandas as pd

        nothing = Outcome()
        found = [self.outcomes.get(position, nothing) for position in range(len(index))]
        columns: dict[str, Any] = {}
        for name, dtype in DTYPES.items():
            columns[name] = column([getattr(one, name) for one in found], dtype)
            if name == "reasoning" and parsed:
                values = np.empty(len(found), dtype=object)  # one by one: a list or dict is a value here, not several
                for place, one in enumerate(found):
                    values[place] = one.parsed
                columns["parsed"] = pd.Series(values, index=index, dtype=object)  # texts among them, too
        out = pd.DataFrame(columns, index=index)
        out.attrs["minimax_nb"] = {
            "stopped": self.stopped,
            "rows": self.rows,
            "answered": self.answered,
            "failed": self.failed,
            "requests": self.requests,
            "cost": None if self.unpriced else self.cost,
        }
        return out


def column(values: list[Any], dtype: str) -> Any:
    """Values as an array of that kind. Half characters, which Arrow cannot hold, are replaced."""
    import pandas as pd

    try:
        return pd.array(values, dtype=dtype)  # type: ignore[call-overload]
    except UnicodeEncodeError:
        whole = [v.encode("utf-8", "replace").decode() if isinstance(v, str) else v for v in values]
        return pd.array(whole, dtype=dtype)  # type: ignore[call-overload]


_LONGEST_KIND = 300
