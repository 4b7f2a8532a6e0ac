"""A file is written whole, or it is as it was before: full disks, links, permissions, and what is no file."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

import minimax_nb as mm
from minimax_nb.runtime.atomic_write import write_atomic

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX permissions, links and pipes")


def fail(*_: Any, **__: Any) -> Any:
    raise FULL


@pytest.mark.parametrize(
    ("data", "held"), [("a\r\n\u4f60\n", "a\r\n\u4f60\n".encode()), (b"\x00\xff", b"\x00\xff"), ("", b"")]
)
def test_a_file_holds_what_was_given_and_nothing_else_is_left(tmp_path: Path, data: Any, held: bytes) -> None:
    for _ in range(2):
        write_atomic(tmp_path / "a.txt", data)
        assert (tmp_path / "a.txt").read_bytes() == held
    assert os.listdir(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("at", ["fsync", "replace"])
@pytest.mark.parametrize("there", [True, False])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: Any, at: str, there: bool) -> None:
    path = tmp_path / "a.txt"
    if there:
        path.write_text("before")
    monkeypatch.setattr(*((os, "fsync") if at == "fsync" else (Path, "replace")), fail)
    with pytest.raises(OSError, match=r"expected to write '.*a\.txt': No space left on device") as caught:
        write_atomic(path, "after")
    assert caught.value.errno == errno.ENOSPC
    assert ("the one that is there is as it was" in str(caught.value)) is there
    assert [each.read_text() for each in tmp_path.iterdir()] == ["before"] * there


def test_a_stop_in_the_middle_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "a.txt"
    path.write_text("before")
    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(path, "after")
    assert [each.read_text() for each in tmp_path.iterdir()] == ["before"]


@posix
def test_permissions_stay_and_a_new_file_has_the_usual_ones(tmp_path: Path) -> None:
    (usual := tmp_path / "usual").touch()
    write_atomic(tmp_path / "new", "a")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)
    for mode in (0o600, 0o664, 0o755):
        usual.chmod(mode)
        write_atomic(usual, "a")
        assert stat.S_IMODE(usual.stat().st_mode) == mode


@posix
def test_a_link_is_followed_even_to_what_is_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    for there in (False, True):
        link = tmp_path / "link"
        if not there:
            link.symlink_to(tmp_path / "elsewhere/a.txt")
        write_atomic(link, f"{there}")
        assert link.is_symlink()
        assert (tmp_path / "elsewhere/a.txt").read_text() == f"{there}"


@posix
def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_atomic(pipe, "through")
    reader.join(10)
    assert read == ["through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_file_that_may_not_be_written_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("before")
    monkeypatch.setattr(os, "access", lambda *_, **__: False)  # for root may write everything
    with pytest.raises(PermissionError, match="Permission denied"):
        write_atomic(path, "after")
    assert path.read_text() == "before"


@pytest.mark.parametrize("name", ["", "missing/a.txt"])
def test_what_cannot_be_a_file_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError, match="expected to write"):
        write_atomic(tmp_path / name, "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["to_html", "to_markdown", "to_json"])
def test_a_trace_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    path = tmp_path / "trace"
    write = getattr(mm.Trace(), form)
    write(path)
    assert (before := path.read_text(encoding="utf-8")) == write()
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="the one that is there is as it was"):
        write(path)
    assert path.read_text(encoding="utf-8") == before
