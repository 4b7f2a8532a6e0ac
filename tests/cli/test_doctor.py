"""``minimax-nb doctor``: each thing that can be wrong is named, with the way out."""

from __future__ import annotations

import json
import socket
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.cli import doctor
from minimax_nb.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable


def test_all_is_well(embedded: Callable[..., object], capsys: pytest.CaptureFixture[str]) -> None:
    embedded()
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "requests go to 127.0.0.1 with the key from OPENAI_API_KEY." in out
    assert "9 models: " in out
    assert f"openai      {version('openai')}" in out
    assert "minimax-nb lab opens the lessons" in out


def test_without_a_key_the_embedded_server_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "no key found" in out
    assert "9 models" in out
    assert "set MINIMAX_API_KEY" in out


def test_configured_says_whether_and_never_what(
    monkeypatch: pytest.MonkeyPatch, embedded: Callable[..., object], capsys: pytest.CaptureFixture[str]
) -> None:
    embedded()
    monkeypatch.setenv("MINIMAX_API_KEY", " ")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:password@127.0.0.1:9")
    monkeypatch.setenv("MINIMAX_NB_SPEED", "secret-speed")
    assert main(["doctor"]) == 0
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert ["MINIMAX_API_KEY", "set, but empty"] in lines
    assert ["MINIMAX_REGION", "not set"] in lines
    assert ["OPENAI_API_KEY", "set"] in lines
    assert ["HTTPS_PROXY", "set"] in lines


@pytest.mark.parametrize(
    ("status", "text", "code", "said"),
    [
        (200, '{"object": "list", "data": []}', 0, "0 models"),
        (404, "{}", 0, "does not list its models (HTTP 404)"),
        (200, "<html>", 1, "no list of models"),
        (200, "[]", 1, "no list of models"),
        (200, '{"data": null}', 1, "no list of models"),
        (401, '{"error": {"message": "login fail (1004)"}}', 1, "refused: "),
        (500, "broken", 1, "refused: "),
    ],
)
def test_every_kind_of_answer_is_told(
    status: int,
    text: str,
    code: int,
    said: str,
    answering: Callable[[int, str], str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", answering(status, text))
    monkeypatch.setenv("OPENAI_API_KEY", "any-word")
    assert main(["doctor"]) == code
    out = capsys.readouterr().out
    assert said in out
    assert "What to do\n  -" in out


def test_a_long_and_hostile_list_of_models_is_cut(
    answering: Callable[[int, str], str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    models = [{"id": f"\x1b[31mmodel-{number}" + "x" * 500} for number in range(3_000)]
    monkeypatch.setenv("OPENAI_BASE_URL", answering(200, json.dumps({"data": models})))
    monkeypatch.setenv("OPENAI_API_KEY", "any-word")
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "3,000 models" in out
    assert len(out) < 4_000


def test_nobody_there_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{closed.getsockname()[1]}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "any-word")
        assert main(["doctor"]) == 1
    assert "answer  none: " in capsys.readouterr().out


def test_silence_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(doctor, "_TIMEOUT_S", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "any-word")
        assert main(["doctor"]) == 1
    assert "did not answer in time" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"MINIMAX_API_KEY": "k" * 20, "MINIMAX_REGION": "mars"}, "expected MINIMAX_REGION to be"),
        ({"MINIMAX_REGION": "cn"}, "expected MINIMAX_REGION to be"),
        ({"MINIMAX_API_KEY": "k" * 20, "MINIMAX_API_HOST": "ftp://x"}, "expected MINIMAX_API_HOST to be a URL"),
        ({"MINIMAX_NB_ALLOW_HTTP": "perhaps"}, "expected MINIMAX_NB_ALLOW_HTTP to be 1 or 0"),
        ({"OPENAI_BASE_URL": "ftp://x", "OPENAI_API_KEY": "k"}, "expected OPENAI_BASE_URL to be a URL"),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, "expected OPENAI_API_KEY beside OPENAI_BASE_URL"),
        ({"MINIMAX_NB_DISPLAY": "loud"}, "expected MINIMAX_NB_DISPLAY to be"),
    ],
)
def test_a_wrong_configuration_is_told(
    variables: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(["doctor"]) == 1
    assert f"  -  {said}" in capsys.readouterr().out


def test_what_is_not_installed_is_told(
    embedded: Callable[..., object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def without(name: str) -> Any:
        if name == "jupyterlab":
            raise PackageNotFoundError(name)
        return version(name)

    embedded()
    monkeypatch.setattr(doctor, "version", without)
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "jupyterlab  not installed" in out
    assert "pip install 'minimax-nb[lab]'" in out
