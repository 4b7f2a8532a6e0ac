"""What it costs to put a streamed reply together: this library beside the SDK's own stream helper.

Run it with ``python tests/benchmarks/accumulator.py``. Each row feeds the same chunks, made beforehand, so neither the
wire nor the parsing of JSON is in the figures, and the empty loop is taken off. "touch" only reads each chunk's delta,
key by key, as any reader must: made beforehand, 100,000 chunks fill more memory than the processor's nearest caches
hold, so what "touch" grows by from row to row is the cost of this benchmark's own pile, not of putting it together.

The actions take turns and the best run of each counts. On a machine that others use as well, compare them with each
other within one row, not with a figure of another hour.

The last lines show the growth without that pile: each chunk is made just before it is fed, as a client makes it from
the wire. The clock around each single chunk makes these figures higher than those of the table.
"""

from __future__ import annotations

import gc
import time
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

from openai.lib.streaming.chat._completions import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk

from minimax_nb.stream import StreamAccumulator

if TYPE_CHECKING:
    from collections.abc import Callable

LENGTHS = (1_000, 10_000, 100_000)
HELPER_LIMIT = 10_000  # the helper takes too long beyond
SENTENCE = "The sum of two odd numbers is even because each leaves one over and the two ones make a pair . "
WORDS = SENTENCE.split(" ")


def chunks(form: str, length: int) -> list[dict[str, Any]]:
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
    made = []
    for number in range(length):
        text = f"{WORDS[number % len(WORDS)]} "
        thinking = number < length // 3
        if form == "native":
            opening = "<think>\n" if number == 0 else "\n</think>\n\n" if number == length // 3 else ""
            delta: dict[str, Any] = {"content": opening + text, **same}
        elif form == "tools" and not thinking:
            function = {"arguments": '{"q": "' if number == length // 3 else text}
            delta = {**same, "tool_calls": [{"index": 0, "function": function}]}
        elif thinking:
            detail = {"type": "reasoning.text", "id": "reasoning-text-1", "format": "MiniMax-response-v1", "index": 0}
            delta = {**same, "reasoning_content": text, "reasoning_details": [{**detail, "text": text}]}
        else:
            delta = {"content": text, **same}
        made.append({**head, "choices": [{"index": 0, "delta": delta}]})
    made[-1]["choices"][0]["finish_reason"] = "stop"
    return made


def seconds(actions: list[Callable[[], object]], repeats: int) -> list[float]:
    """The best of some runs of each action, in turns, without the garbage collector."""
    best = [float("inf")] * len(actions)
    for _ in range(repeats):
        for number, action in enumerate(actions):
            gc.collect()
            gc.disable()
            begin = time.perf_counter()
            action()
            best[number] = min(best[number], time.perf_counter() - begin)
            gc.enable()
    return best


def iterate(items: list[Any]) -> None:
    """The loop alone."""
    for _ in items:
        pass


def touch(items: list[Any]) -> None:
    """Read every value of every delta, of SDK objects."""
    for item in items:
        delta = item.choices[0].delta
        for part in (delta.__dict__, delta.__pydantic_extra__):
            for _ in part.values():
                pass


def accumulate(items: list[Any]) -> None:
    """This library."""
    acc = StreamAccumulator()
    for item in items:
        acc.feed(item)
    acc.finish()


def as_they_come(items: list[dict[str, Any]]) -> tuple[float, float]:
    """µs a chunk (median) for the first and the last 1,000 chunks of the answer, each made just before it is fed."""
    acc, took = StreamAccumulator(), []
    gc.disable()
    for item in items:
        chunk = ChatCompletionChunk.construct(**item)
        begin = time.perf_counter()
        acc.feed(chunk)
        took.append(time.perf_counter() - begin)
    gc.enable()
    answer = took[len(took) // 3 :]
    return median(answer[:1_000]) * 1e6, median(answer[-1_000:]) * 1e6


def accumulate_with_helper(items: list[Any]) -> None:
    """What ``client.chat.completions.stream`` does with each chunk."""
    state: Any = ChatCompletionStreamState()
    for item in items:
        list(state.handle_chunk(item))


def main() -> None:
    """Print the table."""
    print(f"{'form':8} {'chunks':>8} {'touch':>8} {'SDK objects':>12} {'dicts':>8} {'openai helper':>14}   µs a chunk")
    for form in ("split", "native", "tools"):
        for length in LENGTHS:
            dicts = chunks(form, length)
            objects = [ChatCompletionChunk.construct(**chunk) for chunk in dicts]
            actions: list[Callable[[], object]] = [
                partial(iterate, objects),
                partial(touch, objects),
                partial(accumulate, objects),
                partial(accumulate, dicts),
            ]
            base, *took = seconds(actions, max(3, min(30, 100_000 // length)))
            if length <= HELPER_LIMIT:
                took += seconds([partial(accumulate_with_helper, objects)], 2)
            row = [f"{(one - base) / length * 1e6:.2f}" for one in took] + ["-"]
            print(f"{form:8} {length:8,} {row[0]:>8} {row[1]:>12} {row[2]:>8} {row[3]:>14}", flush=True)
    for form in ("split", "native", "tools"):
        first, last = as_they_come(chunks(form, LENGTHS[-1]))
        print(f"{form:8} {LENGTHS[-1]:,} as they come: {first:.2f} at first, {last:.2f} in the end   µs a chunk")


if __name__ == "__main__":
    main()
