"""The texts that the benchmarks stream, in tokens of the length that models write.

Their words are real: sentences of Python's reference, as ``help()`` has it, and functions of its standard library. A
text made of a few words at random packs better the longer it gets, and flatters whoever sends it compressed. From one
version of Python to the next they differ a little.
"""

from __future__ import annotations

import argparse
import calendar
import configparser
import difflib
import fractions
import heapq
import inspect
import itertools
import random
import re
import statistics
import textwrap
from pydoc_data.topics import topics
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A piece a token: a short word with its space, a run of signs, a few letters of a long word. About 4 characters each.
_TOKEN = re.compile(r"\n+ *| ?[^\W_]{1,7}| ?[^\w\s]{1,3}|\s+|_+")

_PARAGRAPHS = [
    " ".join(part.split())
    for topic in sorted(topics)
    for part in topics[topic].split("\n\n")
    if len(part) > 150 and part[0].isalpha() and "***" not in part
]
_SENTENCES = [part.split(". ")[0].rstrip(".:") for part in _PARAGRAPHS]
_MODULES = (heapq, fractions, textwrap, calendar, difflib, configparser, statistics, argparse)
_LISTINGS = [
    part
    for module in _MODULES
    for part in re.split(r"\n{2,}(?=\S)", inspect.getsource(module))
    if 200 < len(part) < 3_000 and "```" not in part
]
_Piece = TypeVar("_Piece")


def tokens(kind: str, count: int) -> list[str]:
    """Exactly ``count`` tokens of a text; joined they are the text.

    Args:
        kind: "prose", "code" or "mixed".
        count: how many tokens.
    """
    found: list[str] = []
    for part in KINDS[kind]():
        found.extend(_TOKEN.findall(part))
        if len(found) >= count:
            return found[:count]
    raise AssertionError("a text has no end")


def prose() -> Iterator[str]:
    """Paragraphs."""
    for paragraph in _shuffled(_PARAGRAPHS):
        yield f"{paragraph}\n\n"


def code() -> Iterator[str]:
    """Python listings with a sentence before each."""
    for sentence, listing in zip(_shuffled(_SENTENCES), _shuffled(_LISTINGS), strict=False):
        yield f"{sentence}:\n\n```python\n{listing}\n```\n\n"


def mixed() -> Iterator[str]:
    """What an answer to a technical question looks like: headings, lists, tables, formulas, short listings."""
    sentences, paragraphs = _shuffled(_SENTENCES, 1), _shuffled(_PARAGRAPHS, 2)
    listings = _shuffled([part for part in _LISTINGS if len(part) < 500])
    names = _shuffled(sorted(set(re.findall(r"\b[a-z]+_[a-z]+\b", " ".join(_LISTINGS)))))
    for section in itertools.count(1):
        yield f"## {section}. {_shortened(next(sentences))}\n\n"
        yield f"{next(paragraphs)}\n\n"
        yield "".join(f"- **{next(names)}**: {next(sentences)}.\n" for _ in range(4)) + "\n"
        yield f"It holds $x_{{{section}}} \\le \\frac{{a + b}}{{{section + 1}}}$ at 24 ℃ for `{next(names)}`:\n\n"
        yield f"```python\n{next(listings)}\n```\n\n"
        rows = "".join(
            f"| `{next(names)}` | {section * row} | {_shortened(next(sentences))} |\n" for row in range(1, 5)
        )
        yield f"| name | value | meaning |\n|---|---:|---|\n{rows}\n"
        yield f"> {next(sentences)}.\n\n"
        yield "".join(f"{number}. {next(sentences)}.\n" for number in range(1, 4)) + "\n"


KINDS: dict[str, Callable[[], Iterator[str]]] = {"prose": prose, "code": code, "mixed": mixed}


def _shuffled(pieces: list[_Piece], order: int = 0) -> Iterator[_Piece]:
    """The pieces without end, in one of many orders; the same one each time."""
    return itertools.cycle(random.Random(order).sample(pieces, len(pieces)))


def _shortened(sentence: str) -> str:
    return textwrap.shorten(sentence, 40, placeholder="").replace("|", "/")
