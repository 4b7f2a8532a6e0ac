"""What is known of the models: limits, speeds, prices, parameter rules; each figure with its source and date.

Data, not behaviour: nothing here asks anybody. Prices are US dollars per million tokens on the international
pay-as-you-go plan, standard tier. Where a figure is not documented it is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

DEFAULT_MODEL = "MiniMax-M2.7"
"""The model of whoever names none."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from.

    Attributes:
        says: the fields of ``Model`` it speaks for.
        who: who published it.
        date: when it was read, ISO format, day or month.
    """

    says: str
    who: str
    date: str


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per million tokens, for prompts of more than ``over`` and at most ``up_to`` tokens."""

    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None
    over: int | None = None
    up_to: int | None = None

    def covers(self, prompt_tokens: int) -> bool:
        """Whether a prompt of that length is charged at this price."""
        above = self.over is None or prompt_tokens > self.over
        return above and (self.up_to is None or prompt_tokens <= self.up_to)


@dataclass(frozen=True, slots=True)
class Model:
    """One model.

    Attributes:
        name: as the API wants it.
        context_window: tokens of prompt and reply together.
        description: what it is for, in a few words.
        max_output: tokens of reply, thinking included.
        tokens_per_s: the documented output speed, about.
        prices: one entry, or one for each range of prompt lengths.
        temperature: the range, in interval notation.
        thinking: whether it can be turned off.
        status: what is known of its availability.
        requests_per_minute: what an account may send.
        tokens_per_minute: likewise, of prompts and replies.
        sources: where all this comes from.
        on_page: whether the OpenAI-compatible API page of the M2.7 era lists it.
        sees: whether it takes pictures and video; None where nothing is documented.
    """

    name: str
    context_window: int
    description: str
    max_output: int | None = None
    tokens_per_s: int | None = None
    prices: tuple[Price, ...] = ()
    temperature: str | None = None
    thinking: str | None = None
    status: str = "listed"
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    sources: tuple[Source, ...] = ()
    on_page: bool = False
    sees: bool | None = None


_PAGE = Source(
    "context_window, tokens_per_s, temperature, sees",
    "MiniMax, OpenAI-compatible API page of the M2.7 era (platform.minimax.io/docs/api-reference/text-openai-api)",
    "2026-05",
)
_M3_PAGE = Source("context_window, temperature, thinking, sees", "MiniMax, OpenAI SDK page, M3 version", "2026-11-22")
_SPEC = Source("max_output", "MiniMax, OpenAPI description of chat completions", "2026-11-22")
_GUIDE = Source("max_output", "MiniMax, models guide (128k, thinking included)", "2026-11-22")
_PRICING = Source("prices", "MiniMax, pay-as-you-go pricing page", "2026-11-22")
_PRICING_SEEN = Source("prices", "third parties quoting MiniMax's pricing page", "2026-11-22")
_LISTED = Source("status", "GET /v1/models, recorded on the service", "2026-04-29")
_RETIRED = Source(
    "status", "one third-party note (aihubmix, on dev.to); MiniMax has not been seen to say so", "2026-10-19"
)
_THINKS = Source("thinking", "MiniMax, tool use and interleaved thinking guide", "2026-11-22")
_M31_GUIDE = Source("context_window, max_output, thinking, status", "MiniMax, text generation guide", "2026-11-22")
_M31_RULES = Source("temperature", "third party (Aurelio): current models ignore it", "2026-11-22")

_LIMITS = Source(
    "requests_per_minute, tokens_per_minute", "third party (neurolink) quoting MiniMax's rate limits page", "2026-09"
)
_LIMITS_INFERRED = Source(
    "requests_per_minute, tokens_per_minute", "inferred from MiniMax-M3's; MiniMax has not been seen to say", "2026-11"
)

_ALWAYS = "always; cannot be turned off"
_LEAVING = "pay-as-you-go ended on 2026-11-18 (one report)"
_M2_SOURCES = (_PAGE, _SPEC, _PRICING, _THINKS, _LIMITS)


def _m2(
    name: str,
    description: str,
    price: Price,
    *,
    tokens_per_s: int | None,
    sources: tuple[Source, ...],
    max_output: int = 204_800,
    status: str = "listed",
) -> Model:
    """A model of the M2 line: the figures that all of them share."""
    return Model(
        name,
        context_window=204_800,
        description=description,
        max_output=max_output,
        tokens_per_s=tokens_per_s,
        prices=(price,),
        temperature="(0, 1]",
        thinking=_ALWAYS,
        status=status,
        requests_per_minute=500,
        tokens_per_minute=20_000_000,
        sources=sources,
        on_page=True,
        sees=False,
    )


MODELS: tuple[Model, ...] = (
    _m2(
        "MiniMax-M2.7",
        "The first of the line that helped to improve itself",
        Price(0.30, 1.20, 0.06, 0.375),
        tokens_per_s=60,
        status=_LEAVING,
        sources=(*_M2_SOURCES, _RETIRED),
    ),
    _m2(
        "MiniMax-M2.7-highspeed",
        "M2.7 with the same answers, sooner",
        Price(0.60, 2.40, 0.06, 0.375),
        tokens_per_s=100,
        status=_LEAVING,
        sources=(*_M2_SOURCES, _RETIRED),
    ),
    _m2(
        "MiniMax-M2.5",
        "Complex work at a good price",
        Price(0.30, 1.20, 0.03, 0.375),
        tokens_per_s=60,
        status=_LEAVING,
        sources=(*_M2_SOURCES, _RETIRED),
    ),
    _m2(
        "MiniMax-M2.5-highspeed",
        "M2.5 with the same answers, sooner",
        Price(0.60, 2.40, 0.03, 0.375),
        tokens_per_s=100,
        status=_LEAVING,
        sources=(*_M2_SOURCES, _RETIRED),
    ),
    _m2(
        "MiniMax-M2.1",
        "Programming in many languages",
        Price(0.30, 1.20, 0.03, 0.375),
        tokens_per_s=60,
        sources=(*_M2_SOURCES, _LISTED),
    ),
    _m2(
        "MiniMax-M2.1-highspeed",
        "M2.1, sooner (formerly M2.1-lightning)",
        Price(0.60, 2.40, 0.03, 0.375),
        tokens_per_s=100,
        sources=(*_M2_SOURCES, _LISTED),
    ),
    _m2(
        "MiniMax-M2",
        "Agents and step-by-step reasoning",
        Price(0.30, 1.20, 0.03, 0.375),
        tokens_per_s=None,
        # The guide says 128k, the OpenAPI description 204,800: the smaller one is safe.
        max_output=128_000,
        sources=(_PAGE, _GUIDE, _PRICING, _THINKS, _LISTED, _LIMITS),
    ),
    Model(
        "MiniMax-M3",
        context_window=1_000_000,
        description="Long context; reads pictures and video; thinks as much as a question needs",
        max_output=524_288,
        # "512k" may mean 512,000 or 524,288: between the two there is no price here.
        prices=(
            Price(0.30, 1.20, 0.06, up_to=512_000),
            Price(0.60, 2.40, 0.12, over=524_288),
        ),
        temperature="[0, 2]",
        thinking="adaptive, or disabled",
        requests_per_minute=200,
        tokens_per_minute=10_000_000,
        sources=(_M3_PAGE, _SPEC, _PRICING_SEEN, _LISTED, _LIMITS),
        sees=True,
    ),
    Model(
        "MiniMax-M3.1-Flash",
        context_window=1_000_000,
        description="Fast and cheap with a long context; always thinks, reasoning_effort low … max",
        max_output=524_288,
        prices=(Price(0.15, 0.60, 0.015),),
        temperature="ignored",
        thinking=_ALWAYS,
        requests_per_minute=200,
        tokens_per_minute=10_000_000,
        sources=(_M31_GUIDE, _PRICING_SEEN, _M31_RULES, _LIMITS_INFERRED),
    ),
)

FORMER_NAMES = {
    "MiniMax-M2-Stable": "MiniMax-M2",
    "MiniMax-M2.1-lightning": "MiniMax-M2.1-highspeed",
    "MiniMax-M3.1-Flash-Preview": "MiniMax-M3.1-Flash",
}
"""Names of older documentation, and what took their place."""

PRICED_REGION = "global"
"""The region whose prices these are: the China region bills in yuan."""

_BY_NAME = {model.name.lower(): model for model in MODELS}


def find(name: str) -> Model | None:
    """The model of that name, in whatever case; None when it is not known here.

    Args:
        name: a name as in ``reply.model`` or in a request.
    """
    return _BY_NAME.get(name.strip().lower())


class TokenCounts(Protocol):
    """What a price is reckoned from: a ``Usage``."""

    @property
    def prompt_tokens(self) -> int | None:
        """Tokens of the prompt, the cached ones included."""

    @property
    def completion_tokens(self) -> int | None:
        """Tokens of the reply, its thinking included."""

    @property
    def cached_tokens(self) -> int | None:
        """Tokens of the prompt that came from the cache."""


def cost_usd(model: str | Model | None, usage: TokenCounts) -> float | None:
    """What a reply cost, in US dollars; None where a price or a count is unknown, never a guess.

    Cached prompt tokens are charged at the cache price; a service that reports none had none. Writing to the cache
    and the priority tier are not in ``usage`` and not counted.

    Args:
        model: the model that answered, or its name.
        usage: the counts of the reply.
    """
    entry = find(model) if isinstance(model, str) else model
    prompt, completion, cached = usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens or 0
    if entry is None or prompt is None or completion is None:
        return None
    if completion < 0 or not 0 <= cached <= prompt:
        return None
    price = next((price for price in entry.prices if price.covers(prompt)), None)
    if price is None or (cached and price.cache_read is None):
        return None
    dollars = (prompt - cached) * price.input + completion * price.output + cached * (price.cache_read or 0.0)
    return dollars / 1_000_000
