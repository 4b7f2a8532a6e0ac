"""What can be wrong with a history: every rule with its code, what the service answers, and the way out.

The answers are those observed on the OpenAI-compatible service in 2025 and 2026. "HTTP 200" marks what the service
takes without a word, while the model loses part of its chain of thought or a result.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

_2013 = "HTTP 400, invalid params"
_SILENT = "HTTP 200, not a word"


class Rule(NamedTuple):
    """What the service answers when a rule is broken, and how to keep it."""

    answer: str
    fix: str


RULES: dict[str, Rule] = {
    # What the list and its messages look like.
    "no-messages": Rule(f"{_2013} (2013)", "send at least one message"),
    "not-a-message": Rule(
        f"{_2013} (2013)", "a message is a dict with a role, or a message object of the openai package"
    ),
    "unknown-role": Rule(
        f"{_2013}, chat content has invalid message role (2013)", "use system, user, assistant or tool"
    ),
    "empty-message": Rule(f"{_2013}, chat content is empty (2013)", "leave the message out, or give it content"),
    "content-type": Rule(f"{_2013} (2013)", "send text: json.dumps(…) makes text of an object"),
    "broken-characters": Rule(
        f"{_2013}, Syntax error (2013), or no request at all: UTF-8 cannot carry it",
        "take the character out; repair_history puts U+FFFD in its place",
    ),
    "unsupported-part": Rule(f"{_2013} (2013)", "send text; pictures and video go to MiniMax-M3, audio to no model"),
    "broken-media": Rule(
        f"{_2013} (2013)",
        'send {"type": "image_url", "image_url": {"url": …}}, its url https, mm_file or data with the whole file',
    ),
    "too-much-media": Rule(
        f"{_2013}, or HTTP 413", "send smaller pictures (mm.picture(x, max_side=2000)), fewer, or by their address"
    ),
    "several-systems": Rule(
        f"{_2013}, chat content has invalid message role: system (2013)",
        "merge them into one system message at the start",
    ),
    "late-system": Rule(
        f"{_2013}, chat content has invalid message role: system (2013)", "move the system message to the start"
    ),
    "function-call": Rule(
        f"{_SILENT}; the call is lost", "use tool_calls and role tool; function_call is not supported"
    ),
    # Calls.
    "calls-type": Rule(f"{_2013} (2013)", "tool_calls is a list of {id, type, function: {name, arguments}}"),
    "call-without-name": Rule(f"{_2013}, function name or parameters is empty (2013)", "drop the call and its result"),
    "call-without-id": Rule(
        f"{_2013}, tool result's tool id() not found (2013)", "give the call an id, and its result the same"
    ),
    "duplicate-call-id": Rule(f"{_SILENT}; results may go to the wrong call", "give each call an id of its own"),
    "reused-call-id": Rule(f"{_SILENT}; results may go to the wrong call", "give each call an id of its own"),
    "broken-arguments": Rule(
        f"{_2013}, invalid function arguments json string (2013)", 'send the JSON text of an object, at least "{}"'
    ),
    "double-encoded-arguments": Rule(
        f"{_2013}, invalid function arguments json string (2013)", "send the text as received, without json.dumps"
    ),
    "arguments-not-object": Rule(
        f"{_2013}, invalid function arguments json string (2013)", 'send the JSON text of an object, at least "{}"'
    ),
    "arguments-not-text": Rule(f"{_2013} (2013)", "send the JSON text, not the object: json.dumps(arguments)"),
    # Results.
    "missing-result": Rule(
        f"{_2013}, tool call result does not follow tool call (2013)",
        "answer every call of the message, directly after it, also the ones that failed",
    ),
    "misplaced-result": Rule(
        f"{_2013}, tool call result does not follow tool call (2013)",
        "move it directly after the message with its call",
    ),
    "results-out-of-order": Rule(f"{_SILENT}; ids decide", "put the results in the order of the calls"),
    "orphan-result": Rule(
        f"{_2013}, tool result's tool id(…) not found (2013)", "drop it, or keep the message that called"
    ),
    "result-without-id": Rule(
        f"{_2013}, tool result's tool id() not found (2013)", "set tool_call_id to its call's id"
    ),
    "duplicate-result": Rule(
        f"{_2013}, tool call result does not follow tool call (2013)", "keep one result for each call"
    ),
    "empty-result": Rule(
        f"{_2013}, chat content is empty (2013)", 'say that the tool returned nothing, as in "(no output)"'
    ),
    # The chain of thought.
    "thinking-dropped": Rule(
        f"{_SILENT}; the model goes on without its earlier thoughts", "append the whole message as it was received"
    ),
    "thinking-edited": Rule(
        f"{_SILENT}; the model goes on from thoughts it did not have", "append the whole message as it was received"
    ),
    "message-edited": Rule(f"{_SILENT}; the model reads what it did not write", "append the whole message as received"),
    "think-unclosed": Rule(f"{_SILENT}; the thinking counts as answer", "close it with </think> before the answer"),
    "think-unopened": Rule(f"{_SILENT}; the thinking may count as answer", "open it with <think>, as it was generated"),
    "details-type": Rule(f"{_SILENT}; the thinking is lost", "reasoning_details is a list of objects, as received"),
    "details-without-text": Rule(f"{_SILENT}; the thinking is lost", "keep each entry whole, its text above all"),
    "details-bare": Rule(f"{_SILENT}; accepted so far", "keep each entry whole: type, id, format and index too"),
    "details-corrupted": Rule(
        f"{_SILENT}; the thinking may be lost",
        "take the message from minimax_nb.collect or show: a generic merge of chunks repeats type, id and format",
    ),
    "details-mismatch": Rule(f"{_SILENT}; one of the two is not what was thought", "send both as they were received"),
    "formats-mixed": Rule(
        f"{_SILENT}; the model sees some thoughts as answer, or not at all", "keep to one reasoning_split all the way"
    ),
    # Tools.
    "empty-tools": Rule("HTTP 400, Not yet implemented", "leave tools out of the request when there are none"),
    "tool-type": Rule(f"{_2013} (2013)", 'a tool is {"type": "function", "function": {"name": …, "parameters": …}}'),
    "tool-without-name": Rule(f"{_2013}, function name or parameters is empty (2013)", "name the function"),
    "tool-without-parameters": Rule(
        f"{_2013}, function name or parameters is empty (2013)",
        'send "parameters": {"type": "object", "properties": {}} for a tool without arguments',
    ),
    "duplicate-tool": Rule(f"{_SILENT}; calls cannot be told apart", "give each tool a name of its own"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a history.

    Attributes:
        index: the message's place in the list, or None where it concerns the list or the tools.
        code: the rule's stable name, a key of ``RULES``.
        message: what is wrong, in a sentence.
        answer: what the service answers, starting with the HTTP status.
        fix: what to do.
    """

    index: int | None
    code: str
    message: str
    answer: str
    fix: str

    @classmethod
    def of(cls, index: int | None, code: str, message: str) -> Self:
        """The finding for a broken rule."""
        return cls(index, code, message, RULES[code].answer, RULES[code].fix)

    @property
    def refused(self) -> bool:
        """Whether the service refuses the request; if not, it takes it and something is lost silently."""
        return self.answer.startswith("HTTP 4")

    def to_dict(self) -> dict[str, Any]:
        """A plain dict, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The value that ``to_dict`` wrote."""
        return cls(**data)

    def __str__(self) -> str:
        where = "request" if self.index is None else f"messages[{self.index}]"
        return f"{where} {self.code}: {self.message}. Service: {self.answer}. Fix: {self.fix}."
