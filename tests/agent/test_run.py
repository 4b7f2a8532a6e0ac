"""The tool loop: every call answered, the history valid at any moment, nothing changed on the way."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from minimax_nb import (
    Reply,
    StreamCutError,
    StreamInterrupted,
    StreamServiceError,
    ToolCall,
    TurnLimitError,
    arun_tools,
    check_history,
    run_tools,
)
from minimax_nb.agent.loop import DENIED, NOT_FINISHED
from minimax_nb.message.events import (
    ApprovalRequested,
    Finished,
    RoundEnded,
    RoundStarted,
    TextDelta,
    ToolResult,
    ToolStarted,
)

from ..support.scripted import AsyncScript, Script, call, chunks, message
from ..support.tools import double, fail, stop, wait

QUESTION = {"role": "user", "content": "Go"}
DOUBLE = call("double", '{"x": 2}')


def run(script: Any, tools: Any = (double,), messages: list[Any] | None = None, **options: Any) -> Any:
    messages = [dict(QUESTION)] if messages is None else messages
    events = list(run_tools(script, messages, tools, **options))
    check_history(messages).raise_if_refused()
    return messages, events


def results(events: list[Any]) -> list[ToolResult]:
    return [event for event in events if isinstance(event, ToolResult)]


def test_the_events_tell_the_whole_run_in_order() -> None:
    _, events = run(Script(message("", DOUBLE), message("Four.")))
    kinds = [type(event).__name__ for event in events]
    assert kinds == [
        *("RoundStarted", "ToolCallDelta", "RoundEnded", "ToolStarted", "ToolResult"),
        *("RoundStarted", "TextDelta", "RoundEnded", "Finished"),
    ]
    assert events[0] == RoundStarted(1)
    assert events[3] == ToolStarted(0, ToolCall("a", "double", '{"x": 2}'))
    assert (events[4].text, events[4].error) == ("4", None)
    assert events[6] == TextDelta("Four.")
    assert events[-1].reply.content == "Four."


def test_the_generator_returns_the_last_reply() -> None:
    def outer() -> Any:
        reply = yield from run_tools(Script(message("Hi.")), [dict(QUESTION)])
        got.append(reply)

    got: list[Reply] = []
    list(outer())
    assert got[0].content == "Hi."


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


def test_requests_carry_the_tools_the_options_and_the_wish_for_usage() -> None:
    script = Script(message("Hi."))
    run(script, model="MiniMax-M2.7", temperature=0.5, extra_body={"reasoning_split": True})
    (request,) = script.requests
    assert request["stream"] is True
    assert request["stream_options"] == {"include_usage": True}
    assert [tool["function"]["name"] for tool in request["tools"]] == ["double"]
    assert (request["model"], request["temperature"]) == ("MiniMax-M2.7", 0.5)
    assert request["extra_body"] == {"reasoning_split": True}


def test_other_stream_options_are_kept_and_usage_cannot_be_given_up() -> None:
    script = Script(message("Hi."))
    run(script, stream_options={"include_usage": False, "other": 1})
    assert script.requests[0]["stream_options"] == {"include_usage": True, "other": 1}


def test_a_run_without_tools_or_stream_asks_for_neither() -> None:
    script = Script(message("Hi."))
    run(script, tools=(), stream=False)
    assert set(script.requests[0]) == {"messages"}


def test_all_calls_of_a_turn_are_answered_in_order() -> None:
    calls = [call("double", f'{{"x": {x}}}', f"id{x}") for x in range(5)]
    messages, events = run(Script(message("", *calls), message("Done.")))
    assert [(m["tool_call_id"], m["content"]) for m in messages if m["role"] == "tool"] == [
        (f"id{x}", str(2 * x)) for x in range(5)
    ]
    assert [result.position for result in results(events)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("tool_call", "said"),
    [
        (call("fail"), "Error: OSError: the disk is full"),
        (call("double", '{"x": "many"}'), "Error: double: argument 'x'"),
        (call("double", "{}"), "Error: double: argument 'x' is missing"),
        (call("double", '{"x": 1, "y": 2}'), "there is no argument 'y'"),
        (call("triple"), "Error: there is no tool 'triple'; there are: double, fail"),
        (call("double", '{"x": '), "not JSON"),
        (call("double", "[1]"), "expected the arguments as one JSON object"),
        (call(""), "there is no tool ''"),
    ],
)
def test_a_call_that_cannot_be_carried_out_is_answered_with_the_reason(tool_call: dict[str, Any], said: str) -> None:
    messages, events = run(Script(message("", tool_call), message("Sorry.")), (double, fail))
    assert said in messages[2]["content"]
    (result,) = results(events)
    assert result.error
    assert result.error in messages[2]["content"]
    assert messages[-1]["content"] == "Sorry."


def test_broken_arguments_go_back_as_json_and_stay_broken_in_the_events() -> None:
    script = Script(message("", call("double", '{"x": 2')), message("Sorry."))
    messages, events = run(script)
    assert json.loads(messages[1]["tool_calls"][0]["function"]["arguments"]) == {"x": 2}
    assert results(events)[0].call.arguments == '{"x": 2'


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


@pytest.mark.parametrize("tools", [(wait,), (double, wait)])
def test_async_tools_of_one_turn_run_together(tools: Any) -> None:
    running = most = 0

    async def slow(name: str) -> str:
        """Be slow."""
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        return name

    calls = [call("slow", f'{{"name": "{at}"}}', f"id{at}") for at in range(3)]
    messages, _ = run(Script(message("", *calls), message("Done.")), (*tools, slow))
    assert most == 3
    assert [m["content"] for m in messages[2:5]] == ["0", "1", "2"]


def test_sync_tools_run_in_the_order_of_the_calls() -> None:
    seen = []

    def note(x: int) -> None:
        """Note."""
        seen.append(x)

    calls = [call("note", f'{{"x": {x}}}', f"id{x}") for x in (3, 1, 2)]
    run(Script(message("", *calls), message("Done.")), (note,))
    assert seen == [3, 1, 2]


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


def test_messages_have_to_be_a_list() -> None:
    with pytest.raises(TypeError, match="expected a list of messages"):
        list(run_tools(Script(message("Hi.")), (QUESTION,)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("decision", "said", "runs"),
    [
        (True, "4", True),
        (False, DENIED, False),
        (None, DENIED, False),
        ("too expensive", "too expensive", False),
    ],
)
def test_calls_are_run_if_they_are_approved(decision: Any, said: str, runs: bool) -> None:
    asked: list[ToolCall] = []

    def approve(one: ToolCall) -> Any:
        asked.append(one)
        return decision

    messages, events = run(Script(message("", DOUBLE), message("Fine.")), approve=approve)
    assert asked == [ToolCall("a", "double", '{"x": 2}')]
    assert said in messages[2]["content"]
    assert any(isinstance(event, ToolStarted) for event in events) == runs
    assert [event for event in events if isinstance(event, ApprovalRequested)] == [ApprovalRequested(0, asked[0])]
    assert (results(events)[0].duration_s is not None) == runs


def test_what_no_tool_stands_behind_needs_no_approval() -> None:
    _, events = run(Script(message("", call("triple")), message("Fine.")), approve=pytest.fail)
    assert not any(isinstance(event, ApprovalRequested) for event in events)


def test_an_approval_that_fails_stops_the_run_with_a_valid_history() -> None:
    def approve(_: ToolCall) -> bool:
        raise LookupError("no such rule")

    messages = [dict(QUESTION)]
    with pytest.raises(LookupError):
        list(run_tools(Script(message("", DOUBLE)), messages, [double], approve=approve))
    assert messages[-1]["content"] == NOT_FINISHED
    check_history(messages).raise_if_refused()


def test_an_interrupt_in_a_tool_leaves_a_valid_history() -> None:
    calls = [call("double", '{"x": 1}', "a"), call("stop", "{}", "b"), call("double", '{"x": 3}', "c")]
    messages = [dict(QUESTION)]
    with pytest.raises(StreamInterrupted) as caught:
        list(run_tools(Script(message("", *calls)), messages, [double, stop]))
    assert [m["content"] for m in messages[2:]] == ["2", NOT_FINISHED, NOT_FINISHED]
    assert caught.value.reply is not None
    check_history(messages).raise_if_refused()
    run(Script(message("Fine.")), messages=[*messages, dict(QUESTION)])


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


def test_an_error_of_the_service_midway_is_raised() -> None:
    script = Script([chunks(message("Half"))[0], {"error": {"message": "overloaded (2064)"}}])
    with pytest.raises(StreamServiceError) as caught:
        list(run_tools(script, [dict(QUESTION)]))
    assert caught.value.code == 2064


def test_an_error_of_the_request_leaves_the_history_as_it_was() -> None:
    messages = [dict(QUESTION)]
    with pytest.raises(OSError, match="no network"):
        list(run_tools(Script(OSError("no network")), messages, [double]))
    assert messages == [QUESTION]


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


def test_a_result_of_ten_megabytes_is_cut_for_the_model() -> None:
    def dump() -> str:
        """Dump."""
        return "x" * 10_000_000

    messages, _ = run(Script(message("", call("dump")), message("Much.")), (dump,))
    assert len(messages[2]["content"]) < 60_000
    assert "characters left out" in messages[2]["content"]


@pytest.mark.parametrize("value", [None, b"\x89PNG", object(), {1: {2}}, (x for x in "ab"), float("nan"), "\ud800"])
def test_whatever_a_tool_returns_becomes_text(value: Any) -> None:
    def give() -> Any:
        """Give."""
        return value

    messages, _ = run(Script(message("", call("give")), message("Odd.")), (give,))
    assert isinstance(messages[2]["content"], str)
    json.dumps(messages).encode("utf-8")


def test_the_async_twin_does_the_same() -> None:
    calls = [call("double", '{"x": 2}', "a"), call("wait", '{"name": "x"}', "b"), call("fail", "{}", "c")]
    answers = (message("<think>\nHm.\n</think>\n\n", *calls), message("Done."))

    async def main() -> list[Any]:
        return [event async for event in arun_tools(AsyncScript(*answers), messages, [double, wait, fail])]

    messages = [dict(QUESTION)]
    events = asyncio.run(main())
    plain_messages, plain_events = run(Script(*answers), (double, wait, fail))
    assert messages == plain_messages
    assert [type(event) for event in events] == [type(event) for event in plain_events]
    assert [one.text for one in results(events)] == [one.text for one in results(plain_events)]


def test_the_async_twin_awaits_approval() -> None:
    async def approve(_: ToolCall) -> bool:
        await asyncio.sleep(0)
        return False

    async def main() -> None:
        script = AsyncScript(message("", DOUBLE), message("Fine."))
        async for _ in arun_tools(script, messages, [double], approve=approve):
            pass

    messages = [dict(QUESTION)]
    asyncio.run(main())
    assert messages[2]["content"] == DENIED


def test_cancelling_the_async_twin_leaves_a_valid_history() -> None:
    async def hang() -> None:
        """Hang."""
        started.set()
        await asyncio.sleep(60)

    async def main() -> None:
        nonlocal started
        started = asyncio.Event()

        async def drain() -> None:
            async for _ in arun_tools(AsyncScript(message("", call("hang"))), messages, [hang]):
                pass

        task = asyncio.create_task(drain())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    started: Any = None
    messages = [dict(QUESTION)]
    asyncio.run(main())
    assert messages[-1]["content"] == NOT_FINISHED
    check_history(messages).raise_if_refused()


def test_each_round_says_how_long_it_took() -> None:
    _, events = run(Script(message("Hi.")))
    (ended,) = [event for event in events if isinstance(event, RoundEnded)]
    assert ended.elapsed_s >= 0
    assert ended.reply.usage.completion_tokens == 7


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


class Odd(BaseException):
    """Neither an Exception nor an interrupt."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SystemExit(2), "SystemExit: 2"),
        (SystemExit(), "SystemExit"),
        (SystemExit("bye"), "SystemExit: bye"),
        (Odd("why"), "Odd: why"),
    ],
)
@pytest.mark.parametrize("twin", [False, True])
@pytest.mark.parametrize("is_async", [False, True])
def test_a_tool_that_leaves_has_failed_like_any_other(
    error: BaseException, said: str, twin: bool, is_async: bool
) -> None:
    def leave() -> None:
        """Leave."""
        raise error

    async def aleave() -> None:
        """Leave, awaited."""
        await asyncio.sleep(0)
        raise error

    answers = (message("", call("aleave" if is_async else "leave"), call("double", '{"x": 2}', "b")), message("Done."))
    messages = [dict(QUESTION)]

    async def main() -> None:
        async for _ in arun_tools(AsyncScript(*answers), messages, [leave, aleave, double]):
            pass

    if twin:
        asyncio.run(main())
    else:
        list(run_tools(Script(*answers), messages, [leave, aleave, double]))
    assert [m["content"] for m in messages[2:]] == [f"Error: {said}", "4", "Done."]


@pytest.mark.parametrize("value", ["", None, " \n", (x for x in ())])
@pytest.mark.parametrize("twin", [False, True])
def test_a_tool_that_says_nothing_is_answered_with_words(value: Any, twin: bool) -> None:
    def quiet() -> Any:
        """Be quiet."""
        return value

    answers = (message("", call("quiet")), message("Done."))
    messages = [dict(QUESTION)]

    async def main() -> None:
        async for _ in arun_tools(AsyncScript(*answers), messages, [quiet]):
            pass

    if twin:
        asyncio.run(main())
    else:
        list(run_tools(Script(*answers), messages, [quiet]))
    assert messages[2]["content"] == ("[]" if hasattr(value, "send") else "(no output)")
    assert check_history(messages) == []
