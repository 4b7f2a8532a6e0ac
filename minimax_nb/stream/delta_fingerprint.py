"""What one delta of a stream has in common with the next: its class, its keys, and the texts that it repeats.

The service writes role, name and more into every chunk. One comparison of all that with the delta before is cheaper
than a look at each.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from minimax_nb.message.sdk_objects import Keys

ASSEMBLED = ("reasoning_details", "reasoning_content", "reasoning", "content", "tool_calls")
"""The keys whose values grow from delta to delta, in the order of reading: where a delta tells the same thinking in
several places, the first one counts."""

Places = tuple[tuple[str, bool], ...]
"""Assembled keys that a delta has, and whether each stands among the keys that its class does not know."""


class DeltaFingerprint:
    """What a delta is besides its assembled parts. Nearly every delta repeats the one before it in all of that.

    Attributes:
        assembled: where its assembled parts are, as ``assembled_in`` says.
        texts: its other keys that hold a text.
        repetitions: how many deltas of the same shape followed.
    """

    __slots__ = (
        "_declared",
        "_kind",
        "_pick_declared",
        "_pick_unknown",
        "_received",
        "_repeatable",
        "_size",
        "_unknown",
        "_unknown_keys",
        "assembled",
        "repetitions",
        "texts",
    )

    def __init__(
        self, item: Any, declared: dict[str, Any], unknown: dict[str, Any], received: Keys, assembled: Places
    ) -> None:
        self._kind = type(item)
        self.assembled = assembled
        self.repetitions = 0
        self._size = len(declared)
        self._received = frozenset(received)
        # None where nothing among them is assembled, so that they are compared as they are.
        self._unknown_keys = None if unknown.keys().isdisjoint(ASSEMBLED) else frozenset(unknown)
        self._pick_declared = _picker(declared)
        self._pick_unknown = _picker(unknown)
        self._declared = self._pick_declared(declared)
        self._unknown = dict(unknown) if self._unknown_keys is None else self._pick_unknown(unknown)
        others = {key: value for key, value in (*declared.items(), *unknown.items()) if key not in ASSEMBLED}
        self.texts = tuple(key for key, value in others.items() if type(value) is str)
        # Other values are compared nowhere: 1 equals True, and a list may change once it was read.
        self._repeatable = all(value is None or type(value) is str for value in others.values())

    def is_that_of(self, item: Any, declared: dict[str, Any], unknown: dict[str, Any], received: Keys) -> bool:
        """Whether another delta has this shape."""
        return (
            self._repeatable
            and type(item) is self._kind
            and len(declared) == self._size
            and received == self._received
            and self._pick_declared(declared) == self._declared
            and (
                unknown == self._unknown
                if self._unknown_keys is None
                else unknown.keys() == self._unknown_keys and self._pick_unknown(unknown) == self._unknown
            )
        )


def assembled_in(declared: dict[str, Any], unknown: dict[str, Any], received: Keys) -> Places:
    """Where the assembled parts of a delta are, in the order of reading."""
    return tuple(
        [
            (key, key in unknown)
            for key in ASSEMBLED
            if key in unknown or key in received or declared.get(key) is not None
        ]
    )


def _picker(values: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Any]:
    """What reads the values that are not assembled."""
    keys = [key for key in values if key not in ASSEMBLED]
    return itemgetter(*keys) if keys else _nothing


def _nothing(_: Mapping[str, Any]) -> None:
    return None
