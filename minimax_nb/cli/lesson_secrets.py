"""Where something secret stands in what is given away: notebooks, tapes, other texts. Itself it is never said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from minimax_nb.server.answer.wire import Event
from minimax_nb.server.tape.redact import Redactor

from .lesson_files import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def secret_places(name: str, data: bytes, keys: Iterable[str]) -> list[str]:
    """Find what looks like a key, and keys that are known.

    Args:
        name: of the file; notebooks and tapes are told by it.
        data: its content.
        keys: the known ones.

    Returns:
        The places in words, each once.
    """
    redactor = Redactor(keys)
    text = data.decode("utf-8-sig", errors="replace")
    document = _parsed(text) if name.endswith((SUFFIX, ".json")) else None
    if name.endswith(SUFFIX) and isinstance(document, dict):
        return list(dict.fromkeys(_in_notebook(document, redactor)))
    lines = [f"line {number}" for number, line in enumerate(text.split("\n"), 1) if redactor.text(line) != line]
    if lines:
        return lines
    if redactor.value(document) != document:
        return ["in a text that is written with escapes"]
    return list(_in_turns(document, redactor))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _in_notebook(notebook: dict[str, Any], redactor: Redactor) -> Iterator[str]:
    for number, cell in enumerate(notebook["cells"], 1):
        for at, line in enumerate("".join(cell["source"]).split("\n"), 1):
            if redactor.text(line) != line:
                yield f"cell {number}, line {at}"
        outputs = [_joined(output) for output in cell.get("outputs", [])]
        if redactor.value(outputs) != outputs:
            yield f"the output of cell {number}"
        rest = {key: value for key, value in cell.items() if key not in ("source", "outputs")}
        if redactor.value(rest) != rest:
            yield f"the metadata or an attachment of cell {number}"
    if redactor.value(notebook["metadata"]) != notebook["metadata"]:
        yield "the metadata of the notebook"


def _joined(value: Any) -> Any:
    """Lists of lines as the texts that they are."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "".join(value)
    if isinstance(value, dict):
        return {name: _joined(each) for name, each in value.items()}
    return value


def _in_turns(tape: Any, redactor: Redactor) -> Iterator[str]:
    """Look at recorded replies: a stream may bring a secret over several events."""
    turns = tape.get("turns") if isinstance(tape, dict) else None
    for number, turn in enumerate(turns if isinstance(turns, list) else []):
        recorded = turn.get("recorded") if isinstance(turn, dict) else None
        found = recorded.get("events") if isinstance(recorded, dict) else None
        if isinstance(found, list):
            bodies = [each.get("data") for each in found if isinstance(each, dict)]
            events = tuple(Event(0, body) for body in bodies if isinstance(body, dict | str))
            if redactor.events(events) != events:
                yield f"turns[{number}], over several events"
