"""Trace: made of messages, saved, opened, counted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb import Reply, Round, Step, Timing, ToolCall, Trace, Usage
from minimax_nb.steps.recorder import StepRecorder

if TYPE_CHECKING:
    from pathlib import Path

MESSAGES: list[dict[str, Any]] = [
    {"role": "user", "content": "Weather?"},
    {
        "role": "assistant",
        "content": "\n",
        "reasoning_details": [{"type": "reasoning.text", "text": "A tool."}],
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "w", "arguments": '{"at": "Oslo"}'}}],
    },
    {"role": "tool", "tool_call_id": "a", "content": "24"},
    {"role": "assistant", "content": "It is 24."},
]

texts = st.text(st.characters(), max_size=20)
counts = st.none() | st.integers(0, 10**9)
moments = st.none() | st.floats(0, 1e6, allow_nan=False)
steps = st.builds(
    Step,
    st.sampled_from(["system", "user", "think", "call", "result", "answer"]),
    st.integers(1, 5),
    texts,
    st.none() | texts,
    st.none() | texts,
    st.none() | texts,
    st.booleans(),
    moments,
    moments,
    counts,
    moments,
    moments,
)
rounds = st.builds(
    Round,
    st.integers(1, 5),
    st.none() | texts,
    usage=st.builds(Usage, counts, counts),
    timing=st.builds(Timing, moments),
)


def timed() -> Trace:
    recorder = StepRecorder()
    recorder.message(MESSAGES[0])
    call = ToolCall("a", "w", "{}")
    reply = Reply(
        reasoning="Hm.",
        content="",
        tool_calls=(call,),
        usage=Usage(5, 30, 10),
        timing=Timing(0.5, 1.5, 0.5, 2.0, 30.0),
        model="MiniMax-M2.7",
        finish_reason="tool_calls",
    )
    recorder.reply(reply)
    recorder.result(call, "24", error=True, duration_s=2.0)
    return Trace.of(recorder.steps(), recorder.rounds())


def test_a_trace_is_a_sequence_of_steps() -> None:
    trace = Trace(MESSAGES)
    assert [step.kind for step in trace] == ["user", "think", "call", "result", "answer"]
    assert trace[-1].text == "It is 24."
    assert trace[1:3] == Trace.of(trace.steps[1:3], trace.rounds)
    assert Trace(trace) == trace
    assert len({trace, Trace(MESSAGES)}) == 1
    assert trace != list(trace)


def test_an_empty_trace_shows_itself() -> None:
    trace = Trace([])
    assert str(trace) == "0 steps"
    assert trace.duration_s is None
    assert Trace.from_json(trace.to_json()) == trace
    assert len(trace.frame()) == 0
    assert "0 steps" in trace.to_html()


@pytest.mark.parametrize("source", ["a file", b"x", {"role": "user"}])
def test_a_lone_message_or_a_text_is_no_list_of_messages(source: Any) -> None:
    with pytest.raises(TypeError, match="expected a list of messages"):
        Trace(source)


@given(st.lists(steps, max_size=4), st.lists(rounds, max_size=2))
def test_json_gives_back_an_equal_trace(some: list[Step], entries: list[Round]) -> None:
    trace = Trace.of(some, entries)
    text = trace.to_json()
    assert Trace.from_json(text) == trace
    text.encode("utf-8")


def test_files_are_written_and_opened(tmp_path: Path) -> None:
    trace = timed()
    for name in ("trace.json", "trace.html", "trace.md"):
        path = tmp_path / name
        getattr(trace, {"json": "to_json", "html": "to_html", "md": "to_markdown"}[path.suffix[1:]])(path)
        assert path.read_text(encoding="utf-8")
    assert Trace.from_json(tmp_path / "trace.json") == trace
    assert Trace.from_json(str(tmp_path / "trace.json")) == trace


def test_the_json_has_one_step_a_line() -> None:
    trace = Trace(MESSAGES)
    lines = trace.to_json().splitlines()
    assert sum('"kind"' in line for line in lines) == len(trace)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("{}", "has none"),
        ('{"format": "minimax_nb.trace", "version": 9}', "version 1"),
        ('{"format": "minimax_nb.trace", "version": 1}', "broken"),
        ('{"format": "minimax_nb.trace", "version": 1, "rounds": [], "steps": [{"odd": 1}]}', "broken"),
        ('{"format": "minimax_nb.trace", "version": 1, "rounds": 3, "steps": []}', "broken"),
    ],
)
def test_other_json_is_refused_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Trace.from_json(text)


def test_the_frame_has_one_row_a_step_and_the_same_columns_for_every_trace() -> None:
    frame = timed().frame()
    assert list(frame.columns) == list(Trace([]).frame().columns)
    assert list(frame.dtypes) == list(Trace([]).frame().dtypes) == list(Trace(MESSAGES).frame().dtypes)
    assert list(frame.index) == [1, 2, 3, 4]
    think = frame.loc[2]
    assert (think["kind"], think["tokens"], think["duration_s"], think["model"]) == ("think", 10, 0.5, "MiniMax-M2.7")
    assert frame["model"].isna().tolist() == [True, False, False, True]
    assert frame.loc[4, "error"]


def test_times_that_are_not_known_are_missing_in_the_frame() -> None:
    frame = Trace(MESSAGES).frame()
    assert frame[["started_s", "duration_s", "tokens", "share"]].isna().all(axis=None)


def test_a_notebook_gets_three_forms() -> None:
    bundle = timed()._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/markdown", "text/html"}
    assert bundle["text/plain"].startswith("4 steps · 1 round · 4.0 s")
    assert repr(timed()).startswith("Trace(4 steps, 1 round, 4.0 s")


def test_a_run_of_hundreds_of_steps_stays_small() -> None:
    call = {"id": "a", "type": "function", "function": {"name": "w", "arguments": '{"at": "Oslo"}'}}
    turn = [{"role": "assistant", "content": "<think>Hm.</think>", "tool_calls": [call]}]
    turn.append({"role": "tool", "tool_call_id": "a", "content": "24 degrees, sunny"})
    trace = Trace([{"role": "user", "content": "Go"}, *(turn * 200)])
    assert len(trace) == 601
    assert len(trace._repr_mimebundle_()["text/html"]) < 600 * 601


def test_long_results_are_cut_in_the_notebook_and_whole_in_the_trace() -> None:
    trace = Trace([*MESSAGES[:2], {"role": "tool", "tool_call_id": "a", "content": "x" * 10_000_000}])
    bundle = trace._repr_mimebundle_()
    assert sum(map(len, bundle.values())) < 1_000_000
    assert "characters are left out here" in bundle["text/html"]
    assert len(trace[-1].text) == 10_000_000
    assert len(json.loads(trace.to_json())["steps"][-1]["text"]) == 10_000_000
