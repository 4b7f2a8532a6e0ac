"""Chunks put together, and what somebody hears who knows the events alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from openai.types.chat import ChatCompletionChunk

from minimax_nb.message.events import ReasoningDelta, Rewritten, StreamEvent, TextDelta, ToolCallDelta
from minimax_nb.stream.accumulator import StreamAccumulator

from .wire import DETAIL, chunk

if TYPE_CHECKING:
    from minimax_nb.message.reply import Reply

DETAILED = {"completion_tokens_details": {"reasoning_tokens": 5}, "prompt_tokens_details": {"cached_tokens": 7}}
USAGE = {"total_tokens": 30, "prompt_tokens": 10, "completion_tokens": 20}
NATIVE = [chunk({"content": "<think>\na"}), chunk({"content": "\n</think>\n\nHi"}), chunk({"content": "!"}, "stop")]
SPLIT = [
    chunk({"reasoning_content": "a", "reasoning_details": [{**DETAIL, "text": "a"}]}),
    chunk({"content": "Hi"}),
    chunk({"content": "!"}, "stop"),
]


def accumulated(chunks: list[Any], **options: Any) -> tuple[Reply, list[StreamEvent]]:
    acc = StreamAccumulator(**options)
    events = [event for item in chunks for event in acc.feed(item)]
    reply = acc.finish()
    return reply, events + acc.settle()


def heard(events: list[StreamEvent]) -> tuple[str, str, list[str]]:
    """What somebody who only listens to the events knows: thinking, answer, arguments of each call."""
    reasoning, content, arguments = "", "", []
    for event in events:
        match event:
            case ReasoningDelta(text):
                reasoning += text
            case TextDelta(text):
                content += text
            case Rewritten(reasoning, content):
                pass
            case ToolCallDelta(position):
                arguments += [""] * (position + 1 - len(arguments))
                arguments[position] += event.arguments
    return reasoning, content, arguments


def as_objects(chunks: list[dict[str, Any]]) -> list[ChatCompletionChunk]:
    return [ChatCompletionChunk.construct(**json.loads(json.dumps(item))) for item in chunks]


def same(streamed: Reply, unstreamed: Reply) -> None:
    assert streamed.message == unstreamed.message
    assert streamed == unstreamed
