"""No command shows a key, wherever it stands and whoever repeats it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from minimax_nb.cli import lab, serve
from minimax_nb.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from minimax_nb.server.app import EmbeddedServer

SECRET = "sk-very-secret-key-0123456789"
BATCH = ["batch", "--attempts", "1", "rows.txt", "Hi {text}"]


@pytest.fixture(autouse=True)
def nothing_runs_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, piped: Callable[[bytes], None]) -> None:
    """JupyterLab does not start, a server stops at once; the working folder is an empty one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.txt").write_text("one\n")
    monkeypatch.setattr(lab, "_run_jupyterlab", lambda told: None)
    monkeypatch.setattr(serve, "wait_for_ctrl_c", lambda: None)


@pytest.mark.heavy
@pytest.mark.parametrize("place", ["MINIMAX_API_KEY", "OPENAI_API_KEY", "MINIMAX_REGION", "OPENAI_BASE_URL"])
@pytest.mark.parametrize("words", [["doctor"], ["ask", "hi"], BATCH, ["lab"], ["serve"], ["check", "missing"]], ids=str)
def test_no_command_shows_a_key_wherever_it_stands(
    words: list[str],
    place: str,
    embedded: Callable[[], EmbeddedServer],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server = embedded()
    if place == "MINIMAX_REGION":
        monkeypatch.delenv("OPENAI_BASE_URL")
        monkeypatch.setenv("MINIMAX_API_KEY", "another-key-0123456789")
    monkeypatch.setenv(place, SECRET)
    main(words)
    shown = "".join(capsys.readouterr())
    assert shown
    assert SECRET not in shown
    assert server.api_key not in shown
    assert "another-key" not in shown


@pytest.mark.parametrize("words", [["doctor"], ["ask", "hi"], BATCH], ids=str)
@pytest.mark.parametrize(
    "text",
    [
        '{"error": {"message": "bad key KEY (1004)"}}',
        "bad key KEY",
        '{"base_resp": {"status_code": 1004, "status_msg": "bad key KEY"}}',
    ],
)
@pytest.mark.parametrize("status", [401, 200])
@pytest.mark.parametrize("terminal", [False, True])
def test_a_service_that_repeats_the_key_is_not_repeated(
    words: list[str],
    text: str,
    status: int,
    terminal: bool,
    answering: Callable[[int, str], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    monkeypatch.setenv("OPENAI_BASE_URL", answering(status, text))
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    assert main(words) == 1
    assert SECRET not in "".join(capsys.readouterr())
