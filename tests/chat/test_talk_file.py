"""A conversation's file: the same when it is read back, whole or not there, without a key."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.chat.talk_file import Talk, read_talk, write_talk
from minimax_nb.trace import Trace

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-0123456789abcdef-secret"
MESSAGES: list[Any] = [
    {"role": "user", "content": "Hi 月亮 \u2028 \U0001f600"},
    {"role": "assistant", "content": "<think>\nhm\n</think>\n\nYes.", "strange": {"kept": [1, 2.5, None]}},
]


def talk(messages: list[Any] = MESSAGES, **options: Any) -> Talk:
    return Talk(messages, "MiniMax-M2.7", options, Trace(messages))


@pytest.mark.parametrize("extra", ["", "half \ud83d a character", "a\x00b", "x" * 300_000])
def test_what_was_written_is_read(extra: str, tmp_path: Path) -> None:
    messages = [*MESSAGES, {"role": "user", "content": extra}]
    write_talk(tmp_path / "talk.json", talk(messages, temperature=0.5, stop=["a"]), KEY)
    read = read_talk(tmp_path / "talk.json")
    assert read == talk(messages, temperature=0.5, stop=["a"])
    assert list(read.messages[1]) == list(MESSAGES[1]), "in the same order"


def test_no_key_is_kept(tmp_path: Path) -> None:
    options = {"extra_headers": {"Authorization": f"Bearer {KEY}"}, "extra_body": {"note": f"my {KEY}"}, "timeout": 3}
    write_talk(tmp_path / "talk.json", talk(**options), KEY)
    assert KEY not in (tmp_path / "talk.json").read_text()
    assert set(read_talk(tmp_path / "talk.json").options) == {"extra_body"}


def test_a_key_that_was_pasted_into_a_message_is_masked_and_nothing_else(tmp_path: Path) -> None:
    another = "sk-9876543210abcdef-of-somebody"
    messages = [{"role": "user", "content": f"Why is {KEY} refused, and {another} not?", KEY: [KEY]}]
    write_talk(tmp_path / "talk.json", talk(messages), KEY)
    (read,) = read_talk(tmp_path / "talk.json").messages
    assert read == {
        "role": "user",
        "content": f"Why is [redacted] refused, and {another} not?",
        "[redacted]": ["[redacted]"],
    }


def test_a_key_of_a_few_letters_is_no_secret(tmp_path: Path) -> None:
    write_talk(tmp_path / "talk.json", talk(), "Hi")
    assert read_talk(tmp_path / "talk.json").messages == MESSAGES


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"approve": False}, "got 'approve'"),
        ({"client": "x"}, "client"),
        ({"extra_headers": {"X": "y"}}, "extra_headers"),
        ({"tools": []}, "tools"),
        ({"max_rounds": 99}, "max_rounds"),
    ],
)
def test_a_file_that_somebody_made_sends_nothing_unseen(options: dict[str, Any], said: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    write_talk(path, talk(), KEY)
    path.write_text(json.dumps({**json.loads(path.read_text()), "options": options}))
    with pytest.raises(ValueError, match="expected parameters of a completion") as caught:
        read_talk(path)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("messages", "options"), [([{"role": "user", "content": object()}], {}), (MESSAGES, {"stop": object()})]
)
def test_what_json_cannot_hold_leaves_the_file_as_it_was(
    messages: list[Any], options: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "talk.json"
    write_talk(path, talk(), KEY)
    before = path.read_bytes()
    with pytest.raises(TypeError, match="expected JSON values in"):
        write_talk(path, talk(messages, **options), KEY)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["talk.json"]


def test_a_disk_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "talk.json"
    write_talk(path, talk(), KEY)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"talk.json': No space.*; the one that is there is as it was") as caught:
        write_talk(path, talk([]), KEY)
    assert caught.value.errno == 28
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["talk.json"]


def test_a_folder_that_is_missing_is_told_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "talk.json"
    with pytest.raises(FileNotFoundError) as caught:
        write_talk(path, talk(), KEY)
    assert str(caught.value) == f"[Errno 2] expected to write {str(path)!r}: No such file or directory"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON or cut off"),
        ('{"format": "minimax_nb.chat", "version": 1, "mess', "not JSON or cut off"),
        ("[]", "is none"),
        ('{"format": "minimax_nb.trace", "version": 1}', "it says 'minimax_nb.trace'"),
        ('{"format": "minimax_nb.chat", "version": 2}', "of version 2"),
        ('{"format": "minimax_nb.chat", "version": 1, "messages": {}}', "it is broken"),
        (
            '{"format": "minimax_nb.chat", "version": 1, "messages": [], "model": "m", "options": {}, "trace": 3}',
            "trace",
        ),
    ],
)
def test_a_file_of_another_kind_is_told_apart(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="expected") as caught:
        read_talk(path)
    assert said in str(caught.value)


def test_the_file_can_be_read_by_anybody(tmp_path: Path) -> None:
    write_talk(tmp_path / "talk.json", talk(), KEY)
    assert json.loads((tmp_path / "talk.json").read_text())["messages"] == MESSAGES
