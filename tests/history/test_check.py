"""Histories: what is wrong is found, what is good is left alone, what is broken is mended."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import minimax_nb as mm
from minimax_nb.history.check import Findings, check_history, repair_history
from minimax_nb.history.findings import RULES, Finding
from minimax_nb.history.repair import NO_RESULT
from minimax_nb.history.thinkform import NO_ANSWER
from minimax_nb.server.api_error import ApiError
from minimax_nb.server.service.history_rules import check_messages
from minimax_nb.server.service.models import MODELS
from minimax_nb.tools.results import NO_OUTPUT

Message = dict[str, Any]
M3 = "MiniMax-M3"
M2 = "MiniMax-M2.7"


def system(text: str = "Be brief.") -> Message:
    return {"role": "system", "content": text}


def user(text: str = "How warm is it?") -> Message:
    return {"role": "user", "content": text}


def call(call_id: Any = "c1", name: Any = "get_weather", arguments: Any = '{"city": "Ulm"}') -> Message:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def calls(*entries: Message, content: Any = None, **more: Any) -> Message:
    return {"role": "assistant", "content": content, "tool_calls": list(entries), **more}


def result(call_id: Any = "c1", content: Any = "24 degrees") -> Message:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def answer(content: Any = "It is warm.", **more: Any) -> Message:
    return {"role": "assistant", "content": content, **more}


def details(text: str = "Let me see.", **more: Any) -> list[Message]:
    return [
        {
            "type": "reasoning.text",
            "id": "reasoning-text-1",
            "format": "MiniMax-response-v1",
            "index": 0,
            "text": text,
            **more,
        }
    ]


GOOD: dict[str, list[Message]] = {
    "one question": [user()],
    "a system message first": [system(), user(), answer(), user()],
    "consecutive assistants": [user(), answer(), answer("And dry."), user()],
    "null content with calls": [user(), calls(call()), result()],
    "no content with calls": [user(), {"role": "assistant", "tool_calls": [call()]}, result()],
    "blank content with calls": [user(), calls(call(), content="\n"), result()],
    "arguments {}": [user(), calls(call(arguments="{}")), result()],
    "two calls, two results": [user(), calls(call("a"), call("b")), result("a"), result("b"), answer()],
    "native thinking": [
        user(),
        calls(call(), content="<think>\nHm.\n</think>\n\n\n"),
        result(),
        answer("<think>\nAh.\n</think>\n\nWarm."),
    ],
    "split thinking": [
        user(),
        calls(call(), content="\n", reasoning_details=details()),
        result(),
        answer(reasoning_details=details()),
    ],
    "both fields of split thinking": [user(), answer(reasoning_details=details(), reasoning_content="Let me see.")],
    "thinking of M3": [user(), answer("<mm:think>Hm.</mm:think>Warm.")],
    "mirrored thinking": [user(), answer("<think>\nHm.\n</think>\nWarm.", reasoning_content="Hm.")],
    "a word on tags": [user(), answer("Close it with `</think>`, then go on.")],
    "encrypted thinking": [
        user(),
        answer(reasoning_details=[{"type": "reasoning.encrypted", "data": "…", "index": 0}]),
    ],
    "text in parts": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}],
    "thinking of an earlier turn left out": [
        user(),
        calls(call("a")),
        result("a"),
        answer(),
        user(),
        calls(call("b"), reasoning_details=details()),
        result("b"),
    ],
    "nulls as the SDK writes them": [
        user(),
        answer(function_call=None, tool_calls=None, refusal=None, audio=None),
        user(),
    ],
    "unknown keys": [user(), answer(name="MiniMax AI", audio_content="", custom={"a": [1]}), user()],
}


@pytest.mark.parametrize("messages", GOOD.values(), ids=GOOD)
@pytest.mark.parametrize("model", [None, M3])
def test_a_good_history_gives_no_finding_and_stays_as_it_is(messages: list[Message], model: str | None) -> None:
    assert check_history(messages, model=model) == []
    assert repair_history(messages, model=model) == messages


def test_several_system_messages_are_good_for_m3_only() -> None:
    messages = [system("One."), user(), answer(), system("Two."), user()]
    assert check_history(messages, model=M3) == check_history(messages, model="minimax/minimax-m3") == []
    assert repair_history(messages, model=M3) == messages
    for model in (M2, None, "MiniMaxAI/MiniMax-M2.5"):
        assert [f.code for f in check_history(messages, model=model)] == ["several-systems"]
        assert repair_history(messages, model=model) == [system("One.\n\nTwo."), user(), answer(), user()]


# Each case: the messages, the findings as (index, code), and the mended list.
BAD: dict[str, tuple[list[Any], list[tuple[int | None, str]], list[Message]]] = {
    "no message": ([], [(None, "no-messages")], []),
    "not a message": (
        [user(), "hi", None, 3],
        [(1, "not-a-message"), (2, "not-a-message"), (3, "not-a-message")],
        [user()],
    ),
    "no role": ([{"content": "Hello"}], [(0, "unknown-role")], [user("Hello")]),
    "role root": ([{"role": "root", "content": "Hello"}], [(0, "unknown-role")], [user("Hello")]),
    "role developer": (
        [{"role": "developer", "content": "Be brief."}, user()],
        [(0, "unknown-role")],
        [system(), user()],
    ),
    "a role that is a list": ([{"role": ["user"], "content": "Hello"}], [(0, "unknown-role")], [user("Hello")]),
    "empty user message": ([user(), answer(), user("")], [(2, "empty-message")], [user(), answer()]),
    "empty assistant message": ([user(), answer(""), user()], [(1, "empty-message")], [user(), user()]),
    "null content": ([user(), answer(None), user()], [(1, "empty-message")], [user(), user()]),
    "no content": ([user(), {"role": "assistant"}, user()], [(1, "empty-message")], [user(), user()]),
    "empty parts": (
        [user(), {"role": "user", "content": [{"type": "text", "text": ""}]}],
        [(1, "empty-message")],
        [user()],
    ),
    "thinking without an answer": (
        [user(), answer("", reasoning_details=details()), user()],
        [(1, "empty-message")],
        [user(), answer(NO_ANSWER, reasoning_details=details()), user()],
    ),
    "content an object": ([user({"a": 1})], [(0, "content-type")], [user('{"a": 1}')]),  # type: ignore[arg-type]
    "result an object": (
        [user(), calls(call()), result(content={"t": 24})],
        [(2, "content-type")],
        [user(), calls(call()), result(content='{"t": 24}')],
    ),
    "result null": (
        [user(), calls(call()), result(content=None)],
        [(2, "content-type")],
        [user(), calls(call()), result(content=NO_OUTPUT)],
    ),
    "result empty": (
        [user(), calls(call()), result(content="")],
        [(2, "empty-result")],
        [user(), calls(call()), result(content=NO_OUTPUT)],
    ),
    "result without parts": (
        [user(), calls(call()), result(content=[])],
        [(2, "empty-result")],
        [user(), calls(call()), result(content=NO_OUTPUT)],
    ),
    "result with empty parts": (
        [user(), calls(call("a"), call("b")), result("a"), result("b", [{"type": "text", "text": ""}])],
        [(3, "empty-result")],
        [user(), calls(call("a"), call("b")), result("a"), result("b", NO_OUTPUT)],
    ),
    "an odd part": (
        [{"role": "user", "content": ["Hello", {"type": "text", "text": "there"}, {"type": "input_audio"}]}],
        [(0, "unsupported-part"), (0, "unsupported-part")],
        [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Hello"},
                    {"type": "text", "text": "there"},
                    {"type": "text", "text": "[input_audio left out by repair_history: audio, which no model takes]"},
                ],
            }
        ],
    ),
    "an address that stands as text": (
        [{"role": "user", "content": [{"type": "image_url", "image_url": "https://a.example/b.png"}]}],
        [(0, "broken-media")],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]}],
    ),
    "late system message": ([user(), system()], [(1, "late-system")], [system(), user()]),
    "late and several": (
        [user(), system("One."), system("Two.")],
        [(1, "late-system"), (2, "several-systems")],
        [system("One.\n\nTwo."), user()],
    ),
    "function_call": (
        [
            user(),
            answer(None, function_call={"name": "f", "arguments": "{}"}),
            {"role": "function", "name": "f", "content": "1"},
        ],
        [(1, "empty-message"), (1, "function-call"), (2, "unknown-role")],
        [
            user(),
            answer(None, tool_calls=[call("call_repaired_f1", "f", "{}")]),
            {"role": "tool", "name": "f", "content": "1", "tool_call_id": "call_repaired_f1"},
        ],
    ),
    "tool_calls no list": ([user(), answer(tool_calls="f")], [(1, "calls-type")], [user(), answer()]),
    "a call that is none": (
        [user(), calls(call(), {"id": "x"}, "f"), result()],  # type: ignore[arg-type]
        [(1, "calls-type"), (1, "calls-type")],
        [user(), calls(call()), result()],
    ),
    "a call without name": (
        [user(), calls(call("a"), call("b", "")), result("a"), result("b")],
        [(1, "call-without-name")],
        [user(), calls(call("a")), result("a")],
    ),
    "calls without ids": (
        [user(), calls(call(""), call(None)), result("", "1"), result(None, "2")],
        [(1, "call-without-id"), (1, "call-without-id")],
        [
            user(),
            calls(call("call_repaired_1"), call("call_repaired_2")),
            result("call_repaired_1", "1"),
            result("call_repaired_2", "2"),
        ],
    ),
    "two calls of one id": (
        [user(), calls(call("a"), call("a")), result("a", "1"), result("a", "2")],
        [(1, "duplicate-call-id")],
        [user(), calls(call("a"), call("call_repaired_1")), result("a", "1"), result("call_repaired_1", "2")],
    ),
    "an id used again": (
        [user(), calls(call("a")), result("a", "1"), calls(call("a")), result("a", "2")],
        [(3, "reused-call-id")],
        [user(), calls(call("a")), result("a", "1"), calls(call("call_repaired_1")), result("call_repaired_1", "2")],
    ),
    "missing result": (
        [user(), calls(call("a"), call("b")), result("a"), user()],
        [(1, "missing-result")],
        [user(), calls(call("a"), call("b")), result("a"), result("b", NO_RESULT), user()],
    ),
    "missing result at the end": (
        [user(), calls(call("a"))],
        [(1, "missing-result")],
        [user(), calls(call("a")), result("a", NO_RESULT)],
    ),
    "result after another message": (
        [user(), calls(call("a")), user("Hurry."), result("a")],
        [(3, "misplaced-result")],
        [user(), calls(call("a")), result("a"), user("Hurry.")],
    ),
    "result before its call": (
        [user(), result("a"), calls(call("a"))],
        [(1, "misplaced-result")],
        [user(), calls(call("a")), result("a")],
    ),
    "results swapped": (
        [user(), calls(call("a"), call("b")), result("b"), result("a")],
        [(2, "results-out-of-order")],
        [user(), calls(call("a"), call("b")), result("a"), result("b")],
    ),
    "orphan": ([user(), answer(), result("x"), user()], [(2, "orphan-result")], [user(), answer(), user()]),
    "result without id": (
        [user(), calls(call("a")), {"role": "tool", "content": "1"}],
        [(2, "result-without-id")],
        [user(), calls(call("a")), {"role": "tool", "content": "1", "tool_call_id": "a"}],
    ),
    "result without id or call": ([user(), {"role": "tool", "content": "1"}], [(1, "result-without-id")], [user()]),
    "two results of one call": (
        [user(), calls(call("a")), result("a", "1"), result("a", "2")],
        [(3, "duplicate-result")],
        [user(), calls(call("a")), result("a", "1")],
    ),
    "unclosed think": (
        [user(), answer("<think>\nHm."), user()],
        [(1, "think-unclosed")],
        [user(), answer("<think>\nHm.\n</think>\n\n"), user()],
    ),
    "unopened think": (
        [user(), answer("Hm.\n</think>\n\nWarm."), user()],
        [(1, "think-unopened")],
        [user(), answer("<think>\nHm.\n</think>\n\nWarm."), user()],
    ),
    "details an object": (
        [user(), answer(reasoning_details=details()[0]), user()],
        [(1, "details-type")],
        [user(), answer(reasoning_details=details()), user()],
    ),
    "details a text": (
        [user(), answer(reasoning_details="Let me see."), user()],
        [(1, "details-type")],
        [user(), answer(reasoning_details=details()), user()],
    ),
    "details without text": (
        [user(), answer(reasoning_details=details("")), user()],
        [(1, "details-without-text")],
        [user(), answer(), user()],
    ),
    "details without text beside reasoning_content": (
        [user(), answer(reasoning_details=[{"type": "reasoning.text"}], reasoning_content="Let me see."), user()],
        [(1, "details-without-text")],
        [user(), answer(reasoning_details=details(), reasoning_content="Let me see."), user()],
    ),
    "bare details": (
        [user(), answer(reasoning_details=[{"text": "Let me see."}]), user()],
        [(1, "details-bare")],
        [user(), answer(reasoning_details=details()), user()],
    ),
    "details of a generic merge": (
        [user(), answer(reasoning_details=details(type="reasoning.text" * 3, id="reasoning-text-1" * 3)), user()],
        [(1, "details-corrupted")],
        [user(), answer(reasoning_details=details()), user()],
    ),
    "shortened details": (
        [user(), answer(reasoning_details=details("Let me"), reasoning_content="Let me see."), user()],
        [(1, "details-mismatch")],
        [user(), answer(reasoning_details=details(), reasoning_content="Let me see."), user()],
    ),
    "details and reasoning_content differ": (
        [user(), answer(reasoning_details=details(), reasoning_content="No."), user()],
        [(1, "details-mismatch")],
        [user(), answer(reasoning_details=details(), reasoning_content="Let me see."), user()],
    ),
    "native among split": (
        [user(), answer("<think>\nLet me see.\n</think>\n\nWarm."), user(), answer(reasoning_details=details("Ah."))],
        [(1, "formats-mixed")],
        [user(), answer("Warm.", reasoning_details=details()), user(), answer(reasoning_details=details("Ah."))],
    ),
    "split among native": (
        [user(), answer("Warm.", reasoning_details=details()), user(), answer("<think>\nAh.\n</think>\n\nDry.")],
        [(1, "formats-mixed")],
        [user(), answer("<think>\nLet me see.\n</think>\n\nWarm."), user(), answer("<think>\nAh.\n</think>\n\nDry.")],
    ),
    "reasoning_content among reasoning": (
        [user(), answer(reasoning_content="A."), user(), answer(reasoning="B.")],
        [(1, "formats-mixed")],
        [user(), answer(reasoning="A."), user(), answer(reasoning="B.")],
    ),
}


@pytest.mark.parametrize(("messages", "found", "mended"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_found_and_mended(
    messages: list[Any], found: list[tuple[int | None, str]], mended: list[Message]
) -> None:
    before = copy.deepcopy(messages)
    assert [(finding.index, finding.code) for finding in check_history(messages)] == found
    assert repair_history(messages) == mended
    assert messages == before
    if mended:
        assert check_history(mended) == []


ARGUMENTS: list[tuple[Any, str, Any]] = [
    ('{"a": ', "broken-arguments", {"a": None}),
    ('{"a": "x', "broken-arguments", {"a": "x"}),
    ('{"a": "x\\', "broken-arguments", {"a": "x"}),
    ('{"a": "x\\u00', "broken-arguments", {"a": "x"}),
    ('{"a": [1, {"b": "x"', "broken-arguments", {"a": [1, {"b": "x"}]}),
    ('{"a": 1, "b', "broken-arguments", {"a": 1}),
    ('{"a": 1,', "broken-arguments", {"a": 1}),
    ('{"a": "one\ntwo"}', "broken-arguments", {"a": "one\ntwo"}),
    ('{"a": NaN}', "broken-arguments", {"a": None}),
    ('{}{"a": 1}', "broken-arguments", {"a": 1}),
    ('```json\n{"a": 1}\n```', "broken-arguments", {"a": 1}),
    ("{'a': True, 'b': None}", "broken-arguments", {"a": True, "b": None}),
    ("", "broken-arguments", {}),
    ("oops", "broken-arguments", {}),
    (None, "broken-arguments", {}),
    ("[" * 100_000, "broken-arguments", {}),
    ('{"a":' * 100_000, "broken-arguments", {}),
    ('"{\\"a\\": 1}"', "double-encoded-arguments", {"a": 1}),
    ("[1]", "arguments-not-object", {}),
    ("null", "arguments-not-object", {}),
    ('"Ulm"', "arguments-not-object", {}),
    ({"a": 1}, "arguments-not-text", {"a": 1}),
    ({"a": {1, 2}}, "arguments-not-text", {}),
    (["a"], "arguments-not-text", {}),
]


@pytest.mark.parametrize(("arguments", "code", "mended"), ARGUMENTS, ids=lambda value: repr(value)[:30])
def test_arguments_are_found_broken_and_kept_as_far_as_they_can_be_read(arguments: Any, code: str, mended: Any) -> None:
    messages = [user(), calls(call(arguments=arguments)), result()]
    assert [(finding.index, finding.code) for finding in check_history(messages)] == [(1, code)]
    fixed = repair_history(messages)
    assert json.loads(fixed[1]["tool_calls"][0]["function"]["arguments"]) == mended
    assert check_history(fixed) == []


def test_pictures_are_refused_by_m2_and_left_out() -> None:
    messages = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}]}]
    assert check_history(messages, model=M3) == check_history(messages) == []
    assert [finding.code for finding in check_history(messages, model=M2)] == ["unsupported-part"]
    assert check_history(repair_history(messages, model=M2), model=M2) == []


def test_a_call_that_lost_its_thinking_is_seen_beside_one_that_has_it() -> None:
    messages = [
        user(),
        calls(call("a"), reasoning_details=details()),
        result("a"),
        calls(call("b")),
        result("b"),
    ]
    assert [(f.index, f.code) for f in check_history(messages)] == [(3, "thinking-dropped")]
    assert not check_history(messages)[0].refused


@pytest.mark.parametrize(("model", "found"), [(M2, 1), ("MiniMax-M3.1-Flash", 1), (M3, 0), (None, 0), ("other", 0)])
def test_a_model_that_always_thinks_must_have_thought_before_a_call(model: str | None, found: int) -> None:
    messages = [user(), calls(call()), result()]
    assert [f.code for f in check_history(messages, model=model)] == ["thinking-dropped"] * found


ORIGINAL = calls(call(), content="\n", reasoning_details=details("Let me see."))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reasoning_details": None}, "thinking-dropped"),
        ({"reasoning_details": details("Let me")}, "thinking-edited"),
        ({"reasoning_details": details("Something else.")}, "thinking-edited"),
        ({"content": "Wait."}, "message-edited"),
        ({"reasoning_details": [{"text": "Let me see."}]}, "message-edited"),
    ],
)
def test_with_the_originals_every_change_is_found_and_undone(change: Message, code: str) -> None:
    messages = [user(), {**ORIGINAL, **change}, result(), user()]
    assert code in [finding.code for finding in check_history(messages, originals=[ORIGINAL])]
    mended = repair_history(messages, originals=[ORIGINAL])
    assert mended == [user(), ORIGINAL, result(), user()]
    assert check_history(mended, originals=[ORIGINAL], model=M2) == []


def test_dropped_and_edited_native_thinking_is_found_with_the_originals() -> None:
    original = answer("<think>\nHm, warm.\n</think>\n\nIt is warm.")
    for content, code in [
        ("It is warm.", "thinking-dropped"),
        ("<think>\nHm.\n</think>\n\nIt is warm.", "thinking-edited"),
        ("<think>\nHm, warm.\n</think>\n\nIt is cold.", "message-edited"),
    ]:
        messages = [user(), answer(content), user()]
        assert [(f.index, f.code) for f in check_history(messages, originals=[original])] == [(1, code)]
        assert repair_history(messages, originals=[original])[1] == original


def test_what_went_back_as_received_is_never_found_fault_with() -> None:
    odd = [
        answer("Hm.</think>Warm."),
        answer("B", reasoning_details=[{"text": "b"}], reasoning_content="c"),
        calls(call("x")),
        calls(call("y"), reasoning_content="Hm."),
    ]
    messages = [user(), odd[0], user(), odd[1], user(), odd[2], result("x"), odd[3], result("y")]
    assert check_history(messages, originals=odd, model=M2) == []
    assert repair_history(messages, originals=odd, model=M2) == messages
    assert {f.code for f in check_history(messages)} >= {"think-unopened", "details-bare", "thinking-dropped"}


def test_originals_of_a_trimmed_history_are_matched_by_their_calls_and_answers() -> None:
    originals = [
        answer("One.", reasoning_details=details("1")),
        calls(call("a"), reasoning_details=details("2")),
        answer("Three.", reasoning_details=details("3")),
    ]
    messages = [user(), calls(call("a")), result("a"), answer("Three."), user()]
    found = check_history(messages, originals=originals)
    assert [(f.index, f.code) for f in found] == [(1, "thinking-dropped"), (3, "thinking-dropped")]
    assert repair_history(messages, originals=originals)[1] == originals[1]


def ping() -> str:
    return "pong"


@pytest.mark.parametrize(
    ("tools", "codes"),
    [
        (None, []),
        ([], ["empty-tools"]),
        ([{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}], []),
        ([ping, mm.Tool.of(ping)], []),
        ([{"type": "function", "function": {"name": "f"}}], ["tool-without-parameters"]),
        ([{"type": "function", "function": {"name": "f", "parameters": {}}}], ["tool-without-parameters"]),
        ([{"type": "function", "function": {"parameters": {"type": "object"}}}], ["tool-without-name"]),
        ([{"name": "f"}, {"type": "web_search"}], ["tool-type", "tool-type"]),
        ([{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}] * 2, ["duplicate-tool"]),
    ],
)
def test_tools_are_checked_too(tools: Any, codes: list[str]) -> None:
    found = check_history([user()], tools=tools)
    assert [finding.code for finding in found] == codes
    assert all(finding.index is None for finding in found)


def test_objects_of_the_openai_package_are_taken_whole_and_in_part() -> None:
    from openai.types.chat import ChatCompletionMessage

    whole = ChatCompletionMessage.model_validate(
        {"role": "assistant", "content": None, "tool_calls": [call()], "reasoning_details": details(), "name": "x"}
    )
    part = {"role": "assistant", "content": None, "tool_calls": whole.tool_calls}
    for message in (whole, part):
        assert check_history([user(), message, result()]) == []
        assert check_history([user(), message, user()])[0].code == "missing-result"
    mended = repair_history([user(), whole, result()])[1]
    assert mended["reasoning_details"] == details()
    assert mended["name"] == "x"
    reply = mm.Reply(message=calls(call()))
    assert check_history([user(), reply, result()]) == []


def test_findings_show_as_text_and_as_a_table_and_raise() -> None:
    found = check_history([user(), calls(call("<b>x</b>")), user()])
    assert isinstance(found, Findings)
    assert repr(found).startswith(
        "messages[1] missing-result: the call '<b>x</b>' of 'get_weather' has no result. Service: HTTP 400"
    )
    html = found._repr_html_()
    assert "<td" in html
    assert "<b>" not in html
    with pytest.raises(mm.HistoryError) as caught:
        found.raise_if_refused()
    assert caught.value.findings == tuple(found)
    check_history([user(), answer("<think>x")]).raise_if_refused()
    assert repr(check_history([user()])) == "Nothing found: the history can be sent."
    assert [Finding.from_dict(each.to_dict()) for each in found] == found


def test_every_rule_has_a_case_here() -> None:
    seen = {code for _, found, _ in BAD.values() for _, code in found} | {code for _, code, _ in ARGUMENTS}
    seen |= {"thinking-dropped", "thinking-edited", "message-edited", "broken-characters"}
    seen |= {"empty-tools", "tool-type", "tool-without-name", "tool-without-parameters", "duplicate-tool"}
    assert seen == set(RULES)


def test_two_thousand_messages_are_checked_in_linear_steps() -> None:
    messages = [user()]
    for number in range(1000):
        messages += [calls(call(f"c{number}"), content=f"<think>\n{number}\n</think>\n\n"), result(f"c{number}")]
    assert check_history(messages, model=M2) == []
    assert repair_history(messages, model=M2) == messages
    shuffled = [user(), *messages[1::2], *messages[2::2]]
    assert len(check_history(shuffled)) == 999  # the last call has its result in the block that follows
    assert repair_history(shuffled) == messages


# ---- any history at all --------------------------------------------------------------------------------------------

texts = st.text(max_size=8) | st.sampled_from(
    ["Hello.", "<think>a", "a</think>b", "<think>\na\n</think>\n\nb", "</mm:think>", "`</think>`", " ", "\u200b"]
)
junk = (
    st.none()
    | st.booleans()
    | st.integers()
    | texts
    | st.lists(texts, max_size=2)
    | st.dictionaries(texts, texts, max_size=2)
)
ids = st.sampled_from(["a", "b", "c", "", "call_repaired_1"])
some_arguments = st.sampled_from(["{}", '{"a": 1}', '{"a": "x', '"{}"', "[]", "", "{'a': 1}", "{}{}"]) | junk
some_details = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["reasoning.text", "reasoning.text" * 2, "reasoning.encrypted"]),
            "id": st.sampled_from(["reasoning-text-1", "reasoning-text-1" * 4]),
            "text": texts,
            "index": st.integers(0, 1),
        },
    ),
    max_size=3,
)
broken_calls = st.lists(
    st.builds(call, ids | junk, st.sampled_from(["f", "g", ""]) | junk, some_arguments)
    | st.fixed_dictionaries(
        {"custom": st.fixed_dictionaries({}, optional={"name": st.just("f") | junk, "input": texts | junk})},
        optional={"id": ids | junk},
    )
    | junk,
    max_size=3,
)
MEDIA_URLS = ["https://a.example/b.png", "HTTP://a.example", "mm_file://1", "", "a.png", "data:…", "ftp://a.example"]
MEDIA_URLS += [
    f"data:{format_}{coding},{data}"
    for format_ in ("image/png", "IMAGE/GIF", "image/bmp", "video/mp4", "video/ogg", "", "image/png;charset=x")
    for coding in ("", ";base64", ";BASE64")
    for data in ("", "QUJD", "QUJ", "QUI=", "QQ==", "QQ===", "Q===", "====", "Q!JD", "QU%4aD", "QU\r\nJD", "QUJD\udc00")
]
FRAMES = [0.2, 1, 5, 5.01, 0.19, -1, float("nan"), float("inf"), True, "2", None]
media_parts = st.builds(
    lambda kind, inner: {"type": kind, **({} if inner == "none at all" else {kind: inner})},
    st.sampled_from(["image_url", "video_url"]),
    st.just("none at all")
    | st.sampled_from(MEDIA_URLS)
    | junk
    | st.fixed_dictionaries(
        {},
        optional={
            "url": st.sampled_from(MEDIA_URLS) | junk,
            "fps": st.sampled_from(FRAMES) | junk,
            "detail": junk,
        },
    )
    | st.fixed_dictionaries({"url": st.sampled_from(MEDIA_URLS)}, optional={"fps": st.sampled_from(FRAMES)}),
)
broken_messages = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["system", "user", "assistant", "assistant", "tool", "tool", "function", "root"])
        | junk,
        "content": texts
        | junk
        | st.lists(media_parts, min_size=1, max_size=2)
        | st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": texts | junk}), max_size=2),
        "tool_calls": broken_calls | junk,
        "tool_call_id": ids | junk,
        "function_call": junk | st.just({"name": "f", "arguments": "{}"}),
        "reasoning_details": some_details | junk,
        "reasoning_content": texts | junk,
        "reasoning": texts | junk,
        "name": junk,
    },
)
models = st.sampled_from([None, M2, M3])
# What is gone cannot be made up, and an empty list stays one.
BEYOND_REPAIR = {"no-messages", "thinking-dropped"}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(broken_messages | junk, max_size=8), models)
def test_any_broken_history_is_mended_to_one_that_checks_clean(messages: list[Any], model: str | None) -> None:
    before = copy.deepcopy(messages)
    mended = repair_history(messages, model=model)
    assert messages == before
    assert [f for f in check_history(mended, model=model) if f.code not in BEYOND_REPAIR] == []
    assert repair_history(mended, model=model) == mended
    assert repr(check_history(messages, model=model))
    assert check_history(messages, model=model)._repr_html_()


def refusal(messages: list[Any], model: str) -> str | None:
    """What the embedded server says to a history, or None if it takes it."""
    try:
        check_messages(messages, MODELS[model])
    except ApiError as error:
        return error.message
    return None


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(broken_messages | junk, max_size=8), st.sampled_from([M2, M3]))
def test_the_embedded_server_refuses_what_is_refused_here_and_takes_what_is_mended(
    messages: list[Any], model: str
) -> None:
    said = refusal(messages, model)
    assert check_history(messages, model=model).refused == (said is not None), said
    mended = repair_history(messages, model=model)
    assert not mended or refusal(mended, model) is None


@pytest.mark.parametrize("model", [M2, M3])
@pytest.mark.parametrize("kind", ["image_url", "video_url"])
def test_check_and_embedded_server_are_of_one_mind_about_every_picture_and_film(kind: str, model: str) -> None:
    inners = [*MEDIA_URLS, *({"url": url, "fps": frames} for url in MEDIA_URLS for frames in FRAMES)]
    verdicts = set()
    for inner in inners:
        messages = [{"role": "user", "content": [{"type": kind, kind: inner}]}]
        said = refusal(messages, model)
        verdicts.add(said is None)
        assert check_history(messages, model=model).refused == (said is not None), (inner, said)
        assert refusal(repair_history(messages, model=model), model) is None
    assert verdicts == ({True, False} if model == M3 else {False})


@st.composite
def good_histories(draw: st.DrawFn) -> list[Message]:
    words = st.text(alphabet="abc \n<>/`é漢", min_size=1, max_size=10)
    form = draw(st.sampled_from(["native", "details", "both", "reasoning_content", "none"]))

    def thinking(content: Any) -> Message:
        thought = draw(words.filter(str.strip))
        if form == "native":
            return {"content": f"<think>\n{thought}\n</think>\n\n{content or ''}"}
        fields: Message = {"content": content}
        if form in ("details", "both"):
            fields["reasoning_details"] = details(thought)
        if form in ("reasoning_content", "both"):
            fields["reasoning_content"] = thought
        return fields

    messages = [system()] if draw(st.booleans()) else []
    number = 0
    for _ in range(draw(st.integers(1, 3))):
        messages.append(user(draw(words)))
        for _ in range(draw(st.integers(0, 3))):
            made = [f"c{number + k}" for k in range(draw(st.integers(1, 3)))]
            number += len(made)
            content = draw(st.none() | st.just("") | words.map(lambda text: f"x{text}"))
            entries = [call(each, arguments=json.dumps({draw(words): draw(words)})) for each in made]
            messages.append({"role": "assistant", **thinking(content), "tool_calls": entries})
            messages += [result(each, draw(words.filter(str.strip))) for each in made]
        for _ in range(draw(st.integers(0, 2))):
            messages.append({"role": "assistant", **thinking(f"x{draw(words)}")})
    return messages


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(good_histories(), models)
def test_any_good_history_gives_no_finding_and_is_not_changed(messages: list[Message], model: str | None) -> None:
    found = [finding for finding in check_history(messages, model=model) if finding.code != "thinking-dropped"]
    assert found == []
    assert repair_history(messages, model=model) == messages
    originals = [message for message in messages if message["role"] == "assistant"]
    assert check_history(messages, model=model, originals=originals) == []


@pytest.mark.parametrize("where", ["question", "part", "result", "arguments", "name", "key", "answer"])
@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("half \ud83d of one", "half \ufffd of one"),
        ("\udc00", "\ufffd"),
        ("\ud83d\ude00 whole in halves", "\U0001f600 whole in halves"),
        ("a\x00b", "a\ufffdb"),
        ("\uffff", "\ufffd"),
    ],
)
def test_what_no_request_can_carry_is_found_and_mended(text: str, mended: str, where: str) -> None:
    def history(said: str) -> list[Message]:
        cases: dict[str, list[Message]] = {
            "question": [user(said)],
            "part": [{"role": "user", "content": [{"type": "text", "text": said}]}],
            "result": [user(), calls(call()), result(content=said)],
            "arguments": [user(), calls(call(arguments=json.dumps({"a": said}, ensure_ascii=False))), result()],
            "name": [{**user(), "name": said}],
            "key": [{**user(), said: "x"}],
            "answer": [user(), answer(said), user()],
        }
        return cases[where]

    broken = history(text)
    if where == "arguments" and "\x00" in text:
        return  # JSON escapes it, and so it can be sent
    assert {finding.code for finding in check_history(broken)} == {"broken-characters"}
    assert check_history(broken).refused
    repaired = repair_history(broken)
    assert check_history(repaired) == []
    assert json.loads(json.dumps(repaired, ensure_ascii=False).encode()) == history(mended)


def test_text_of_any_script_can_be_sent() -> None:
    assert check_history([user("Grüße, 你好, 👩‍👩‍👧, \t\x1b[1m bold \u2028 \ufeff")]) == []
