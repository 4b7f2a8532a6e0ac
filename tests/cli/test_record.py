"""``minimax-nb record``: a second server poses as the service, and no secret is written."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from minimax_nb.cli import record
from minimax_nb.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from minimax_nb.server.app import EmbeddedServer

SECRET = "sk-very-secret-key-0123456789"
QUESTION = "Is this being recorded?"


@pytest.fixture
def tapes(tmp_path: Path) -> Path:
    """Where the tape goes."""
    return tmp_path / "tapes"


def python(code: str) -> list[str]:
    """A command that runs this code."""
    return ["--", sys.executable, "-c", code]


def test_what_a_command_asks_is_recorded_and_plays_the_same(
    tapes: Path,
    embedded: Callable[..., EmbeddedServer],
    piped: Callable[[bytes], None],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    service = embedded()
    monkeypatch.setenv("MINIMAX_API_KEY", SECRET)
    code = main(["record", "-o", str(tapes), "--", sys.executable, "-m", "minimax_nb", "ask", QUESTION])
    answer, err = capfd.readouterr()
    assert (code, bool(answer)) == (0, True)
    assert f"1 recorded in {tapes}" in err
    service.stop()
    embedded(tapes=[tapes], strict=True)
    assert main(["ask", QUESTION]) == 0
    assert capfd.readouterr().out == answer
    written = "".join(path.read_text() for path in tapes.rglob("*") if path.is_file())
    assert SECRET not in written
    assert service.api_key not in written


def test_the_command_gets_the_recorder_and_no_key_of_ours(
    tapes: Path,
    embedded: Callable[..., EmbeddedServer],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    service = embedded()
    monkeypatch.setenv("MINIMAX_API_KEY", SECRET)
    assert main(["record", "-o", str(tapes), *python("import os; print(dict(os.environ))")]) == 0
    out, err = capfd.readouterr()
    assert SECRET not in out + err
    assert service.api_key not in out + err
    assert service.base_url not in out
    assert "http://127.0.0.1:" in out
    assert "no whole reply came" in err


@pytest.mark.parametrize("wanted", [0, 3])
def test_the_command_s_exit_code_is_ours(wanted: int, tapes: Path, embedded: Callable[..., EmbeddedServer]) -> None:
    embedded()
    assert main(["record", "-o", str(tapes), *python(f"import sys; sys.exit({wanted})")]) == wanted


def test_a_command_keeps_its_own_dashes(
    tapes: Path, embedded: Callable[..., EmbeddedServer], capfd: pytest.CaptureFixture[str]
) -> None:
    embedded()
    assert main(["record", "-o", str(tapes), *python("import sys; print(sys.argv)"), "--x", "--", "-y"]) == 0
    assert "['-c', '--x', '--', '-y']" in capfd.readouterr().out


def test_a_command_that_is_none_ends_with_2(
    tapes: Path, embedded: Callable[..., EmbeddedServer], capsys: pytest.CaptureFixture[str]
) -> None:
    embedded()
    assert main(["record", "-o", str(tapes), "--", "no-such-command-here"]) == 2
    assert "expected a command to run after --" in capsys.readouterr().err


def test_without_a_command_it_records_until_ctrl_c(
    tapes: Path,
    embedded: Callable[..., EmbeddedServer],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def press() -> None:
        raise KeyboardInterrupt

    service = embedded()
    monkeypatch.setattr(record, "wait_for_ctrl_c", press)
    assert main(["record", "-o", str(tapes)]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("export OPENAI_BASE_URL=http://127.0.0.1:")
    assert service.api_key not in out + err
    assert "Recording 127.0.0.1" in err


def test_without_a_key_there_is_nothing_to_record(tapes: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", "-o", str(tapes)]) == 1
    assert "set MINIMAX_API_KEY" in capsys.readouterr().err
    assert not tapes.exists()


def test_a_folder_that_cannot_be_written_to_ends_with_1(
    tapes: Path, embedded: Callable[..., EmbeddedServer], capsys: pytest.CaptureFixture[str]
) -> None:
    embedded()
    tapes.write_text("a file")
    assert main(["record", "-o", str(tapes), *python("pass")]) == 1
    assert "Traceback" not in capsys.readouterr().err
