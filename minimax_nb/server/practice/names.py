"""Names in a question: capitalised words where a capital says something, else what stands after a preposition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .wordlists import ARTICLES, CALENDAR, LINKS, NO_NAMES, PARTICLES, PREPOSITIONS, SHORTENED, STOPS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_WORD = re.compile(r"[^\W\d_][\w'’&-]*(?:\.(?=\w)[\w-]+)*")
_SENTENCE_END = re.compile(r"[.!?:;…。！？\n]\s*\Z")
_STATE = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class _Word:
    """Word of the question.

    Attributes:
        text: the word.
        before: what stands between it and the word in front.
        heads: whether it stands at the head of a sentence, where a capital says nothing.
        follows: whether it goes on from the word in front, without a mark between them.
    """

    text: str
    before: str
    heads: bool
    follows: bool


def _words(question: str) -> Iterator[_Word]:
    end = 0
    last = ""
    for match in _WORD.finditer(question):
        between = question[end : match.start()]
        text = match.group()
        shortened = last in SHORTENED and between == ". "
        state = between == ", " and _STATE.fullmatch(text) is not None and last[:1].isupper() and not last.isupper()
        heads = not shortened and (not end or _SENTENCE_END.search(between[-20:]) is not None)
        yield _Word(text, between, heads, bool(end) and (between == " " or shortened or state))
        last = text
        end = match.end()


def names_in(text: str, topic: Collection[str]) -> tuple[list[str], dict[str, str]]:
    """Find the names in a text, in order, and the first words after each kind of preposition.

    Args:
        text: a question, without what is quoted in it.
        topic: words, in small letters, that say what is asked for.
    """
    words = list(_words(text))
    names: list[str] = []
    weak: set[str] = set()
    after: dict[str, str] = {}
    small: dict[str, str] = {}
    position = 0
    while position < len(words):
        run = _run(words, position)
        kind = _kind_before(words, position)
        if kind and run:
            run = _with_region(words, position, run)
        if name := _trimmed(run, topic):
            names.append(name)
            if kind:
                after.setdefault(kind, name)
            elif run[0].heads and name.startswith(run[0].text):
                weak.add(name)
        elif kind and not run and (lower := _lower_run(words, position, topic)):
            small.setdefault(kind, lower)
        position += max(len(run), 1)
    if after:  # "Weather in Beijing": with a name after a preposition, a capital at the head of a sentence is no name
        names = [name for name in names if name not in weak]
    if not names:
        names = [small[kind] for kind in ("at", "to", "from") if kind in small]
    return names, {**small, **after}


def _run(words: list[_Word], position: int) -> list[_Word]:
    """Return the capitalised words from here on, up to a gap; "Rio de Janeiro" is one."""
    run: list[_Word] = []
    for number, word in enumerate(words[position:], position):
        inside = run and word.text in PARTICLES and not run[0].heads and _is_capital(words[number + 1 : number + 2])
        if not (_is_capital([word]) or inside) or (run and (not word.follows or word.heads)):
            break
        run.append(word)
    return run


def _with_region(words: list[_Word], position: int, run: list[_Word]) -> list[_Word]:
    """Return a place with the country or state behind its comma, as in "in Paris, France"; a list of places is none."""
    end = position + len(run)
    region = _run(words, end)
    if not region or region[0].before != ", " or region[0].heads:
        return run
    beyond = words[end + len(region) : end + len(region) + 1]
    if beyond and (beyond[0].before.startswith(",") or beyond[0].text in LINKS):
        return run
    return [*run, *region]


def _is_capital(words: list[_Word]) -> bool:
    return bool(words) and words[0].text[0].isupper()


def _trimmed(run: list[_Word], topic: Collection[str]) -> str:
    """Return the name in a run of capitalised words, without what opens the sentence and the tool's own words."""
    kept = list(run)
    while kept and (kept[0].text.lower() in NO_NAMES | CALENDAR or _is_of(kept[0].text, topic)):
        kept.pop(0)
    while kept and (kept[-1].text.lower() in NO_NAMES | CALENDAR):
        kept.pop()
    text = "".join(word.before + word.text if number else word.text for number, word in enumerate(kept))
    return text.removesuffix("'s").removesuffix("’s")


def _is_of(word: str, topic: Collection[str]) -> bool:
    return word.lower() in topic or word.lower().removesuffix("s") in topic


def _kind_before(words: list[_Word], position: int) -> str:
    """Return which kind of preposition stands before a word, an article between them aside; "" for none."""
    while position and words[position].follows and words[position - 1].text in ARTICLES:
        position -= 1
    if not position or not words[position].follows:
        return ""
    before = words[position - 1].text.lower()
    return next((kind for kind, prepositions in PREPOSITIONS.items() if before in prepositions), "")


def _lower_run(words: list[_Word], position: int, topic: Collection[str]) -> str:
    """Return the words without capitals after a preposition, at most three: "new york" in "in new york now"."""
    kept: list[str] = []
    for word in words[position : position + 3]:
        lower = word.text.lower()
        stops = lower in STOPS or any(lower in prepositions for prepositions in PREPOSITIONS.values())
        if stops or (kept and not word.follows) or (not kept and _is_of(word.text, topic)):
            break
        kept.append(word.text)
    return " ".join(kept)
