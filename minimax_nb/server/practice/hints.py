"""Hints of a question, to fill arguments with: names, quoted words, numbers, dates, files, what stands after "in".

Every search here is over a bounded stretch of the question, with expressions that look at each sign once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .counts import conversion, in_digits
from .names import names_in
from .wordlists import LINKS

if TYPE_CHECKING:
    from collections.abc import Collection

_LONGEST = 2000
_QUOTED = re.compile(r'"([^"\n]{1,200})"|“([^”\n]{1,200})”|«([^»\n]{1,200})»|「([^」\n]{1,200})」|`([^`\n]{1,200})`')
_SINGLE_QUOTED = re.compile(r"(?<![^\W_])['‘]([^'’\n]{1,200})['’](?![^\W_])")
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?\b")
_TIME = re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?\b")
_DAY = re.compile(r"\b(?:today|tonight|tomorrow|yesterday|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b", re.IGNORECASE)
_FILE = re.compile(r"(?<![\w.@])(?:[~.]{0,2}/)?(?:[\w.-]{1,80}/){0,12}[\w-]{1,80}(?:\.[\w-]{1,20}){1,4}\b")
# "e.g" and "3.14" are none.
_FILE_ENDING = re.compile(r"\.[A-Za-z_]\w|\w\w\.[A-Za-z]\Z")
_URL = re.compile(r"\bhttps?://[^\s<>\"'`]{1,500}[^\s<>\"'`.,;:!?)]")
_MAIL = re.compile(r"\b[\w.+-]{1,80}@[\w-]{1,80}(?:\.[\w-]{1,40}){1,4}\b")
_NUMBER = re.compile(r"(?<![\w.])[-−]?(?:\d{1,3}(?:,\d{3}){1,6}|\d{1,30})(?:\.\d{1,30})?(?![\d:])")
_COUNTED = re.compile(rf"({_NUMBER.pattern})[ -]([^\W\d_]{{2,30}})")
_SUM = re.compile(r"\(?\d(?:[\d\s.+*/()^×÷-]|,(?=\d{3})){0,200}[\d)]")
_OPERATOR = re.compile(r"[+*/^×÷-]")
_CHINESE_PLACES = (
    *("北京", "上海", "广州", "深圳", "杭州", "成都", "香港", "台北", "东京", "旧金山", "纽约", "伦敦", "巴黎"),
)
_HAN_PLACE = re.compile(
    r"([\u4e00-\u9fff]{2,12}?)(?:市|的|今天|明天|后天|现在|今日|明日){0,3}(?:天气|天氣|气温|氣溫|温度|时间)"
)
_HAN_HEAD = re.compile(
    r"\A(?:请问|请|帮我|告诉我|查询|查一下|查查|查|看看|看一下|我想知道|想知道|今天|明天|现在|在|一下)+"
)
_KANA_PLACE = re.compile(r"([\u4e00-\u9fff\u30a0-\u30ff]{2,12})の")
_LINK = re.compile(rf"\s*(?:,|、|&|(?:,\s*)?\b(?:{'|'.join(sorted(LINKS))})\b\.?|和|与|跟|或)\s*")


@dataclass(frozen=True, slots=True)
class Hints:
    """Hints of one question.

    Attributes:
        question: its text.
        names: names in it, in order; for a call about one of several, that one alone.
        numbers: numbers in it, in order, those of dates, times and files left out.
        quoted: what stands between quotation marks.
        after: what stands after "from", after "to", and after "in", "at", "of", "for" and their like.
        found: by JSON Schema's name of the format, and "file", "day" and "sum": what looks like one.
        counted: numbers by the word they stand before, in the singular: 3 by "day" in "for 3 days".
        lower: the text in small letters.
    """

    question: str
    names: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    quoted: tuple[str, ...] = ()
    after: dict[str, str] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)
    counted: dict[str, float] = field(default_factory=dict)
    lower: str = ""


def hints(question: str, topic: Collection[str] = ()) -> Hints:
    """Find the hints in a question.

    Args:
        question: its text.
        topic: words of the tool that is to be called, in small letters: they say what is asked for, not about what.
    """
    question = question[:_LONGEST]
    bare = in_digits(_bare(question))
    quoted = [next(filter(None, match.groups())) for match in _QUOTED.finditer(question)]
    quoted += [match[1] for match in _SINGLE_QUOTED.finditer(question)]
    names, after = names_in(in_digits(_bare(question, _QUOTED, _SINGLE_QUOTED)), topic)
    names += [place for place in _han_places(question) if place not in names]
    found = {
        name: match.group()
        for name, pattern in (
            *(("date", _DATE), ("date-time", _DATE), ("time", _TIME), ("day", _DAY), ("uri", _URL), ("email", _MAIL)),
        )
        if (match := pattern.search(question))
    }
    if files := _files(question):
        found["file"] = files[0]
    if sums := [match.group().strip() for match in _SUM.finditer(bare)]:
        found["sum"] = next(filter(_OPERATOR.search, sums), sums[0])
    if "date" in found:
        found["date"] = found["date"][:10]
    if len(found.get("date-time", "")) < len("2026-01-15T09:00:00Z"):
        found.pop("date-time", None)
    counted = {
        match[2].lower().removesuffix("s"): _as_number(match[1]) for match in reversed(list(_COUNTED.finditer(bare)))
    }
    return Hints(
        question=question,
        names=tuple(dict.fromkeys(names)),
        numbers=tuple(_as_number(match.group()) for match in _NUMBER.finditer(bare)),
        quoted=tuple(quoted),
        after={**after, **conversion(bare)},
        found=found,
        counted=counted,
        lower=question.lower(),
    )


def _as_number(digits: str) -> float:
    return float(digits.replace(",", "").replace("−", "-"))


def together(given: Hints) -> list[str]:
    """Return the names at the head of the question's list of them, which "and", a comma and the like hold together."""
    first = _linked(given, 0)
    place = given.after.get("at", "")
    # "Wie ist das Wetter in Oslo": a lone capital counts for less than a name after a preposition.
    if len(first) < 2 and place in given.names:
        return _linked(given, given.names.index(place))
    return first


def about(given: Hints, name: str) -> Hints:
    """Narrow the hints to one of the question's names."""
    if name not in given.names:
        return given
    after = {kind: name if kind == "at" else text for kind, text in given.after.items()}
    return replace(given, names=(name,), after=after)


def _linked(given: Hints, position: int) -> list[str]:
    found = list(given.names[position : position + 1])
    for name in given.names[position + 1 :]:
        start = given.question.find(found[-1])
        end = given.question.find(name, start + len(found[-1]))
        if start < 0 or end < 0 or not _LINK.fullmatch(given.question[start + len(found[-1]) : end][:40]):
            break
        found.append(name)
    return found


def _han_places(question: str) -> list[str]:
    found = sorted((place for place in _CHINESE_PLACES if place in question), key=question.index)
    if found:
        return found
    asked = [_HAN_HEAD.sub("", match[1]) for match in _HAN_PLACE.finditer(question)]
    asked += [match[1] for match in _KANA_PLACE.finditer(question)]
    return [place for place in asked if 2 <= len(place) <= 6]


def _files(question: str) -> list[str]:
    bare = _MAIL.sub(" ", _URL.sub(" ", question))
    return [file for file in _FILE.findall(bare) if _FILE_ENDING.search(file)]


def _bare(question: str, *more: re.Pattern[str]) -> str:
    """Remove dates, times, links, addresses and files: their digits and words are no numbers and names.

    Args:
        question: its text.
        more: what else is left out.
    """
    for pattern in (*more, _DATE, _TIME, _URL, _MAIL):
        question = pattern.sub(" , ", question)
    for file in _files(question):
        question = question.replace(file, " , ")
    return question
