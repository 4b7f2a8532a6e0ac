"""``minimax-nb batch``: rows in, answers out, again where it stopped, and nothing that was there destroyed."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.batching.table import DTYPES
from minimax_nb.cli import batch, row_files
from minimax_nb.cli.main import main
from minimax_nb.errors import BatchError

from ..support.servers import Answer, Received, serving, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PROMPT = "Classify: {text}"
ROWS = "id,text\n007,one\n008,two\n009,three\n"


class Service:
    """Answers each question with its last word and an exclamation mark, and remembers what it was asked.

    Attributes:
        requests: the requests.
        refuse: words that are answered with an error, and its status.
        hold: cleared to keep every answer but the first back.
    """

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.refuse: dict[str, tuple[int, str]] = {}
        self.hold = threading.Event()
        self.hold.set()

    @property
    def asked(self) -> list[str]:
        """The last words of all questions, sorted."""
        return sorted(self.word(request) for request in self.requests)

    @staticmethod
    def word(request: dict[str, Any]) -> str:
        return str(request["messages"][-1]["content"].split()[-1])

    def answer(self, received: Received) -> Answer:
        if received.method == "GET":
            return Answer(b"no list of models", 404)
        request = json.loads(received.body)
        self.requests.append(request)
        word = self.word(request)
        if len(self.requests) > 1:
            self.hold.wait(30)
        if word in self.refuse:
            status, message = self.refuse[word]
            return Answer(json.dumps({"error": {"message": message}}).encode(), status)
        message = {"role": "assistant", "content": f"{word}!", "reasoning_content": f"about {word}"}
        body = {
            "id": "1",
            "model": request["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30},
        }
        return Answer(json.dumps(body).encode())


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Service]:
    one = Service()
    with serving(one.answer) as port:
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{port}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-key-0123456789")
        monkeypatch.chdir(tmp_path)
        (tmp_path / "rows.csv").write_text(ROWS)
        yield one
        one.hold.set()


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_answers_stand_beside_their_rows(service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["batch", "rows.csv", PROMPT, "-o", "out.csv", "--system", "Be brief."]) == 0
    out, err = capsys.readouterr()
    assert not out
    assert "3 rows: 3 answered · 90 tokens" in err
    found = table((tmp_path / "out.csv").read_text())
    assert list(found[0]) == ["id", "text", *DTYPES]
    assert [(row["id"], row["reply"], row["reasoning"], row["error"]) for row in found] == [
        ("007", "one!", "about one", ""),
        ("008", "two!", "about two", ""),
        ("009", "three!", "about three", ""),
    ]
    assert {request["messages"][0]["content"] for request in service.requests} == {"Be brief."}


def test_run_again_it_asks_only_what_is_missing(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["batch", "rows.csv", PROMPT, "-o", "out.csv"]
    service.refuse["two"] = (422, "content is sensitive (1026)")
    assert main(words) == 1
    err = capsys.readouterr().err
    assert "2 answered, 1 failed" in err
    assert "run the same again to ask once more for the rows without an answer" in err
    assert [row["error_code"] for row in table((tmp_path / "out.csv").read_text())] == ["", "1026", ""]
    (tmp_path / "rows.csv").write_text(ROWS + "010,four\n")
    service.refuse.clear()
    service.requests.clear()
    assert main(words) == 0
    assert service.asked == ["four", "two"]
    assert "4 rows: 4 answered (2 from the checkpoint) · 60 tokens" in capsys.readouterr().err
    assert [row["from_checkpoint"] for row in table((tmp_path / "out.csv").read_text())] == [
        "True",
        "False",
        "True",
        "False",
    ]


def test_a_row_that_cannot_be_asked_is_told_without_an_advice_that_does_not_help(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rows.csv").write_text(ROWS + "010,\n")
    assert main(["batch", "rows.csv", PROMPT, "-o", "out.csv"]) == 1
    assert "run the same again" not in capsys.readouterr().err
    assert "row 4: expected a value in column 'text'" in table((tmp_path / "out.csv").read_text())[3]["error"]


def test_a_budget_stops_it_and_a_higher_one_goes_on(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["batch", "rows.csv", PROMPT, "-o", "out.csv", "--concurrency", "1", "--max-tokens-total"]
    assert main([*words, "50"]) == 1
    err = capsys.readouterr().err
    assert "stopped: the budget is spent" in err
    assert "run the same again with a higher budget to go on" in err
    assert [row["reply"] for row in table((tmp_path / "out.csv").read_text())] == ["one!", "two!", ""]
    assert main([*words, "500"]) == 0
    assert service.asked == ["one", "three", "two"]


def test_a_service_that_refuses_stops_it(service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    service.refuse["two"] = (429, "insufficient balance (1008)")
    assert main(["batch", "rows.csv", PROMPT, "-o", "out.csv", "--concurrency", "1"]) == 1
    err = capsys.readouterr().err
    assert "Hint: The account's balance is used up" in err
    assert err.count("1008") == err.count("balance is used up") == 1
    assert "run the same again to go on; what was answered is in out.csv.checkpoint.jsonl" in err
    assert "sk-very-secret" not in err + (tmp_path / "out.csv").read_text()


def test_the_first_rows_say_what_all_would_cost(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["batch", "rows.csv", PROMPT, "-o", "out.csv", "--limit", "2"]) == 0
    assert "2 rows of 3: 2 answered" in (err := capsys.readouterr().err)
    assert "all 3 would cost about" in err
    assert len(table((tmp_path / "out.csv").read_text())) == 2


@pytest.mark.parametrize(
    ("data", "words", "shown"),
    [
        (b"text\none\n", [], "text,reply\none,one!\n"),
        (b'{"text": "one", "n": 1}\n', ["--format", "jsonl"], '{"text": "one", "n": 1, "reply": "one!"}\n'),
        (b"one\n\ntwo", ["--format", "txt"], "text,reply\none,one!\ntwo,two!\n"),
        (b"text,reply\none,no\n", ["--prefix", "model_"], "text,reply,model_reply\none,no,one!\n"),
    ],
    ids=["csv", "jsonl", "txt", "prefix"],
)
def test_rows_come_by_a_pipe_and_go_on_by_one(
    data: bytes,
    words: list[str],
    shown: str,
    service: Service,
    piped: Callable[[bytes], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    piped(data)
    assert main(["batch", "-", PROMPT, "--columns", "reply", *words]) == 0
    assert capsys.readouterr().out == shown
    assert [one.name for one in tmp_path.iterdir()] == ["rows.csv"]


def test_a_file_of_json_lines_goes_to_standard_output_as_such(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "one"}\n')
    assert main(["batch", "rows.jsonl", PROMPT, "--columns", "reply, error"]) == 0
    assert json.loads(capsys.readouterr().out) == {"text": "one", "reply": "one!", "error": None}


def test_the_prompt_comes_from_a_file_or_by_a_pipe(
    service: Service, piped: Callable[[bytes], None], tmp_path: Path
) -> None:
    (tmp_path / "prompt.txt").write_text("Say:\n{text}\n")
    assert main(["batch", "rows.csv", "@prompt.txt", "--limit", "1"]) == 0
    piped(b"Tell: {text}\n")
    assert main(["batch", "rows.csv", "@-", "--limit", "1"]) == 0
    assert [one["messages"][0]["content"] for one in service.requests] == ["Say:\none", "Tell: one"]


def test_options_reach_the_request(service: Service, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("text\none\none\n")
    words = ["batch", "rows.csv", PROMPT, "-m", "other", "--no-dedupe", "--omit", "reasoning_split", "--rpm", "none"]
    assert main(words) == 0
    assert service.asked == ["one", "one"]
    assert service.requests[0]["model"] == "other"
    assert "reasoning_split" not in service.requests[0]
    service.requests.clear()
    assert main(["batch", "rows.csv", PROMPT, "--rpm", "6000"]) == 0
    assert service.asked == ["one"]
    assert service.requests[0]["reasoning_split"] is True


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["missing.csv", PROMPT], "expected to read missing.csv"),
        (["rows.csv", "Classify: {txt}"], "did you mean {text}?"),
        (["rows.csv", "Classify it"], "expected a prompt with a column in braces"),
        (["rows.csv", "  "], "expected a prompt, got none"),
        (["rows.csv", "@missing.txt"], "expected to read missing.txt"),
        (["-", "@-"], "the rows come from standard input"),
        (["rows.csv", "\udcff {text}"], "expected text in UTF-8"),
        (["rows.csv", PROMPT, "-o", "out.xlsx"], "expected a file that ends with"),
        (["rows.csv", PROMPT, "-o", "no/out.csv"], "make it first"),
        (["rows.csv", PROMPT, "-o", "./rows.csv"], "expected different files for ROWS and -o"),
        (["rows.csv", PROMPT, "--checkpoint", "rows.csv"], "expected different files for ROWS and --checkpoint"),
        (["rows.csv", PROMPT, "-o", "o.csv", "--checkpoint", "other.txt"], "holds something else"),
        (["rows.csv", PROMPT, "--checkpoint", "no/c.jsonl"], "make it first"),
        (["clash.csv", PROMPT], "got reply, error: say --prefix"),
        (["rows.csv", PROMPT, "--columns", "reply,answer"], "after --columns, got 'answer'"),
        (["rows.csv", PROMPT, "--prefix", "id", "--columns", "x"], "got 'x'"),
        (["rows.csv", PROMPT, "--concurrency", "0"], "expected max_concurrency to be a whole number from 1"),
        (["rows.csv", PROMPT, "--rpm", "0"], "requests_per_minute"),
        (["rows.csv", PROMPT, "--max-cost", "1", "-m", "other"], "use max_tokens_total"),
        (["rows.csv", PROMPT, "--omit", "model"], "after --omit"),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_asks_nothing(
    words: list[str],
    said: str,
    service: Service,
    tmp_path: Path,
    piped: Callable[[bytes], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "clash.csv").write_text("text,reply,error\none,,\n")
    (tmp_path / "other.txt").write_text("mine\n")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(["batch", *words]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert said in err
    assert "Traceback" not in err
    assert not service.requests
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("words", [["rows.csv"], ["rows.csv", PROMPT, "--rpm", "many"], ["rows.csv", PROMPT, "x"]])
def test_what_is_not_understood_ends_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["batch", *words])
    assert ended.value.code == 2


def test_another_prompt_does_not_go_on_with_this_checkpoint(
    service: Service, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["batch", "rows.csv", PROMPT, "-o", "out.csv"]) == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert main(["batch", "rows.csv", "Say: {text}", "-o", "out.csv"]) == 2
    assert "the prompt differs" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_answers_that_cannot_be_written_are_not_lost(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(frame: object, form: str) -> bytes:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(row_files, "_encoded", full)
        assert main(["batch", "rows.csv", PROMPT, "-o", "out.csv"]) == 1
    err = capsys.readouterr().err
    assert "No space left" in err
    assert "What was answered is in out.csv.checkpoint.jsonl" in err
    assert not (tmp_path / "out.csv").exists()
    service.requests.clear()
    assert main(["batch", "rows.csv", PROMPT, "-o", "out.csv"]) == 0
    assert not service.requests


def test_a_checkpoint_that_cannot_be_written_leaves_what_was_answered(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from minimax_nb.batching.checkpoint import Checkpoint

    add = Checkpoint.add

    def full(self: Checkpoint, line: Any) -> None:
        if service.word({"messages": line["messages"][:1]}) == "three":
            raise OSError(28, "No space left on device")
        add(self, line)

    monkeypatch.setattr(Checkpoint, "add", full)
    assert main(["batch", "rows.csv", PROMPT, "-o", "out.csv", "--concurrency", "1"]) == 1
    assert "the batch stopped with 3 of 3 rows answered" in capsys.readouterr().err
    assert [row["reply"] for row in table((tmp_path / "out.csv").read_text())] == ["one!", "two!", "three!"]


def test_many_rows_without_a_checkpoint_are_told_of(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(batch, "_MANY", 3)
    monkeypatch.setattr("minimax_nb.batching.run._WITHOUT_CHECKPOINT", 3)
    assert main(["batch", "rows.csv", PROMPT]) == 0
    err = capsys.readouterr().err
    assert "3 rows without a checkpoint" in err
    assert "say --checkpoint" in err
    assert "Warning" not in err


def test_an_error_without_a_result_is_told(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise BatchError("nothing came of it", result=None)

    monkeypatch.setattr(batch, "_asked", fail)
    assert main(["batch", "rows.csv", PROMPT]) == 1
    assert "nothing came of it" in capsys.readouterr().err


def test_a_second_ctrl_c_says_where_the_answers_are(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def press(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("minimax_nb.batching.batch.batch", press)
    assert main(["batch", "rows.csv", PROMPT, "-o", "out.csv"]) == 130
    assert "what was answered is in out.csv.checkpoint.jsonl" in capsys.readouterr().err
    assert main(["batch", "rows.csv", PROMPT]) == 130
    assert "what was answered" not in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C as a signal of POSIX")
def test_ctrl_c_writes_what_is_done(service: Service, tmp_path: Path) -> None:
    words = ["batch", "rows.csv", PROMPT, "-o", "out.csv", "--concurrency", "1"]
    service.hold.clear()
    process = subprocess.Popen([sys.executable, "-m", "minimax_nb", *words], stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: len(service.requests) > 1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "1 answered, 2 not asked" in err
    assert [row["reply"] for row in table((tmp_path / "out.csv").read_text())] == ["one!", "", ""]
    service.hold.set()
    service.requests.clear()
    assert main(words) == 0
    assert service.asked == ["three", "two"]
