"""Markdown that is still being written -> HTML block by block, sending only what changed.

A block that the next one has followed never travels again; of the last block only the end does. Every decision
that something is final rests on complete lines, so what comes later cannot take it back; the one exception is a link
reference defined after its use, and ``finish`` puts that right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from minimax_nb.render.text.escape import escape_content, escape_prose
from minimax_nb.render.text.markup import EMPTY, Html, join_html

from .code import CODE_END, open_code_block
from .fences import OpenFence, closing_line
from .growing_html import GrowingHtml
from .html import prepare, to_blocks
from .parse import Block, Links, Parsed, parse
from .tags import PREFORMATTED_END, Parts, preformatted, render

if TYPE_CHECKING:
    from .maths import Formulas

# Beyond this an unfinished block is shown as plain text until it ends, and parsed only as it grows by a quarter.
_LONGEST_TAIL = 8_000
_CLOSED_BY_THEMSELVES = frozenset({"heading_open", "hr", "formula_block"})


class Splice(NamedTuple):
    """One change: of block ``block`` keep ``keep`` UTF-16 units of its HTML, and put ``text`` after them."""

    block: int
    keep: int
    text: Html


@dataclass(frozen=True, slots=True)
class _Growing:
    """A list or table whose first items are final.

    Attributes:
        source: lines to put before the rest so that it parses as before: a table's head, or an item of the same kind.
        items: how many items those lines make.
        foot: the tags that end it.
    """

    source: str
    items: int
    foot: Html


class BlockStream:
    """Renders a text while it grows.

    ``feed`` is cheap; the work is done in ``frame``, so call that as often as you want to show something.
    """

    def __init__(self, *, formulas: Formulas = "mathml") -> None:
        self._formulas: Formulas = formulas
        self._pieces: list[str] = []
        self._live: list[GrowingHtml] = []
        self._restart()

    def _restart(self) -> None:
        self._done: list[Html] = []
        self._held = ""
        self._fresh: list[str] = []  # fed since the last frame
        self._later: list[str] = []  # shown, but not yet part of the tail
        self._tail = ""  # the source from the first thing that can still change
        self._links = Links()
        self._linked = False  # whether a link definition was ever seen
        self._growing: _Growing | None = None
        self._fence: OpenFence | None = None
        self._bulk: int | None = None  # which live block shows the tail as plain text
        self._room = 0  # and how much it may grow before it is parsed again

    def feed(self, text: str) -> None:
        """Append what the model wrote.

        Args:
            text: the next piece, cut anywhere.
        """
        self._pieces.append(text)
        text = self._held + text
        # The next piece may hold the line feed, or the other half of a character.
        cut = len(text) - 1 if text and (text[-1] == "\r" or "\ud800" <= text[-1] <= "\udbff") else len(text)
        self._held = text[cut:]
        if cut:
            self._fresh.append(prepare(text[:cut]))

    def replace(self, text: str) -> None:
        """Forget what was fed and take this instead; the next frame rewrites what differs.

        Args:
            text: the whole text so far.
        """
        self._live = [GrowingHtml(html) for html in self.snapshot()]
        self._pieces.clear()
        self._restart()
        self.feed(text)
        self._fresh.append("")

    def snapshot(self) -> list[Html]:
        """Give the HTML of every block, as the frames so far have built it."""
        return [*self._done, *(block.html() for block in self._live)]

    def frame(self) -> list[Splice]:
        """Give what changed since the last frame.

        Returns:
            Changes to apply in order; a block number one beyond the last begins a new block.
        """
        if not self._fresh:
            return []
        new = "".join(self._fresh)
        self._fresh.clear()
        self._later.append(new)
        if self._fence is not None:
            code, closed = self._fence.feed(new)
            if not closed:
                return self._append(0, escape_content(code), CODE_END) if code else []
            self._reopen(0)
        elif self._bulk is not None:
            self._room -= len(new)
            if self._room > 0:
                return self._append(self._bulk, escape_prose(new), PREFORMATTED_END)
            self._reopen(self._bulk)
        return self._render(final=False)

    def finish(self, *, cut: bool = False) -> list[Splice]:
        """Give the last changes; after them the blocks together are what ``to_html`` gives for the whole text.

        Args:
            cut: as for ``to_html``.
        """
        if self._fence is not None or self._bulk is not None:
            self._reopen(self._bulk or 0)
        if self._held:
            self._fresh.append(prepare(self._held))
            self._held = ""
        self._later += self._fresh
        self._fresh.clear()
        splices = self._render(final=True, cut=cut)
        if self._linked:
            splices += self._rewrite(cut=cut)
        return splices

    def _rewrite(self, *, cut: bool) -> list[Splice]:
        """Bring every block to what the whole text says, now that every link definition is known."""
        self._live = [GrowingHtml(html) for html in self.snapshot()]
        self._done = []
        splices: list[Splice] = []
        blocks = to_blocks("".join(self._pieces), formulas=self._formulas, cut=cut)
        for i, html in enumerate(blocks):
            splices += self._show(i, html)
        splices += self._drop(len(blocks))
        self._done, self._live = self.snapshot(), []
        return splices

    def _reopen(self, index: int) -> None:
        """Leave the fast way of a fence or of a very long block."""
        self._fence = self._bulk = None
        self._live[index].reopen()

    def _append(self, index: int, html: Html, foot: Html) -> list[Splice]:
        return [Splice(len(self._done) + index, *self._live[index].append(html, foot))]

    def _show(self, index: int, html: Html, fixed: int = 0) -> list[Splice]:
        if index == len(self._live):
            self._live.append(GrowingHtml())
        change = self._live[index].replace(html, fixed)
        return [Splice(len(self._done) + index, *change)] if change else []

    def _render(self, *, final: bool, cut: bool = False) -> list[Splice]:
        """Parse the tail, show it, and cut off what is final."""
        self._tail += "".join(self._later)
        self._later.clear()
        source = (self._growing.source if self._growing else "") + self._tail
        lines = source.split("\n")
        parsed = parse(source, self._links, unfinished=not final, cut=cut, hold=not final)
        blocks, links = parsed.blocks, parsed.links
        finished = len(blocks) if final else _finished(parsed, lines)
        splices: list[Splice] = []
        for i, block in enumerate(blocks[:finished]):
            splices += self._show(i, self._continued(i, render(block, self._formulas)))
        self._cut(blocks[finished - 1].end if finished else 0, lines, links)
        self._linked = self._linked or bool(links.known)
        waiting = blocks[finished:]
        if finished:
            self._growing = None
            self._done += [block.html() for block in self._live[:finished]]
            del self._live[:finished]
        if len(waiting) == 1 and waiting[0].kind == "fence" and waiting[0].start < len(lines) - 1:
            return splices + self._open_fence(lines, waiting[0]) + self._drop(1)
        if len(self._tail) > _LONGEST_TAIL and not final:
            return splices + self._show_bulk()
        parts = [render(block, self._formulas) for block in waiting]
        if len(parts) == 1:
            splices += self._grow(parts[0], waiting[0], lines, links)
        else:
            for i, part in enumerate(parts):
                splices += self._show(i, self._continued(i, part))
        return splices + self._drop(len(waiting))

    def _continued(self, index: int, parts: Parts) -> Html:
        """Give a block's HTML after what of it is final already."""
        if index or not self._growing:
            return parts.html()
        if not parts.items:  # too deep for the parser by now
            return join_html((self._growing.foot, parts.head))
        return join_html((*parts.items[self._growing.items :], parts.foot))

    def _cut(self, line: int, lines: list[str], links: Links) -> None:
        if line:
            self._tail = "\n".join(lines[line:])
            self._links = links.before(line).moved()

    def _drop(self, live: int) -> list[Splice]:
        """Empty the blocks that turned out to be part of another one."""
        return [splice for i in range(live, len(self._live)) for splice in self._show(i, EMPTY)]

    def _grow(self, parts: Parts, block: Block, lines: list[str], links: Links) -> list[Splice]:
        """Show the last block; the items that another has followed are final."""
        known = self._growing.items if self._growing else 0
        items, starts = parts.items[known:], parts.starts[known:]
        final = sum(start < len(lines) - 1 for start in starts[1:])
        if not final:
            return self._show(0, self._continued(0, parts))
        fixed = join_html(([] if self._growing else [parts.head]) + items[:final])
        splices = self._show(0, join_html((fixed, *items[final:], parts.foot)), len(fixed))
        self._growing = _beginning(block, parts.foot, lines, starts[final])
        self._cut(starts[final], lines, links)
        return splices

    def _open_fence(self, lines: list[str], block: Block) -> list[Splice]:
        self._fence = OpenFence(lines[block.start])
        code, _ = self._fence.feed("\n".join(lines[block.start + 1 :]))
        head = join_html((open_code_block(), escape_content(code)))
        return self._show(0, join_html((head, CODE_END)), len(head))

    def _show_bulk(self) -> list[Splice]:
        """Show the tail as plain text, after the final items of a list or table if there are any."""
        splices = self._show(0, self._growing.foot) if self._growing else []
        self._bulk = 1 if self._growing else 0
        self._room = len(self._tail) // 4
        text = preformatted(self._tail)
        splices += self._show(self._bulk, text, len(text) - len(PREFORMATTED_END))
        return splices + self._drop(self._bulk + 1)


def _beginning(block: Block, foot: Html, lines: list[str], cut: int) -> _Growing:
    """Find what must stand before the line where a list or table is cut."""
    if block.kind == "table_open":
        return _Growing("\n".join(lines[block.start : block.start + 2]) + "\n", 0, foot)
    # Without an item before it, an item may look like the head of a table.
    indent = len(lines[cut]) - len(lines[cut].lstrip(" "))
    mark = block.tokens[0].markup
    return _Growing(f"{' ' * indent}{'1' if mark in '.)' else ''}{mark} x\n", 1, foot)


def _finished(parsed: Parsed, lines: list[str]) -> int:
    """Count the blocks that no further line can change."""
    for i, block in enumerate(parsed.blocks):
        following = parsed.blocks[i + 1] if i + 1 < len(parsed.blocks) else None
        final = _is_closed(block, lines) if following is None else _is_sure(following, lines)
        if not final or block.end > parsed.decided:
            return i
    return len(parsed.blocks)


def _is_sure(block: Block, lines: list[str]) -> bool:
    """Tell whether the lines that are complete show that a block begins where it does."""
    needed = 1
    if block.kind == "formula_block":
        needed = block.end - block.start
    elif block.kind == "table_open" or (block.kind == "paragraph_open" and lines[block.start - 1].strip()):
        # A line directly under a list or quote ends it when the next one makes it the head of a table.
        needed = 2
    return block.start + needed < len(lines)


def _is_closed(block: Block, lines: list[str]) -> bool:
    if block.kind == "fence":
        return not closing_line(lines[block.start : block.end])
    return block.kind in _CLOSED_BY_THEMSELVES
