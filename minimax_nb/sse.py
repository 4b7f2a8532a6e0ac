"""Server-sent events, read and written; the reading is as tolerant as real services make necessary.

``SSEDecoder`` gives the JSON documents of a stream. A document is handed out as soon as its line is complete, not when
the event is: some services leave the blank line out. Several documents on one line, in one event, or one document over
several ``data:`` lines are all taken. A body that is no event stream at all, but plain JSON, is handed out at its end:
so come errors under HTTP 200. What an event named "error" holds, JSON or not, is handed out under the key ``error``.

``EventReader`` gives the events themselves, for those who keep a stream as it came; ``encode_event`` writes one.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOM = b"\xef\xbb\xbf"
_DONE = "[DONE]"
_DONE_BYTES = _DONE.encode()
_NO_TEXT = (b"\n", b"\r\n", b"\r", b"")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ERROR_LINE = re.compile(rb"\[?error\]?\s*[:\]\s]\s*(.*)", re.IGNORECASE | re.DOTALL)
_FIELDS = (b"id:", b"retry:", b":")
_LONGEST_STRAY = 1_000_000  # bytes of text outside of events that are kept in case they are a JSON body


class _LineSplitter:
    """Split bytes into lines, which end with a line feed, a carriage return or both, wherever the bytes are cut."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []  # the line that is still arriving
        self._begun = False

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that these bytes complete, with their ends."""
        if b"\n" not in data and b"\r" not in data and self._rest and not self._rest[-1].endswith(b"\r"):
            self._rest.append(data)
            return []
        lines = b"".join([*self._rest, data]).splitlines(keepends=True)
        # After a \r at the end the \n may still come.
        self._rest = [lines.pop()] if lines and not lines[-1].endswith(b"\n") else []
        return self._without_mark(lines)

    def close(self) -> list[bytes]:
        """Return the last line, if it has no end."""
        rest, self._rest = b"".join(self._rest), []
        return self._without_mark([rest] if rest else [])

    def _without_mark(self, lines: list[bytes]) -> list[bytes]:
        """Remove a byte order mark from the first line of all."""
        if lines and not self._begun:
            self._begun = True
            lines[0] = lines[0].removeprefix(_BOM)
        return lines


class SSEDecoder:
    """Decoder: bytes in, JSON objects out.

    Attributes:
        done: ``[DONE]`` was seen.
        garbage: a text that was no JSON object, shortened; "" if there was none.
    """

    def __init__(self) -> None:
        self.done = False
        self.garbage = ""
        self._lines = _LineSplitter()
        self._event: list[bytes] = []  # data lines that are no JSON yet
        self._stray: list[bytes] = []  # lines that belong to no event
        self._stray_size = 0
        self._in_error = False  # the event is named "error"
        self._told = False  # and its words have been handed out

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Return the documents that these bytes complete."""
        found: list[dict[str, Any]] = []
        for line in self._lines.feed(data):
            self._take(line, found)
        return found

    def close(self) -> list[dict[str, Any]]:
        """Return the documents that the end of the stream completes."""
        found: list[dict[str, Any]] = []
        for line in self._lines.close():
            self._take(line, found)
        self._end_event(found)
        self._end_error(found)
        stray = b"".join(self._stray)
        self._stray = []
        if stray.strip() and not self._read(stray, found):
            self._note(stray)
        return found

    def _take(self, line: bytes, found: list[dict[str, Any]]) -> None:
        if line.startswith(b"data:"):
            data = line[5:].strip()
            if data == _DONE_BYTES:
                self._end_error(found)
                self.done = True
            elif data and (self._event or not self._read(data, found)):
                self._event.append(data)
                if len(self._event) > 1 and self._read(b"\n".join(self._event), found):
                    self._event = []
        elif not line.strip():
            self._end_event(found)
            self._end_error(found)
        elif line.startswith(b"event:"):
            self._end_event(found)
            self._end_error(found)
            self._in_error = _is_error_name(line[6:])
        elif b"rror" in line and self._read_error(line, found):
            pass  # an error that stands in no event
        elif not line.startswith(_FIELDS) and self._stray_size < _LONGEST_STRAY:
            self._stray.append(line)
            self._stray_size += len(line)

    def _end_event(self, found: list[dict[str, Any]]) -> None:
        """End an event: a document over several lines is complete, or never will be."""
        lines, self._event = self._event, []
        if lines and not self._read(b"\n".join(lines), found):
            # One broken line must not take the whole ones with it.
            for line in lines:
                if self._in_error:
                    self._told = True
                    found.append({"error": line.decode("utf-8", "replace")})
                elif not self._read(line, found) and not self._read_error(line, found):
                    self._note(line)

    def _end_error(self, found: list[dict[str, Any]]) -> None:
        """End an event that is named "error"; one without words is an error all the same."""
        if self._in_error and not self._told:
            found.append({"error": {"type": "error"}})
        self._in_error = self._told = False

    def _read_error(self, line: bytes, found: list[dict[str, Any]]) -> bool:
        """Add the error that a line outside of JSON or of any event reports; False if it reports none."""
        text = line.strip()
        named = _ERROR_LINE.match(text)
        documents = _documents(named[1] if named else text) or []
        errors = [one for one in documents if isinstance(one, dict) and (named or one.get("error"))]
        if named and not errors:
            errors = [{"error": named[1].decode("utf-8", "replace")}] if named[1] else []
        found.extend(one if one.get("error") else {"error": one} for one in errors)
        return bool(errors)

    def _read(self, data: bytes, found: list[dict[str, Any]]) -> bool:
        """Add the documents in the data; False, and none added, if it is not JSON from beginning to end."""
        values = _documents(data)
        if values is None:
            return False
        if self._in_error:
            self._told = True
            values = [value if _reports_itself(value) else {"error": value} for value in values]
        objects = [value for value in values if isinstance(value, dict)]
        if len(objects) < len(values):
            self._note(data)
        found.extend(objects)
        return True

    def _note(self, data: bytes) -> None:
        if not self.garbage:
            self.garbage = data[:80].decode("utf-8", "replace").strip()


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event that has data.

    Attributes:
        data: its data lines, joined with line breaks.
        is_error: whether it is named "error" or the like.
    """

    data: str
    is_error: bool = False

    @property
    def is_done(self) -> bool:
        """Whether this is, or ends with, the mark at the end of a stream."""
        return self.data.rstrip().rpartition("\n")[2].strip() == _DONE

    def documents(self) -> list[dict[str, Any]]:
        """Return the JSON objects in the data; none where it is no JSON."""
        values = _documents(self.data.rstrip().removesuffix(_DONE)) or []
        return [value for value in values if isinstance(value, dict)]


class EventReader:
    """Reader: bytes in, events out; comments and events without data are left out."""

    def __init__(self) -> None:
        self._lines = _LineSplitter()
        self._data: list[str] = []
        self._is_error = False

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        """Return the events that these bytes complete."""
        return self._events(self._lines.feed(data))

    def close(self) -> list[ServerSentEvent]:
        """Return the event that the end of the stream completes: its blank line may be missing."""
        return self._events([*self._lines.close(), b""])

    def _events(self, lines: list[bytes]) -> list[ServerSentEvent]:
        found = []
        for line in lines:
            if line.startswith(b"data:"):
                self._data.append(line[5:].decode("utf-8", "replace").rstrip("\r\n").removeprefix(" "))
            elif line.startswith(b"event:"):
                self._is_error = _is_error_name(line[6:])
            elif line in _NO_TEXT:
                if self._data:
                    found.append(ServerSentEvent("\n".join(self._data), self._is_error))
                self._data, self._is_error = [], False
        return found


def encode_event(data: Mapping[str, Any] | str) -> bytes:
    """Write one event.

    Args:
        data: a JSON object; or a text, each line of which becomes a data line. A text that begins with a colon is a
            comment, and written as it is.
    """
    if not isinstance(data, str):
        text = f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}"
    elif data.startswith(":"):
        text = data
    else:
        text = "\n".join(f"data: {line}" for line in _LINE_END.split(data))
    return f"{text}\n\n".encode("utf-8", "backslashreplace")


def _documents(data: bytes | str) -> list[Any] | None:
    """Parse the JSON documents that stand in a row in the data; None when it is not JSON from beginning to end."""
    try:
        values: list[Any] | None = [json.loads(data)]
    except (ValueError, RecursionError):
        text = data if isinstance(data, str) else data.decode("utf-8", "replace")
        values = _in_a_row(text.strip())
    if values is None:
        return None
    return [item for value in values for item in (value if _is_list_of_objects(value) else [value])]


def _in_a_row(text: str) -> list[Any] | None:
    """Parse JSON documents with nothing but white space between them; None when there is something else."""
    decoder, values, position = json.JSONDecoder(), [], 0
    while position < len(text):
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            return None
        values.append(value)
        while position < len(text) and text[position] in " \t\r\n":
            position += 1
    return values


def _is_error_name(name: bytes) -> bool:
    """Return whether an event of this name tells of an error."""
    return name.strip().lower().endswith(b"error")


def _is_list_of_objects(value: Any) -> bool:
    """Return whether this is a list in which some services send their one document."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _reports_itself(value: Any) -> bool:
    """Return whether the document of an error event says in a way of its own what is wrong."""
    return isinstance(value, dict) and any(value.get(key) for key in ("error", "base_resp", "choices"))
