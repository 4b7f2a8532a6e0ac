r"""Where a formula begins and ends: rules for markdown-it that tell ``$x$`` from the price of something.

``$…$``, ``\(…\)``, ``$$…$$``, ``\[…\]`` and ``\begin{align}…\end{align}`` within a paragraph; the last three also as
blocks of several lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .maths import DISPLAYED, ENVIRONMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

_CLOSERS = {"$$": "$$", "\\[": "\\]", "\\(": "\\)"}
_BEGIN = re.compile(r"\\begin\{([A-Za-z]+\*?)\}")
_LONGEST_INLINE = 1_000
_LONGEST_ENVIRONMENT = 4_000
_LONGEST_BLOCK = 60  # lines
_DOLLAR = re.compile(r"\\.|(\$+)", re.DOTALL)
_ALNUM = re.compile(r"[0-9A-Za-z]")
# What may follow a closing dollar sign directly: no digit (a price), no word but the ending of a number.
_SUFFIX = re.compile(r"(?:th|st|nd|rd|s|d)?(?![0-9A-Za-z_])")
_TEX_WORDS = re.compile(r"\\(?:text|mbox|operatorname|math)[a-z]*\s*\{[^{}]*\}|\\[a-zA-Z]+")
_PROSE = re.compile(r"[A-Za-z]{2,}[,;:]?\s+\(?[A-Za-z]{2,}|\d\s+\(?[A-Za-z]{2,}")


def add_formulas(md: MarkdownIt) -> None:
    """Teach a parser the tokens ``formula`` (inline) and ``formula_block``; ``markup`` says whether on its own line."""
    md.inline.ruler.before("escape", "formula", _inline)
    # Not among what ends a quote or a table: it looks ahead, and those must be decided line by line.
    md.block.ruler.before("fence", "formula_block", _block, {"alt": ["paragraph", "reference"]})


def is_formula(body: str) -> bool:
    """Tell whether what stands between two single dollar signs reads as a formula, not as prose with prices in it."""
    return bool(body) and body == body.strip() and not _PROSE.search(_TEX_WORDS.sub("x", body))


def spans(prose: str) -> Iterator[tuple[int, int]]:
    """Find where the formulas between dollar signs stand in prose, as (start, end)."""
    at = 0
    while (at := prose.find("$", at)) >= 0:
        double = prose.startswith("$$", at)
        before = prose[max(0, at - 20) : at]
        escaped = (len(before) - len(before.rstrip("\\"))) % 2
        end = -1 if escaped else _end_of_pair(prose, at, "$$") if double else _end_of_dollars(prose, at)
        if end > 0:
            yield at, end
        at = end if end > 0 else at + 1 + double


def environment_end(source: str, start: int) -> int:
    r"""Find the position after the ``\end`` of the environment that begins at ``start``, or -1 where none does."""
    begun = environment_name(source, start)
    return -1 if begun is None else _end_of_environment(source, start, begun)[0]


def environment_name(source: str, start: int) -> str | None:
    r"""Give the name of the environment that begins here outside of dollar signs, if it is one of notation."""
    found = _BEGIN.match(source, start)
    return found[1] if found and found[1] in ENVIRONMENTS else None


def _end_of_environment(source: str, start: int, name: str, depth: int = 0) -> tuple[int, int]:
    """Find the position after its end, or -1, and how many of its name are open in the end."""
    edges = re.compile(rf"\\(begin|end)\{{{re.escape(name)}\}}")
    for edge in edges.finditer(source, start, start + _LONGEST_ENVIRONMENT):
        depth += 1 if edge[1] == "begin" else -1
        if depth == 0:
            return edge.end(), 0
    return -1, depth


def _inline(state: StateInline, silent: bool) -> bool:
    source, start = state.src, state.pos
    if source[start] not in "$\\":
        return False
    opener = source[start : start + 2]
    if name := environment_name(source, start):
        end, width, display = environment_end(source, start), 0, name in DISPLAYED
    elif opener in _CLOSERS:
        end, width, display = _end_of_pair(source, start, opener), 2, opener in ("$$", "\\[")
    else:
        end, width, display = _end_of_dollars(source, start), 1, False
    if end < 0:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = source[start + width : end - width]
        token.markup = "display" if display else "inline"
    state.pos = end
    return True


def _end_of_pair(source: str, start: int, opener: str) -> int:
    """Find the position after the closer of a two-character opener, or -1."""
    end = source.find(_CLOSERS[opener], start + 2, start + _LONGEST_INLINE)
    return end + 2 if end > start + 2 and source[start + 2 : end].strip() else -1


def _end_of_dollars(source: str, start: int) -> int:
    """Find the position after the dollar sign that closes the one at ``start``, or -1 when that one is no opener."""
    if source[start] != "$" or (start and _ALNUM.match(source[start - 1])):
        return -1
    for found in _DOLLAR.finditer(source, start + 1, min(len(source), start + _LONGEST_INLINE)):
        if not found[1]:
            continue
        # The first dollar sign that is not escaped decides: one that cannot close makes the opener plain text.
        closes = len(found[1]) == 1 and _SUFFIX.match(source, found.end())
        return found.end() if closes and is_formula(source[start + 1 : found.start()]) else -1
    return -1


def _block(state: StateBlock, startLine: int, endLine: int, silent: bool) -> bool:  # noqa: N803 - markdown-it's names
    start = state.bMarks[startLine] + state.tShift[startLine]
    opener, name = state.src[start : start + 2], environment_name(state.src, start)
    if (opener not in ("$$", "\\[") and name is None) or state.is_code_block(startLine):
        return False
    lines: list[str] = []
    depth = 0
    for line in range(startLine, startLine + _LONGEST_BLOCK):
        if line >= endLine or (line > startLine and (state.isEmpty(line) or state.sCount[line] < state.blkIndent)):
            # Nothing yet says that no closer follows, when the text itself is not further than this.
            if line >= state.env.get("complete", endLine + 1):
                state.env["undecided"] = min(startLine, state.env.get("undecided", startLine))
            return False
        begin = state.bMarks[line] + state.tShift[line] + (2 if line == startLine and name is None else 0)
        text = state.src[begin : state.eMarks[line]].rstrip()
        if name is None:
            at = text.find(_CLOSERS[opener])
            after = text[at + 2 :]
        else:
            at, depth = _end_of_environment(text, 0, name, depth)
            after = text[at:]
        if at < 0:
            lines.append(text)
            continue
        lines.append(text[:at])
        if after.strip(" .,;") or not "".join(lines).strip():
            return False
        if not silent:
            state.line = line + 1
            token = state.push("formula_block", "", 0)
            token.content = "\n".join(lines)
            token.markup = "display"
            token.info = after.strip()
            token.map = [startLine, state.line]
        return True
    return False
