"""What it costs to put a streamed reply together: this library beside the SDK's own stream helper.

Run it with ``python tests/benchmarks/accumulator.py``. Each row feeds the same chunks, so neither the wire nor the
parsing of JSON is in the figures, and the empty loop is taken off. The chunks are made a hundred at a time, just before
they are fed: a client never holds more, and a pile of 100,000 would measure the processor's caches. The figures of a
row are of the same batches, in turns, and the best of six passes counts for each batch. On a machine that others use as
well, compare them with each other within one row, not with a figure of another hour.

The last lines feed each chunk when it is made, as a client does. The making of chunks, which takes the SDK much longer
than feeding them takes this library, has then driven its code out of the caches, and the clock runs around each chunk:
so these figures are higher, and say how the cost grows along a stream.
"""

from __future__ import annotations

import gc
import time
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING, Any

from openai.lib.streaming.chat._completions import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk

from minimax_nb.stream.accumulator import StreamAccumulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LENGTHS = (1_000, 10_000, 100_000)
HELPER_LIMIT = 10_000  # the helper takes too long beyond
BATCH = 100
PASSES = 6
SENTENCE = "The sum of two odd numbers is even because each leaves one over and the two ones make a pair . "
WORDS = SENTENCE.split(" ")


def chunks(form: str, length: int) -> Iterator[dict[str, Any]]:
    """A stream of so many chunks in one of the forms that the service writes."""
    head: dict[str, Any] = {
        "id": "0" * 32,
        "created": 1,
        "model": "MiniMax-M2.7",
        "object": "chat.completion.chunk",
        "usage": {"total_tokens": 0, "total_characters": 0} if form == "tools" else None,
        **dict.fromkeys(("input_sensitive", "output_sensitive"), False),
        **dict.fromkeys(("input_sensitive_type", "output_sensitive_type", "output_sensitive_int"), 0),
    }
    same = {"role": "assistant", "name": "MiniMax AI", "audio_content": ""}
    for number in range(length):
        text = f"{WORDS[number % len(WORDS)]} "
        thinking = number < length // 3
        if form == "native":
            opening = "<think>\n" if number == 0 else "\n</think>\n\n" if number == length // 3 else ""
            delta: dict[str, Any] = {"content": opening + text, **same}
        elif form == "tools" and not thinking:
            if number == length // 3:
                function = {"name": "search", "arguments": '{"q": "'}
                call: dict[str, Any] = {"id": "call_0", "type": "function", "function": function, "index": 0}
            else:
                call = {"index": 0, "function": {"arguments": text}}
            delta = {**same, "tool_calls": [call]}
        elif thinking:
            detail = {"type": "reasoning.text", "id": "reasoning-text-1", "format": "MiniMax-response-v1", "index": 0}
            delta = {**same, "reasoning_content": text, "reasoning_details": [{**detail, "text": text}]}
        else:
            delta = {"content": text, **same}
        choice = {"index": 0, "delta": delta, **({"finish_reason": "stop"} if number == length - 1 else {})}
        yield {**head, "choices": [choice]}


def iterate(items: list[Any]) -> None:
    """The loop alone."""
    for _ in items:
        pass


def accumulator() -> Callable[[list[Any]], None]:
    """This library."""
    acc = StreamAccumulator()

    def feed(items: list[Any]) -> None:
        for item in items:
            acc.feed(item)

    return feed


def helper() -> Callable[[list[Any]], None]:
    """What ``client.chat.completions.stream`` does with each chunk."""
    state: Any = ChatCompletionStreamState()

    def feed(items: list[Any]) -> None:
        for item in items:
            list(state.handle_chunk(item))

    return feed


def seconds(feeds: dict[str, Callable[[list[Any]], None]], form: str, length: int) -> dict[str, list[float]]:
    """How long each of these takes over each batch of one stream."""
    took: dict[str, list[float]] = {name: [] for name in feeds}
    gc.collect()
    gc.disable()
    stream = chunks(form, length)
    while batch := list(islice(stream, BATCH)):
        objects = made(batch)
        for name, feed in feeds.items():
            items = batch if name == "dicts" else objects
            begin = time.perf_counter()
            feed(items)
            took[name].append(time.perf_counter() - begin)
    gc.enable()
    return took


def made(batch: Iterable[dict[str, Any]]) -> list[ChatCompletionChunk]:
    """The chunks as the SDK makes them."""
    return [ChatCompletionChunk.construct(**chunk) for chunk in batch]


def row(form: str, length: int) -> str:
    """The figures of one stream, in µs a chunk: each batch takes as long as in the best of some passes."""
    best: dict[str, list[float]] = {}
    for number in range(PASSES):
        feeds = {"loop": iterate, "objects": accumulator(), "dicts": accumulator()}
        if length <= HELPER_LIMIT and number < 2:
            feeds["helper"] = helper()
        for name, took in seconds(feeds, form, length).items():
            best[name] = list(map(min, took, best.get(name, took)))
    figures = {name: (sum(took) - sum(best["loop"])) / length * 1e6 for name, took in best.items()}
    shown = f"{figures['helper']:14.2f} {figures['helper'] / figures['objects']:7.1f}" if "helper" in figures else ""
    return f"{form:8} {length:8,} {figures['objects']:12.2f} {figures['dicts']:8.2f} {shown}"


def as_they_come(form: str, length: int) -> tuple[float, float]:
    """µs a chunk (median) for the first and the last 1,000 chunks of the answer, each made just before it is fed."""
    acc, took = StreamAccumulator(), []
    gc.disable()
    for item in chunks(form, length):
        chunk = ChatCompletionChunk.construct(**item)
        begin = time.perf_counter()
        acc.feed(chunk)
        took.append(time.perf_counter() - begin)
    gc.enable()
    answer = took[len(took) // 3 :]
    return median(answer[:1_000]) * 1e6, median(answer[-1_000:]) * 1e6


def main() -> None:
    """Print the table."""
    print(f"{'form':8} {'chunks':>8} {'SDK objects':>12} {'dicts':>8} {'openai helper':>14} {'ratio':>7}   µs a chunk")
    for form in ("split", "native", "tools"):
        for length in LENGTHS:
            print(row(form, length), flush=True)
    for form in ("split", "native", "tools"):
        first, last = as_they_come(form, LENGTHS[-1])
        print(f"{form:8} {LENGTHS[-1]:,} as they come: {first:.2f} at first, {last:.2f} in the end   µs a chunk")


if __name__ == "__main__":
    main()
