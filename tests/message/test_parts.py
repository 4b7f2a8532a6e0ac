"""One reading of a message: every way in which thinking and answer stand in it, and everybody reads the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import minimax_nb as mm
from minimax_nb.message.parts import read_message
from minimax_nb.steps.exchanges import Recollection

from ..support.wire import DETAIL, chunk, completion

CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize(
    ("message", "reasoning", "content"),
    [
        ({"content": "<think>\na\n</think>\n\nHi"}, "a", "Hi"),
        ({"content": "Hi", "reasoning_content": "a"}, "a", "Hi"),
        ({"content": "Hi", "reasoning": "a"}, "a", "Hi"),
        ({"content": "Hi", "reasoning_details": [{**DETAIL, "text": "a"}]}, "a", "Hi"),
        ({"content": "Hi", "reasoning_details": [{"text": "a"}, {"data": "x"}, {"text": "b"}]}, "a\n\nb", "Hi"),
        ({"content": "Hi", "reasoning_details": [{"text": "a"}, {"text": " b"}]}, "a b", "Hi"),
        ({"content": "Hi", "reasoning": "ab", "reasoning_details": [{"text": "a"}, {"text": "b"}]}, "ab", "Hi"),
        ({"content": "<think>b</think>Hi", "reasoning_content": "a"}, "a", "Hi"),
        (
            {"content": "Hi", "reasoning": "c", "reasoning_content": "b", "reasoning_details": [{"text": "a"}]},
            "a",
            "Hi",
        ),
        ({"content": "<think>b</think>Hi", "reasoning_content": "", "reasoning_details": []}, "b", "Hi"),
        ({"content": "a</think>Hi", "reasoning_content": " "}, "a", "Hi"),
        ({"content": "a</think>Hi", "reasoning_content": "b"}, "b", "a</think>Hi"),
        ({"content": "Hi", "reasoning_content": "a\n</think>"}, "a", "Hi"),
        ({"content": None}, "", ""),
        ({}, "", ""),
        ({"content": [{"type": "text", "text": "H"}, {"type": "x"}, {"text": "i"}]}, "", "Hi"),
        ({"content": "\n", "reasoning": 3, "reasoning_details": 4}, "", "\n"),
        # What has another type than documented, but says what it means.
        ({"content": "Hi", "reasoning_details": "a"}, "a", "Hi"),
        ({"content": "Hi", "reasoning_details": {"text": "a"}}, "a", "Hi"),
        ({"content": "Hi", "reasoning_details": ["a ", {"text": "b"}]}, "a b", "Hi"),
        ({"content": "Hi", "reasoning_details": [{"type": "reasoning.summary", "summary": "a"}]}, "a", "Hi"),
        ({"content": "Hi", "reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}]}, "", "Hi"),
        # The same thinking twice, one of them cut off: the whole one counts; one that merely repeats does not.
        ({"content": "Hi", "reasoning_details": [{"text": "a b"}], "reasoning_content": "a b c"}, "a b c", "Hi"),
        ({"content": "Hi", "reasoning_details": [{"text": "a"}], "reasoning_content": "aaa"}, "a", "Hi"),
        # Tags around the thinking of a field.
        ({"content": "Hi", "reasoning": "<think>\na\n</think>"}, "a", "Hi"),
        ({"content": "Hi", "reasoning_details": [{"text": "a"}, {"text": " b\n</mm:think>\n"}]}, "a b", "Hi"),
        ({"content": "Hi", "reasoning_content": "a</thinking>"}, "a", "Hi"),
        # Parts of other servers.
        ({"content": [{"type": "thinking", "thinking": "a"}, {"type": "text", "text": "Hi"}]}, "a", "Hi"),
        ({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "a"}]}]}, "a", ""),
        ({"content": [{"type": "reasoning", "text": "a"}, {"type": "output_text", "text": "Hi"}]}, "a", "Hi"),
        ({"content": [{"type": "text", "text": "<think>a</th"}, {"type": "text", "text": "ink>Hi"}]}, "a", "Hi"),
        (
            {"content": [{"type": "thinking", "thinking": "a"}, {"type": "text", "text": "Hi"}], "reasoning": "b"},
            "b",
            "Hi",
        ),
        # Other families of tags, and one closed by another.
        ({"content": "<thinking>a</thinking>Hi"}, "a", "Hi"),
        ({"content": "a</thinking>Hi"}, "a", "Hi"),
        ({"content": "<think>a</thinking>Hi"}, "a", "Hi"),
        ({"content": "<thinking>a</think>Hi"}, "a", "Hi"),
        ({"content": "<think>a</thinking>b</think>Hi"}, "a</thinking>b", "Hi"),
        ({"content": "<think>a</think><mm:think>b</think>Hi"}, "a\n\nb", "Hi"),
        # What models leave behind their answer.
        ({"content": "Hi\n]<]minimax[>[</tool_call>"}, "", "Hi"),
        ({"content": "<think>a</think>Hi ]<]minimax[>["}, "a", "Hi"),
        ({"content": "Hi</minimax:tool_call>\n"}, "", "Hi"),
        ({"content": "Hi\n</tool_call>\n</tool_call>"}, "", "Hi"),
        ({"content": "Hi[e~["}, "", "Hi"),
        ({"content": "The tag is `</tool_call>`"}, "", "The tag is `</tool_call>`"),
        ({"content": "It ends with </tool_call>"}, "", "It ends with </tool_call>"),
        ({"content": "<tool_call>f</tool_call>"}, "", "<tool_call>f</tool_call>"),
        ({"content": "a list[>["}, "", "a list[>["),
    ],
)
def test_thinking_is_counted_once_wherever_it_stands(message: dict[str, Any], reasoning: str, content: str) -> None:
    assert read_message(message)[:2] == (reasoning, content)


TEXTS = st.sampled_from(["", "a", "one ", "two", "\n", " ", "Let me", "Let me see.", "a\n\nb", "`</think>`"]) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6
)
TAGGED = st.lists(
    TEXTS
    | st.sampled_from(
        [
            *("<think>", "</think>", "<mm:think>", "</mm:think>", "<thinking>", "</thinking>"),
            "]<]minimax[>[</tool_call>",
        ]
    ),
    max_size=6,
).map("".join)
ENTRY = st.one_of(
    TAGGED.map(lambda text: {"text": text}),
    TAGGED.map(lambda text: {**DETAIL, "text": text}),
    TEXTS.map(lambda text: {"type": "reasoning.summary", "summary": text}),
    st.just({"type": "reasoning.encrypted", "data": "gAAAA"}),
    st.just({"type": "reasoning.text"}),
    TEXTS,
    st.none(),
)
PART = st.one_of(
    TAGGED.map(lambda text: {"type": "text", "text": text}),
    TEXTS.map(lambda text: {"type": "thinking", "thinking": text}),
    TEXTS.map(lambda text: {"type": "thinking", "thinking": [{"type": "text", "text": text}]}),
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": TAGGED | st.none() | st.lists(PART, max_size=4)},
    optional={
        "reasoning_content": TAGGED,
        "reasoning": TAGGED,
        "reasoning_details": st.lists(ENTRY, max_size=3) | TEXTS | ENTRY,
        "tool_calls": st.just([CALL]),
    },
)


def loosely(text: str) -> str:
    """The text but for its blanks, which a repair may trim around a tag."""
    return "".join(text.split())


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(MESSAGE)
def test_everybody_reads_the_same(message: dict[str, Any]) -> None:
    details = message.get("reasoning_details")
    for number, entry in enumerate(details if isinstance(details, list) else []):
        if isinstance(entry, dict) and "index" in entry:  # two at one index are one entry of a stream
            entry.update(index=number, id=f"reasoning-text-{number + 1}")
    reading = read_message(message)
    completion_ = mm.collect(completion(message, "stop"))
    assert (completion_.reasoning, completion_.content) == reading[:2]
    streamed = mm.collect([chunk(message), chunk({}, "stop")])
    assert (streamed.reasoning, streamed.content) == reading[:2]
    steps = {step.kind: step.text for step in mm.Trace([message]).steps}
    assert steps.get("think", "") == (reading.reasoning if reading.reasoning.strip() else "")
    assert steps.get("answer", "") == (reading.content if reading.content.strip() else "")
    (exchange,) = Recollection().exchanges([message])
    assert exchange.reply is not None
    assert (exchange.reply.reasoning, exchange.reply.content) == reading[:2]


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(MESSAGE, min_size=1, max_size=3))
def test_a_repair_changes_no_thinking_and_leaves_nothing_to_find(messages: list[dict[str, Any]]) -> None:
    history: list[dict[str, Any]] = [{"role": "user", "content": "Q"}]
    for number, message in enumerate(messages):
        if "tool_calls" in message:
            entry = {**CALL, "id": f"c{number}"}
            history += [
                {**message, "tool_calls": [entry]},
                {"role": "tool", "tool_call_id": f"c{number}", "content": "r"},
            ]
        else:
            history.append(message)
    before = json.dumps(history)
    mended = mm.repair_history(history)
    assert json.dumps(history) == before
    # Thinking that is gone cannot be made up; everything else is mended.
    assert [str(finding) for finding in mm.check_history(mended) if finding.code != "thinking-dropped"] == []
    thoughts = [loosely(read_message(one).reasoning) for one in history if one["role"] == "assistant"]
    kept = [loosely(read_message(one).reasoning) for one in mended if one["role"] == "assistant"]
    assert [text for text in kept if text] == [text for text in thoughts if text]
    received = [one for one in history if one["role"] == "assistant"]
    encrypted = sum(json.dumps(one).count("gAAAA") for one in received if one["content"] or "tool_calls" in one)
    assert json.dumps(mended).count("gAAAA") >= encrypted
