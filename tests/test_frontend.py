"""How a reply is to be shown, decided from the environment and the running request."""

from __future__ import annotations

import sys
import uuid
from types import ModuleType, SimpleNamespace
from typing import Any

import comm
import pytest
from IPython.core.formatters import DisplayFormatter

from minimax_nb import ConfigurationError
from minimax_nb import frontend as environment

PAGE = "3f6a1c1e-4b1c-4f43-9b0e-2b7b7d0c9a11"
"""How a page names a request."""
SESSION = "0a1b2c3d-7f0e7d3e2d0a4f6b9c1d2e3f"
"""How jupyter_client names a session; its messages add the process and a number."""


def shell(content: dict[str, Any] | None, name: Any = PAGE) -> SimpleNamespace:
    """An IPython shell with a kernel that answers a request of this content and name, or with no kernel."""
    if content is None:
        return SimpleNamespace()
    request = {"header": {"msg_id": name}, "content": content} if content else {}
    return SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda _channel: request))


@pytest.fixture
def comms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comms of a kernel's own, as kernels put them in."""
    monkeypatch.setattr(comm, "create_comm", lambda *_args, **_more: None)


@pytest.mark.usefixtures("comms")
@pytest.mark.parametrize(
    ("setting", "running", "mode"),
    [
        (None, None, "text"),
        (None, shell(None), "text"),
        (None, shell({"allow_stdin": True}), "live"),
        (None, shell({"allow_stdin": False}), "static"),
        (None, shell({"code": "1"}), "live"),
        (None, shell({}), "live"),
        (None, shell({"allow_stdin": True}, f"{SESSION}_4711_12"), "static"),
        (None, shell({"allow_stdin": True}, f"{uuid.UUID(PAGE).hex}_1_0"), "static"),
        (None, shell({"allow_stdin": False}, f"{SESSION}_4711_12"), "static"),
        ("live", shell({"allow_stdin": True}, f"{SESSION}_4711_12"), "live"),
        (None, shell({"allow_stdin": True}, uuid.UUID(PAGE).hex), "live"),
        (None, shell({"allow_stdin": True}, f"{SESSION}_4711_12_cell"), "live"),
        (None, shell({"allow_stdin": True}, "vscode_1"), "live"),
        (None, shell({"allow_stdin": True}, None), "live"),
        (None, shell({"allow_stdin": True}, 12), "live"),
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


@pytest.mark.usefixtures("comms")
@pytest.mark.parametrize("package", ["comm", "ipywidgets", "anywidget", None])
def test_a_kernel_without_widgets_gets_one_output(monkeypatch: pytest.MonkeyPatch, package: str | None) -> None:
    monkeypatch.delenv(environment.VARIABLE, raising=False)
    monkeypatch.setattr(environment, "current_shell", lambda: shell({"allow_stdin": True}))
    assert environment.display_mode() == "live"
    if package is None:
        monkeypatch.setattr(comm, "create_comm", comm._create_comm)
    else:
        monkeypatch.setitem(sys.modules, package, None)
    assert environment.display_mode() == "static"
    assert ("no comms" if package is None else f"pip install {package}") in (environment.panel_obstacle() or "")


def test_comms_that_a_kernel_brings_as_a_module_of_its_own_are_comms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(environment.VARIABLE, raising=False)
    monkeypatch.setattr(environment, "current_shell", lambda: shell({"allow_stdin": True}))
    xeus = ModuleType("comm")
    xeus.create_comm = lambda **_more: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "comm", xeus)
    assert environment.display_mode() == "live"


@pytest.mark.usefixtures("comms")
@pytest.mark.parametrize(
    ("setting", "running", "missing"),
    [
        ("auto", shell({"allow_stdin": True}), None),
        ("auto", shell({"allow_stdin": True}, f"{SESSION}_4711_12"), None),
        ("auto", shell({}), None),
        ("live", shell({"allow_stdin": False}), None),
        ("auto", shell({"allow_stdin": False}), "allow_stdin: false"),
        ("static", shell({"allow_stdin": True}), "MINIMAX_NB_DISPLAY is 'static'"),
        ("text", None, "MINIMAX_NB_DISPLAY is 'text'"),
        ("auto", shell(None), "IPython in a terminal"),
        ("auto", None, "no Jupyter kernel"),
        ("live", None, "no Jupyter kernel"),
    ],
)
def test_a_panel_says_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch, setting: str, running: Any, missing: str | None
) -> None:
    monkeypatch.setenv(environment.VARIABLE, setting)
    monkeypatch.setattr(environment, "current_shell", lambda: running)
    said = environment.panel_obstacle()
    assert (said is None) if missing is None else (missing in str(said))


def test_colab_is_known_by_its_package_in_a_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    running: Any = shell({})
    monkeypatch.setattr(environment, "current_shell", lambda: running)
    assert not environment.draws_only_widgets()
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    assert environment.draws_only_widgets()
    running = None
    assert not environment.draws_only_widgets()


FORMS = {"text/plain": "t", "text/html": "<p>"}


class Shown(environment.RichDisplay):
    """A value with some forms."""

    def _forms(self) -> dict[str, str]:
        return FORMS


def test_a_value_has_the_forms_that_front_ends_ask_for() -> None:
    shown = Shown()
    assert shown._repr_mimebundle_() == shown._repr_mimebundle_(include=None, exclude=None) == FORMS
    assert shown._repr_mimebundle_(None, None) == FORMS, "as xeus-python asks"
    assert (shown._repr_html_(), shown._repr_markdown_()) == ("<p>", None)


def test_ipython_shows_a_value_once_in_the_cell_that_has_shown_it(monkeypatch: pytest.MonkeyPatch) -> None:
    formatter = DisplayFormatter()
    shown = Shown()
    cell: list[int | None] = [1]
    monkeypatch.setattr(environment, "_cell", lambda: cell[0])
    assert not hasattr(shown, "_ipython_display_"), "front ends that find it call it in place of asking for the forms"
    environment.remember_shown(shown)
    assert hasattr(shown, "_ipython_display_")
    assert formatter.format(shown) == ({}, {})
    assert formatter.format(shown) == (FORMS, {})
    environment.remember_shown(shown)
    cell[0] = 2
    assert formatter.format(shown)[0] == FORMS
    cell[0] = None
    environment.remember_shown(shown)
    assert formatter.format(shown)[0] == FORMS, "where cells are not counted"
    environment.remember_shown(Shown())
    assert formatter.format(shown)[0] == FORMS


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
