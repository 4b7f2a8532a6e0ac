"""Takes secrets out of what is going to be written: those that are known by their letters, and what looks like one.

A stream may bring a secret in pieces, so the texts at one place of all its events are looked at as one text.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from minimax_nb.server.answer.wire import Event

MARK = "[redacted]"
_SHORTEST = 8
"""Shorter ones would be found in innocent words."""
_HEAD = 12
"""So many first letters of a secret give it away: snapshots and cut replies hold it in part."""
_LOOKS_SECRET = re.compile(
    r"(?<![\w-])(?:sk|pk|nb|gh[a-z]|hf|xox[a-z])[-_](?=[\w-]*\d)[\w-]{20,}"  # keys of services
    r"|(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*"  # a JSON web token
    r"|(?<=[Bb]earer )[\w.~+/-]{20,}=*"
)
_NAMED_SECRET = re.compile(r"auth|key|token|secret|cookie|session|passw|credential|signature", re.IGNORECASE)
_LOOKS_RANDOM = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])\S{16,}")
# What a client says of itself and of its message in every request.
_HARMLESS_HEADERS = ("accept", "connection", "content-", "host", "transfer-", "user-agent", "x-stainless-")

_Path = tuple[str | int, ...]


def secrets_in(headers: Mapping[str, str], query: Mapping[str, str]) -> set[str]:
    """What may be secret in a request: what goes by such a name in its headers and query, or looks random there.

    Args:
        headers: by lower-case name.
        query: the parsed query.
    """
    named = [(name, value) for name, value in headers.items() if not name.startswith(_HARMLESS_HEADERS)]
    found = set()
    for name, value in [*named, *query.items()]:
        if _NAMED_SECRET.search(name):
            # The word behind a scheme such as Bearer, and the value of each cookie, are secrets by themselves.
            found |= {value, *(part.partition("=")[2] for part in value.split("; ")), *value.split()[1:]}
        elif _LOOKS_RANDOM.fullmatch(value):
            found.add(value)
    return {secret for secret in found if len(secret) >= _SHORTEST}


class Redactor:
    """Knows some secrets and takes them out of texts, JSON values and streams.

    Args:
        secrets: the known ones; those of fewer than eight letters are left where they are.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)

    def value(self, value: Any) -> Any:
        """A JSON value with every text in it redacted, the names of fields too."""
        if isinstance(value, str):
            return self.texts([value])[0]
        if isinstance(value, dict):
            return {self.value(name): self.value(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.value(each) for each in value]
        return value

    def events(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """Events with every text redacted, those that go on from event to event as the one text they are."""
        places: dict[_Path, list[str]] = {}
        for event in events:
            for path, text in _leaves(event.body, ()):
                places.setdefault(path, []).append(text)
        mended = {path: iter(self.texts(texts)) for path, texts in places.items()}
        return tuple(
            replace(event, body=_with_leaves(event.body, (), lambda path: next(mended[path]))) for event in events
        )

    def texts(self, pieces: Sequence[str]) -> list[str]:
        """The pieces of one text, redacted; a secret that lies across pieces leaves its mark in the first."""
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
                    kept += whole[at:start] + MARK
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
                found.append((at, end))
                at = text.find(head, end)
        spans: list[tuple[int, int]] = []
        for start, stop in sorted(found):
            if spans and start <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
            else:
                spans.append((start, stop))
        return spans


def _leaves(value: Any, path: _Path) -> Iterator[tuple[_Path, str]]:
    """Every text in a JSON value with the path to it; a field's name is a text of its own."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield (*path, name, "name"), name
            yield from _leaves(each, (*path, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _leaves(each, (*path, number))


def _with_leaves(value: Any, path: _Path, text_at: Callable[[_Path], str]) -> Any:
    """The value with other texts, which are asked for in the order of ``_leaves``."""
    if isinstance(value, str):
        return text_at(path)
    if isinstance(value, dict):
        return {
            text_at((*path, name, "name")): _with_leaves(each, (*path, name), text_at) for name, each in value.items()
        }
    if isinstance(value, list):
        return [_with_leaves(each, (*path, number), text_at) for number, each in enumerate(value)]
    return value
