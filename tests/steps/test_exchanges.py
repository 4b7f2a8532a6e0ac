"""Messages by question: split, read, and known again."""

from __future__ import annotations

from typing import Any

import pytest

from minimax_nb.message.events import RoundEnded, ToolResult
from minimax_nb.message.reply import Reply, Timing, ToolCall
from minimax_nb.steps.exchanges import Recollection, cut_last_question, exchange_of, split_messages, without_questions

from ..support.scripted import call, message

SYSTEM = {"role": "system", "content": "Be brief."}
DEVELOPER = {"role": "developer", "content": "No jokes."}
ASK = {"role": "user", "content": "2 + 2?"}
CALL = message("", call("add", '{"x": 2}', "c1"), reasoning_content="I add.")
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "4"}
ANSWER = message("Four.")


@pytest.mark.parametrize(
    ("messages", "sizes"),
    [
        ([], []),
        ([ASK, ANSWER], [2]),
        ([SYSTEM, ASK, ANSWER, ASK, CALL, RESULT, ANSWER], [3, 4]),
        ([SYSTEM, DEVELOPER, ASK, ASK, ANSWER], [3, 2]),
        ([ANSWER, ASK], [1, 1]),
        ([SYSTEM], [1]),
        ([ASK, ANSWER, SYSTEM, ASK], [2, 2]),
        ([Reply(message=ANSWER, content="Four."), ASK], [1, 1]),
        ([None, 3, ASK], [2, 1]),
    ],
)
def test_messages_are_split_where_a_question_begins(messages: list[Any], sizes: list[int]) -> None:
    assert [len(group) for group in split_messages(messages)] == sizes


def test_an_exchange_tells_what_led_to_the_answer() -> None:
    exchange = exchange_of([SYSTEM, ASK, CALL, RESULT, ANSWER], Recollection())
    assert (exchange.system, exchange.question) == ("Be brief.", "2 + 2?")
    assert [step.kind for step in exchange.steps] == ["think", "call", "result", "answer"]
    assert exchange.before == 3
    assert exchange.reply is not None
    assert exchange.reply.content == "Four."


def test_an_exchange_that_broke_off_has_no_reply() -> None:
    exchange = exchange_of([ASK, CALL, RESULT], Recollection())
    assert exchange.reply is None
    assert exchange.before == len(exchange.steps) == 3
    assert exchange_of([ASK], Recollection()).steps == ()


def test_parts_of_a_question_are_named() -> None:
    parts = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": "data:"}}]
    exchange = exchange_of([{"role": "user", "content": parts}], Recollection())
    assert (exchange.question, exchange.media, exchange.pictures) == ("What is this?", ("picture",), ())


def test_times_and_tables_are_known_again() -> None:
    class Table:
        def to_html(self, **_options: Any) -> str:
            return "<table><tr><td>cell</td></tr></table>"

    known = Recollection()
    known.event(ToolResult(0, ToolCall("c1", "add", "{}"), "4", Table(), None, 0.0, 2.0))
    known.event(RoundEnded(2, Reply(message=ANSWER, content="Four.", timing=Timing(total_s=3.0)), 3.0))
    exchange = exchange_of([ASK, CALL, RESULT, ANSWER], known)
    assert exchange.tables[2].body[0].cells[0].text == "cell"
    assert exchange.steps[2].duration_s == 2.0
    assert exchange.reply is not None
    assert exchange.reply.timing.total_s == 3.0


def test_an_edited_message_is_read_anew() -> None:
    answer = message("Four.")
    known = Recollection()
    known.reply(Reply(message=answer, content="Four.", partial_reason="interrupted"))
    assert exchange_of([ASK, answer], known).reply.partial_reason == "interrupted"  # type: ignore[union-attr]
    answer["content"] = "Five."
    reply = exchange_of([ASK, answer], known).reply
    assert reply is not None
    assert (reply.content, reply.partial_reason) == ("Five.", None)


def test_what_has_not_changed_is_the_same_object() -> None:
    known = Recollection()
    messages = [ASK, message("Four."), {"role": "user", "content": "Sure?"}, message("Yes.")]
    first = known.exchanges(messages)
    messages[3]["content"] = "No."
    second = known.exchanges(messages)
    assert first[0] is second[0]
    assert first[1] is not second[1]


def test_a_question_asked_twice_stands_twice() -> None:
    assert len(Recollection().exchanges([ASK, ANSWER, ASK, ANSWER])) == 2


@pytest.mark.parametrize(
    ("messages", "left", "taken"),
    [
        ([], 0, 0),
        ([SYSTEM], 1, 0),
        ([SYSTEM, ASK], 1, 1),
        ([SYSTEM, ASK, ANSWER, ASK, CALL, RESULT], 3, 3),
    ],
)
def test_the_last_question_is_cut_with_all_that_came_of_it(messages: list[Any], left: int, taken: int) -> None:
    kept = list(messages)
    assert len(cut_last_question(kept)) == taken
    assert len(kept) == left
    assert without_questions(messages) == [entry for entry in messages[:1] if entry is SYSTEM]
