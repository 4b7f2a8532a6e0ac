"""Tapes: readable JSON files of turns, each a request to match and the reply to give.

::

    {
      "provenance": {"kind": "authored", "author": "…", "note": "…"},
      "turns": [
        {
          "request": {
            "model": "MiniMax-M2.7",
            "messages": [{"role": "user", "content": "…"}],
            "tools": ["get_weather"]
          },
          "reply": {
            "reasoning": "…", "content": ["line", "line"],
            "tool_calls": [{"name": "get_weather", "arguments": {"location": "…"}}],
            "finish_reason": "stop",
            "usage": {"prompt_tokens": 40, "completion_tokens": 60, "reasoning_tokens": 20, "cached_tokens": 0},
            "pace": {"first_token_s": 0.6, "tokens_per_s": 60}
          }
        }
      ]
    }

``model`` and ``tools`` may be left out, and of ``reply`` everything but one of ``content`` and ``tool_calls``. A text
may be written as a list of its lines, so that a change of one line is one line of a diff. A message with
``"optional": true`` may be missing from the request.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .replies import Answer, Call, Pace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable

_KINDS = ("authored", "recorded")
_FINISHES = ("stop", "length", "tool_calls", "content_filter")


class TapeFormatError(ValueError):
    """A tape file is broken. The message names the file, the entry and the field."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One request and its reply.

    Attributes:
        tape: the tape's name.
        number: which turn of it, from 0.
        models: the models it answers for; empty for any.
        messages: the messages to match; a key that an entry leaves out is not compared.
        tools: names of the tools to match, sorted; None when they are not compared.
        answer: what is said.
    """

    tape: str
    number: int
    models: tuple[str, ...]
    messages: tuple[dict[str, Any], ...]
    tools: tuple[str, ...] | None
    answer: Answer


def built_in() -> list[Turn]:
    """The turns of the lessons that come with the package."""
    return _read_all(resources.files(__package__).joinpath("tapes").iterdir())


def in_folder(path: str | Path) -> list[Turn]:
    """The turns of every ``*.json`` file in a folder, or of one file.

    Raises:
        TapeFormatError: there is no such folder, or a tape in it is broken.
    """
    path = Path(path)
    if path.is_file():
        return _read_all([path])
    if not path.is_dir():
        raise TapeFormatError(
            f"expected a folder of tapes, got {str(path)!r}: there is none; create it or record into it"
        )
    return _read_all(path.iterdir())


def parse(name: str, text: str) -> list[Turn]:
    """The turns of one tape.

    Args:
        name: the tape's name, for errors and for the reader.
        text: its JSON.

    Raises:
        TapeFormatError: naming the entry and the field that is wrong.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TapeFormatError(f"tape {name!r}: expected JSON: {error}") from error
    top = _At(name, "", data)
    top.only("provenance", "turns")
    provenance = top.get("provenance", dict)
    kind = provenance.get("kind", str)
    if kind.value not in _KINDS:
        raise kind.wrong(f"one of {', '.join(_KINDS)}")
    origin = {"kind": kind.value, "tape": name}
    for key in ("host", "date"):
        if key in provenance.value:
            origin[key] = provenance.get(key, str).value
    turns = [_turn(name, number, item, origin) for number, item in enumerate(top.get("turns", list).items())]
    return [each for turn in turns for each in _variants(turn)]


def _read_all(files: Iterable[Traversable]) -> list[Turn]:
    found = []
    for file in sorted(files, key=lambda file: file.name):
        if file.name.endswith(".json"):
            try:
                text = file.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise TapeFormatError(f"tape {file.name!r}: expected a readable UTF-8 file: {error}") from error
            found += parse(file.name.removesuffix(".json"), text)
    return found


@dataclass(frozen=True, slots=True)
class _At:
    """A value in a tape, with the path to it."""

    tape: str
    path: str
    value: Any

    def wrong(self, expected: str) -> TapeFormatError:
        got = repr(self.value)
        got = got if len(got) <= 60 else got[:60] + "…"
        return TapeFormatError(f"tape {self.tape!r}, {self.path or 'top level'}: expected {expected}, got {got}")

    def need(self, *types: type) -> _At:
        if not isinstance(self.value, types) or (isinstance(self.value, bool) and bool not in types):
            raise self.wrong(" or ".join(_NAMES[type_] for type_ in types))
        return self

    def get(self, key: str, *types: type) -> _At:
        self.need(dict)
        if key not in self.value:
            raise self.wrong(f"a field {key!r}")
        return _At(self.tape, f"{self.path}.{key}".lstrip("."), self.value[key]).need(*types)

    def maybe(self, key: str, *types: type) -> Any:
        return self.get(key, *types).value if key in self.value else None

    def items(self) -> list[_At]:
        return [_At(self.tape, f"{self.path}[{n}]", item) for n, item in enumerate(self.value)]

    def only(self, *keys: str) -> None:
        self.need(dict)
        for key in self.value:
            if key not in keys:
                raise self.wrong(f"only the fields {', '.join(keys)}; {key!r} is none of them")


_NAMES: dict[type, str] = {
    dict: "an object", list: "a list", str: "a text", int: "a whole number", float: "a number", type(None): "null"
}  # fmt: skip


def _turn(name: str, number: int, at: _At, origin: dict[str, str]) -> Turn:
    at.only("request", "reply", "note")
    request = at.get("request", dict)
    request.only("model", "messages", "tools")
    messages = request.get("messages", list)
    if not messages.value:
        raise messages.wrong("at least one message")
    for message in messages.items():
        message.get("role", str)
    return Turn(
        tape=name,
        number=number,
        models=_models(request),
        messages=tuple(_lines_joined(message.value) for message in messages.items()),
        tools=_tool_names(request),
        answer=_answer(at.get("reply", dict), origin),
    )


def _variants(turn: Turn) -> list[Turn]:
    """The turn, and where it has optional messages the turn without them."""
    whole = tuple({key: value for key, value in m.items() if key != "optional"} for m in turn.messages)
    needed = tuple(m for m in turn.messages if not m.get("optional"))
    found = [replace(turn, messages=whole)]
    if needed and len(needed) < len(whole):
        found.append(replace(turn, messages=needed))
    return found


def _models(request: _At) -> tuple[str, ...]:
    if "model" not in request.value:
        return ()
    model = request.get("model", str, list)
    return (model.value,) if isinstance(model.value, str) else tuple(item.need(str).value for item in model.items())


def _tool_names(request: _At) -> tuple[str, ...] | None:
    if "tools" not in request.value:
        return None
    return tuple(sorted(item.need(str).value for item in request.get("tools", list).items()))


def _lines_joined(message: dict[str, Any]) -> dict[str, Any]:
    """A message whose text may stand as a list of lines."""
    content = message.get("content")
    if isinstance(content, list) and all(isinstance(line, str) for line in content):
        return {**message, "content": "\n".join(content)}
    return message


def _answer(at: _At, origin: dict[str, str]) -> Answer:
    at.only("reasoning", "content", "tool_calls", "finish_reason", "usage", "pace")
    calls = tuple(_call(item) for item in at.get("tool_calls", list).items()) if "tool_calls" in at.value else ()
    if not calls and "content" not in at.value:
        raise at.wrong("a field 'content' or 'tool_calls'")
    finish = at.maybe("finish_reason", str) or ("tool_calls" if calls else "stop")
    if finish not in _FINISHES:
        raise at.get("finish_reason", str).wrong(f"one of {', '.join(_FINISHES)}")
    return Answer(
        content=_text(at, "content"),
        reasoning=_text(at, "reasoning"),
        calls=calls,
        finish_reason=finish,
        pace=_pace(at),
        origin=origin,
        **_usage(at),
    )


def _text(at: _At, key: str) -> str:
    if key not in at.value:
        return ""
    text = at.get(key, str, list)
    if isinstance(text.value, str):
        return text.value
    return "\n".join(item.need(str).value for item in text.items())


def _call(at: _At) -> Call:
    at.only("name", "arguments")
    arguments = at.get("arguments", dict, str).value
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return Call(at.get("name", str).value, text)


def _pace(at: _At) -> Pace:
    if "pace" not in at.value:
        return Pace()
    pace = at.get("pace", dict)
    pace.only("first_token_s", "tokens_per_s")
    for key in pace.value:
        number = pace.get(key, int, float)
        if not 0 < number.value < 100_000:
            raise number.wrong("a number above 0")
    return Pace(**pace.value)


def _usage(at: _At) -> dict[str, int]:
    keys = ("prompt_tokens", "completion_tokens", "reasoning_tokens", "cached_tokens")
    if "usage" not in at.value:
        return {}
    usage = at.get("usage", dict)
    usage.only(*keys)
    for key in usage.value:
        if usage.get(key, int).value < 0:
            raise usage.get(key, int).wrong("a number of tokens")
    return dict(usage.value)
