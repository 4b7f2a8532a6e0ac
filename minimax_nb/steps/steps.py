"""What happened in a run, one step at a time: user, think, call, result, answer, with times and tokens where known.

Nothing is guessed. Tokens are the service's counts; where it counts several steps together (an answer beside calls, two
calls of one turn) none of them gets a figure, and the ``Round`` has the sum. Times are those of the reply (recorded
lessons have the recording's) and of the tools; a plain list of messages has neither.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, Literal, Self

from minimax_nb.message.reply import Origin, Timing, Usage

Kind = Literal["system", "user", "think", "call", "result", "answer"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run.

    Attributes:
        kind: "system", "user", "think", "call", "result" or "answer" (whatever the model says to the reader).
        round: which request to the model it belongs to, from 1; a question belongs to the request that sends it.
        text: the whole text of it; "" for a call.
        name: the tool's name, for a call and a result.
        arguments: a call's arguments as received, for a call and its result.
        call_id: the id that ties a result to its call.
        error: whether the tool is known to have failed.
        started_s: when it began, in seconds of work since the run began; the reader's own pauses do not count.
        duration_s: how long it took, in seconds.
        tokens: how many tokens it took, by the service's count.
        tokens_per_s: ``tokens`` by ``duration_s``.
        share: ``duration_s`` as a share of the whole run, 0 to 1.
        pictures: those of a question, as ``data:`` URLs; ``text`` names them, and those that are elsewhere.
    """

    kind: Kind
    round: int = 1
    text: str = ""
    name: str | None = None
    arguments: str | None = None
    call_id: str | None = None
    error: bool = False
    started_s: float | None = None
    duration_s: float | None = None
    tokens: int | None = None
    tokens_per_s: float | None = None
    share: float | None = None
    pictures: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """A plain dict, ready for JSON; what is unknown or empty is left out."""
        return _without_defaults(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that ``to_dict`` wrote."""
        return cls(**{**data, "pictures": tuple(data.get("pictures") or ())})


@dataclass(frozen=True, slots=True)
class Round:
    """One request to the model, and what it says about its reply.

    Attributes:
        number: counts from 1.
        model: the model that the service says has answered.
        finish_reason: "stop", "tool_calls", "length" …
        partial_reason: why the reply is not whole; None when it is.
        usage: token counts.
        timing: times from the request on.
        origin: where the reply came from.
        started_s: when the request was sent, in seconds of work since the run began.
    """

    number: int
    model: str | None = None
    finish_reason: str | None = None
    partial_reason: str | None = None
    usage: Usage = Usage()  # noqa: RUF009 - it is frozen
    timing: Timing = Timing()  # noqa: RUF009
    origin: Origin | None = None
    started_s: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """A plain dict, ready for JSON; what is unknown is left out."""
        return _without_defaults(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that ``to_dict`` wrote."""
        origin = data.get("origin")
        return cls(
            **{
                **data,
                "usage": Usage.from_dict(data.get("usage") or {}),
                "timing": Timing.from_dict(data.get("timing") or {}),
                "origin": Origin.from_dict(origin) if origin else None,
            }
        )


def _without_defaults(value: Any) -> dict[str, Any]:
    """The fields that differ from what they are when nothing is known; nested ones likewise."""
    data: dict[str, Any] = {}
    for field in fields(value):
        item = getattr(value, field.name)
        if type(item) is type(field.default) and item == field.default:
            continue
        if is_dataclass(item):
            item = {key: part for key, part in asdict(item).items() if part is not None}  # type: ignore[arg-type]
        data[field.name] = item
    return data
