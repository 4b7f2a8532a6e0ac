"""A row: its tools run, its form is read, once more if it does not fit, and what it was is kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

import pydantic
import pytest

import minimax_nb as mm

from ..support.chat_service import Asked, Said, Service, says

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


class City(pydantic.BaseModel):
    name: str
    people: int


LIMA = '{"name": "Lima", "people": 10}'


def double(x: int) -> int:
    """Double a number."""
    return 2 * x


async def triple(x: int) -> int:
    """Triple a number."""
    return 3 * x


def fail(x: int) -> int:
    """Fail."""
    raise OSError("the disk is full")


def ask(service: Service, frame: Any = ("a",), prompt: Any = "{text}", **options: Any) -> pd.DataFrame:
    with service.client() as client:
        return mm.batch(frame, prompt, **{"client": client, "progress": False, **options})


def calling(name: str, arguments: str) -> Any:
    """Calls a tool once for each row, then says what came of it."""

    def answer(asked: Asked) -> Said:
        if asked.body["messages"][-1]["role"] == "tool":
            return says(f"It is {asked.text}.", thinking="Done.", usage=(30, 3))
        return says("", thinking="I call.", calls=((name, arguments),), usage=(20, 2))

    return answer


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("double", '{"x": 4}', "It is 8."),
        ("triple", '{"x": 4}', "It is 12."),
        ("fail", '{"x": 4}', "It is Error: OSError: the disk is full."),
        ("unknown", "{}", "It is Error: there is no tool 'unknown'; there are: double, triple, fail."),
        ("double", '{"x": "many"}', "It is Error: double: argument 'x'"),
        ("double", '{"x": ', "It is Error: double"),
    ],
)
def test_tools_are_run_for_each_row_and_the_model_reads_what_came(
    service: Service, name: str, arguments: str, said: str, tmp_path: Path
) -> None:
    service.answer = calling(name, arguments)
    path = tmp_path / "x.jsonl"
    out = ask(service, ["a", "b"], tools=[double, triple, fail], checkpoint=path)
    assert all(reply.startswith(said) for reply in out.reply)
    assert list(out.attempts) == [2, 2]
    assert list(out.prompt_tokens) == [50, 50]
    assert list(out.reasoning) == ["I call.\n\nDone."] * 2
    again = ask(service, ["a", "b"], tools=[double, triple, fail], checkpoint=path)
    assert again.from_checkpoint.all()
    assert list(again.reply) == list(out.reply)
    assert list(again.reasoning) == list(out.reasoning)
    messages = mm.read_batch(path).messages[0]
    assert [message["role"] for message in messages] == ["user", "assistant", "tool", "assistant"]
    assert messages[1]["reasoning_details"][0]["text"] == "I call."


def test_a_model_that_calls_for_ever_fails_its_row(service: Service) -> None:
    service.answer = lambda asked: says("", calls=(("double", '{"x": 1}'),))
    out = ask(service, tools=[double])
    assert "expected an answer within 50 rounds" in out.error[0]
    assert out.prompt_tokens[0] == 500  # it was paid


@pytest.mark.parametrize("first", ["I think it is Lima.", '{"name": "Lima"}', '{"name": "Lima", "people": "many"}'])
def test_an_answer_that_does_not_fit_is_asked_for_once_more(service: Service, first: str, tmp_path: Path) -> None:
    service.answer = lambda asked: says(first if len(asked.body["messages"]) == 2 else LIMA, thinking="Hm.")
    path = tmp_path / "x.jsonl"
    out = ask(service, response=City, checkpoint=path)
    assert out.parsed[0] == City(name="Lima", people=10)
    assert (out.attempts[0], out.reply[0], out.reasoning[0]) == (2, LIMA, "Hm.\n\nHm.")
    repaired = service.asked[1].body["messages"]
    assert [message["role"] for message in repaired] == ["system", "user", "assistant", "user"]
    assert repaired[2]["content"] == first
    assert repaired[2]["reasoning_details"]  # whole, as it was received
    assert "expected an answer that fits City" in repaired[3]["content"]
    again = ask(service, response=City, checkpoint=path)
    assert (again.parsed[0], again.reasoning[0], len(service.asked)) == (out.parsed[0], out.reasoning[0], 2)


def test_but_only_once(service: Service) -> None:
    service.answer = lambda asked: says("no")
    out = ask(service, ["a", "b"], response=City)
    assert len(service.asked) == 4
    assert out.parsed.isna().all()
    assert list(out.reply) == ["no", "no"]
    assert all(error.startswith("expected an answer that fits City") for error in out.error)


@pytest.mark.parametrize(
    ("content", "finish", "said"),
    [
        ('{"name": "Li', "length", "the token limit was reached in the middle of the answer"),
        ("", "length", "the token limit was reached while the model was thinking"),
        ("", "stop", "the model answered nothing"),
        ("x", "content_filter", "content filter"),
    ],
)
@pytest.mark.parametrize("response", [City, None], ids=["form", "plain"])
def test_an_answer_that_is_none_says_why_and_is_not_asked_again(
    service: Service, content: str, finish: str, said: str, response: Any
) -> None:
    service.answer = lambda asked: says(content, thinking="Long thoughts.", finish=finish)
    out = ask(service, response=response)
    assert len(service.asked) == 1
    if response is None and finish == "length" and content:
        assert (out.reply[0], out.finish_reason[0], out.error.isna()[0]) == (content, "length", True)
    else:
        assert said in out.error[0]
        assert out.finish_reason[0] == finish
    assert out.completion_tokens[0] == 5
    assert out.reasoning[0] == "Long thoughts."


def test_whole_json_that_ends_at_the_limit_is_an_answer(service: Service) -> None:
    service.answer = lambda asked: says(LIMA, finish="length")
    assert ask(service, response=City).parsed[0].name == "Lima"


@pytest.mark.parametrize(
    ("message", "reasoning"),
    [
        (says(f"<think>A draft: {{}}</think>{LIMA}"), "A draft: {}"),
        (says(f"<think>\nA draft.\n</think>\n\n{LIMA}"), "\nA draft.\n"),
        (says(LIMA, thinking="Split."), "Split."),
        (says(LIMA, reasoning="vLLM's."), "vLLM's."),
        (says(LIMA), ""),
    ],
    ids=["native", "lines", "split", "vLLM", "none"],
)
def test_thinking_is_kept_apart_in_every_form(service: Service, message: Said, reasoning: str, tmp_path: Path) -> None:
    service.answer = lambda asked: message
    path = tmp_path / "x.jsonl"
    for _ in range(2):  # fresh, and from the checkpoint
        out = ask(service, response=City, reasoning_split=False, checkpoint=path)
        assert out.parsed[0].name == "Lima"
        assert json.loads(out.reply[0])["name"] == "Lima"
        assert out.reasoning[0].strip() == reasoning.strip()
    assert service.asked[0].body["reasoning_split"] is False
    assert len(service.asked) == 1


def test_replies_in_a_question_are_no_answers(service: Service, tmp_path: Path) -> None:
    def prompt(row: Any) -> list[dict[str, Any]]:
        example = {"role": "assistant", "content": "GOOD", "reasoning_content": "An example."}
        return [{"role": "user", "content": "fine"}, example, {"role": "user", "content": row.text}]

    path = tmp_path / "x.jsonl"
    for _ in range(2):
        out = ask(service, ["a"], prompt, checkpoint=path)
        assert (out.reply[0], out.reasoning[0]) == ("A", "They say a.")
    service.answer = lambda asked: Said({}, 400)
    ask(service, ["b"], prompt, checkpoint=path)
    failed = mm.read_batch(path).iloc[-1]
    assert failed.reply is mm.read_batch(path).reply.dtype.na_value
    assert len(failed.messages) == 3


def test_pictures_and_messages_go_as_they_are(service: Service) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    parts = [{"type": "text", "text": "What is it?"}, picture]
    ask(service, ["a"], lambda row: parts, model="MiniMax-M3", system="Be brief.")
    assert service.asked[0].body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": parts},
    ]
    assert service.asked[0].body["model"] == "MiniMax-M3"


def test_a_history_that_would_be_refused_is_not_sent(service: Service) -> None:
    broken = [{"role": "user", "content": "q"}, {"role": "tool", "tool_call_id": "x", "content": "r"}]
    out = ask(service, ["a", "b"], lambda row: broken if row.text == "a" else "fine")
    assert out.error_code[0] == 2013
    assert out.reply[1] == "FINE"
    assert len(service.asked) == 1


def test_half_a_character_is_not_sent(service: Service, tmp_path: Path) -> None:
    out = ask(service, ["x \ud83d", "y"], checkpoint=tmp_path / "x.jsonl")
    assert "half a character" in out.error[0]
    assert out.reply[1] == "Y"
    assert len(mm.read_batch(tmp_path / "x.jsonl")) == 2


def test_what_json_cannot_hold_fails_its_row_alone(service: Service) -> None:
    odd = [{"type": "text", "text": "x", 3: 4, "y": 5}]
    out = ask(service, ["a", "b"], lambda row: odd if row.text == "a" else "fine")
    assert "expected messages that JSON can hold" in out.error[0]
    assert out.reply[1] == "FINE"


@pytest.mark.parametrize("response", [Literal["good", "bad"], list[City], int, City | None])
def test_forms_of_every_kind(service: Service, response: Any) -> None:
    answers = {Literal["good", "bad"]: "good", list[City]: f"[{LIMA}]", int: "3", City | None: "null"}
    service.answer = lambda asked: says(answers[response])
    out = ask(service, ["a", "b"], response=response)
    assert out.error.isna().all()
    assert len(out.parsed) == 2


def test_a_hint_stands_with_an_error_and_kinds_leave_the_row_out(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.answer = lambda asked: Said(
        {"error": {"message": f"bad request {len(service.asked)} (1026)", "request_id": len(service.asked)}}, 400
    )
    out = ask(service, ["a", "b", "c"], progress=True)
    assert all("Hint: " in error for error in out.error)
    assert capsys.readouterr().err.count("3 × 1026: ") == 1
