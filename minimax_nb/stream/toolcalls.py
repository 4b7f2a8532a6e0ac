"""Tool calls put together from the pieces of a stream.

Services number and repeat the pieces in many ways (all of these were observed on MiniMax's own service or on gateways
to it): no ``index``, one that starts at 1, two calls both at 0, an empty ``id`` or ``name`` on later pieces, another
``id`` on every piece, a late piece for an earlier call, a call sent whole twice, arguments that are an object. The
rules here take all of them:

1. only a piece that names a function, or one with an index never seen, opens a call; a new id alone does not;
2. any other piece belongs to the call with its id, if that has its index too or one of them has none; else to the
   latest call at its index; else to the last one;
3. nothing empty overwrites anything, the first id and name of a call stay, the order is the order of arrival, and
   unknown keys are kept.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from minimax_nb.message.calls import arguments_text, call_in_service_order, is_object
from minimax_nb.message.events import ToolCallDelta
from minimax_nb.message.reply import ToolCall
from minimax_nb.message.sdk_objects import json_values, open_object

from .textfield import TextField

if TYPE_CHECKING:
    from minimax_nb.message.sdk_objects import Keys


_NOTHING: dict[str, Any] = {}
# The keys of nearly every piece; once they are known, such a piece says nothing new but its arguments.
_PIECE = frozenset({"index", "function"})
_PIECE_INSIDE = frozenset({"arguments"})
# What names a call stays as it came first.
_FIRST = frozenset({"index", "id", "name"})


class ToolCallAssembler:
    """The tool calls of one reply, fed with the entries of ``delta.tool_calls``."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self._by_id: dict[str, _Call] = {}
        self._at_index: dict[int, _Call] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def feed(self, item: Any) -> ToolCallDelta:
        """Take one entry, a dict or an SDK object, and say what it added."""
        entry, unknown, received = open_object(item)
        if unknown:
            entry, received = {**entry, **unknown}, received | unknown.keys()
        custom = entry.get("custom")
        inside = entry.get("function") or (_as_function(custom) if custom else _NOTHING)
        function, unknown, received_inside = open_object(inside)
        if unknown:
            function, received_inside = {**function, **unknown}, received_inside | unknown.keys()
        index = entry.get("index")
        call = self._at_index.get(index) if type(index) is int else None
        if call is None or not (call.begun and received <= _PIECE and received_inside <= _PIECE_INSIDE):
            call = self._whose(entry, function)
            call.keep(entry, received, function, received_inside)
        arguments = function.get("arguments")
        said = call.text.feed(arguments) or "" if isinstance(arguments, str) else call.feed_whole(arguments)
        return ToolCallDelta(call.position, call.id, call.name, said)

    def fields(self) -> list[TextField]:
        """The text fields in it, for the evidence that they hold."""
        return [call.text for call in self._calls]

    def calls(self) -> tuple[ToolCall, ...]:
        """The calls as they stand."""
        return tuple(ToolCall(call.id, call.name, call.arguments()) for call in self._calls)

    def message(self) -> list[Any]:
        """The calls as they stand in an assistant message."""
        return [call.message() for call in self._calls]

    def _whose(self, entry: dict[str, Any], function: dict[str, Any]) -> _Call:
        id_, index = entry.get("id"), entry.get("index")
        id_ = id_ if isinstance(id_, str) else ""
        index = index if type(index) is int else None
        call = self._latest(id_, index)
        if call is None or call.is_another(id_, index, function):
            call = _Call(len(self._calls))
            self._calls.append(call)
        if index is not None:
            self._at_index[index] = call
            call.indices.add(index)
        if id_:
            self._by_id[id_] = call
            call.ids.add(id_)
        return call

    def _latest(self, id_: str, index: int | None) -> _Call | None:
        """The call that a piece continues, unless it opens one."""
        known = self._by_id.get(id_)
        if known is not None and (index is None or not known.indices or index in known.indices):
            return known
        if index is not None and index in self._at_index:
            return self._at_index[index]
        last = self._calls[-1] if self._calls else None
        # The pieces before had no index, or had none.
        return last if last is not None and (index is None or not last.indices) else known


class _Call:
    """One call being put together."""

    __slots__ = ("_function", "_outer", "_whole", "begun", "id", "ids", "indices", "name", "position", "text")

    def __init__(self, position: int) -> None:
        self.position = position
        self.id = ""
        self.name = ""
        self.ids: set[str] = set()  # all that its pieces had
        self.indices: set[int] = set()  # likewise
        self.begun = False  # it has an index and arguments, so both are in the message
        self.text = TextField()
        self._outer: dict[str, Any] = {}
        self._function: dict[str, Any] = {}
        self._whole = ""

    @property
    def started(self) -> bool:
        return bool(self.text.last or self._whole)

    def keep(self, entry: dict[str, Any], received: Keys, function: dict[str, Any], received_inside: Keys) -> None:
        """Keep what an entry says besides the arguments; the sets tell a null from a missing key."""
        _keep(self._outer, entry, received, besides="function")
        _keep(self._function, function, received_inside, besides="")
        if function and "custom" not in self._outer:
            self._outer["function"] = self._function
        if not self.id and isinstance(entry.get("id"), str):
            self.id = entry["id"]
        if not self.name and isinstance(function.get("name"), str):
            self.name = function["name"]
        self.begun = "index" in self._outer and self._function.get("arguments") is not None

    def feed_whole(self, arguments: Any) -> str:
        """Take arguments that are no text but a value; returns what they add to those that were said."""
        if arguments is None:
            return ""
        said = "" if self.started else arguments_text(arguments)
        self._whole = arguments_text(arguments)
        return said

    def is_another(self, id_: str, index: int | None, function: dict[str, Any]) -> bool:
        """Whether a piece that might continue this call opens one after it: it has to name a function."""
        name, arguments = function.get("name"), function.get("arguments")
        if not name:
            return False
        if id_ in self.ids:
            elsewhere = index is not None and bool(self.indices) and index not in self.indices
            return elsewhere or (name != self.name and self._complete())
        if self.name and name != self.name:
            return True
        if id_:
            return (self.started or bool(self.id)) and not (self.name and self._must_continue(arguments))
        if not self.name:
            return False
        # The same name again: a later piece of this call, or another call to the same tool, sent whole.
        whole = isinstance(arguments, str) and arguments.lstrip().startswith("{") and self.text.last.endswith("}")
        return whole and arguments != self.text.last and is_object(self.arguments())

    def _must_continue(self, arguments: Any) -> bool:
        """Whether arguments can only go on with those before: those of another call begin with a bracket."""
        if not isinstance(arguments, str) or not arguments or not self.started or self._complete():
            return False
        grows = arguments != self.text.last and arguments.startswith(self.text.last)
        return grows or not arguments.lstrip().startswith("{")

    def _complete(self) -> bool:
        return bool(self._whole) or (self.text.last.rstrip().endswith("}") and is_object(self.arguments()))

    def arguments(self) -> str:
        """The arguments, in the reading of their pieces that is a JSON object, if one of them is."""
        text = self.text
        if not text.last and not text.text():
            return self._whole
        joined, snapshot = text.joined(), text.snapshot()
        for reading in (joined, snapshot):
            if reading is not None and is_object(reading):
                return reading
        if joined is not None:
            mended = _without_repeat(joined)
            if mended is not None:
                return mended
        return self._whole or text.text()

    def message(self) -> Any:
        """The call as it stands in a message."""
        if "custom" in self._outer:
            values = {**self._function, "input": self.text.text()}
            values.pop("arguments", None)
            return {**self._outer, "custom": values}
        if self._function.get("arguments") is not None:
            self._function["arguments"] = self.arguments()
        return call_in_service_order(self._outer)


def _as_function(custom: Any) -> dict[str, Any]:
    """A custom tool's call as a function's: its input stands for the arguments."""
    values = json_values(custom)
    if not isinstance(values, dict):
        return _NOTHING
    return {("arguments" if key == "input" else key): value for key, value in values.items()}


def _without_repeat(text: str) -> str | None:
    """The arguments when a service sent them twice over, or an empty object before them; None otherwise."""
    try:
        first, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    rest = text[end:].strip()
    if rest == text[:end].strip() or (first == {} and is_object(rest)):
        return rest
    return None


def _keep(into: dict[str, Any], values: dict[str, Any], received: Keys, *, besides: str) -> None:
    """Keep every key; a later value replaces an earlier one unless it is empty, or the key names the call."""
    for key, value in values.items():
        if value is None:
            if key not in into and key in received:
                into[key] = None
        elif key not in into or (value != "" and key != besides and (key not in _FIRST or into[key] in ("", None))):
            into[key] = value
