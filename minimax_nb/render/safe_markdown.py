"""The answer as text/markdown that any host may render, whatever that host allows."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from .fences import closing_line
from .formulas import spans
from .maths import is_notation
from .text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markdown_it.token import Token

_SENTINEL = "minimaxnbsentinel"
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:|//|\\", re.IGNORECASE)
_TAG = re.compile(r"<(?=[A-Za-z/!?])(?!https?://[^\s<>]*>|mailto:[^\s<>]*>)")


def to_markdown(text: str) -> str:
    """Make an answer harmless as Markdown, keeping its source as far as that goes.

    Raw HTML shows as text, pictures become links, links go to the web or to mail only, an open fence is closed, dollar
    signs that are no formula are escaped. The result is parsed to see that it holds; if it does not, blunter ways
    follow, the last of which shows everything as code.

    Args:
        text: what the model wrote.

    Returns:
        Markdown. What a caller writes after a blank line stands outside of it.
    """
    text = visible(text).replace("\r\n", "\n")
    for way in (_gently, _bluntly):
        result = way(text)
        if is_harmless(result):
            return result
    return _as_code(text)


def _gently(text: str) -> str:
    return _outside_code(text, _defuse)


def _bluntly(text: str) -> str:
    """Every sign that could begin HTML, a link or a picture becomes itself, in code spans too."""
    return _outside_code(text, lambda prose: re.sub(r"[<\[\]!]", lambda m: f"&#{ord(m[0])};", prose))


def _as_code(text: str) -> str:
    ticks = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, ticks + 1)
    return f"{fence}\n{text}\n{fence}"


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """Apply a change to all lines that are not code; close a fence that is open at the end."""
    lines = text.split("\n")
    out: list[str] = []
    at = 0
    for token in _parser().parse(text):
        if token.type not in ("fence", "code_block") or token.map is None or token.map[0] < at:
            continue
        start, end = token.map
        if start > at:
            out.append(change("\n".join(lines[at:start])))
        out.append("\n".join(lines[start:end]))
        if token.type == "fence" and token.level == 0 and (missing := closing_line(lines[start:end])):
            out.append(missing)
        at = end
    if at < len(lines):
        out.append(change("\n".join(lines[at:])))
    return "\n".join(out)


_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(?:[^\n`]|(?!\1(?!`))`)*?(?<!`)\1(?!`)")
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\[\]\n]*)\](?=\()")
_TARGET = re.compile(r"\]\(\s*<?|^ {0,3}\[[^\]\n]+\]:\s*<?", re.MULTILINE)


def _defuse(prose: str) -> str:
    formulas = {start: end for start, end in spans(prose) if is_notation(prose[start:end].strip("$"))}
    out: list[str] = []
    at = 0
    while at < len(prose):
        piece, end = _next(prose, at, formulas)
        out.append(piece)
        at = end
    return "".join(out)


_STOP = re.compile(r"[\\`<!\]\[$]")


def _next(prose: str, at: int, formulas: dict[int, int]) -> tuple[str, int]:
    """The harmless form of the next piece of prose, and where the piece ends."""
    stop = _STOP.search(prose, at)
    if stop is None:
        return prose[at:], len(prose)
    if stop.start() > at:
        return prose[at : stop.start()], stop.start()
    if at in formulas:
        return prose[at : formulas[at]], formulas[at]
    char = prose[at]
    if char == "\\":
        return prose[at : at + 2], at + 2
    if char == "`":
        span = _CODE_SPAN.match(prose, at)
        end = span.end() if span else re.compile("`+").match(prose, at).end()  # type: ignore[union-attr]
        return prose[at:end], end
    if char == "<" and _TAG.match(prose, at):
        return "\\<", at + 1
    if char == "$":
        return "\\$", at + 1
    if char == "!" and prose[at + 1 : at + 2] == "[":
        image = _IMAGE.match(prose, at)
        return (f"[{image[1] or 'image'}]", image.end()) if image else ("\\!", at + 1)
    if char in "[]" and (target := _TARGET.match(prose, at)) and not _is_safe(_destination(prose, target.end())):
        return "\\" + char, at + 1
    return char, at + 1


def _destination(prose: str, at: int) -> str:
    match = re.compile(r"[^\s<>]*").match(prose, at)
    return match[0] if match else ""


def _is_safe(url: str) -> bool:
    """The web, mail, or a place beside this document; nothing encoded in front of a colon."""
    return bool(_SAFE_LINK.match(url)) or not (
        _SCHEME.match(url) or "&" in url.split("/")[0] or "%" in url.split("/")[0]
    )


class _Permissive(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - markdown-it's name; every link must be seen here
        """Let every link become one."""
        return True


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return _Permissive("commonmark", {"html": True, "maxNesting": 40}).enable(["table", "strikethrough"])


def is_harmless(markdown: str) -> bool:
    """Whether a Markdown text holds no HTML, picture or bad link, and leaves nothing open behind it.

    Args:
        markdown: the text.

    Returns:
        True when a parser that allows everything finds nothing of that.
    """
    try:
        tokens = _parser().parse(f"{markdown}\n\n{_SENTINEL}")
    except RecursionError:
        return False
    if len(tokens) < 3 or tokens[-1].level or tokens[-2].content != _SENTINEL:
        return False
    return all(map(_is_fine, _all(tokens)))


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        if token.children:
            yield from _all(token.children)


def _is_fine(token: Token) -> bool:
    if token.type in ("html_block", "html_inline", "image"):
        return False
    return token.type != "link_open" or _is_safe(str(token.attrs.get("href", "")))
