"""A conversation as a file: what ``chat.save`` writes, and ``Chat.load`` reads."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from minimax_nb.client.parameters import check_parameters
from minimax_nb.message.media_words import pictures_in
from minimax_nb.message.parts import content_text
from minimax_nb.message.sdk_objects import as_dict
from minimax_nb.redaction import MARK, SHORTEST, Masker
from minimax_nb.runtime.atomic_write import write_atomic
from minimax_nb.trace import Trace

if TYPE_CHECKING:
    import os

FORMAT = "minimax_nb.chat"
VERSION = 1
_NEVER_KEPT = ("extra_headers", "api_key", "http_client", "timeout")
"""Options that may hold a key, or nothing that a file can."""
_FIELDS: dict[str, tuple[type, str]] = {
    "messages": (list, "a list"),
    "model": (str, "a text"),
    "options": (dict, "an object"),
    "trace": (dict, "an object"),
}
"""What a file holds, each with what it is in a sentence."""


class Talk(NamedTuple):
    """What a file holds of a conversation.

    Attributes:
        messages: the history, as it was sent and received.
        model: the model that was asked.
        options: what else went with each request.
        trace: what happened, with times and tokens.
    """

    messages: list[Any]
    model: str
    options: dict[str, Any]
    trace: Trace


def write_talk(path: str | os.PathLike[str], talk: Talk, key: str) -> None:
    """Write a conversation to a file, whole or not at all.

    Args:
        path: the file; one that is there is replaced.
        talk: the conversation.
        key: the client's; should it stand anywhere, be it in a message, it is masked.

    Raises:
        TypeError: an option or a message holds what JSON cannot.
        OSError: the file cannot be written.
    """
    data = {
        "format": FORMAT,
        "version": VERSION,
        "model": talk.model,
        "options": _plain("options", kept_options(talk.options, key)),
        "messages": [_plain(f"messages[{at}]", as_dict(message)) for at, message in enumerate(talk.messages)],
        "trace": _without_pictures(json.loads(talk.trace.to_json())),
    }
    # Half a character cannot be written as UTF-8; as an escape it comes back as it was.
    text = json.dumps(data, ensure_ascii=False, indent=1)
    if not _is_utf8(text):
        text = json.dumps(data, indent=1)
    write_atomic(Path(path).expanduser(), without_key(text, key) + "\n")


def read_talk(path: str | os.PathLike[str]) -> Talk:
    """Read what ``write_talk`` wrote.

    Raises:
        ValueError: it is no such file, it is cut off, or a newer release wrote it.
        OSError: it cannot be read.
    """
    where = str(path)
    try:
        data = json.loads(Path(path).expanduser().read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(
            f"expected a conversation as chat.save writes it, {where} is not JSON or cut off: {error}"
        ) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        kind = (
            f"it says {data['format']!r}" if isinstance(data, dict) and data.get("format") else "it says nothing of it"
        )
        raise ValueError(
            f'expected a conversation as chat.save writes it, with "format": "{FORMAT}"; {where} is none ({kind}). A '
            "bare list of messages is taken by mm.Chat(messages=…)"
        )
    if data.get("version") != VERSION:
        raise ValueError(
            f"expected a conversation of version {VERSION}, {where} is of version {data.get('version')!r}: open it "
            "with the release of minimax-nb that wrote it"
        )
    for name, (wanted, noun) in _FIELDS.items():
        if not isinstance(data.get(name), wanted):
            came = f"a {type(data[name]).__name__}" if name in data else "nothing"
            raise ValueError(f"expected {name} in {where} to be {noun}, got {came}: it is broken")
    if odd := _unknown_option(data["options"]):
        raise ValueError(f"expected parameters of a completion among the options in {where}, got {odd}")
    trace = Trace.from_json(json.dumps(data["trace"]))
    return Talk(data["messages"], data["model"], data["options"], _with_pictures(trace, data["messages"]))


def _without_pictures(trace: dict[str, Any]) -> dict[str, Any]:
    """A trace without the pictures, which stand in the messages already."""
    for step in trace["steps"]:
        step.pop("pictures", None)
    return trace


def _with_pictures(trace: Trace, messages: list[Any]) -> Trace:
    """The trace with the pictures of the messages that its questions name."""
    contents = [message.get("content") for message in messages if isinstance(message, dict)]
    known = {content_text(content): found for content in contents if (found := pictures_in(content))}
    if not known:
        return trace
    steps = [replace(step, pictures=known.get(step.text, ())) if step.kind == "user" else step for step in trace]
    return Trace.of(steps, trace.rounds)


def _unknown_option(options: dict[str, Any]) -> str:
    """What a chat would not have written: somebody may have made the file, to send what its reader does not know of."""
    try:
        check_parameters(options)
    except TypeError as error:
        return str(error)
    return next((repr(name) for name in (*_NEVER_KEPT, "tools") if name in options), "")


def _plain(place: str, value: Any) -> Any:
    try:
        json.dumps(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"expected JSON values in {place}, to save them, got something else: {error}") from error
    return value


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def kept_options(options: dict[str, Any], key: str) -> dict[str, Any]:
    """The options that may stand in a file: none that can hold a key, and the key itself nowhere.

    Args:
        options: what goes with each request.
        key: the client's.
    """
    kept: dict[str, Any] = Masker([key]).value({n: value for n, value in options.items() if n not in _NEVER_KEPT})
    return kept


def without_key(text: str, key: str) -> str:
    """A text without the key, wherever it stands; one too short to be a secret stays."""
    return text.replace(json.dumps(key)[1:-1], MARK).replace(key, MARK) if len(key) >= SHORTEST else text
