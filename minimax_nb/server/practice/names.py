"""Names in a question: capitalised words where a capital says something, else what stands after a preposition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .wordlists import (
    ARTICLES,
    ASKED,
    CALENDAR,
    LINKS,
    NAME_ARTICLES,
    NO_NAMES,
    NO_PLACES,
    OF_HEADS,
    PARTICLES,
    PLACE_KINDS,
    PREPOSITIONS,
    PRONOUNS,
    SHORTENED,
    SMALL_PARTICLES,
    STOPS,
    WITH_THE,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_WORD = re.compile(r"(?:[^\W\d_]\.){2,8}(?!\w)|[^\W\d_][\w'’&-]*(?:\.(?=\w)[\w-]+)*")
_SENTENCE_END = re.compile(r"[.!?:;…。！？\n]\s*\Z")
_STATE = re.compile(r"[A-Z]{2}|(?:[A-Z]\.){2,3}")
_ELIDED = re.compile(r"[dl]['’][^\W\d_]")
_MOST_BARE = 8


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
        shortened = last.capitalize() in SHORTENED and between == ". "
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
        run = _run(words, position, topic)
        kind = _kind_before(words, position)
        if kind and run:
            run = _with_region(words, position, run, topic)
        if name := _trimmed(run, topic):
            if kind == "to" and names and _stands_before(words, position, names[-1]):
                after.setdefault("from", names[-1])
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
        names = [small[kind] for kind in ("at", "to", "from") if kind in small] or _bare_names(words, topic)
    return names, {**small, **after}


def _run(words: list[_Word], position: int, topic: Collection[str]) -> list[_Word]:
    """Return the capitalised words from here on, up to a gap; "Rio de Janeiro" is one."""
    run: list[_Word] = []
    for number, word in enumerate(words[position:], position):
        if run and (not word.follows or word.heads):
            break
        if not _is_capital([word]) and not (run and _is_inside(words, number, run, topic)):
            break
        run.append(word)
    return run


def _is_inside(words: list[_Word], number: int, run: list[_Word], topic: Collection[str]) -> bool:
    """Return whether a small word holds two parts of a name together: "de", "of" in Isle of Man, "d'Ivoire"."""
    if not any(_is_own(word.text.lower(), topic) or word.text.lower() in NAME_ARTICLES for word in run):
        return False
    text = words[number].text
    if text == "of":
        beyond = words[number + 1 : number + 2]
        return run[-1].text.lower() in OF_HEADS and _is_capital(beyond) and beyond[0].follows
    if _ELIDED.match(text):
        return text[2].isupper()
    beyond = words[number : number + 3]
    while beyond and beyond[0].text in PARTICLES and beyond[0].follows:
        beyond = beyond[1:]
    return text in PARTICLES and _is_capital(beyond) and beyond[0].follows


def _with_region(words: list[_Word], position: int, run: list[_Word], topic: Collection[str]) -> list[_Word]:
    """Return a place with the country or state behind its comma, as in "in Paris, France"; a list of places is none."""
    end = position + len(run)
    region = _run(words, end, topic)
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
    while kept and not _is_head(kept, run, topic):
        kept.pop(0)
    while kept and (kept[-1].text.lower() in NO_NAMES | CALENDAR):
        kept.pop()
    text = "".join(word.before + word.text if number else word.text for number, word in enumerate(kept))
    if "St" in (word.text for word in kept[:-1]):  # St. John's is called so, and owns nothing
        return text
    return text.removesuffix("'s").removesuffix("’s")


def _is_head(kept: list[_Word], run: list[_Word], topic: Collection[str]) -> bool:
    """Return whether a name begins with the first of these words of a run.

    A word that otherwise names nothing does head a name where its capital says something, with a name behind it: "in
    Los Angeles", "in The Hague".
    """
    word = kept[0].text.lower()
    if word not in NO_NAMES:
        return _is_own(word, topic)
    following = kept[1].text.lower() if len(kept) > 1 else ""
    if word in PRONOUNS | CALENDAR or not following or not _is_own(following, topic) or not _is_capital(kept[:1]):
        return False
    if word in NAME_ARTICLES or (word == "the" and following in WITH_THE):
        return True
    return kept[0] is run[0] and not kept[0].heads


def _is_own(lower: str, topic: Collection[str]) -> bool:
    """Return whether a word in small letters may be a name by itself."""
    return lower not in NO_NAMES and lower not in CALENDAR and not _is_of(lower, topic)


def _stands_before(words: list[_Word], position: int, name: str) -> bool:
    """Return whether a name ends right before the preposition of the word here, as in "USD to EUR"."""
    before = words[position - 2] if position > 1 and words[position - 1].follows else None
    return before is not None and name.endswith(before.text)


def _bare_names(words: list[_Word], topic: Collection[str]) -> list[str]:
    """Find names in a short question without capitals and prepositions: "weather new york", "paris or rome weather"."""
    if len(words) > _MOST_BARE or any(word.text.upper() == word.text.lower() for word in words):
        return []
    runs: list[list[int]] = []
    for number, word in enumerate(words):
        lower = word.text.lower()
        stops = lower in STOPS | NO_PLACES | LINKS or _is_of(lower, topic)
        if stops and not _opens_small(words, number, topic):
            continue
        if runs and runs[-1][-1] == number - 1 and word.follows:
            runs[-1].append(number)
        else:
            runs.append([number])
    linked = all(words[run[0] - 1].text.lower() in LINKS or not words[run[0]].follows for run in runs[1:])
    around = {words[edge].text.lower() for run in runs for edge in (run[0] - 1, run[-1] + 1) if 0 <= edge < len(words)}
    whole = sum(map(len, runs)) == len(words)
    if not linked or not (whole or around & ASKED) or any(len(run) > 3 for run in runs):
        return []
    return [" ".join(words[number].text for number in run) for run in runs]


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
    kind_of = [word.text.lower() for word in words[position : position + 2]]
    if len(kind_of) == 2 and kind_of[0] in PLACE_KINDS and kind_of[1] == "of":
        return ""
    for number, word in enumerate(words[position : position + 3], position):
        lower = word.text.lower()
        if kept and not word.follows:
            break
        inside = kept and lower in SMALL_PARTICLES and _goes_on(words, number, topic)
        if not inside and not (not kept and _opens_small(words, number, topic)):
            stops = lower in STOPS or any(lower in prepositions for prepositions in PREPOSITIONS.values())
            if stops or (not kept and _is_of(word.text, topic)):
                break
        kept.append(word.before + word.text if kept else word.text)
    return "".join(kept)


def _opens_small(words: list[_Word], number: int, topic: Collection[str]) -> bool:
    """Return whether an article in small letters opens a name: "los angeles", "the hague"."""
    lower = words[number].text.lower()
    if lower == "the":
        return _goes_on(words, number, topic) and words[number + 1].text.lower() in WITH_THE
    return lower in NAME_ARTICLES and _goes_on(words, number, topic)


def _goes_on(words: list[_Word], number: int, topic: Collection[str]) -> bool:
    """Return whether a word that may belong to a name stands right behind the one here."""
    following = words[number + 1 : number + 2]
    lower = following[0].text.lower() if following and following[0].follows else ""
    return bool(lower) and lower not in STOPS and lower not in NO_PLACES and not _is_of(lower, topic)
