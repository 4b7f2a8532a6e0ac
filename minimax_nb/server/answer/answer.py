"""Answers in no wire format yet: Answer, Call, TokenSpeed, and an estimate of tokens."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace

# Han, kana, hangul and full-width signs: about 0.6 tokens each; other text about 4 characters a token.
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]+")
_STRETCH = 100_000
"""Characters that are looked at in one go: between two of them other threads get their turn."""


@dataclass(frozen=True, slots=True)
class Call:
    """Tool call: the tool's name and its arguments as JSON text."""

    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class TokenSpeed:
    """Speed at which the tokens of a reply come.

    Attributes:
        first_token_s: seconds from the request to the first token.
        tokens_per_s: tokens a second from then on; None for the model's documented speed.
    """

    first_token_s: float = 0.6
    tokens_per_s: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Assistant message in no wire format yet.

    Attributes:
        content: the answer's text, without any thinking.
        reasoning: the thinking.
        calls: the tools to be called.
        finish_reason: "stop", "length", "tool_calls" or "content_filter".
        speed: how fast it comes.
        prompt_tokens: tokens of the prompt, or None to have them estimated.
        completion_tokens: likewise for thinking, text and calls together.
        reasoning_tokens: likewise for the thinking.
        cached_tokens: likewise for the part of the prompt that was cached.
        origin: where it comes from: kind, tape, host, date.
    """

    content: str = ""
    reasoning: str = ""
    calls: tuple[Call, ...] = ()
    finish_reason: str = "stop"
    speed: TokenSpeed = TokenSpeed()
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    cached_tokens: int | None = None
    origin: dict[str, str] = field(default_factory=dict)


def tokens(text: str) -> int:
    """Estimate the tokens of a text; the same text always gives the same number."""
    if not text:
        return 0
    wide = (
        0 if text.isascii() else sum(map(_wide_signs, (text[n : n + _STRETCH] for n in range(0, len(text), _STRETCH))))
    )
    return max(1, math.ceil(wide * 0.6 + (len(text) - wide) / 4))


def _wide_signs(text: str) -> int:
    return len(text) - len(_WIDE.sub("", text))


def completion_tokens(answer: Answer) -> tuple[int, int]:
    """Count the tokens of an answer: (all of it, its thinking)."""
    thinking = answer.reasoning_tokens if answer.reasoning_tokens is not None else tokens(answer.reasoning)
    spoken = tokens(answer.content) + sum(tokens(call.name) + tokens(call.arguments) for call in answer.calls)
    total = answer.completion_tokens if answer.completion_tokens is not None else thinking + spoken
    return total, thinking


def cut_to(answer: Answer, limit: int) -> Answer:
    """Cut an answer to at most ``limit`` tokens: thinking counts, calls are whole or absent."""
    total, thinking = completion_tokens(answer)
    if total <= limit:
        return answer
    cut = replace(answer, finish_reason="length", calls=(), completion_tokens=limit)
    if thinking >= limit:
        kept = _share(answer.reasoning, limit, max(thinking, 1))
        return replace(cut, reasoning=kept, content="", reasoning_tokens=limit)
    spoken = max(tokens(answer.content), 1)
    return replace(
        cut, content=_share(answer.content, min(limit - thinking, spoken), spoken), reasoning_tokens=thinking
    )


_EFFORTS = {"low": 4, "minimal": 4, "medium": 6, "high": 8, "xhigh": 9}
"""Tenths of the thinking that an effort leaves; all of it for "max", for none and for what is not known."""


def with_effort(answer: Answer, effort: object) -> Answer:
    """Shorten the thinking of an answer as ``reasoning_effort`` asks, to whole words.

    Args:
        answer: the answer, thought through to the end.
        effort: what the request says.
    """
    tenths = _EFFORTS.get(effort, 10) if isinstance(effort, str) else 10
    if tenths == 10 or not answer.reasoning:
        return answer
    kept = _share(answer.reasoning, tenths, 10).rpartition(" ")[0].rstrip(" ,.;:") + " …"
    return replace(answer, reasoning=kept, reasoning_tokens=None, completion_tokens=None)


def _share(text: str, part: int, whole: int) -> str:
    """Return the first ``part`` of ``whole`` equal parts of a text."""
    return text[: len(text) * part // whole]
