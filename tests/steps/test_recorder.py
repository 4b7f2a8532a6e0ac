"""Steps and their recorder: what is known of a run, and nothing that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from minimax_nb.message.reply import Reply, Timing, ToolCall, Usage
from minimax_nb.steps.recorder import StepRecorder, content_text, steps_of

if TYPE_CHECKING:
    from minimax_nb.steps.steps import Step

CALL = ToolCall("call_1", "get_weather", '{"location": "Oslo"}')
OTHER = ToolCall("call_2", "get_time", "{}")


def reply(**changes: object) -> Reply:
    facts: dict[str, object] = {
        "reasoning": "It wants the weather.",
        "content": "Sunny.",
        "usage": Usage(prompt_tokens=10, completion_tokens=60, reasoning_tokens=20),
        "timing": Timing(first_token_s=0.5, last_token_s=2.5, reasoning_s=1.0, total_s=3.0),
        "model": "MiniMax-M2.7",
    }
    return Reply(**{**facts, **changes})  # type: ignore[arg-type]


def recorded(*replies: Reply) -> StepRecorder:
    recorder = StepRecorder()
    for one in replies:
        recorder.reply(one)
    return recorder


def by_kind(recorder: StepRecorder, kind: str) -> list[Step]:
    return [step for step in recorder.steps() if step.kind == kind]


def test_messages_become_steps_in_their_order() -> None:
    steps, rounds = steps_of(
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Weather?"},
            {
                "role": "assistant",
                "content": "<think>\nA tool.\n</think>\n\n",
                "tool_calls": [{"id": "a", "type": "function", "function": {"name": "w", "arguments": "{}"}}],
            },
            {"role": "tool", "tool_call_id": "a", "content": "24"},
            {"role": "assistant", "content": "It is 24.", "reasoning_details": [{"text": "Good."}]},
            {"role": "user", "content": "Thanks."},
        ]
    )
    assert [(step.round, step.kind, step.text or step.name) for step in steps] == [
        (1, "system", "Be brief."),
        (1, "user", "Weather?"),
        (1, "think", "A tool."),
        (1, "call", "w"),
        (1, "result", "24"),
        (2, "think", "Good."),
        (2, "answer", "It is 24."),
        (3, "user", "Thanks."),
    ]
    assert [entry.number for entry in rounds] == [1, 2]
    assert steps[4].name == "w"
    assert all(step.started_s is step.duration_s is step.tokens is step.share is None for step in steps)


@pytest.mark.parametrize("message", ["text", b"text", None, 3, {}, []])
def test_what_is_no_message_is_refused(message: object) -> None:
    with pytest.raises(TypeError, match="expected a message"):
        steps_of([message])


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("a", "a"),
        ([{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "x"}}], "a\n[picture x]"),
        ({"odd": 1}, "{'odd': 1}"),
        ([3, {"type": None}], "3\n[part]"),
    ],
)
def test_content_of_any_shape_has_a_text(content: object, text: str) -> None:
    assert content_text(content) == text


def test_thinking_and_answer_share_the_time_of_a_reply() -> None:
    think, answer = recorded(reply()).steps()
    assert (think.started_s, think.duration_s, think.tokens, think.tokens_per_s) == (0.5, 1.0, 20, 20.0)
    assert (answer.started_s, answer.duration_s, answer.tokens, answer.tokens_per_s) == (1.5, 1.0, 40, 40.0)
    assert (think.share, answer.share) == (0.3333, 0.3333)


def test_the_time_of_a_reply_begins_where_the_last_work_ended() -> None:
    recorder = recorded(reply(content="", tool_calls=(CALL,)))
    recorder.result(CALL, "24", duration_s=2.0)
    recorder.reply(reply())
    assert [entry.started_s for entry in recorder.rounds()] == [0.0, 5.0]
    assert by_kind(recorder, "result")[0].started_s == 3.0
    assert recorder.now == 8.0


def test_tools_that_ran_together_overlap() -> None:
    recorder = recorded(reply(content="", tool_calls=(CALL, OTHER)))
    recorder.result(CALL, "24", duration_s=2.0)
    recorder.result(OTHER, "12:00", duration_s=1.0)
    assert [step.started_s for step in by_kind(recorder, "result")] == [3.0, 3.0]
    assert recorder.now == 5.0


def test_the_time_of_a_tool_below_the_noise_counts_as_none() -> None:
    recorder = recorded(reply(content="", tool_calls=(CALL,)))
    recorder.result(CALL, "24", started_s=0.01, duration_s=0.0493)
    step = by_kind(recorder, "result")[0]
    assert (step.started_s, step.duration_s) == (3.0, 0.0)


@pytest.mark.parametrize(
    ("changes", "think", "rest"),
    [
        ({}, 20, [40]),
        ({"content": ""}, 20, []),
        ({"content": "", "tool_calls": (CALL,)}, 20, [40]),
        ({"tool_calls": (CALL,)}, 20, [None, None]),
        ({"content": "\n", "tool_calls": (CALL, OTHER)}, 20, [None, None]),
        ({"usage": Usage()}, None, [None]),
        ({"usage": Usage(completion_tokens=60)}, None, [None]),
        ({"usage": Usage(completion_tokens=60, reasoning_tokens=0)}, None, [None]),
        ({"usage": Usage(completion_tokens=60), "content": ""}, 60, []),
        ({"usage": Usage(completion_tokens=10, reasoning_tokens=20)}, 20, [None]),
        ({"usage": Usage(reasoning_tokens=20)}, 20, [None]),
    ],
)
def test_tokens_are_counts_and_never_guesses(changes: dict[str, object], think: int | None, rest: list[object]) -> None:
    steps = recorded(reply(**changes)).steps()
    assert steps[0].tokens == think
    assert [step.tokens for step in steps[1:]] == rest


def test_without_thinking_all_tokens_are_the_answers() -> None:
    (answer,) = recorded(reply(reasoning="", timing=Timing(first_token_s=0.5, last_token_s=2.5, total_s=3.0))).steps()
    assert (answer.kind, answer.tokens, answer.started_s, answer.duration_s) == ("answer", 60, 0.5, 2.0)


def test_several_steps_that_nobody_timed_apart_have_no_duration() -> None:
    steps = recorded(reply(tool_calls=(CALL,))).steps()
    assert [step.duration_s for step in steps] == [1.0, None, None]
    assert [step.started_s for step in steps] == [0.5, 1.5, 1.5]


def test_an_unstreamed_reply_takes_the_callers_time() -> None:
    recorder = StepRecorder()
    recorder.reply(reply(timing=Timing()), elapsed_s=4.0)
    assert recorder.now == 4.0
    assert [step.duration_s for step in recorder.steps()] == [None, None]


@pytest.mark.parametrize(("elapsed", "expected"), [(3.1, 0.7), (0.01, 0.0)])
def test_a_tool_has_no_time_where_the_tape_is_played_without_its_pauses(elapsed: float, expected: float) -> None:
    recorder = StepRecorder()
    recorder.reply(reply(tool_calls=(CALL,), content=""), elapsed)
    recorder.result(CALL, "24 °C", started_s=0.2, duration_s=0.7)
    assert by_kind(recorder, "result")[0].duration_s == expected


@pytest.mark.parametrize("first", [CALL, OTHER])
def test_results_stand_in_the_order_of_the_calls_and_know_them(first: ToolCall) -> None:
    recorder = recorded(reply(content="", tool_calls=(CALL, OTHER)))
    second = OTHER if first is CALL else CALL
    places = [recorder.result(call, call.name, duration_s=1.0) for call in (first, second)]
    results = by_kind(recorder, "result")
    assert [(step.name, step.arguments) for step in results] == [
        ("get_weather", '{"location": "Oslo"}'),
        ("get_time", "{}"),
    ]
    assert places == ([3, 4] if first is CALL else [3, 3])
    assert recorder.now == 4.0


def test_results_of_another_turn_or_of_no_call_stay_behind_those_before_them() -> None:
    recorder = recorded(reply(content="", tool_calls=(CALL, OTHER)))
    recorder.result(OTHER, "1")
    recorder.reply(reply(content="", tool_calls=(CALL,)))
    recorder.result(ToolCall("?", "nobody", "{}"), "2")
    recorder.result(CALL, "3")
    assert [step.text for step in by_kind(recorder, "result")] == ["1", "2", "3"]


def test_messages_with_results_out_of_order_are_read_in_the_order_of_the_calls() -> None:
    calls = [{"id": name, "type": "function", "function": {"name": name, "arguments": "{}"}} for name in "ab"]
    messages = [
        {"role": "assistant", "content": "", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "b", "content": "2"},
        {"role": "tool", "tool_call_id": "a", "content": "1"},
    ]
    steps, _ = steps_of(messages)
    assert [(step.kind, step.name, step.arguments) for step in steps[2:]] == [
        ("result", "a", "{}"),
        ("result", "b", "{}"),
    ]


def test_a_recorder_goes_on_after_steps_that_are_known() -> None:
    recorder = StepRecorder()
    recorder.message({"role": "user", "content": "2 + 2?"})
    call = ToolCall("a", "double", '{"x": 2}')
    timing = Timing(first_token_s=0.5, last_token_s=1.0, total_s=1.25)
    recorder.reply(Reply(tool_calls=(call,), timing=timing))
    recorder.result(call, "4", started_s=0.1, duration_s=1.0)
    again = StepRecorder.of(iter(recorder.steps()), iter(recorder.rounds()))
    for one in (recorder, again):
        one.reply(Reply(content="Four.", timing=timing))
        one.message({"role": "tool", "tool_call_id": "a", "content": "late"})
    assert again.steps() == recorder.steps()
    assert again.rounds() == recorder.rounds()
    assert again.now == recorder.now
