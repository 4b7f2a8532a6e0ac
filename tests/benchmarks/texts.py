"""The texts that the benchmarks stream: the same for every run, in tokens of the length that models write."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A piece a token: a short word with its space, a run of signs, a few letters of a long word. About 4.5 characters each.
_TOKEN = re.compile(r"\n+ *| ?[^\W_]{1,7}| ?[^\w\s]{1,3}|\s+|_+")

_WORDS = re.findall(
    r"\w+",
    """
    a the of to and in is that for it as with by from on are this be an or which at not can when more has one each
    between number model state signal value change answer question example measure result because through however
    temperature pressure distribution observation experiment approximation function derivative system process
    energy surface river mountain garden station machine language history evidence argument reason café naïve
    """,
)
_NAMES = ["rows", "cache", "index", "total", "value", "batch", "items", "queue", "frame", "weight", "offset", "window"]


def tokens(kind: str, count: int) -> list[str]:
    """Exactly ``count`` tokens of a text; joined they are the text.

    Args:
        kind: "prose", "code" or "mixed".
        count: how many tokens.
    """
    found: list[str] = []
    for part in KINDS[kind](random.Random(7)):
        found.extend(_TOKEN.findall(part))
        if len(found) >= count:
            return found[:count]
    raise AssertionError("a text has no end")


def prose() -> Callable[[random.Random], Iterator[str]]:
    """Paragraphs, now and then a word in bold."""

    def parts(rng: random.Random) -> Iterator[str]:
        while True:
            yield _paragraph(rng, bold=0.02) + "\n\n"

    return parts


def code() -> Callable[[random.Random], Iterator[str]]:
    """Long Python listings with a sentence before each."""

    def parts(rng: random.Random) -> Iterator[str]:
        while True:
            yield _sentence(rng) + "\n\n"
            yield _listing(rng, functions=12) + "\n\n"

    return parts


def mixed() -> Callable[[random.Random], Iterator[str]]:
    """What an answer to a technical question looks like: headings, lists, tables, formulas, short listings."""

    def parts(rng: random.Random) -> Iterator[str]:
        section = 0
        while True:
            section += 1
            yield f"## {section}. {_sentence(rng, 4).rstrip('.')}\n\n"
            yield _paragraph(rng, bold=0.05) + "\n\n"
            yield "".join(f"- **{rng.choice(_NAMES)}**: {_sentence(rng)}\n" for _ in range(4)) + "\n"
            yield f"It holds $x_{{{section}}} \\le \\frac{{a + b}}{{{section + 1}}}$ at 24 ℃ for `{_name(rng)}`:\n\n"
            yield _listing(rng, functions=1) + "\n\n"
            rows = "".join(f"| `{_name(rng)}` | {rng.randint(1, 999)} | {_sentence(rng, 5)} |\n" for _ in range(4))
            yield f"| name | value | meaning |\n|---|---:|---|\n{rows}\n"
            yield f"> {_sentence(rng)}\n\n"
            yield "".join(f"{i}. {_sentence(rng)}\n" for i in range(1, 4)) + "\n"

    return parts


KINDS: dict[str, Callable[[random.Random], Iterator[str]]] = {"prose": prose(), "code": code(), "mixed": mixed()}


def _sentence(rng: random.Random, words: int | None = None) -> str:
    chosen = rng.choices(_WORDS, k=words or rng.randint(8, 20))
    return " ".join(chosen).capitalize() + "."


def _paragraph(rng: random.Random, *, bold: float) -> str:
    sentences = [_sentence(rng) for _ in range(rng.randint(4, 7))]
    words = " ".join(sentences).split(" ")
    return " ".join(f"**{word}**" if word.isalpha() and rng.random() < bold else word for word in words)


def _name(rng: random.Random) -> str:
    return f"{rng.choice(_NAMES)}_{rng.choice(_NAMES)}"


def _listing(rng: random.Random, *, functions: int) -> str:
    lines = ["```python"]
    for _ in range(functions):
        name, argument = _name(rng), rng.choice(_NAMES)
        lines += [
            f"def {name}({argument}: list[float], limit: int = {rng.randint(1, 64)}) -> float:",
            f'    """{_sentence(rng, 7)}"""',
            "    total = 0.0",
            f"    for position, item in enumerate({argument}):",
            f"        if position > limit and item < {rng.random():.3f}:",
            f"            break  # {_sentence(rng, 4).lower()}",
            f"        total += item * {rng.randint(2, 9)}",
            f"    return total / max(1, len({argument}))",
            "",
        ]
    lines[-1:] = ["```"]
    return "\n".join(lines)
