"""The rules of a history: each finds what it names, and the repair takes it away."""

from __future__ import annotations

import json
from typing import Any

import pytest

import minimax_nb as mm
from minimax_nb.history.check import check_history, repair_history
from minimax_nb.history.findings import RULES

from ..support.broken_histories import ARGUMENTS, BAD, SHAPES, assert_mended
from ..support.histories import M2, M3, Message, answer, call, calls, result, system, user


def test_several_system_messages_are_good_for_m3_only() -> None:
    messages = [system("One."), user(), answer(), system("Two."), user()]
    assert check_history(messages, model=M3) == check_history(messages, model="minimax/minimax-m3") == []
    assert repair_history(messages, model=M3) == messages
    for model in (M2, None, "MiniMaxAI/MiniMax-M2.5"):
        assert [f.code for f in check_history(messages, model=model)] == ["several-systems"]
        assert repair_history(messages, model=model) == [system("One.\n\nTwo."), user(), answer(), user()]


@pytest.mark.parametrize(("messages", "found", "mended"), SHAPES.values(), ids=SHAPES)
def test_a_wrong_shape_is_found_and_mended(messages: list[Any], found: Any, mended: list[Message]) -> None:
    assert_mended(messages, found, mended)


def test_pictures_are_refused_by_m2_and_left_out() -> None:
    messages = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}]}]
    assert check_history(messages, model=M3) == check_history(messages) == []
    assert [finding.code for finding in check_history(messages, model=M2)] == ["unsupported-part"]
    assert check_history(repair_history(messages, model=M2), model=M2) == []


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


def test_every_rule_has_a_case_here() -> None:
    seen = {code for _, found, _ in BAD.values() for _, code in found} | {code for _, code, _ in ARGUMENTS}
    seen |= {"thinking-dropped", "thinking-edited", "message-edited", "broken-characters"}
    seen |= {"empty-tools", "tool-type", "tool-without-name", "tool-without-parameters", "duplicate-tool"}
    seen |= {"too-much-media"}  # in media/test_rules.py
    assert seen == set(RULES)


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
