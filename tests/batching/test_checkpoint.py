"""The checkpoint: whole lines, one writer, nothing destroyed, readable at any moment."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.batching.batch import read_batch
from minimax_nb.batching.checkpoint import Checkpoint, read_lines
from minimax_nb.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

HEADER: dict[str, Any] = {
    "model": "M",
    "endpoint": "here",
    "prompt": "p1",
    "system": None,
    "tools": None,
    "response": None,
    "parameters": "x1",
}
SHARED = [{"role": "system", "content": "Be brief."}]


def opened(path: Path, **changed: Any) -> Checkpoint:
    return Checkpoint(path, {**HEADER, **changed}, SHARED)


def written(path: Path, *lines: dict[str, Any]) -> bytes:
    checkpoint = opened(path)
    for line in lines:
        checkpoint.add(line)
    checkpoint.close()
    return path.read_bytes()


def found(path: Path) -> dict[str, dict[str, Any]]:
    checkpoint = opened(path)
    checkpoint.close()
    return checkpoint.lines


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


ONE, TWO = ({"key": key, "cost": 0.5, "messages": [{"role": "user", "content": key}]} for key in ("one", "two"))


def test_what_was_written_is_found_again(path: Path) -> None:
    written(path, ONE, TWO)
    assert found(path) == {"one": ONE, "two": TWO}
    header, lines = read_lines(path)
    assert header == {"minimax_nb": "batch", "version": 1, **HEADER, "shared": SHARED}
    assert list(lines) == [ONE, TWO]


def test_each_line_is_in_the_file_as_soon_as_it_is_added(path: Path) -> None:
    checkpoint = opened(path)
    for number, line in enumerate((ONE, TWO), 1):
        checkpoint.add(line)
        assert len(list(read_lines(path)[1])) == number
    checkpoint.close()


def test_a_later_line_counts_and_the_earlier_is_kept_for_what_it_cost(path: Path) -> None:
    written(path, ONE, TWO, ONE | {"cost": 0.25})
    checkpoint = opened(path)
    checkpoint.close()
    assert checkpoint.lines["one"]["cost"] == 0.25
    assert checkpoint.earlier == [ONE]
    assert len(read_batch(path)) == 2


@pytest.mark.parametrize("keep", range(1, 30))
def test_a_torn_last_line_is_passed_over_and_the_next_begins_anew(path: Path, keep: int) -> None:
    whole = written(path, ONE, TWO)
    torn = whole[: -min(keep * 3, len(whole.splitlines()[-1]))]
    path.write_bytes(torn)
    assert len(read_batch(path)) in {1, 2}  # the second, where the line's end alone was missing
    assert set(found(path)) in ({"one"}, {"one", "two"})
    three = {"key": "three"}
    data = written(path, three)
    assert data.startswith(torn)
    assert "one" in found(path)
    assert "three" in found(path)
    assert json.loads(data.splitlines()[-1]) == three


def test_a_file_that_was_torn_in_its_header_is_begun_anew(path: Path) -> None:
    whole = written(path)
    for length in (0, 1, 5, 21, 22, 40, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert len(read_batch(path)) == 0
        assert written(path, ONE) == whole + json.dumps(ONE, separators=(",", ":")).encode() + b"\n"


OTHER = {
    "text": b"Dear diary,\n",
    "text without an end": b"Dear diary",
    "JSON": b'{"a": 1}\n',
    "JSON without an end": b'{"a": 1}',
    "another of ours": b'{"minimax_nb":"trace","version":1}\n',
    "CSV": b"id,text\n1,a\n",
    "bytes": bytes(range(256)),
    "a list": b"[1, 2]\n",
    "blank": b"\n\n",
}


@pytest.mark.parametrize("content", OTHER.values(), ids=OTHER)
def test_a_file_of_another_kind_is_refused_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for read in (opened, read_batch):
        with pytest.raises(ConfigurationError, match=r"expected a checkpoint of mm.batch"):
            read(path)
    assert path.read_bytes() == content


def test_a_version_to_come_is_refused(path: Path) -> None:
    path.write_bytes(content := written(path).replace(b'"version":1', b'"version":2'))
    for read in (opened, read_batch):
        with pytest.raises(ConfigurationError, match="of version 2: use the release"):
            read(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"model": "N"}, r"the model \('M' there, 'N' here\) differs"),
        ({"endpoint": "there"}, r"where requests go \('here' there, 'there' here\) differs"),
        ({"prompt": "p2"}, "the prompt differs"),
        ({"system": "s"}, "the system message differs"),
        ({"tools": "t"}, "the tools differs"),
        ({"response": "r"}, r"the form of the answer \(response=\) differs"),
        ({"parameters": "x2"}, "the parameters of the request differs"),
        ({"prompt": "p2", "tools": "t"}, "the prompt and the tools differ "),
    ],
)
def test_another_batch_is_refused_by_name_and_the_file_left_as_it_is(
    path: Path, changed: dict[str, Any], named: str
) -> None:
    content = written(path, ONE)
    with pytest.raises(ConfigurationError, match=named):
        opened(path, **changed)
    assert path.read_bytes() == content


def test_two_writers_are_one_too_many(path: Path) -> None:
    first = opened(path)
    caught: list[BaseException] = []

    def second() -> None:
        try:
            opened(path)
        except ConfigurationError as error:
            caught.append(error)

    thread = threading.Thread(target=second)
    thread.start()
    thread.join(10)
    assert "another batch is at it" in str(caught[0])
    first.add(ONE)
    assert len(read_batch(path)) == 1  # a reader is welcome
    first.close()
    written(path, TWO)
    assert set(found(path)) == {"one", "two"}


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"expected the folder .*gone.* make it first"):
        opened(tmp_path / "gone" / "out.jsonl")
    with pytest.raises(FileNotFoundError):
        read_batch(tmp_path / "out.jsonl")


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="expected to write the checkpoint"):
        opened(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_that_cannot_be_written_is_named(path: Path) -> None:
    written(path, ONE)
    path.chmod(0o400)
    with pytest.raises(PermissionError, match="expected to write the checkpoint"):
        opened(path)


class FullDisk:
    """``os.write`` on a disk on which so many bytes are left."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.write = os.write

    def __call__(self, file: int, data: bytes) -> int:
        if not self.left:
            raise OSError(28, "No space left on device")
        written = self.write(file, data[: self.left])
        self.left -= written
        return written


@pytest.mark.parametrize("left", [0, 1, 40])
def test_on_a_full_disk_the_file_stays_whole(path: Path, left: int, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = opened(path)
    checkpoint.add(ONE)
    before = path.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", FullDisk(left))
        with pytest.raises(OSError, match=r"No space left on device. What was written before is whole; make room"):
            checkpoint.add(TWO)
    assert path.read_bytes() == before
    checkpoint.add(TWO)  # there is room again
    checkpoint.close()
    assert set(found(path)) == {"one", "two"}


def test_a_write_in_pieces_is_one_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = opened(path)
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:7]))
    checkpoint.add(ONE)
    monkeypatch.undo()
    checkpoint.close()
    assert found(path) == {"one": ONE}


def test_closing_twice_and_syncing_when_closed_do_nothing(path: Path) -> None:
    checkpoint = opened(path)
    checkpoint.sync()
    for _ in range(2):
        checkpoint.close()
    checkpoint.sync()


ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=()), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(ANY_JSON)
def test_any_message_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    path = tmp_path_factory.mktemp("any") / "out.jsonl"
    line = {"key": "k", "messages": [{"role": "user", "content": value}]}
    data = written(path, line)
    assert found(path) == {"k": line}
    assert data.count(b"\n") == 2


def test_half_a_character_is_kept_beside_others(path: Path) -> None:
    said = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "é \ud83d"}]
    line = {"key": "k", "messages": said}
    written(path, line, ONE)
    assert found(path) == {"k": line, "one": ONE}
    assert read_batch(path)["reply"][0].startswith("é ")
