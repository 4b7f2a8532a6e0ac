"""Redaction of what is going to be written: secrets of the request, and what looks like one.

A stream may bring a secret over several events, so the texts at one place of all its events are looked at as one text.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from minimax_nb.redaction import SHORTEST, Masker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from minimax_nb.server.answer.wire import Event

_NAMED_SECRET = re.compile(r"auth|key|token|secret|cookie|session|passw|credential|signature", re.IGNORECASE)
_LOOKS_RANDOM = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])\S{16,}")
# What a client says of itself and of its message in every request.
_HARMLESS_HEADERS = ("accept", "connection", "content-", "host", "transfer-", "user-agent", "x-stainless-")

_Path = tuple[str | int, ...]


def secrets_in(headers: Mapping[str, str], query: Mapping[str, str]) -> set[str]:
    """Find what may be secret in a request: what goes by such a name in its headers and query, or looks random there.

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
    return {secret for secret in found if len(secret) >= SHORTEST}


class Redactor(Masker):
    """Redactor of the events of a stream, besides texts and JSON values."""

    def events(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """Redact every text in events, those that go on from event to event as the one text they are."""
        places: dict[_Path, list[str]] = {}
        for event in events:
            for path, text in _leaves(event.body, ()):
                places.setdefault(path, []).append(text)
        mended = {path: iter(self.texts(texts)) for path, texts in places.items()}
        return tuple(
            replace(event, body=_with_leaves(event.body, (), lambda path: next(mended[path]))) for event in events
        )


def _leaves(value: Any, path: _Path) -> Iterator[tuple[_Path, str]]:
    """Yield every text in a JSON value with the path to it; a field's name is a text of its own."""
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
    """Return the value with other texts, which are asked for in the order of ``_leaves``."""
    if isinstance(value, str):
        return text_at(path)
    if isinstance(value, dict):
        return {
            text_at((*path, name, "name")): _with_leaves(each, (*path, name), text_at) for name, each in value.items()
        }
    if isinstance(value, list):
        return [_with_leaves(each, (*path, number), text_at) for number, each in enumerate(value)]
    return value
