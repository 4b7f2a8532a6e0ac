"""Tapes, read: JSON files of turns, each a request to match and the reply to give.

The format, with a whole example and what each error means: ``docs/tape-format.md``, which a test holds to this package.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minimax_nb.errors import TapeFormatError

from . import journal
from .located import Located
from .replies import authored, recorded
from .requests import messages_of, models_of, tools_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable

    from minimax_nb.server.answer.answer import Answer

    from .recorded import RecordedReply

_KINDS = ("authored", "recorded")
_BY_HAND = '"provenance": {"kind": "authored"}'


@dataclass(frozen=True, slots=True)
class TapeTurn:
    """Turn of a tape: a request and its reply.

    Attributes:
        tape: the tape's name.
        number: which turn of it, from 0.
        models: the models it answers for; empty for any.
        messages: the messages to match; a key that an entry leaves out is not compared.
        tools: names of the tools to match, sorted; None when they are not compared.
        answer: what is said.
        recorded_at: when its tape was recorded, ISO format; "" for one written by hand.
    """

    tape: str
    number: int
    models: tuple[str, ...]
    messages: tuple[dict[str, Any], ...]
    tools: tuple[str, ...] | None
    answer: Answer | RecordedReply
    recorded_at: str = ""


def built_in() -> list[TapeTurn]:
    """Read the tapes of the lessons that come with the package."""
    return _read_all(resources.files("minimax_nb.server").joinpath("tapes").iterdir())


def in_folder(path: str | Path) -> list[TapeTurn]:
    """Read every ``*.json`` file in a folder, or one file.

    Tapes written by hand come first, by name; then recorded ones, the newest first. What a recorder that is running, or
    was killed, has appended and not yet folded into its tape is read, too.

    Raises:
        TapeFormatError: there is no such folder, or a tape in it is broken.
    """
    path = Path(path)
    if path.is_file():
        beside = journal.journal_of(path)
        return _read_all([path], {path: beside} if beside.exists() else {})
    if not path.is_dir():
        raise TapeFormatError(
            f"expected a folder of tapes, got {str(path)!r}: there is none; create it or record into it"
        )
    return _read_all(path.iterdir(), journal.journals(path))


def parse(name: str, text: str) -> list[TapeTurn]:
    """Parse one tape.

    Args:
        name: the tape's name, for errors and for the reader.
        text: its JSON.

    Raises:
        TapeFormatError: naming the entry and the field that is wrong.
    """
    top, origin, when = _head(name, text)
    turns = [_turn(name, number, item, origin, when) for number, item in enumerate(top.get("turns", list).items())]
    return [each for turn in turns for each in _variants(turn)]


def problems(name: str, text: str) -> tuple[int, list[TapeFormatError]]:
    """Look for everything that is wrong with a tape: the first fault of the file, or of each turn.

    Args:
        name: the tape's name.
        text: its JSON.

    Returns:
        The number of its turns, and the faults.
    """
    found = []
    try:
        top, origin, when = _head(name, text)
        turns = top.get("turns", list).items()
    except TapeFormatError as error:
        return 0, [error]
    for number, item in enumerate(turns):
        try:
            _turn(name, number, item, origin, when)
        except TapeFormatError as error:
            found.append(error)
    return len(turns), found


def _head(name: str, text: str) -> tuple[Located, dict[str, str], str]:
    """Read a tape but for its turns: the whole of it, where it is from, and when it was recorded."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TapeFormatError(f"tape {name!r}: expected JSON: {error}") from error
    top = Located(name, "", data)
    top.only("provenance", "turns")
    if "provenance" not in top.value:
        raise top.wrong(f"a field 'provenance', which for a tape written by hand is {_BY_HAND}")
    provenance = top.get("provenance", dict)
    if "kind" not in provenance.value:
        raise provenance.wrong(f"a field 'kind', which for a tape written by hand makes it {_BY_HAND}")
    kind = provenance.get("kind", str)
    if kind.value not in _KINDS:
        raise kind.wrong(f"one of {', '.join(_KINDS)}")
    origin = {"kind": kind.value, "tape": name}
    for key in ("host", "date"):
        if key in provenance.value:
            origin[key] = provenance.get(key, str).value
    when = ""
    if kind.value == "recorded":
        when = " ".join(provenance.maybe(key, str) or "" for key in ("date", "time"))
    return top, origin, when


def _read_all(files: Iterable[Traversable], journals: Mapping[Path, Path] | None = None) -> list[TapeTurn]:
    """Read some files; a journal holds all that is on its tape, and is read in its place."""
    texts = {file.name: _text(file) for file in files if file.name.endswith(".json") and file not in (journals or ())}
    for tape, beside in (journals or {}).items():
        if text := _journal_text(tape, beside):
            texts[tape.name] = text
    found = [turn for name in sorted(texts) for turn in parse(name.removesuffix(".json"), texts[name])]
    by_hand = [turn for turn in found if not turn.recorded_at]
    newest_first = sorted((t for t in found if t.recorded_at), key=lambda turn: turn.recorded_at, reverse=True)
    return by_hand + newest_first


def _text(file: Traversable) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TapeFormatError(f"tape {file.name!r}: expected a readable UTF-8 file: {error}") from error


def _journal_text(tape: Path, beside: Path) -> str:
    """Read a tape as its journal has it; as it is on disk where its recorder has just folded it; "" for neither."""
    try:
        contents = journal.read(beside)
    except FileNotFoundError:
        contents = None
    except OSError as error:
        raise TapeFormatError(f"tape {tape.name!r}: expected to read {beside.name!r} beside it: {error}") from error
    if contents and contents.turns:
        return contents.text()
    return _text(tape) if tape.is_file() else ""


def _turn(name: str, number: int, at: Located, origin: dict[str, str], recorded_at: str) -> TapeTurn:
    at.only("request", "reply", "recorded", "note")
    request = at.get("request", dict)
    request.only("model", "messages", "tools")
    return TapeTurn(
        tape=name,
        number=number,
        models=models_of(request),
        messages=messages_of(request, by_hand=origin["kind"] == "authored"),
        tools=tools_of(request),
        answer=_answer(at, origin),
        recorded_at=recorded_at,
    )


def _answer(at: Located, origin: dict[str, str]) -> Answer | RecordedReply:
    if "recorded" not in at.value:
        return authored(at.get("reply", dict), origin)
    if "reply" in at.value:
        raise at.wrong("one of the fields reply and recorded, not both")
    if origin["kind"] != "recorded":
        raise at.get("recorded", dict).wrong("no recorded reply in a tape whose provenance.kind is 'authored'")
    return recorded(at.get("recorded", dict), origin)


def _variants(turn: TapeTurn) -> list[TapeTurn]:
    """Return the turn, and where it has optional messages the turn without them."""
    whole = tuple({key: value for key, value in m.items() if key != "optional"} for m in turn.messages)
    needed = tuple(m for m in turn.messages if not m.get("optional"))
    found = [replace(turn, messages=whole)]
    if needed and len(needed) < len(whole):
        found.append(replace(turn, messages=needed))
    return found
