"""Histories as a whole: what is good is left alone, what is broken is found."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import minimax_nb as mm
from minimax_nb.history.check import check_history, repair_history

from ..support.histories import M2, M3, Message, answer, call, calls, details, models, result, system, user

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


def test_two_thousand_messages_are_checked_in_linear_steps() -> None:
    messages = [user()]
    for number in range(1000):
        messages += [calls(call(f"c{number}"), content=f"<think>\n{number}\n</think>\n\n"), result(f"c{number}")]
    assert check_history(messages, model=M2) == []
    assert repair_history(messages, model=M2) == messages
    shuffled = [user(), *messages[1::2], *messages[2::2]]
    assert len(check_history(shuffled)) == 999  # the last call has its result in the block that follows
    assert repair_history(shuffled) == messages


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
