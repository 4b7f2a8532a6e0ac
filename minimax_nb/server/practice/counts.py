"""Counts of a question: numbers in words, and an amount of one unit that is wanted in another."""

from __future__ import annotations

import re

from .wordlists import STOPS

_UNITS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"),
    *("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# "One" counts only where what it counts is a time: "this one is better". A capital goes on in "Three Rivers".
_WORDED = re.compile(
    rf"\b(?:(?i:(?P<tens>{'|'.join(_TENS)})(?:[- ](?P<more>{'|'.join(_UNITS[:9])}))?"
    rf"|(?P<unit>{'|'.join(_UNITS[1:])}))(?=[ -][^\W\d_A-Z])"
    r"|(?i:(?P<one>one)(?=[ -](?:hour|day|night|week|month|year))))"
)
_CONVERTED = re.compile(
    r"\d\s?([^\W\d_]{2,30}(?: [^\W\d_]{2,30})?) (?:to|into|in|as|nach|en) ([^\W\d_]{2,30})(?: ([^\W\d_]{2,30}))?"
)
_CONVERTS = re.compile(r"\b(?:convert|exchange|change|how (?:much|many))\b", re.IGNORECASE)
_CODE = re.compile(r"[A-Z]{3}")


def in_digits(text: str) -> str:
    """Write the numbers that count something in digits: "five days" as "5 days"."""
    return _WORDED.sub(lambda match: str(_value(match)), text)


def _value(match: re.Match[str]) -> int:
    tens, more, unit = match["tens"], match["more"], match["unit"] or match["one"]
    if unit:
        return _UNITS.index(unit.lower()) + 1
    return 10 * (_TENS.index(tens.lower()) + 2) + (_UNITS.index(more.lower()) + 1 if more else 0)


def conversion(text: str) -> dict[str, str]:
    """Return the units "from" and "to" of an amount that is to be converted; {} if none is."""
    for match in _CONVERTED.finditer(text):
        source, target, more = match.groups()
        if not (_CODE.fullmatch(source) and _CODE.fullmatch(target)) and not _CONVERTS.search(text):
            continue
        more = "" if more is None or more.lower() in STOPS or _CODE.fullmatch(target) else f" {more}"
        return {"from": source, "to": target + more}
    return {}
