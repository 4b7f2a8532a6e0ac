"""The answer as text/markdown that any host may render, whatever that host allows."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

from minimax_nb.render.text.markup import Markdown
from minimax_nb.render.text.quoting import fenced
from minimax_nb.render.text.text import visible

from .fences import closing_line
from .formula_pipes import put_aside, put_back
from .formulas import environment_end, environment_name, spans
from .inline_tags import PAIRED
from .line_breaks import end_of_code_span, with_hard_breaks
from .maths import DISPLAYED, is_notation
from .parse import inline

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it.token import Token

_SENTINEL = "minimaxnbsentinel"
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:|//|\\", re.IGNORECASE)
_ENCODED = re.compile(r"[^/]*[&%\\]")
_ANY_SIGN = re.compile(r"[<\[\]!$\\]")
_STOP = re.compile(r"[\\`<!\]\[$]")
_IMAGE = re.compile(r"!\[([^\[\]\n]*)\](?=\()")
_TARGET = re.compile(r"(?:\]\(\s*<?|(?<![^\n])\[[^\]\n]{1,200}\]:\s*<?)([^\s<>]*)")
# Two backslashes before a bracket come out as one, which is where a typesetter begins.
_COMMAND = re.compile(r"(?:\\[A-Za-z]+)+|\\\\[(\[\])]")
_PAIR = re.compile(r"\\\(((?:(?!\\\)).){1,1000}?)\\\)|\\\[((?:(?!\\\]).){1,1000}?)\\\]", re.DOTALL)
_DRAWN = re.compile(rf"<({'|'.join(PAIRED)})>([^<>|`\n*_~\[\]$\\!]{{1,200}})</\1>", re.IGNORECASE)
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_LINE_START = re.compile(r"[ \t>]*(?:[-*+]|\d+[.)])?[ \t]*")
_HARMLESS_TAGS = {f"<{mark}{tag}>" for tag in PAIRED for mark in ("", "/")} | {"<br>"}
_TAG = re.compile(r"<(?=[A-Za-z/!?])(?!https?://[^\s<>]*>|mailto:[^\s<>]*>)")


def to_markdown(text: str) -> Markdown:
    """Make an answer harmless as Markdown, keeping its source as far as that goes.

    Raw HTML shows as text, save for the few tags that are drawn; pictures become links, links go to the web or to mail
    only, an open fence is closed, dollar signs that are no formula are escaped, line breaks are made to stay. The
    result is parsed to see that it holds; if it does not, blunter ways follow, the last of which shows everything as
    code.

    Args:
        text: what the model wrote.

    Returns:
        Markdown. What a caller writes after a blank line stands outside of it.
    """
    text = _with_bars(visible(text).replace("\r\n", "\n"))
    for way in (_gently, _bluntly):
        result = way(text)
        result = with_hard_breaks(result, _block_tokens(result))
        if is_harmless(result):
            return Markdown(result)
    return _as_code(text)


def _with_bars(text: str) -> str:
    r"""Write the ``|`` of a formula in a table's row as ``\vert``: hosts would end the cell there."""
    aside = put_aside(text)
    if aside == text:
        return text
    lines = aside.split("\n")
    rows = {at for token in _block_tokens(aside) if token.type == "table_open" for at in range(*token.map or (0, 0))}
    return "\n".join(put_back(line, "\\vert{}" if at in rows else "|") for at, line in enumerate(lines))


def _gently(text: str) -> str:
    return _outside_code(text, _defuse)


def _bluntly(text: str) -> str:
    """Write every sign that could begin anything as its number, in code spans and formulas too."""
    return _outside_code(text, lambda prose: _ANY_SIGN.sub(lambda match: f"&#{ord(match[0])};", prose))


def _as_code(text: str) -> Markdown:
    return fenced(text)


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """Apply a change to all lines that are not blocks of code; close a fence that is open at the end."""
    lines = text.split("\n")
    out: list[str] = []
    at = 0
    for token in _block_tokens(text):
        if token.type not in ("fence", "code_block") or token.map is None or token.map[0] < at:
            continue
        start, end = token.map
        block = _code_lines(token, lines[start:end])
        if not block:
            continue
        if start > at:
            out.append(change("\n".join(lines[at:start])))
        out += block
        at = end
    if at < len(lines):
        out.append(change("\n".join(lines[at:])))
    return "\n".join(out)


def _code_lines(token: Token, lines: list[str]) -> list[str]:
    """Write a block of code such that every parser sees one; nothing when that cannot be had."""
    if token.type == "fence":
        # What follows the language is shown by no host, but might be read as a tag by some.
        lines = [lines[0].replace("<", "").replace(">", ""), *lines[1:]]
        return [*lines, missing] if token.level == 0 and (missing := closing_line(lines)) else lines
    if not _TAG.search("\n".join(lines)):
        return lines
    # Parsers differ on where indented code may begin.
    return [] if token.level else ["", *_as_code(token.content.rstrip("\n")).split("\n")]


def _defuse(prose: str) -> str:
    formulas = {start: end for start, end in spans(prose) if is_notation(prose[start:end].strip("$"))}
    out: list[str] = []
    at = 0
    while at < len(prose):
        piece, at = _next(prose, at, formulas)
        out.append(piece)
    return "".join(out)


def _next(prose: str, at: int, formulas: dict[int, int]) -> tuple[str, int]:
    """Give the harmless form of the next piece of prose, and where the piece ends."""
    stop = _STOP.search(prose, at)
    if stop is None or stop.start() > at:
        end = stop.start() if stop else len(prose)
        return prose[at:end], end
    char = prose[at]
    if at in formulas:
        # No parser takes the sign for the beginning of a tag when a space follows; TeX does not mind.
        return _TAG.sub("< ", prose[at : formulas[at]]), formulas[at]
    if char == "\\":
        return _backslash(prose, at)
    if char == "`":
        end = end_of_code_span(prose, at)
        span = prose[at:end]
        # Parsers differ on whether code goes on over the end of a line or of a cell.
        if _TAG.search(span) and ("\n" in span or "|" in span):
            return "\\`", at + 1
        return span, end
    if char == "<" and _TAG.match(prose, at):
        return _tag(prose, at)
    if char == "$":
        return "\\$", at + 1
    if char == "!" and prose.startswith("[", at + 1):
        image = _IMAGE.match(prose, at)
        return (f"[{image[1] or 'image'}]", image.end()) if image else ("\\!", at + 1)
    if char in "[]" and (target := _TARGET.match(prose, at)) and not _is_safe(target[1]):
        return "\\" + char, at + 1
    return char, at + 1


def _tag(prose: str, at: int) -> tuple[str, int]:
    """Let a drawn tag with its end pass if nothing else stands between them; any other tag shows as text."""
    if drawn := _DRAWN.match(prose, at):
        tag = drawn[1].lower()
        return f"<{tag}>{drawn[2]}</{tag}>", drawn.end()
    if found := _LINE_BREAK.match(prose, at):
        # Where it begins a line it would begin a block of HTML.
        begins = _LINE_START.fullmatch(prose, prose.rfind("\n", 0, at) + 1, at)
        return "&nbsp;" if begins else "<br>", found.end()
    return "\\<", at + 1


def _backslash(prose: str, at: int) -> tuple[str, int]:
    r"""Give a formula between ``\(`` or ``\[`` dollar signs, which more hosts know; show other TeX as code."""
    if (end := environment_end(prose, at)) > 0 and is_notation(tex := prose[at:end]) and "\n\n" not in tex:
        alone = "\n" in tex or not prose[prose.rfind("\n", 0, at) + 1 : at].strip()
        mark = "$$" if alone or environment_name(prose, at) in DISPLAYED else "$"
        return mark + _TAG.sub("< ", tex) + mark, end
    pair = _PAIR.match(prose, at)
    if pair and (tex := (pair[1] or pair[2]).strip()) and is_notation(tex) and "\n\n" not in tex:
        mark = "$" if pair[1] else "$$"
        return mark + _TAG.sub("< ", tex) + mark, pair.end()
    command = _COMMAND.match(prose, at)
    if command and not is_notation(command[0]):
        return f"`{command[0]}`", command.end()
    return prose[at : at + 2], at + 2


def _is_safe(url: str) -> bool:
    """Tell whether a link leads to the web, mail, or a place beside this; nothing encoded in front of a colon."""
    return bool(_SAFE_LINK.match(url)) or not (_SCHEME.match(url) or _ENCODED.match(url))


class _Permissive(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - markdown-it's name; every link must be seen here
        """Let every link become one."""
        return True


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return _Permissive("commonmark", {"html": True, "maxNesting": 40}).enable(["table", "strikethrough"])


def _block_tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    md = _parser()
    md.block.parse(text, md, {}, tokens)
    return tokens


def is_harmless(markdown: str) -> bool:
    """Tell whether a Markdown text holds no HTML, picture or bad link, and leaves nothing open behind it.

    Args:
        markdown: the text.

    Returns:
        True when a parser that allows everything finds nothing of that; False when it could not tell.
    """
    md = _parser()
    env: dict[str, Any] = {}
    tokens: list[Token] = []
    md.block.parse(f"{markdown}\n\n{_SENTINEL}", md, env, tokens)
    if len(tokens) < 3 or tokens[-1].level or tokens[-2].content != _SENTINEL:
        return False
    return all(_is_fine(token, env) for token in tokens)


def _is_fine(token: Token, env: dict[str, Any]) -> bool:
    if token.type in ("html_block", "image"):
        return False
    if token.type == "html_inline":
        return token.content in _HARMLESS_TAGS
    if token.type == "inline":
        children = inline(_parser(), token.content, env)
        return children is not None and _is_paired(children) and all(_is_fine(child, env) for child in children)
    return token.type != "link_open" or _is_safe(str(token.attrs.get("href", "")))


def _is_paired(tokens: list[Token]) -> bool:
    """Tell whether each drawn tag is followed by its end, with no other tag between them."""
    tags = [token.content for token in tokens if token.type == "html_inline" and token.content != "<br>"]
    return all(tag.replace("<", "</") == end for tag, end in itertools.zip_longest(tags[::2], tags[1::2], fillvalue=""))
