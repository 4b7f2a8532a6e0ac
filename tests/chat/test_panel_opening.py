"""Where a panel opens, and what a reader is told where it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb import Chat
from minimax_nb.chat.panel_opening import NO_PANEL, open_panel

from ..support.kernel import Kernel, kinds, running_kernel
from ..support.scripted import Script, client_of, message

if TYPE_CHECKING:
    from collections.abc import Iterator

SETUP = """
from types import ModuleType, SimpleNamespace
create = lambda **request: chunks("", "Paris.", pause=0)
chat = mm.Chat(SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create))), display=False)
chat("Which city?")
"""
VIEW = "application/vnd.jupyter.widget-view+json"
FORMS = {"text/plain", "text/markdown", "text/html"}


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with running_kernel() as kernel:
        kernel.run(SETUP)
        yield kernel


def shown(messages: list[Any]) -> list[dict[str, Any]]:
    return [each["content"]["data"] for each in messages if each["msg_type"] == "display_data"]


@pytest.mark.parametrize("setting", ["static", "text"])
def test_where_nobody_can_type_the_conversation_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], setting: str
) -> None:
    monkeypatch.setenv("MINIMAX_NB_DISPLAY", setting)
    client: Any = client_of(Script(message("Yes.")))
    chat = Chat(client, display=False)
    chat("Sure?")
    open_panel(chat)
    printed = capsys.readouterr().out
    assert "You: Sure?" in printed
    assert "Yes." in printed
    assert f"No box to type in here: MINIMAX_NB_DISPLAY is '{setting}'" in printed


def test_where_no_one_looks_on_the_reason_is_said(kernel: Kernel) -> None:
    (message,) = kernel.run("chat.panel()", watched=False)
    (forms,) = shown([message])
    assert set(forms) == FORMS
    for text in forms.values():
        assert NO_PANEL.partition("{")[0] in text
        assert "allow_stdin: false" in text.replace("\\_", "_")
        assert "Paris." in text


@pytest.mark.parametrize("relayed", [False, True])
def test_a_panel_opens_whoever_asks_if_somebody_is_there(kernel: Kernel, *, relayed: bool) -> None:
    messages = kernel.run("chat.panel()", relayed=relayed)
    assert "comm_open" in kinds(messages)
    (forms,) = shown(messages)
    assert "Run this cell to go on" in forms["text/plain"]
    assert "No box" not in forms["text/plain"]


def test_in_colab_the_box_is_an_output_of_its_own(kernel: Kernel) -> None:
    kernel.run("sys.modules['google.colab'] = ModuleType('google.colab')")
    try:
        messages = kernel.run("chat.panel()")
    finally:
        kernel.run("del sys.modules['google.colab']")
    box, transcript = shown(messages)
    opened = [each["content"] for each in messages if each["msg_type"] == "comm_open"]
    assert box[VIEW]["model_id"] in [each["comm_id"] for each in opened if each["data"]["state"].get("own_output")]
    assert "conversation" in box["text/plain"]
    assert set(transcript) == FORMS


def test_under_voila_a_box_opens_for_whoever_looks_at_the_page(kernel: Kernel) -> None:
    begin = "import os\nos.environ['SERVER_SOFTWARE'] = 'voila/0.5.8'\n"
    messages = kernel.run(f"{begin}chat.panel()\ndel os.environ['SERVER_SOFTWARE']", watched=False)
    assert "comm_open" in kinds(messages)
    for forms in shown(messages):
        assert not any(NO_PANEL.partition("{")[0] in str(text) for text in forms.values())
