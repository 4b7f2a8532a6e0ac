"""What came back, as frozen values: Reply, ToolCall, Usage, Timing, Origin.

Two equal contents are equal; nothing here has an identity, a clock or a connection. Every class has
``to_dict`` and ``from_dict``, and ``from_dict(to_dict(x)) == x``.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Literal, Self

from minimax_nb.catalog import PRICED_REGION, cost_usd
from minimax_nb.errors import ToolArgumentsError
from minimax_nb.frontend import RichDisplay
from minimax_nb.hosts import minimax_region

if TYPE_CHECKING:
    from collections.abc import Mapping

PartialReason = Literal["interrupted", "cut", "error", "length"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call the model asks for.

    Attributes:
        id: the service's id, to be repeated in the tool message that answers it.
        name: the tool's name.
        arguments: the arguments as received: a JSON text, perhaps broken.
    """

    id: str
    name: str
    arguments: str

    @property
    def parsed(self) -> dict[str, Any]:
        """The arguments as a dict, also where they were written in another notation, as ``read_arguments`` reads it.

        Raises:
            ToolArgumentsError: there are none, they were cut off, or they are no object.
        """
        from .arguments import read_arguments  # it reads messages, which hold calls

        read = read_arguments(self.arguments)
        if read.state != "whole":
            raise ToolArgumentsError(
                f"expected the arguments of {self.name!r} to be a JSON object, got {_excerpt(self.arguments)}: "
                "they are empty, cut off or of another kind; answer the call with this, and the model calls again"
            )
        return read.value

    def to_dict(self) -> dict[str, Any]:
        """A plain dict, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that ``to_dict`` wrote."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the service counted them; None where it did not say.

    ``completion_tokens`` includes ``reasoning_tokens``, ``prompt_tokens`` includes ``cached_tokens``
    (usage object of the OpenAI-compatible API).
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    total_tokens: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """A plain dict, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that ``to_dict`` wrote."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Timing:
    """When things happened, in seconds from the moment the request was sent; None where unknown.

    Attributes:
        first_token_s: the first piece of reasoning, text or tool call.
        last_token_s: the last such piece.
        reasoning_s: how long the thinking took, first to last piece of it.
        total_s: the end of the stream.
        tokens_per_s: completion tokens / (last - first token), the FAQ's definition; None when the reply
            came in a single piece or the service gave no usage.
    """

    first_token_s: float | None = None
    last_token_s: float | None = None
    reasoning_s: float | None = None
    total_s: float | None = None
    tokens_per_s: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """A plain dict, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that ``to_dict`` wrote."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a reply came from, told to the reader in the footer.

    Attributes:
        kind: "service" (a real endpoint), "recorded" (a tape of one), "authored" (a tape written by hand)
            or "practice" (the embedded server's rehearsal).
        host: the endpoint's host name, where there is one.
        date: the day of the recording, ISO format.
        tape: the tape's name.
    """

    kind: Literal["service", "recorded", "authored", "practice"]
    host: str | None = None
    date: str | None = None
    tape: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """A plain dict, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that ``to_dict`` wrote; keys that it does not know are left out."""
        known = {f.name for f in fields(cls)}
        return cls(**{key: value for key, value in data.items() if key in known})


@dataclass(frozen=True, slots=True)
class Reply(RichDisplay):
    """One assistant turn, whole or partial. As the last expression of a cell it shows itself.

    Attributes:
        message: the assistant message as received, unknown keys kept: append it to ``messages`` as it is.
        reasoning: the thinking, from whichever field held it.
        content: the answer without ``<think>`` blocks.
        tool_calls: the calls the model asks for, in order of arrival.
        usage: token counts.
        timing: first token, total, tokens per second.
        finish_reason: "stop", "length", "tool_calls", "content_filter", or None when none came.
        model: the model that the service says has answered.
        id: the service's id of the completion.
        partial_reason: why the reply is not whole: "interrupted", "cut", "error" or "length"; None when it is.
        problem: for a partial reply, what went wrong in words.
        origin: where it came from, when known.
        parsed: the answer in the form that was asked for with ``response=``; None where none was.
    """

    message: dict[str, Any] = field(default_factory=lambda: {"role": "assistant", "content": ""})
    reasoning: str = ""
    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage = Usage()
    timing: Timing = Timing()
    finish_reason: str | None = None
    model: str | None = None
    id: str | None = None
    partial_reason: PartialReason | None = None
    problem: str | None = None
    origin: Origin | None = None
    parsed: Any = field(default=None, compare=False)

    @property
    def complete(self) -> bool:
        """Whether the whole reply arrived."""
        return self.partial_reason is None

    @property
    def cost(self) -> float | None:
        """What the reply cost, in US dollars, by MiniMax's international pay-as-you-go prices; see ``mm.models()``.

        0.0 for a recorded or authored reply and for a rehearsal: the embedded server bills nobody. None where a price
        or a count is not known, and for a host whose prices are not known (the China region bills in yuan).
        """
        if self.origin is not None and self.origin.kind != "service":
            return 0.0
        if self.origin is not None and self.origin.host and minimax_region(self.origin.host) != PRICED_REGION:
            return None
        return cost_usd(self.model, self.usage)

    def to_dict(self) -> dict[str, Any]:
        """A plain dict, ready for JSON; without ``parsed``, which may be of any type and follows from the content."""
        return asdict(replace(self, parsed=None) if self.parsed is not None else self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that ``to_dict`` wrote."""
        origin = data.get("origin")
        return cls(
            **{
                **data,
                "tool_calls": tuple(ToolCall.from_dict(call) for call in data.get("tool_calls", ())),
                "usage": Usage.from_dict(data.get("usage") or {}),
                "timing": Timing.from_dict(data.get("timing") or {}),
                "origin": Origin.from_dict(origin) if origin else None,
            }
        )

    def _forms(self) -> Mapping[str, Any]:
        from minimax_nb.render.bundle import bundle

        return bundle(self)

    def __repr__(self) -> str:
        parts = [f"content={_excerpt(self.content)}"]
        if self.reasoning:
            parts.append(f"reasoning={_excerpt(self.reasoning)}")
        if self.tool_calls:
            parts.append(f"tool_calls={[call.name for call in self.tool_calls]}")
        if self.model:
            parts.append(f"model={self.model!r}")
        if self.partial_reason:
            parts.append(f"partial_reason={self.partial_reason!r}")
        return f"Reply({', '.join(parts)})"


def _excerpt(text: str, limit: int = 60) -> str:
    """The text's repr, cut to about ``limit`` characters."""
    return repr(text) if len(text) <= limit else f"{text[:limit]!r}… ({len(text):,} characters)"
