"""Answers in no form yet, held to a limit on tokens."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.server.answer.answer import Answer, cut_to
from minimax_nb.server.answer.wire import WireFormat, completion, usage_of

from ...support.answers import HEAD, answers


@settings(max_examples=80, deadline=None)
@given(answers, st.integers(1, 100))
def test_a_limit_on_tokens_is_kept(answer: Answer, limit: int) -> None:
    short = cut_to(answer, limit)
    usage = usage_of(short, 0, 0)

    assert usage["completion_tokens"] <= limit
    assert answer.content.startswith(short.content)
    assert answer.reasoning.startswith(short.reasoning)
    assert (short == answer) or (short.finish_reason == "length" and not short.calls)


def test_a_reply_cut_in_its_thinking_is_closed_and_has_no_answer() -> None:
    short = cut_to(Answer("Four.", "Two and two make four. " * 20), 20)
    message = completion(short, HEAD, WireFormat(), {}, {})["choices"][0]["message"]

    assert message["content"].startswith("<think>\nTwo and two")
    assert message["content"].endswith("\n</think>\n")
