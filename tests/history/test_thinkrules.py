"""Thinking that was dropped or edited is found, and restored from the originals."""

from __future__ import annotations

import pytest

from minimax_nb.history.check import check_history, repair_history

from ..support.histories import M2, M3, Message, answer, call, calls, details, result, user


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
