"""A full disk under tapes, checkpoints and conversations: what was there is whole, what is in hand is not lost."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import openai
import pytest

import minimax_nb as mm
from minimax_nb.server.tape import read as tape

from ..support.chat_service import Service, chat_service
from ..support.chats import chat_of
from ..support.scripted import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minimax_nb.server.app import EmbeddedServer

PLACES = ("open", "first-byte", "midway", "sync", "rename")
"""Where a disk can turn out to be full while a file is written."""
HELLO: Any = {"model": "MiniMax-M2.7", "messages": [{"role": "user", "content": "Hi, how are you?"}], "stream": True}


def no_space(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class Narrow:
    """A file on a disk on which so many bytes are left."""

    def __init__(self, file: Any, left: int) -> None:
        self._file = file
        self._left = left

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: Any) -> int:
        """Write as much as there is room for, and fail if that is not all."""
        written = self._file.write(data[: self._left])
        self._left -= written
        return int(written) if written == len(data) else no_space()


@pytest.fixture
def fill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Fill the disk under the test's folder, so that it is noticed at a place."""
    left = {"first-byte": 0, "midway": 100}

    def fill_up(place: str) -> None:
        if place == "open":
            monkeypatch.setattr("tempfile.mkstemp", no_space)
        if place == "sync":
            monkeypatch.setattr(os, "fsync", no_space)
            monkeypatch.setattr(os, "fdatasync", no_space, raising=False)
        if place == "rename":
            monkeypatch.setattr(os, "replace", no_space)
            monkeypatch.setattr(Path, "replace", no_space)
        open_path, open_handle, write = Path.open, os.fdopen, os.write

        def opened(self: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
            writes = tmp_path in self.parents and not set(mode).isdisjoint("wax+")
            if writes and place == "open":
                no_space()
            file = open_path(self, mode, *args, **options)
            return Narrow(file, left[place]) if writes and place in left else file

        def handle(file: int, mode: str = "r", *args: Any, **options: Any) -> Any:
            found = open_handle(file, mode, *args, **options)
            return Narrow(found, left[place]) if "w" in mode and place in left else found

        def written(file: int, data: bytes) -> int:
            room = left.get(place)
            if room is None or not any(path.stat().st_ino == os.fstat(file).st_ino for path in tmp_path.iterdir()):
                return write(file, data)
            left[place] -= min(room, len(data))
            return write(file, data[:room]) if room else no_space()

        monkeypatch.setattr(Path, "open", opened)
        monkeypatch.setattr(os, "fdopen", handle)
        monkeypatch.setattr(os, "write", written)

    return fill_up


@pytest.mark.parametrize("there", [True, False], ids=["over-an-old-one", "a-new-one"])
@pytest.mark.parametrize("name", ["talk.json", "talk.html", "talk.md", "talk.ipynb", "talk.py"])
@pytest.mark.parametrize("place", PLACES)
def test_a_conversation(
    place: str,
    name: str,
    there: bool,
    tmp_path: Path,
    fill: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chat, _ = chat_of(message("One."), message("Two."), message("Three."))
    path = tmp_path / name
    write = chat.save if name.endswith(".json") else chat.export
    chat("First?")
    if there:
        write(path)
    before = path.read_bytes() if there else b""
    chat("Second?")
    fill(place)
    with pytest.raises(OSError, match="No space left on device") as caught:
        write(path)
    monkeypatch.undo()
    assert caught.value.errno == errno.ENOSPC
    assert repr(str(path)) in str(caught.value)
    assert os.listdir(tmp_path) == ([name] if there else [])
    assert not there or path.read_bytes() == before
    assert chat("Third?").content == "Three."
    write(path)
    assert "Third?" in path.read_text("utf-8")


@pytest.fixture
def rows() -> Iterator[Service]:
    with chat_service() as service:
        yield service


def batch(service: Service, path: Path, **settings: Any) -> Any:
    texts = [f"row {number}" for number in range(6)]
    settings = {"max_concurrency": 1, "progress": False, **settings}
    return mm.batch(texts, "{text}", client=service.client(), model="MiniMax-M2.7", checkpoint=path, **settings)


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize("place", ["first-byte", "midway", "sync"])
def test_a_checkpoint(
    place: str,
    concurrency: int,
    rows: Service,
    tmp_path: Path,
    fill: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "answers.jsonl"
    batch(rows, path, limit=2)
    before = path.read_bytes()
    rows.asked.clear()
    fill(place)
    with pytest.raises(mm.BatchError, match="No space left on device") as caught:
        batch(rows, path, max_concurrency=concurrency)
    monkeypatch.undo()
    result = caught.value.result
    answered = result.reply.dropna()
    assert len(answered) == 2 + len(rows.asked), "an answer that was paid for is in hand"
    assert (answered == [f"ROW {number}" for number in answered.index]).all()
    if place == "sync":
        assert len(answered) == 6
    else:
        assert repr(str(path)) in str(caught.value)
        assert path.read_bytes() == before
    whole = batch(rows, path)
    assert list(whole.reply) == [f"ROW {number}" for number in range(6)]
    assert whole.from_checkpoint.sum() >= 2


@pytest.mark.parametrize("place", ["first-byte", "midway"])
def test_a_checkpoint_that_cannot_begin(
    place: str, rows: Service, tmp_path: Path, fill: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "answers.jsonl"
    fill(place)
    with pytest.raises(OSError, match="No space left on device") as caught:
        batch(rows, path)
    monkeypatch.undo()
    assert repr(str(path)) in str(caught.value)
    assert not rows.asked
    assert path.read_bytes() == b""
    assert batch(rows, path).reply.notna().all()


def ask() -> mm.Reply:
    with openai.OpenAI(max_retries=0, timeout=20) as client:
        return mm.collect(client.chat.completions.create(**HELLO))


@pytest.fixture
def recorded(service: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a tape of one reply, and the variables that lead to the service."""
    monkeypatch.setenv("OPENAI_BASE_URL", service.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", service.api_key)
    with mm.recording(tmp_path / "tapes"):
        ask()
    return tmp_path / "tapes"


@pytest.mark.parametrize("place", ["open", "first-byte", "midway", "sync", "rename"])
@pytest.mark.parametrize("before", [0, 1], ids=["at-the-first", "at-the-second"])
def test_a_tape(
    place: str, before: int, recorded: Path, fill: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = recorded.iterdir()
    was = old.read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINIMAX_NB_SPEED", "max")
        recording = mm.recording(recorded).start()
        for _ in range(before):
            assert ask().complete
        fill(place)
        replies = [ask(), ask()]
        with pytest.raises(mm.TapeError, match="No space left on device") as caught:
            recording.stop()
        monkeypatch.undo()
    assert all(reply.complete and reply.content for reply in replies)
    assert str(recorded / "recorded-") in str(caught.value)
    assert old.read_bytes() == was
    assert not list(recorded.glob("*.new"))
    assert not list(recorded.glob(".*.new"))
    kept = tape.in_folder(recorded)
    assert len(kept) >= 1 + before
    if place in ("sync", "rename"):  # the journal has them
        assert len(kept) == 1 + before + len(replies)


def test_no_tape_can_be_begun(recorded: Path, fill: Callable[[str], None]) -> None:
    fill("open")
    with pytest.raises(mm.ConfigurationError, match="No space left on device") as caught, mm.recording(recorded):
        ask()
    assert repr(str(recorded)) in str(caught.value)
    assert len(tape.in_folder(recorded)) == 1
