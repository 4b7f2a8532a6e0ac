"""The assistant message put together from the deltas of a stream, each field in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minimax_nb.think import split_think

from .details import DetailsAssembler
from .plain import open_object, plain
from .snapshots import Mode, TextField
from .toolcalls import ToolCallAssembler

if TYPE_CHECKING:
    from minimax_nb.events import StreamEvent

    from .narrator import Narrator
    from .plain import Keys

_TEXTS = ("reasoning_content", "reasoning")
_ASSEMBLED = frozenset({"content", "tool_calls", "reasoning_details", *_TEXTS})
_CONSTANT = frozenset({"role", "name"})


class DeltaAssembler:
    """The message of one reply, fed with deltas."""

    def __init__(self) -> None:
        self._texts = {key: TextField() for key in ("content", *_TEXTS)}
        self._content = self._texts["content"]
        self._details = DetailsAssembler()
        self._calls = ToolCallAssembler()
        # Every other value as it came, by key. A key whose text or list is assembled elsewhere stands here with the
        # first value that came, so that the message has all keys that were received and no others.
        self._others: dict[str, _Values] = {}

    def feed(self, item: Any, narrator: Narrator, events: list[StreamEvent]) -> tuple[bool, bool]:
        """Take a delta, a dict or an SDK object, and tell the narrator.

        Returns:
            Whether the reply grew, and whether its thinking did.
        """
        declared, unknown, received = open_object(item)
        delta = self._sort(declared, received, {})
        if unknown:
            self._sort(unknown, unknown.keys(), delta)
        grew = thought = False
        details = delta.get("reasoning_details")
        if details and isinstance(details, list):
            grew = thought = self._feed_details(details, narrator, events)
        for key in _TEXTS:
            text = delta.get(key)
            if text and isinstance(text, str):
                field = self._texts[key]
                thought = (text != field.last) | thought
                grew = True
                narrator.reasoning(key, field.feed(text), field.text, events)
        text = delta.get("content")
        if text and isinstance(text, str):
            grew = True
            thought |= narrator.content(self._content.feed(text), self._content.text, events)
        calls = delta.get("tool_calls")
        if calls and isinstance(calls, list):
            grew = True
            for entry in calls:
                narrator.tool_call(self._calls.feed(entry), events)
        return grew, thought

    def _sort(self, values: dict[str, Any], received: Keys, assembled: dict[str, Any]) -> dict[str, Any]:
        """Add the values that are assembled to ``assembled``, and keep the others."""
        others = self._others
        for key, value in values.items():
            if value is None:
                if key not in others and key in received:
                    others[key] = _Values(None)
                continue
            if key in _ASSEMBLED:
                assembled[key] = value
            if key not in others:
                others[key] = _Values(value)
            elif key not in _ASSEMBLED:
                kept = others[key]
                if type(value) is str and value == kept.last:  # role and name, on every chunk
                    kept.times += 1
                else:
                    kept.add(value)
        return assembled

    def message(self) -> dict[str, Any]:
        """The message so far, with the keys that were received."""
        fields = [*self._texts.values(), *self._details.fields(), *self._calls.fields()]
        evidence = sum(field.evidence for field in fields if field.mode is not Mode.INCREMENTS)
        message = {key: _merged(key, values.all(), evidence) for key, values in self._others.items()}
        known = self._thinking_known()
        for key, field in self._texts.items():
            if field.last:
                message[key] = field.text(evidence, known if key != "content" else ())
        if self._details.received:
            message["reasoning_details"] = self._details.message(evidence, known)
        if len(self._calls):
            message["tool_calls"] = self._calls.message()
        return message

    def _thinking_known(self) -> tuple[str, ...]:
        """The thinking in those places where its pieces can be read in one way only.

        It decides elsewhere: some routes repeat a short ``reasoning_content`` on every chunk of the answer.
        """
        fields = [*(self._texts[key] for key in _TEXTS), *self._details.fields()]
        if all(field.mode is not Mode.OPEN or field.is_single for field in fields):
            return ()
        known = [field.text() for field in fields if field.mode is not Mode.OPEN or field.is_single]
        if self._content.mode is Mode.INCREMENTS or self._content.is_single:
            known.append(split_think(self._content.text()).reasoning)
        return tuple(text for text in known if text)

    def _feed_details(self, details: list[Any], narrator: Narrator, events: list[StreamEvent]) -> bool:
        said = self._details.feed(details)
        narrator.reasoning("reasoning_details", None if said is None else said[0], self._details.said, events)
        return said is None or said[1]


class _Values:
    """The values that came for one key, in order; the repetitions of a text at the end are counted, not kept.

    Attributes:
        last: the latest value.
        times: how often it came in a row.
    """

    __slots__ = ("_before", "last", "times")

    def __init__(self, value: Any) -> None:
        self.last = value
        self.times = 1
        self._before: list[Any] = []

    def add(self, value: Any) -> None:
        """Take a value that is no repetition."""
        self._before += [self.last] * self.times
        self.last, self.times = value, 1

    def all(self) -> list[Any]:
        """The values; a single one stands for any number of equal ones."""
        return [*self._before, *[self.last] * self.times] if self._before else [self.last]


def _merged(key: str, values: list[Any], evidence: int) -> Any:
    """One value of all that came for a key that this library does not know."""
    values = [plain(value) for value in values if value is not None]
    filled = [value for value in values if value not in ("", [], {})]
    if not filled:
        return values[-1] if values else None
    first = filled[0]
    if key in _CONSTANT or all(value == first for value in filled):
        return filled[-1]
    if all(isinstance(value, str) for value in filled):
        field = TextField()
        for value in filled:
            field.feed(value)
        return field.text(evidence + field.evidence)
    if all(isinstance(value, list) for value in filled):
        return [item for value in filled for item in value]
    return filled[-1]
