"""Mask secrets in texts: those that are known by their letters, and what looks like a key or a token.

One rule for all that is shown or written: errors, replies that failed, tapes.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MARK = "[redacted]"
KEY_MARK = "[key]"
SHORTEST = 8
"""A shorter secret would be found in innocent words, and is none that anybody could not guess."""
_HEAD = 12
"""So many first letters of a secret give it away: snapshots, cut replies and abridged keys hold it in part."""
_LOOKS_SECRET = re.compile(
    r"(?<![\w-])(?:sk|pk|nb|gh[a-z]|hf|xox[a-z])[-_](?=[\w-]*\d)[\w-]{20,}"  # keys of services
    r"|(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*"  # a JSON web token
    r"|(?<=[Bb]earer )[\w.~+/-]{20,}=*"
)


class Masker:
    """Knows some secrets and takes them out of texts and JSON values.

    Args:
        secrets: the known ones; those of fewer than ``SHORTEST`` letters are left where they are.
        mark: what stands in their place.
    """

    def __init__(self, secrets: Iterable[str], mark: str = MARK) -> None:
        self._secrets = sorted({secret for secret in secrets if len(secret) >= SHORTEST}, key=len, reverse=True)
        self._mark = mark

    def text(self, text: str) -> str:
        """One text, masked."""
        return self.texts([text])[0]

    def value(self, value: Any) -> Any:
        """A JSON value with every text in it masked, the names of fields too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.value(name): self.value(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.value(each) for each in value]
        return value

    def texts(self, pieces: Sequence[str]) -> list[str]:
        """The pieces of one text, masked; a secret that lies across pieces leaves its mark in the first."""
        whole = "".join(pieces)
        spans = self._spans(whole)
        if not spans:
            return list(pieces)
        found = []
        begin = 0
        for piece in pieces:
            end = begin + len(piece)
            kept, at = "", begin
            for start, stop in spans:
                if start >= end or stop <= at:
                    continue
                if start >= begin:
                    kept += whole[at:start] + self._mark
                at = min(stop, end)
            found.append(kept + whole[at:end])
            begin = end
        return found

    def _spans(self, text: str) -> list[tuple[int, int]]:
        """Where something secret stands, in order and without overlap."""
        found = [match.span() for match in _LOOKS_SECRET.finditer(text)]
        for secret in self._secrets:
            head = secret[:_HEAD]
            at = text.find(head)
            while at >= 0:
                alike = itertools.takewhile(
                    lambda pair: pair[0] == pair[1], zip(secret, text[at : at + len(secret)], strict=False)
                )
                end = at + sum(1 for _ in alike)
                if not _inside_a_word(secret, text, at, end):
                    found.append((at, end))
                at = text.find(head, end)
        spans: list[tuple[int, int]] = []
        for start, stop in sorted(found):
            if spans and start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
            else:
                spans.append((start, stop))
        return spans


def _inside_a_word(secret: str, text: str, start: int, stop: int) -> bool:
    """Whether a secret of letters alone, as a careless one is, only happens to stand in a longer word."""
    return secret.isalpha() and (text[start - 1 : start].isalpha() or text[stop : stop + 1].isalpha())


def mask_key(text: str, key: str) -> str:
    """Mask a key in a text that is shown to its owner.

    Args:
        text: such as an error of the service, which may repeat the key whole or in part.
        key: the key that was sent.
    """
    return Masker([key], KEY_MARK).text(text)
