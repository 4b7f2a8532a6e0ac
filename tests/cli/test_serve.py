"""``minimax-nb serve``: two lines for a shell, then service until Ctrl-C."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING

import openai
import pytest

import minimax_nb as mm
from minimax_nb.cli import serve
from minimax_nb.cli.main import main
from minimax_nb.server.quirks.faults import FAULTS
from minimax_nb.server.quirks.quirks import QUIRKS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT as a terminal of POSIX does")
def test_it_serves_until_ctrl_c() -> None:
    command = [sys.executable, "-m", "minimax_nb", "serve", "--quirk", "done", "--speed", "max"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline().strip() for _ in range(2)]
            given = dict(line.removeprefix("export ").split("=", 1) for line in lines)
            request = urllib.request.Request(
                f"{given['OPENAI_BASE_URL']}/models", headers={"authorization": f"Bearer {given['OPENAI_API_KEY']}"}
            )
            with urllib.request.urlopen(request, timeout=20) as answer:
                assert len(json.load(answer)["data"]) == 9
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0
    assert not out
    assert "Ctrl-C" in err
    assert "Traceback" not in err


def test_ctrl_c_stops_the_server(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def press(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", press)
    monkeypatch.setattr("minimax_nb.server.app.EmbeddedServer.start", lambda server: server)
    assert main(["serve"]) == 0
    assert capsys.readouterr().out.startswith("export OPENAI_BASE_URL=http://127.0.0.1:")


def test_a_port_in_use_ends_with_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(serve, "wait_for_ctrl_c", lambda: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 1
    out, err = capsys.readouterr()
    assert not out
    assert f"expected to listen on port {port}" in err


@pytest.mark.parametrize("key", ["x", "my-own-key", "a$b&c;d'e", "k" * 300])
def test_the_key_can_be_chosen(key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answers: list[str] = []

    def ask() -> None:
        given = dict(
            shlex.split(line)[1].split("=", 1)
            for line in capsys.readouterr().out.splitlines()
            if line.startswith("export ")
        )
        for sent in (given["OPENAI_API_KEY"], key, f"{key}y"):
            with mm.connect(base_url=given["OPENAI_BASE_URL"], api_key=sent, max_retries=0) as client:
                try:
                    answers.append(str(len(client.models.list().data)))
                except openai.AuthenticationError as error:
                    answers.append(str(error))

    monkeypatch.setattr(serve, "wait_for_ctrl_c", ask)
    assert main(["serve", "--key", key]) == 0
    assert answers[:2] == ["9", "9"]
    assert "minimax-nb serve (or record) was started, in the line export OPENAI_API_KEY=" in answers[2]
    assert "--key lets you choose it" in answers[2]
    assert "mm.configure()" not in answers[2]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--key", ""], "expected --key to be an API key, but it is empty"),
        (["--key", "two words"], "expected --key to be an API key, but it has blanks"),
        (["--key", "<key>"], "placeholder"),
        (["--fault", "nope"], "expected one of rate-limit"),
        (["--speed", "slow"], "expected a speed above 0"),
        (["--speed", "0"], "expected a speed above 0"),
        (["--tapes", "missing"], "expected a folder of tapes"),
        (["--tapes", "broken.json"], "expected JSON"),
    ],
)
def test_what_cannot_be_used_ends_with_2(
    options: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(serve, "wait_for_ctrl_c", lambda: None)
    (tmp_path / "broken.json").write_text("{")
    assert main(["serve", *options]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert said in err


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("name", ["empty", "others", "notes.txt", "README"])
def test_what_holds_no_tape_is_an_error_where_only_tapes_may_answer_and_a_warning_elsewhere(
    name: str, strict: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(serve, "wait_for_ctrl_c", lambda: None)
    for folder in ("empty", "others"):
        (tmp_path / folder).mkdir()
    for file in ("others/notes.txt", "notes.txt", "README"):
        (tmp_path / file).write_text("no tape")
    assert main(["serve", "--tapes", name, *(["--strict"] if strict else [])]) == (2 if strict else 0)
    out, err = capsys.readouterr()
    assert bool(out) is not strict
    assert f"expected tapes (files *.json) in {name!r}, found none" in err
    assert ("Replies will be rehearsed" in err) is not strict


@pytest.mark.parametrize("options", [["--port", "70000"], ["--port", "x"], ["--port", "-1"], ["--quirk", "nope"]])
def test_malformed_options_are_refused(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", *options])
    assert ended.value.code == 2
    assert "usage: minimax-nb serve" in capsys.readouterr().err


def test_help_names_every_quirk_and_fault(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--help"])
    assert ended.value.code == 0
    help_ = capsys.readouterr().out
    for name, line in {**QUIRKS, **FAULTS}.items():
        assert any(row.split(maxsplit=1) == [name, line] for row in help_.splitlines()), name
