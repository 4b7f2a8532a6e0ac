"""What a chat panel leaves in the notebook: its conversation as outputs that need no kernel."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from minimax_nb.environment import publish
from minimax_nb.render.transcript import transcript_bundle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HINT = "Saved conversation. Run this cell to go on; the box to type in needs a notebook with Jupyter widgets."

_PART_EXCHANGES = 20
_PART_CHARACTERS = 150_000
"""An output holds at most so much: each turn sends the last one anew, and JupyterLab shows few outputs of a cell."""


class SavedTranscript:
    """One output, or a few for a long conversation, kept up to date. The same text is not sent twice.

    Attributes:
        mark: the class by which a page finds the HTML of the first output; that of the others has ``-more`` added.
    """

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self._ids: list[str] = []
        self._shown: list[dict[str, str]] = []

    def show(self, exchanges: Sequence[dict[str, str]]) -> None:
        """Shows the conversation.

        Args:
            exchanges: each exchange as a MIME bundle.
        """
        parts = list(_parts(exchanges))
        parts += [[]] * (len(self._ids) - len(parts))
        for place, part in enumerate(parts):
            mark = f"{self.mark}-more" if place else self.mark
            last = not any(parts[place + 1 :])
            bundle = transcript_bundle(part, hint=HINT if last and (part or not place) else "", mark=mark)
            if place and not part:
                bundle = {"text/plain": "", "text/html": f'<div class="{mark}"></div>'}
            if place == len(self._ids):
                self._ids.append(secrets.token_hex(8))
                self._shown.append(bundle)
                publish(bundle, display_id=self._ids[place])
            elif self._shown[place] != bundle:
                self._shown[place] = bundle
                publish(bundle, display_id=self._ids[place], update=True)


def _parts(exchanges: Sequence[dict[str, str]]) -> Iterator[list[dict[str, str]]]:
    """The exchanges by output; where a part ends depends on what comes before alone."""
    part: list[dict[str, str]] = []
    size = 0
    for exchange in exchanges:
        length = sum(map(len, exchange.values()))
        if part and (len(part) >= _PART_EXCHANGES or size + length > _PART_CHARACTERS):
            yield part
            part, size = [], 0
        part.append(exchange)
        size += length
    yield part
