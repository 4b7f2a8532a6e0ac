"""The loop: what is asked next, and a history that can be sent at any instant."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb import (
    Reply,
    StreamCutError,
    StreamInterrupted,
    TurnLimitError,
    check_history,
    run_tools,
)
from minimax_nb.message.events import Finished

from ..support.agent_runs import DOUBLE, QUESTION, run
from ..support.scripted import Script, call, chunks, message
from ..support.tools import double, wait


def test_the_history_holds_each_message_as_it_was_received() -> None:
    first = message(
        "\n",
        DOUBLE,
        name="MiniMax AI",
        reasoning_details=[{"type": "r", "text": "Hm.", "odd": [1, {"k": None}]}],
        new=3,
    )
    script = Script(first, message("Four."))
    messages, _ = run(script, stream=False)
    answer = {"role": "tool", "tool_call_id": "a", "content": "4"}
    assert messages == [QUESTION, first, answer, message("Four.")]
    assert json.dumps(script.requests[1]["messages"]) == json.dumps([QUESTION, first, answer])


def test_calls_without_an_id_get_one_of_their_own() -> None:
    twice = message("", call("double", '{"x": 1}', ""), call("double", '{"x": 2}', ""))
    script = Script(twice, twice, message("Done."))
    messages, _ = run(script, stream=False)
    ids = [one["id"] for m in messages for one in m.get("tool_calls", ())]
    assert len(set(ids)) == 4
    assert ids == [m["tool_call_id"] for m in messages if m["role"] == "tool"]


def test_two_calls_of_a_turn_with_one_id_are_told_apart() -> None:
    script = Script(message("", call("double", '{"x": 1}'), call("double", '{"x": 2}')), message("Done."))
    messages, _ = run(script, stream=False)
    first, second = messages[1]["tool_calls"]
    assert first["id"] == "a" != second["id"]


def test_a_model_that_calls_for_ever_is_stopped_with_a_valid_history() -> None:
    script = Script(message("", DOUBLE))
    messages = [dict(QUESTION)]
    with pytest.raises(TurnLimitError, match="within 3 rounds") as caught:
        list(run_tools(script, messages, [double], max_rounds=3))
    assert len(script.requests) == 3
    assert caught.value.messages == messages
    assert [m["role"] for m in messages] == ["user", *["assistant", "tool"] * 3]
    check_history(messages).raise_if_refused()


@pytest.mark.parametrize("limit", [0, -1, True, "3", 2.0, None])
def test_a_limit_that_is_none_is_refused(limit: Any) -> None:
    with pytest.raises(ValueError, match="max_rounds"):
        list(run_tools(Script(message("Hi.")), [dict(QUESTION)], max_rounds=limit))


def test_at_every_event_the_history_can_be_sent() -> None:
    calls = [call("double", '{"x": 1}', "a"), call("wait", '{"name": "x"}', "b"), call("triple", "{}", "c")]
    script = Script(message("<think>\nHm.\n</think>\n\n", *calls), message("<think>\nSo.\n</think>\n\nDone."))
    for stop_at in range(len(list(run_tools(script, [dict(QUESTION)], [double, wait])))):
        messages = [dict(QUESTION)]
        events = run_tools(Script(*script.answers), messages, [double, wait])
        for _ in range(stop_at + 1):
            next(events)
        check_history(messages).raise_if_refused()
        events.close()
        assert not check_history(messages), stop_at


PARTIALS = [
    # What had come; whether it can stay in the history.
    (message("Half an ans"), True),
    (message("<think>\nHm.\n</think>\n\nHalf an ans"), True),
    (message("<think>\nHalf a thou"), False),
    (message("", reasoning_content="Half a thou"), False),
    (message("Half", reasoning_content="Hm."), True),
    (message("Let me see.", DOUBLE), False),
    (message("", call("double", '{"x"')), False),
    (message(" \n"), False),
]


@pytest.mark.parametrize(("partial", "kept"), PARTIALS)
@pytest.mark.parametrize("error", [KeyboardInterrupt(), ConnectionError("gone"), RuntimeError("odd")])
def test_a_reply_that_breaks_off_stays_only_if_it_can_stand(partial: Any, kept: bool, error: BaseException) -> None:
    messages = [dict(QUESTION)]
    expected = {KeyboardInterrupt: StreamInterrupted, ConnectionError: StreamCutError}.get(type(error), type(error))
    with pytest.raises(expected):
        list(run_tools(Script([chunks(partial)[0], error]), messages, [double]))
    assert messages == [QUESTION, *([partial] if kept else [])]
    assert not check_history(messages)


@pytest.mark.parametrize("content", ["", None, " "])
def test_an_empty_reply_ends_the_run_and_leaves_no_empty_message(content: Any) -> None:
    messages, events = run(Script(message(content)), stream=False)
    assert messages == [QUESTION]
    assert isinstance(events[-1], Finished)


def test_calls_cut_off_at_the_token_limit_are_answered_too() -> None:
    script = Script(chunks(message("", call("double", '{"x": 1')), "length"), message("Sorry."))
    messages, events = run(script)
    assert "not JSON" in messages[2]["content"]
    assert isinstance(events[-1], Finished)


def test_replies_and_sdk_objects_may_stand_in_the_history() -> None:
    script = Script(message("Hi."))
    run(script, messages=[dict(QUESTION), Reply(message=message("Yes?")), dict(QUESTION)])
    assert script.requests[0]["messages"][1] == message("Yes?")


XML = """<minimax:tool_call>
<invoke name="double">
<parameter name="x">2</parameter>
</invoke>
</minimax:tool_call>"""


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("before", ["", "<think>\nHm.\n</think>\n\n", "<think>Hm.</think>Let me see.\n"])
def test_calls_as_xml_in_the_content_become_calls(before: str, stream: bool) -> None:
    script = Script(message(before + XML), message("Four."))
    messages, events = run(script, stream=stream)
    (one,) = messages[1]["tool_calls"]
    assert one["function"] == {"name": "double", "arguments": '{"x": 2}'}
    assert "minimax:tool_call" not in messages[1]["content"]
    assert messages[1]["content"].startswith(before.rstrip())
    assert messages[2] == {"role": "tool", "tool_call_id": one["id"], "content": "4"}
    assert isinstance(events[-1], Finished)


def test_the_same_xml_in_two_rounds_makes_two_ids() -> None:
    messages, _ = run(Script(message(XML), message(XML), message("Four.")))
    assert messages[1]["tool_calls"][0]["id"] != messages[3]["tool_calls"][0]["id"]


def test_xml_is_text_when_no_tool_was_offered() -> None:
    messages, _ = run(Script(message(XML)), ())
    assert messages[1] == message(XML)
