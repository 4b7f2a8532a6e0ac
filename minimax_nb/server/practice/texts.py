"""Text arguments of a rehearsed call: what its name, its format and its pattern ask for, from the question."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from .patterns import fitting

if TYPE_CHECKING:
    from .budget import Budget
    from .hints import Hints

_FORMATS = {
    "date": "2026-01-15",
    "date-time": "2026-01-15T09:00:00Z",
    "time": "09:00:00Z",
    "duration": "PT1H",
    "email": "reader@example.com",
    "uri": "https://example.com/",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000001",
}
_FROM_QUESTION = ("date", "date-time", "email", "uri")
_PLACES = ("city", "location", "place", "town", "country", "region", "address", "area")
_DIRECTIONS = {
    "from": ("origin", "source", "from", "departure", "start"),
    "to": ("destination", "target", "to", "arrival", "recipient", "language", "lang"),
}
_TEXTS = (
    *("query", "question", "text", "prompt", "message", "input", "search", "keyword", "topic", "content", "title"),
    *("body", "note", "subject", "description", "phrase", "sentence", "term"),
)
_QUERIES = ("query", "search", "keyword", "topic", "term")
# What is said to the one who searches, in front of what is to be found.
_SEARCH = re.compile(
    r"""(?:(?:please|now|(?:can|could|would|will)\ you|i\ want\ to|i'd\ like\ to|let's|help\ me)[\s,]+){0,4}
    (?:search(?!\ (?:engine|result))(?:\ (?:the\ )?(?:web|internet|net|online))?(?:\ (?:for|about|on))?
    |look\ (?:up|for)|find(?:\ (?:out|me))?|(?-i:google)
    |such(?:e)?(?:\ nach)?|cherche[rz]?|busca(?:r)?)(?=[\s:]|\Z)[\s:]*
    |(?:请|帮我)*(?:搜索|搜一下|查找|查一下|查询)(?:一下)?[\s:：]*""",
    re.IGNORECASE | re.VERBOSE,
)
_SEARCHED = re.compile(r"(?:,? (?:please|on the (?:web|internet)|online))?\s*[.?!？。]?\Z", re.IGNORECASE)
_SUMS = ("expression", "formula", "calculation", "equation")
_FILES = ("file", "path", "document")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_MOST_WORDS = 200
_LONGEST = 4000


def text(schema: dict[str, Any], name: str, given: Hints, budget: Budget) -> str:
    """Make a text for one property.

    Args:
        schema: the property's, without references.
        name: the property's name.
        given: what the question offers.
        budget: what may be spent.

    Raises:
        BudgetSpentError: there is no room left for it.
    """
    format_ = schema.get("format")
    if isinstance(format_, str) and format_ in _FORMATS:
        made = given.found[format_] if format_ in _FROM_QUESTION and format_ in given.found else _FORMATS[format_]
    else:
        known = [each for each in (*_examples(schema), schema.get("default")) if isinstance(each, str)]
        made = known[0] if known else _of_length(schema, name, given, budget)
    budget.spend_characters(len(made))
    return made


def number_of(schema: dict[str, Any], key: str, missing: float) -> float:
    """Read a bound that is a count; what is none is as if it were missing."""
    value = schema.get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else missing


def _examples(schema: dict[str, Any]) -> list[Any]:
    examples = schema.get("examples")
    return examples[:1] if isinstance(examples, list) else []


def _of_length(schema: dict[str, Any], name: str, given: Hints, budget: Budget) -> str:
    fewest = int(min(number_of(schema, "minLength", 0), _LONGEST))
    most = int(min(number_of(schema, "maxLength", math.inf), _LONGEST))
    made = _wording(name, given)
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        at_hand = [made, *given.quoted, *given.names, *given.found.values(), *given.question.split()[:_MOST_WORDS]]
        bare = [word.strip(".,;:!?\"'()[]") for word in at_hand]
        if fit := fitting(pattern, dict.fromkeys([*at_hand, *bare]), fewest, most, budget):
            return fit
    if len(made) < fewest:
        made = made.ljust(fewest, "…")
    return made[:most]


def _wording(name: str, given: Hints) -> str:
    """Choose what the question says to a property of this name."""
    words = [word.lower() for word in _WORDS.findall(name[:100])]
    joined = "".join(words)
    first = given.names[0] if given.names else None
    if "email" in given.found and ("mail" in joined or any(word in ("to", "recipient", "from") for word in words)):
        return given.found["email"]
    for direction, signs in _DIRECTIONS.items():
        if direction in given.after and any(word in signs for word in words):
            return given.after[direction]
    if _has(joined, _PLACES) or any(word in signs for word in words for signs in _DIRECTIONS.values()):
        return given.after.get("at") or first or given.after.get("to") or "San Francisco"
    if _has(joined, _SUMS):
        return given.found.get("sum", "6 * 7")
    if _has(joined, _FILES):
        return given.found.get("file") or next(iter(given.quoted), "example.txt")
    if _has(joined, _TEXTS):
        return next(iter(given.quoted), _searched(given.question) if _has(joined, _QUERIES) else given.question)
    if "date" in joined or "day" in words or "when" in words:
        return given.found.get("date") or (given.found.get("day") if "date" not in joined else None) or _FORMATS["date"]
    if "time" in words:
        return given.found.get("time", "09:00")
    if "url" in words or "link" in joined or "uri" in words:
        return given.found.get("uri", _FORMATS["uri"])
    if "mail" in joined:
        return _FORMATS["email"]
    if ("code" in words and len(words) == 1) or "script" in joined:
        return next(iter(given.quoted), "print(6 * 7)")
    return next(iter(given.quoted), None) or first or next(iter(given.after.values()), "example")


def _searched(question: str) -> str:
    """Return what is to be found, without "search for" and the like; a question without them as it stands."""
    opening = _SEARCH.match(question.strip())
    return (opening and _SEARCHED.sub("", question.strip()[opening.end() :], count=1)) or question


def _has(name: str, signs: tuple[str, ...]) -> bool:
    return any(sign in name for sign in signs)
