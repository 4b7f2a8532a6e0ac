"""What the rows of a batch have in common: the header of its checkpoint, and the names of its questions."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import Any, Literal

import pytest

from minimax_nb.batching.job import EMBEDDED, Job

URL = "https://api.minimax.io/v1"
ASKED = [{"role": "user", "content": "q"}]


def double(x: int) -> int:
    """Double a number."""
    return 2 * x


def triple(x: int) -> int:
    """Triple a number."""
    return 3 * x


def job(**changed: Any) -> Job:
    settings: dict[str, Any] = {"model": "M", "base_url": URL, "prompt": "say {text}", "system": None, "tools": None}
    return Job(**{**settings, "response": None, "request": {}, **changed})


CHANGES: dict[str, dict[str, Any]] = {
    "model": {"model": "N"},
    "endpoint": {"base_url": "http://127.0.0.1:8000/v1"},
    "prompt": {"prompt": "tell {text}"},
    "system": {"system": "Be brief."},
    "tools": {"tools": [double]},
    "response": {"response": Literal["good", "bad"]},
    "parameters": {"request": {"temperature": 0.5}},
}


@pytest.mark.parametrize(("field", "changed"), CHANGES.items(), ids=CHANGES)
def test_each_setting_has_its_place_in_the_header(field: str, changed: dict[str, Any]) -> None:
    before, after = job().header, job(**changed).header
    assert {name for name in before if before[name] != after[name]} == {field}


@pytest.mark.parametrize(("field", "changed"), CHANGES.items(), ids=CHANGES)
def test_a_question_has_another_name_where_it_would_be_answered_otherwise(field: str, changed: dict[str, Any]) -> None:
    assert (job().key(ASKED) != job(**changed).key(ASKED)) == (field != "prompt")  # the prompt shows in the messages


@pytest.mark.parametrize(
    "request_", [{"timeout": 5}, {"extra_headers": {"X-Trace": "1"}}, {"reasoning_split": True}], ids=str
)
def test_what_says_nothing_of_the_answer_changes_nothing(request_: dict[str, Any]) -> None:
    assert job(request=request_).header == job().header
    assert job(request=request_).key(ASKED) == job().key(ASKED)


def test_parameters_of_the_servers_own_count() -> None:
    own = [job(request={"extra_body": {"top_k": value}}) for value in (1, 2)]
    assert own[0].header != own[1].header
    assert own[0].key(ASKED) != own[1].key(ASKED)


def test_equal_questions_have_equal_names_and_later_ones_another() -> None:
    one = job()
    assert one.key(ASKED) == job().key([{"content": "q", "role": "user"}])
    assert len({one.key(ASKED, nth) for nth in range(5)}) == 5
    assert len(one.key(ASKED)) == 32


def test_half_a_character_has_a_name_too() -> None:
    assert job().key([{"role": "user", "content": "\ud83d"}]) != job().key([{"role": "user", "content": "?"}])


def test_tools_differ_by_what_the_model_is_told_of_them() -> None:
    assert job(tools=[double]).header["tools"] != job(tools=[triple]).header["tools"]
    assert job(tools=double).header == job(tools=[double]).header


def test_functions_are_told_apart_by_their_code() -> None:
    def say(row: Any) -> str:
        return f"say {row.text}"

    def tell(row: Any) -> str:
        return f"tell {row.text}"

    def say_it(other: Any) -> str:
        # Another name and another layout.
        return f"say {other.text}"

    prints = [job(prompt=made).header["prompt"] for made in (say, tell, say_it)]
    assert prints[0] != prints[1]
    assert prints[0] == prints[2]


def test_a_function_is_the_same_in_every_process() -> None:
    code = """
        from minimax_nb.batching.job import Job
        def prompt(row):
            return [f"say {one}" for one in row if one in {"a", "b", "c", "d", "e"}]
        print(Job(model="M", base_url="x", prompt=prompt, system=None, tools=None, response=None, request={}).header)
    """
    printed = {
        subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in "1234"
    }
    assert len(printed) == 1


def test_the_system_message_and_the_form_go_before_every_row() -> None:
    made = job(system="Be brief.", response=int)
    assert [message["role"] for message in made.shared] == ["system"]
    assert made.shared[0]["content"].startswith("Be brief.\n\nAnswer with JSON alone")
    assert job().shared == []
    assert made.options["stream"] is False


def test_the_embedded_server_is_one_endpoint_whatever_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minimax_nb.batching.job.is_own_server", lambda _: True)
    made = job(base_url="http://127.0.0.1:4711/v1", request={"extra_body": {"a": 1}})
    assert made.endpoint == EMBEDDED
    assert made.sent_options["extra_body"]["a"] == 1
    assert made.sent_options["extra_body"] != made.options["extra_body"]  # it plays faster, which no header tells
    monkeypatch.setenv("MINIMAX_NB_SPEED", "1")
    assert job().sent_options == job().options


def test_an_unknown_parameter_and_a_form_that_is_no_type_are_refused() -> None:
    with pytest.raises(TypeError, match="did you mean 'temperature'"):
        job(request={"temprature": 1})
    with pytest.raises(TypeError, match="expected a type that JSON can carry"):
        job(response=object())
