"""Pictures and videos that the reader has put into a chat box, until they go with a question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from minimax_nb.history.media.content import content_of
from minimax_nb.message.media_words import media_words, pictures_in
from minimax_nb.render.text.text import one_line, visible
from minimax_nb.render.thumbnail import thumbnails

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .panel_operations import Attached

_MOST = 20
_LONGEST_NAME = 100

Parts = tuple[dict[str, Any], ...]


class _Kept(NamedTuple):
    shown: Attached
    part: dict[str, Any]


class Attachments:
    """What goes with the next question, in the order in which it came."""

    def __init__(self) -> None:
        self._kept: list[_Kept] = []
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._kept)

    def add(self, name: str, data: bytes) -> str:
        """Take a file that a page has sent.

        Args:
            name: what the page calls it.
            data: the file; nobody has looked at it.

        Returns:
            Why it is not taken; "" where it is.
        """
        called = visible(one_line(name)[:_LONGEST_NAME])
        if len(self._kept) >= _MOST:
            return f"{called}: expected at most {_MOST} pictures and videos in one question"
        try:
            parts = content_of(data)
        except (TypeError, ValueError, OSError) as error:
            return f"{called}: {error}"
        self.put(part for part in parts if isinstance(part, dict))
        return ""

    def put(self, parts: Iterable[dict[str, Any]]) -> None:
        """Put in parts that are known to be good, such as those of a question that was taken back."""
        for part in parts:
            self._count += 1
            shown: Attached = {
                "id": str(self._count),
                "words": media_words(part),
                "html": thumbnails(pictures_in([part])),
            }
            self._kept.append(_Kept(shown, part))

    def remove(self, name: str) -> None:
        """Take one out again.

        Args:
            name: its id.
        """
        self._kept = [one for one in self._kept if one.shown["id"] != name]

    def take(self) -> Parts:
        """Take all out, for a question."""
        parts = tuple(one.part for one in self._kept)
        self._kept = []
        return parts

    def shown(self) -> list[Attached]:
        """What the page shows of them."""
        return [one.shown for one in self._kept]
