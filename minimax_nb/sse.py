"""The JSON documents in a stream of server-sent events, as tolerant as real services make necessary.

A document is handed out as soon as its line is complete, not when the event is: some services leave the blank line
out. Several documents on one line, in one event, or one document over several ``data:`` lines are all taken. A body
that is no event stream at all, but plain JSON, is handed out at its end: so come errors under HTTP 200. What an event
named "error" holds, JSON or not, is handed out under the key ``error``.
"""

from __future__ import annotations

import json
from typing import Any

_BOM = b"\xef\xbb\xbf"
_FIELDS = (b"id:", b"retry:", b":")
_LONGEST_STRAY = 1_000_000  # bytes of text outside of events that are kept in case they are a JSON body


class SSEDecoder:
    """Bytes in, JSON objects out.

    Attributes:
        done: ``[DONE]`` was seen.
        garbage: a text that was no JSON object, shortened; "" if there was none.
    """

    def __init__(self) -> None:
        self.done = False
        self.garbage = ""
        self._line: list[bytes] = []  # the line that is still arriving
        self._event: list[bytes] = []  # data lines that are no JSON yet
        self._stray: list[bytes] = []  # lines that belong to no event
        self._stray_size = 0
        self._begun = False
        self._in_error = False  # the event is named "error"

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """The documents that these bytes complete."""
        if b"\n" not in data and b"\r" not in data and self._line and not self._line[-1].endswith(b"\r"):
            self._line.append(data)
            return []
        lines = b"".join([*self._line, data]).splitlines(keepends=True)
        # A line ends with \n, \r\n or \r; after a \r at the end the \n may still come.
        self._line = [lines.pop()] if lines and not lines[-1].endswith(b"\n") else []
        found: list[dict[str, Any]] = []
        for line in lines:
            self._take(line, found)
        return found

    def close(self) -> list[dict[str, Any]]:
        """The documents that the end of the stream completes."""
        found: list[dict[str, Any]] = []
        if self._line:
            self._take(b"".join(self._line), found)
            self._line = []
        self._end_event(found)
        stray = b"".join(self._stray)
        self._stray = []
        if stray.strip() and not self._read(stray, found):
            self._note(stray)
        return found

    def _take(self, line: bytes, found: list[dict[str, Any]]) -> None:
        if not self._begun:
            self._begun = True
            line = line.removeprefix(_BOM)
        if line.startswith(b"data:"):
            data = line[5:].strip()
            if data == b"[DONE]":
                self.done = True
            elif data and (self._event or not self._read(data, found)):
                self._event.append(data)
                if len(self._event) > 1 and self._read(b"\n".join(self._event), found):
                    self._event = []
        elif not line.strip():
            self._end_event(found)
            self._in_error = False
        elif line.startswith(b"event:"):
            self._end_event(found)
            self._in_error = line[6:].strip().lower().endswith(b"error")
        elif not line.startswith(_FIELDS) and self._stray_size < _LONGEST_STRAY:
            self._stray.append(line)
            self._stray_size += len(line)

    def _end_event(self, found: list[dict[str, Any]]) -> None:
        """A document over several lines is complete, or never will be."""
        lines, self._event = self._event, []
        if lines and not self._read(b"\n".join(lines), found):
            # One broken line must not take the whole ones with it.
            for line in lines:
                if self._in_error:
                    found.append({"error": line.decode("utf-8", "replace")})
                elif not self._read(line, found):
                    self._note(line)

    def _read(self, data: bytes, found: list[dict[str, Any]]) -> bool:
        """Add the documents in the data; False, and none added, if it is not JSON from beginning to end."""
        try:
            value = json.loads(data)
        except (ValueError, RecursionError):
            values = _documents(data)
            if values is None:
                return False
        else:
            values = [value]
        values = [item for value in values for item in (value if _is_list_of_objects(value) else [value])]
        if self._in_error:
            values = [value if _reports_itself(value) else {"error": value} for value in values]
        objects = [value for value in values if isinstance(value, dict)]
        if len(objects) < len(values):
            self._note(data)
        found.extend(objects)
        return True

    def _note(self, data: bytes) -> None:
        if not self.garbage:
            self.garbage = data[:80].decode("utf-8", "replace").strip()


def _documents(data: bytes) -> list[Any] | None:
    """The JSON documents that stand in a row in the data; None when there is something else between them."""
    text = data.decode("utf-8", "replace").strip()
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


def _is_list_of_objects(value: Any) -> bool:
    """Whether this is a list in which some services send their one document."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _reports_itself(value: Any) -> bool:
    """Whether the document of an error event says in a way of its own what is wrong."""
    return isinstance(value, dict) and any(value.get(key) for key in ("error", "base_resp", "choices"))
