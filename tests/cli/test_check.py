"""``minimax-nb check``: files good, bad and hostile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import minimax_nb
from minimax_nb.cli.main import main
from minimax_nb.history.check import check_history

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = [{"role": "user", "content": "Hi"}]
CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
BAD: list[dict[str, Any]] = [*GOOD, {"role": "assistant", "content": "", "tool_calls": [CALL]}]


@pytest.fixture
def file(tmp_path: Path) -> Callable[[Any], str]:
    """A file that holds these bytes, or this as JSON."""

    def write(content: Any) -> str:
        path = tmp_path / "messages.json"
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return str(path)

    return write


@pytest.mark.parametrize(
    "document", [GOOD, {"messages": GOOD}, {"messages": GOOD, "model": "MiniMax-M2", "tools": None}]
)
def test_a_good_history_ends_with_0(
    document: Any, file: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", file(document)]) == 0
    assert "Nothing found" in capsys.readouterr().out


def test_findings_are_shown_as_a_table(file: Callable[[Any], str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", file(BAD)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["where", "code"]
    assert lines[1].split()[:2] == ["messages[1]", "missing-result"]
    assert lines[1].index("missing-result") == lines[0].index("code")
    assert any("fix: " in line for line in lines)
    assert lines[-1] == "1 found, 1 of them refused by the service"


def test_a_narrow_terminal_folds_the_prose(
    file: Callable[[Any], str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    path = file(BAD)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["check", path]) == 1
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 70


def test_tools_and_model_are_checked_too(file: Callable[[Any], str], capsys: pytest.CaptureFixture[str]) -> None:
    tools = [{"type": "function", "function": {"name": "f"}}]
    assert main(["check", file({"messages": GOOD, "tools": tools})]) == 1
    assert "tool-without-parameters" in capsys.readouterr().out
    two_systems = [{"role": "system", "content": "a"}, {"role": "system", "content": "b"}, *GOOD]
    assert main(["check", file({"messages": two_systems, "model": "MiniMax-M2.7"})]) == 1
    assert main(["check", file({"messages": two_systems, "model": "MiniMax-M2.7"}), "-m", "MiniMax-M3"]) == 0


@pytest.mark.parametrize("wrap", [lambda messages: messages, lambda messages: {"seed": 1, "messages": messages}])
def test_repair_writes_json_that_checks_clean(
    wrap: Callable[[Any], Any], file: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(wrap(BAD))
    before = Path(path).read_bytes()
    assert main(["check", path, "--repair"]) == 0
    out, err = capsys.readouterr()
    mended = json.loads(out)
    assert wrap([]).keys() == mended.keys() if isinstance(mended, dict) else True
    assert not check_history(mended["messages"] if isinstance(mended, dict) else mended)
    assert "Nothing found" in err
    assert Path(path).read_bytes() == before


def test_what_repair_cannot_mend_ends_with_1(file: Callable[[Any], str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", file({"messages": BAD, "tools": []}), "--repair"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["tools"] == []
    assert "empty-tools" in err


def test_repair_mends_half_characters(file: Callable[[Any], str], capsys: pytest.CaptureFixture[str]) -> None:
    document = [{"role": "user", "content": "\ud83d half"}]
    main(["check", file(document), "--repair"])
    assert json.loads(capsys.readouterr().out) == [{"role": "user", "content": "\ufffd half"}]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "expected JSON"),
        (b"{", "expected JSON"),
        (b"\xff\xfe[\x00]\x00", "expected UTF-8 text"),
        (b"null", "expected a list of messages"),
        (b'"hi"', "expected a list of messages"),
        (b"{}", "expected a list of messages"),
        (b'{"messages": {}}', "expected a list of messages"),
        (b'{"messages": [], "tools": 3}', 'expected "tools" to be a list'),
        (b'{"messages": [], "model": []}', 'expected "model" to be a text'),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_holds_no_messages_ends_with_2(
    content: bytes, said: str, file: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", file(content)]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert said in err
    assert len(err) < 600


@pytest.mark.parametrize("name", ["missing.json", ".", "a\0b"])
def test_a_file_that_cannot_be_read_ends_with_2(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check", name]) == 2
    assert capsys.readouterr().err.startswith("minimax-nb: expected ")


@pytest.mark.parametrize("content", [[1, None, "x"], [{}], [{"role": ["user"]}], [{"role": "\x1b[31m", "content": 1}]])
def test_messages_that_are_none_are_findings(
    content: Any, file: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", file(content)]) == 1
    assert "\x1b" not in capsys.readouterr().out


def test_a_pipe_is_read_for_a_dash(piped: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]) -> None:
    piped(b"\xef\xbb\xbf" + json.dumps(GOOD).encode())
    assert main(["check", "-"]) == 0
    piped(b"nothing")
    assert main(["check", "-"]) == 2
    assert "in standard input" in capsys.readouterr().err


TAPE: dict[str, Any] = {
    "provenance": {"kind": "authored"},
    "turns": [{"request": {"messages": GOOD}, "reply": {"content": "Hello."}}],
}


def test_a_good_tape_ends_with_0(file: Callable[[Any], str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", file(TAPE)]) == 0
    assert capsys.readouterr().out == "Nothing found: a tape with 1 turn\n"


def test_a_broken_tape_is_told_turn_by_turn_with_its_lines(
    file: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    turns = [
        {"request": {"messages": []}, "reply": {"content": "Hello."}},
        *TAPE["turns"],
        {"request": {"messages": GOOD}, "reply": {"content": 7}},
    ]
    text = json.dumps({**TAPE, "turns": turns}, indent=1)
    assert main(["check", file(text.encode())]) == 1
    head, first, second, _, last = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["line", "where"]
    places = ["turns[0].request.messages", "turns[2].reply.content"]
    assert [line.split()[:2] for line in (first, second)] == [
        [str(text[: text.index(mark)].count("\n") + 1), place]
        for mark, place in zip(('"messages"', '"content": 7'), places, strict=True)
    ]
    assert first.endswith("expected at least one message, got []")
    assert last == "2 found"


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"turns": []}, "expected a field 'provenance'"),
        ({"provenance": {}}, "expected a field 'kind'"),
        ({"provenance": {"kind": "authored"}}, "expected a field 'turns'"),
        ({**TAPE, "turn": 1}, "'turn' is none of them"),
    ],
)
def test_what_is_wrong_with_the_whole_is_told(
    document: Any, says: str, file: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", file(document)]) == 1
    assert says in capsys.readouterr().out


def test_every_tape_of_the_lessons_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    tapes = sorted((Path(minimax_nb.__file__).parent / "server" / "tapes").glob("*.json"))
    assert tapes
    for path in tapes:
        assert main(["check", str(path)]) == 0


def test_a_tape_is_not_repaired(file: Callable[[Any], str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--repair", file(TAPE)]) == 2
    assert "expected messages to repair, got a tape" in capsys.readouterr().err


def test_a_tape_may_come_by_a_pipe(piped: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]) -> None:
    piped(json.dumps(TAPE).encode())
    assert main(["check", "-"]) == 0


def test_what_is_neither_is_told_with_all_that_is_taken(
    file: Callable[[Any], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", file({"message": []})]) == 2
    err = capsys.readouterr().err
    assert 'a list of messages, an object with "messages", or a tape, which is an object with "provenance" and' in err
