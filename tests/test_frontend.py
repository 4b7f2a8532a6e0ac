"""How a reply is to be shown, decided from the environment and the running request."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from minimax_nb import ConfigurationError
from minimax_nb import frontend as environment


def shell(content: dict[str, Any] | None) -> SimpleNamespace:
    """An IPython shell with a kernel that answers a request of this content, or with no kernel."""
    if content is None:
        return SimpleNamespace()
    return SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda _channel: {"content": content} if content else {}))


@pytest.mark.parametrize(
    ("setting", "running", "mode"),
    [
        (None, None, "text"),
        (None, shell(None), "text"),
        (None, shell({"allow_stdin": True}), "live"),
        (None, shell({"allow_stdin": False}), "static"),
        (None, shell({"code": "1"}), "live"),
        (None, shell({}), "live"),
        ("auto", shell({"allow_stdin": False}), "static"),
        ("", shell({"allow_stdin": False}), "static"),
        ("live", shell({"allow_stdin": False}), "live"),
        (" Static ", shell({"allow_stdin": True}), "static"),
        ("text", shell({"allow_stdin": True}), "text"),
        ("static", None, "static"),
    ],
)
def test_the_front_end_decides_unless_the_variable_does(
    monkeypatch: pytest.MonkeyPatch, setting: str | None, running: Any, mode: str
) -> None:
    monkeypatch.delenv(environment.VARIABLE, raising=False)
    if setting is not None:
        monkeypatch.setenv(environment.VARIABLE, setting)
    monkeypatch.setattr(environment, "current_shell", lambda: running)
    assert environment.display_mode() == mode


@pytest.mark.parametrize(
    ("kernel", "request_"),
    [
        (
            SimpleNamespace(get_parent=lambda channel: {"header": {"channel": channel}}),
            {"header": {"channel": "shell"}},
        ),
        (SimpleNamespace(get_parent=lambda: {"content": {"allow_stdin": False}}), {"content": {"allow_stdin": False}}),
        (SimpleNamespace(get_parent=lambda _channel: None), {}),
        (SimpleNamespace(get_parent=None), {}),
        (SimpleNamespace(), {}),
    ],
    ids=["ipykernel", "xeus-python", "no request", "no method", "no kernel of the kind"],
)
def test_the_request_is_read_from_any_kernel(kernel: Any, request_: dict[str, Any]) -> None:
    assert environment.running_request(kernel) == request_


def test_a_misspelled_mode_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.VARIABLE, "lvie")
    with pytest.raises(ConfigurationError) as caught:
        environment.display_mode()
    assert str(caught.value) == (
        "expected MINIMAX_NB_DISPLAY to be 'auto', 'live', 'static' or 'text', got 'lvie': "
        "set it to one of these, or remove it"
    )


def test_outside_ipython_a_bundle_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "current_shell", lambda: None)
    environment.publish({"text/plain": "the answer", "text/html": "<p>the answer</p>"})
    assert capsys.readouterr().out == "the answer\n"
