"""Replies written as streams, in every form that the service and its gateways use; knows nothing of the library."""

from __future__ import annotations

import json
from itertools import pairwise, zip_longest
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

HEAD = {"id": "0" * 32, "created": 1, "model": "MiniMax-M2.7", "object": "chat.completion.chunk"}
DETAIL = {"type": "reasoning.text", "id": "reasoning-text-1", "format": "MiniMax-response-v1", "index": 0}
CONSTANT = {"role": "assistant", "name": "MiniMax AI", "audio_content": ""}

FRAGMENTS = [
    "<think>",
    "</think>",
    "<mm:think>",
    "</mm:think>",
    "<",
    "</",
    "`",
    "```\n",
    "\n",
    " ",
    "a",
    "haha",
    "----",
]
texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=6), max_size=10).map("".join)
extras = st.dictionaries(
    st.sampled_from(["audio_id", "grounding", "x"]),
    st.none() | st.booleans() | st.integers() | st.sampled_from(["s", ""]) | st.just({"deep": [1, None]}),
    max_size=2,
)
calls = st.lists(
    st.tuples(
        st.sampled_from(["get_weather", "f"]), st.dictionaries(st.text(max_size=6), st.text(max_size=12), max_size=3)
    ),
    max_size=3,
)


@st.composite
def messages(draw: st.DrawFn) -> dict[str, Any]:
    """Any assistant message, its keys in the service's order."""
    message: dict[str, Any] = {"content": draw(texts), **CONSTANT}
    asked = draw(calls)
    if asked:
        message["tool_calls"] = [
            {
                "id": f"call_function_{number}",
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(values, ensure_ascii=False)},
                "index": number,
            }
            for number, (name, values) in enumerate(asked)
        ]
    thinking = draw(texts)
    if draw(st.booleans()):
        message["content"] = f"<think>\n{thinking}\n</think>\n\n{message['content']}"
    for key in draw(st.sets(st.sampled_from(["reasoning_content", "reasoning", "reasoning_details"]))):
        message[key] = [{**DETAIL, "text": thinking}] if key == "reasoning_details" else thinking
    order = ["content", "role", "name", "tool_calls", "audio_content", "reasoning_content", "reasoning"]
    ordered = {key: message[key] for key in [*order, "reasoning_details"] if key in message}
    return {**ordered, **draw(extras)}


def completion(message: dict[str, Any], finish: str = "stop") -> dict[str, Any]:
    """The message as it comes when it is not streamed."""
    choice = {"finish_reason": finish, "index": 0, "message": message}
    return {**HEAD, "object": "chat.completion", "choices": [choice]}


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **other: Any) -> dict[str, Any]:
    """One chunk with this delta."""
    ending = {} if finish is None else {"finish_reason": finish}
    return {**HEAD, "choices": [{"index": 0, "delta": delta, **ending}], **other}


def cut(draw: st.DrawFn, text: str, most: int = 6) -> list[str]:
    """The text in pieces, some perhaps empty."""
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=most)))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def grown(pieces: list[str]) -> list[str]:
    """The same pieces as growing snapshots."""
    return ["".join(pieces[: number + 1]) for number in range(len(pieces))]


def told_apart(streams: list[list[str]], *, snapshots: bool) -> bool:
    """Whether nobody could mistake these fields' pieces, increments or snapshots, for the other kind.

    Increments are mistaken only if every piece happens to begin with the one before. Snapshots are recognised when they
    repeat enough text that is no mere pattern.
    """
    repeated = 0
    for stream in streams:
        pieces = [piece for piece in stream if piece]
        pairs = list(pairwise(pieces))
        grows = all(after.startswith(before) for before, after in pairs)
        if not snapshots:
            if len(pieces) > 1 and grows and len("".join(pieces)) > 7:
                return False
            continue
        steps = [before for before, after in pairs if after != (before * len(after))[: len(after)]]
        if pairs and not steps:
            return False
        repeated += sum(map(len, steps))
    return not snapshots or repeated >= 8 or all(len([p for p in stream if p]) < 2 for stream in streams)


@st.composite
def streams(draw: st.DrawFn, message: dict[str, Any], *, snapshots: bool = False) -> list[dict[str, Any]]:
    """The message as chunks, cut anywhere, thinking before the answer, calls between them in any rhythm."""
    deltas: list[dict[str, Any]] = []
    told: list[list[str]] = []

    def pieces(text: str) -> list[str]:
        found = cut(draw, text)
        told.append(grown(found) if snapshots else found)
        return told[-1]

    structured = {
        key: message[key] for key in ("reasoning_content", "reasoning", "reasoning_details") if key in message
    }
    if structured:
        whole = next(iter(structured.values()))
        for piece in pieces(whole[0]["text"] if isinstance(whole, list) else whole):
            delta: dict[str, Any] = {}
            for key, value in structured.items():
                delta[key] = [{**DETAIL, "text": piece}] if isinstance(value, list) else piece
            deltas.append(delta)
    answer = [{"content": piece} for piece in pieces(message["content"])]
    mirrored = draw(st.booleans()) and bool(deltas)
    if mirrored:
        deltas = [{**thought, **said} for thought, said in zip_longest(deltas, answer, fillvalue={})]
    else:
        deltas += answer
    for entry in message.get("tool_calls", ()):
        function, index = entry["function"], entry["index"]
        deltas.append({"tool_calls": [{**entry, "function": {**function, "arguments": ""}}]})
        for piece in cut(draw, function["arguments"]):
            deltas.append({"tool_calls": [{"function": {"arguments": piece}, "index": index}]})
    rest = {key: value for key, value in message.items() if key not in {"content", "tool_calls", *structured}}
    chunks = [chunk({**rest, **delta}) for delta in deltas]
    chunks += draw(st.sampled_from([[chunk(None, "stop")], [chunk({}, "stop")], [chunk(dict(CONSTANT), "stop")]]))
    if not told_apart(told, snapshots=snapshots):
        reject()
    return chunks
