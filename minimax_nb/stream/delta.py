"""The assistant message put together from the deltas of a stream, each field in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minimax_nb.message.parts import part_text, part_thinking, thinking_text
from minimax_nb.message.sdk_objects import json_values, open_object
from minimax_nb.message.think import split_think

from .delta_fingerprint import ASSEMBLED, DeltaFingerprint, assembled_in
from .details import DetailsAssembler
from .growing import GrowingList, GrowingObject
from .textfield import Mode, TextField
from .toolcalls import ToolCallAssembler

if TYPE_CHECKING:
    from minimax_nb.message.events import StreamEvent
    from minimax_nb.message.sdk_objects import Keys

    from .event_emitter import EventEmitter

_TEXTS = ("reasoning_content", "reasoning")
_CONSTANT = frozenset({"role", "name"})
_PATIENCE = 8
"""After so many deltas in a row that were all different, most are no longer compared with the one before."""


class DeltaAssembler:
    """The message of one reply, fed with deltas."""

    def __init__(self) -> None:
        self._texts = {key: TextField() for key in ("content", *_TEXTS)}
        self._content = self._texts["content"]
        self._parts: dict[str, GrowingList] = {}  # of the texts, those that came as lists of parts
        self.error: Any = None  # what some gateways put beside the content
        self._details = DetailsAssembler()
        self._calls = ToolCallAssembler()
        # Every other value as it came, by key. A key whose text or list is assembled elsewhere stands here with the
        # first value that came, so that the message has all keys that were received and no others.
        self._others: dict[str, _Values] = {}
        self._fingerprint: DeltaFingerprint | None = None  # of the latest delta
        self._strangers = 0  # how many deltas in a row had another fingerprint than the one before

    def feed(self, item: Any, emitter: EventEmitter, events: list[StreamEvent]) -> tuple[bool, bool]:
        """Take a delta, a dict or an SDK object, and tell the emitter.

        Returns:
            Whether the reply grew, and whether its thinking did.
        """
        declared, unknown, received = open_object(item)
        fingerprint = self._fingerprint
        if fingerprint is not None and fingerprint.is_that_of(item, declared, unknown, received):
            fingerprint.repetitions += 1
            assembled = fingerprint.assembled
        else:
            self._keep_others(declared, unknown, received)
            assembled = assembled_in(declared, unknown, received)
            worth_it = self._strangers < _PATIENCE or self._strangers % _PATIENCE == 0
            self._fingerprint = DeltaFingerprint(item, declared, unknown, received, assembled) if worth_it else None
        grew = thought = False
        for key, apart in assembled:
            value = unknown[key] if apart else declared.get(key)
            if not value:
                continue
            if key == "content":
                if isinstance(value, str) and "content" not in self._parts:
                    grew = True
                    said = self._content.feed(value)
                    if said is None:
                        emitter.content_anew(self._content.text(), events)
                    elif said and emitter.content(said, events):
                        thought = True
                elif isinstance(value, str | list | dict):
                    grew = True
                    thought = self._feed_parts(key, value, emitter, events) or thought
            elif key in _TEXTS:
                if not isinstance(value, str) or key in self._parts:
                    if isinstance(value, str | list | dict):
                        grew = thought = self._feed_parts(key, value, emitter, events) or thought
                else:
                    field = self._texts[key]
                    if value != field.last:
                        thought = True
                    grew = True
                    said = field.feed(value)
                    if said is None:
                        emitter.reasoning_anew(key, field.text, events)
                    elif said:
                        emitter.reasoning(key, said, events)
            elif key == "tool_calls":
                if isinstance(value, list):
                    grew = True
                    for entry in value:
                        emitter.tool_call(self._calls.feed(entry), events)
            else:
                listed = value if isinstance(value, list) else [value]
                if not isinstance(value, int | float):
                    said, grew = self._details.feed(listed)
                    thought = grew
                    if said is None:
                        emitter.reasoning_anew(key, self._details.said, events)
                    elif said:
                        emitter.reasoning(key, said, events)
        return grew, thought

    def _feed_parts(
        self, key: str, value: str | list[Any] | dict[str, Any], emitter: EventEmitter, events: list[StreamEvent]
    ) -> bool:
        """Take a text that comes as a list of parts, or as text after one; returns whether thinking was in it."""
        growing = self._parts.get(key)
        if growing is None:
            growing = self._parts[key] = GrowingList()
            if self._texts[key].last:
                growing.feed([{"type": "text", "text": self._texts[key].text()}])
        listed = [{"type": "text", "text": value}] if isinstance(value, str) else value
        parts = [json_values(part) for part in (listed if isinstance(listed, list) else [listed])]
        growing.feed(parts)
        thought = False
        for part in parts:
            if not isinstance(part, dict):
                continue
            if text := part_thinking(part) if key == "content" else thinking_text(part):
                thought = True
                emitter.reasoning("parts" if key == "content" else key, text, events)
            elif key == "content" and (text := part_text(part)):
                thought = emitter.content(text, events) or thought
        return thought

    def _keep_others(self, declared: dict[str, Any], unknown: dict[str, Any], received: Keys) -> None:
        """Keep what is not assembled."""
        repeated = self._count_repetitions()
        self._strangers = 0 if repeated else self._strangers + 1
        others = self._others
        for values, there in ((declared, received), (unknown, unknown.keys())):
            for key, value in values.items():
                if value is None and key not in there:
                    continue
                if key == "error" and value:
                    self.error = value
                if key not in others:
                    others[key] = _Values(value)
                elif value is not None and key not in ASSEMBLED:
                    others[key].add(value)

    def _count_repetitions(self) -> bool:
        """Count the values of the deltas that were passed over because the latest fingerprint says all of them.

        Returns:
            Whether there were any.
        """
        fingerprint = self._fingerprint
        if fingerprint is None or not fingerprint.repetitions:
            return False
        for key in fingerprint.texts:
            self._others[key].times += fingerprint.repetitions
        fingerprint.repetitions = 0
        return True

    def message(self) -> dict[str, Any]:
        """The message so far, with the keys that were received."""
        self._count_repetitions()
        fields = [*self._texts.values(), *self._details.fields(), *self._calls.fields()]
        evidence = sum(field.evidence for field in fields if field.mode is not Mode.INCREMENTS)
        message = {key: _merged(key, values.all(), evidence) for key, values in self._others.items()}
        known = self._thinking_known()
        for key, field in self._texts.items():
            if field.last:
                message[key] = field.text(evidence, known if key != "content" else ())
        for key, parts in self._parts.items():
            message[key] = parts.value(evidence)
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
        """Take the next value."""
        if type(value) is str and value == self.last:
            self.times += 1
        else:
            self._before += [self.last] * self.times
            self.last, self.times = value, 1

    def all(self) -> list[Any]:
        """The values; a single one stands for any number of equal ones."""
        return [*self._before, *[self.last] * self.times] if self._before else [self.last]


def _merged(key: str, values: list[Any], evidence: int) -> Any:
    """One value of all that came for a key that this library does not know."""
    values = [json_values(value) for value in values if value is not None]
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
    if all(isinstance(value, dict) for value in filled):
        whole = GrowingObject()
        for value in filled:
            whole.feed(value)
        return whole.value(evidence)
    return filled[-1]
