"""HTML of strangers as tags and text, in time that grows with its length alone, however broken it is.

``html.parser`` takes minutes over a text of 60,000 characters that somebody has broken on purpose. What is read here is
only ever looked at as data, so where browsers read broken HTML in ways of their own, nothing depends on it.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = re.compile(r"[a-zA-Z][^\s/>]*")
_BETWEEN = re.compile(r"[\s/]*")
_ATTRIBUTE = re.compile(r"[^\s/>=][^\s/>=]*|=[^\s/>=]*")
_EQUALS = re.compile(r"\s*=\s*")
_UNQUOTED = re.compile(r"[^\s>]*")
_RAW = frozenset({"script", "style", "textarea", "title", "iframe"})
"""Elements that hold no tags: all up to their end is text."""


class StartTag(NamedTuple):
    """The beginning of an element, names in lower case; of an attribute given twice the first counts."""

    name: str
    attributes: dict[str, str]


class EndTag(NamedTuple):
    """The end of an element."""

    name: str


Token = StartTag | EndTag | str


def html_tokens(html: str) -> Iterator[Token]:
    """Split HTML into tags and the text between them.

    Args:
        html: anything. Comments and declarations are left out; what stands in a tag, a comment or a raw element that
            never ends is too, as in a browser.

    Yields:
        Start tags, end tags, and text with its entities read.
    """
    at = 0
    while (begin := html.find("<", at)) >= 0:
        if begin > at:
            yield unescape(html[at:begin])
        closes = html.startswith("/", begin + 1)
        name = _NAME.match(html, begin + 1 + closes)
        if name is None:
            if html[begin + 1 : begin + 2] in ("!", "?", "/"):
                at = _after_comment(html, begin)
            else:
                yield "<"
                at = begin + 1
            continue
        attributes, at = _attributes(html, name.end())
        tag = name[0].lower()
        if at > len(html):
            return
        yield EndTag(tag) if closes else StartTag(tag, attributes)
        if tag in _RAW and not closes:
            end = re.compile(f"</{tag}", re.IGNORECASE).search(html, at)
            if end is None:
                return
            yield html[at : end.start()]
            at = end.start()
    if at < len(html):
        yield unescape(html[at:])


def _after_comment(html: str, begin: int) -> int:
    """Find where a comment or a declaration has ended; the end of the text if it has not."""
    mark = "-->" if html.startswith("<!--", begin) else ">"
    end = html.find(mark, begin + 2)
    return len(html) if end < 0 else end + len(mark)


def _attributes(html: str, at: int) -> tuple[dict[str, str], int]:
    """Read the rest of a tag: its attributes, and where the tag has ended, which is beyond the text if it has not."""
    found: dict[str, str] = {}
    never = len(html) + 1
    while True:
        between = _BETWEEN.match(html, at)
        at = between.end() if between else at
        if at >= len(html):
            return found, never
        if html[at] == ">":
            return found, at + 1
        name = _ATTRIBUTE.match(html, at)
        at = name.end() if name else at + 1
        value = ""
        if equals := _EQUALS.match(html, at):
            quote = html[equals.end() : equals.end() + 1]
            if quote in ('"', "'") and quote:
                end = html.find(quote, equals.end() + 1)
                if end < 0:
                    return found, never
                value, at = html[equals.end() + 1 : end], end + 1
            else:
                plain = _UNQUOTED.match(html, equals.end())
                at = plain.end() if plain else equals.end()
                value = html[equals.end() : at]
        if name:
            found.setdefault(name[0].lower(), unescape(value))
