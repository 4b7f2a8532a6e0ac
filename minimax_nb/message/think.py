"""Take ``<think>`` blocks apart, however the text is cut into pieces.

Strategy: one state, one position that only moves forward, and at most a blank run and the beginning of a tag held back.
Every character goes into exactly one piece, in order, so the joined pieces are the input again.

What counts as thinking:

- a block at the start of the reply, or directly after another block (blanks between them do not matter). It is closed
  by the tag of its own family, ``<think>``, ``<thinking>`` or ``<mm:think>``; an open block reaches to the end, or,
  once the end is known, to the first closing tag of another family in it;
- with no opening tag at all, whatever stands before the first closing tag, unless that tag stands in a code span or
  in an open code fence. The caller learns of it by ``unopened``, for what it was told before has to be read anew.

Any later tag is text: the model writes about tags too.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

BLANKS = " \t\r\n\f\v"
_OPENINGS = {"<think>": "</think>", "<thinking>": "</thinking>", "<mm:think>": "</mm:think>"}
OPENINGS = tuple(_OPENINGS)
CLOSINGS = tuple(_OPENINGS.values())
_TAGS = (*OPENINGS, *CLOSINGS)
_LONGEST = max(map(len, _TAGS))
_ANY_TAG = re.compile("|".join(map(re.escape, _TAGS)))
_ANY_CLOSING = re.compile("|".join(map(re.escape, CLOSINGS)))
_BLANK_RUN = re.compile(f"[{re.escape(BLANKS)}]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*(.*)")


class Piece(NamedTuple):
    """A stretch of the input: a "tag" with the blanks that frame it, "reasoning", or "text" of the answer."""

    kind: Literal["tag", "reasoning", "text"]
    text: str


class ThinkSplitter:
    """Splits a text that arrives in pieces into thinking and answer.

    Args:
        any_closing: whether a block may be closed by a tag of another family.

    Attributes:
        unopened: a closing tag came with no opening one: the text before it was thinking.
        plain: from here on everything is text, so a caller may skip ``feed``.
    """

    def __init__(self, *, any_closing: bool = False) -> None:
        self.unopened = False
        self.plain = False
        self._any_closing = any_closing
        self._step = self._at_start
        self._closing = ""  # of the open block
        self._inside = False  # whether a thought has begun in the open block
        self._blocks = False  # whether a block, or the end of an unopened one, has been seen
        self._lone_closing_counts = True
        self._tail = ""  # perhaps the beginning of a tag
        self._blanks: list[str] = []  # before the tail; whose they are is not known yet
        self._last = ""  # the last character of the text, to know a code span
        self._fence = _FenceWatch()

    @property
    def open(self) -> bool:
        """Whether a block has begun and not ended."""
        return bool(self._closing)

    def feed(self, text: str) -> list[Piece]:
        """The pieces that are certain now; what could be part of a tag is held back."""
        if self.plain:
            return [Piece("text", text)] if text else []
        out: list[Piece] = []
        data, position, self._tail = self._tail + text, 0, ""
        while position < len(data):
            position = self._step(data, position, out)
        return out

    def feed_block(self, text: str) -> str | None:
        """The thinking that is certain now, if a piece can be nothing else; None if ``feed`` has to look at it."""
        if not self._inside or self._tail or "<" in text:
            return None
        thought = text.rstrip(BLANKS)
        rest = text[len(thought) :]
        if thought and self._blanks:
            thought = self._take_blanks() + thought
        if rest:
            self._blanks.append(rest)
        return thought

    def close(self) -> list[Piece]:
        """What was held back: there is no more."""
        rest = "".join(self._blanks) + self._tail
        self._blanks, self._tail = [], ""
        return [Piece("reasoning" if self._closing else "text", rest)] if rest else []

    def ignore_lone_closings(self) -> None:
        """From here on a closing tag without an opening one is text: the thinking came in a field of its own."""
        if self._lone_closing_counts:
            self._lone_closing_counts = False
            self._settle_plain()

    def _settle_plain(self) -> None:
        if self._step == self._in_text and not self._lone_closing_counts and not self._tail:
            self.plain = True

    def _at_start(self, data: str, position: int, out: list[Piece]) -> int:
        """Before the answer: blanks, then a tag or the first word."""
        start = _blanks_end(data, position)
        if self._blocks:
            _add(out, "tag", data[position:start])
        elif start > position:
            self._blanks.append(data[position:start])
        if start == len(data):
            return start
        for tag in _TAGS:
            if data.startswith(tag, start):
                _add(out, "tag", self._take_blanks() + tag)
                self._blocks = True
                self._closing = _OPENINGS.get(tag, "")
                self._step = self._after_opening if self._closing else self._at_start
                return start + len(tag)
        if len(data) - start < _LONGEST and any(tag.startswith(data[start:]) for tag in _TAGS):
            self._tail = data[start:]
            return len(data)
        if self._blocks:
            self._lone_closing_counts = False
        blanks = self._take_blanks()
        _add(out, "text", blanks)
        self._fence.feed(blanks)
        self._step = self._in_text
        self._settle_plain()
        return start

    def _after_opening(self, data: str, position: int, out: list[Piece]) -> int:
        """The blanks between an opening tag and the first thought belong to the tag."""
        start = _blanks_end(data, position)
        _add(out, "tag", data[position:start])
        if start < len(data):
            self._step = self._in_block
            self._inside = True
        return start

    def _in_block(self, data: str, position: int, out: list[Piece]) -> int:
        """Thinking, up to the closing tag and the blanks before it."""
        closing = self._closing
        if self._any_closing and (match := _ANY_CLOSING.search(data, position)):
            found, closing = match.start(), match[0]
        else:
            found = data.find(closing, position)
        end = found if found >= 0 else _tail_start(data, position, CLOSINGS if self._any_closing else (closing,))
        body = data[position:end]
        thought = body.rstrip(BLANKS)
        if thought:
            _add(out, "reasoning", self._take_blanks() + thought)
        if len(thought) < len(body):
            self._blanks.append(body[len(thought) :])
        if found < 0:
            self._tail = data[end:]
            return len(data)
        _add(out, "tag", self._take_blanks() + closing)
        end += len(closing)
        self._closing = ""
        self._inside = False
        self._step = self._at_start
        return end

    def _in_text(self, data: str, position: int, out: list[Piece]) -> int:
        """The answer, or thinking whose opening tag never came."""
        found = _ANY_TAG.search(data, position) if self._lone_closing_counts else None
        if found is None:
            end = _tail_start(data, position, _TAGS) if self._lone_closing_counts else len(data)
            self._say(data[position:end], out)
            self._tail = data[end:]
            self._settle_plain()
            return len(data)
        tag, start = found[0], found.start()
        self._say(data[position:start], out)
        if tag in _OPENINGS:
            self._lone_closing_counts = False
        elif self._last != "`" and not self._fence.open:
            _add(out, "tag", tag)
            self.unopened = self._blocks = True
            self._step = self._at_start
            return found.end()
        self._say(tag, out)
        self._settle_plain()
        return found.end()

    def _say(self, text: str, out: list[Piece]) -> None:
        if text:
            self._last = text[-1]
            self._fence.feed(text)
            _add(out, "text", text)

    def _take_blanks(self) -> str:
        blanks = "".join(self._blanks)
        self._blanks = []
        return blanks


class ThinkSplit(NamedTuple):
    """A whole text taken apart.

    Attributes:
        reasoning: the thinking.
        content: the answer.
        fault: what is wrong with the tags: a block that was never opened, or never closed; None for good ones.
    """

    reasoning: str
    content: str
    fault: Literal["unopened", "unclosed"] | None = None


def split_think(text: str, *, lone_closing_counts: bool = True) -> ThinkSplit:
    """Take a whole text apart.

    Args:
        text: the content of a message.
        lone_closing_counts: whether a closing tag without an opening one ends thinking; say False when the thinking
            came in a field of its own.

    Returns:
        The thinking (blocks parted by an empty line) and the answer.
    """
    if "think" not in text:
        return ThinkSplit("", text)
    splitter = ThinkSplitter()
    if not lone_closing_counts:
        splitter.ignore_lone_closings()
    pieces = splitter.feed(text)
    unopened, unclosed = splitter.unopened, splitter.open
    if unclosed:
        before, block = _at_last_opening(pieces, text)
        if _ANY_CLOSING.search(block):  # its own closing tag never came: the one of another family that did is meant
            splitter = ThinkSplitter(any_closing=True)
            pieces = before + splitter.feed(block)
            unclosed = splitter.open
    blocks: list[list[str]] = [[]]
    said: list[str] = []
    for kind, piece in [*pieces, *splitter.close()]:
        if kind == "tag":
            if unopened and said and not any(blocks):
                blocks, said = [["".join(said).strip(BLANKS)]], []
            blocks.append([])
        else:
            (blocks[-1] if kind == "reasoning" else said).append(piece)
    reasoning = "\n\n".join("".join(block).rstrip(BLANKS) for block in blocks if block)
    return ThinkSplit(reasoning, "".join(said), "unopened" if unopened else "unclosed" if unclosed else None)


def _at_last_opening(pieces: list[Piece], text: str) -> tuple[list[Piece], str]:
    """The pieces before the block that is still open, and the text from there on."""
    last = max(number for number, (kind, piece) in enumerate(pieces) if kind == "tag" and piece.strip() in _OPENINGS)
    return pieces[:last], text[sum(len(piece) for _, piece in pieces[:last]) :]


def gap_between(before: str, after: str) -> str:
    """What to put between two stretches of thinking that came apart: nothing where one goes on with the other."""
    goes_on = not before or not after or before[-1] in BLANKS or after[0] in BLANKS
    return "" if goes_on else "\n\n"


class _FenceWatch:
    """Whether a text that arrives in pieces stands inside a fenced code block; whole lines only are looked at."""

    def __init__(self) -> None:
        self._unread: list[str] = []
        self._line: list[str] = []  # the line that is still arriving; looked at once it is whole
        self._fence = ""

    def feed(self, text: str) -> None:
        self._unread.append(text)

    @property
    def open(self) -> bool:
        first, *more = "".join(self._unread).split("\n")
        self._unread = []
        self._line.append(first)
        for text in more:
            self._take("".join(self._line))
            self._line = [text]
        return bool(self._fence)

    def _take(self, line: str) -> None:
        found = _FENCE.match(line)
        if found is None:
            return
        fence, info = found.groups()
        if not self._fence:
            self._fence = fence if fence[0] == "~" or "`" not in info else ""
        elif fence.startswith(self._fence) and not info.strip():
            self._fence = ""


def _add(out: list[Piece], kind: Literal["tag", "reasoning", "text"], text: str) -> None:
    if text:
        out.append(Piece(kind, text))


def _blanks_end(data: str, position: int) -> int:
    found = _BLANK_RUN.match(data, position)
    return found.end() if found else position


def _tail_start(data: str, position: int, tags: tuple[str, ...]) -> int:
    """Where the beginning of one of the tags starts at the end of the data; the data's length if there is none."""
    start = data.rfind("<", position)
    if start < 0 or len(data) - start >= _LONGEST:
        return len(data)
    return start if any(tag.startswith(data[start:]) for tag in tags) else len(data)
