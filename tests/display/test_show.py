"""``show`` in a real kernel: which messages go out, and what is left when a source fails or is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import minimax_nb as mm
from minimax_nb.message.reply import Reply

from ..support.kernel import Kernel, kinds, running_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

BUNDLE = {"text/plain", "text/markdown", "text/html"}


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with running_kernel() as kernel:
        yield kernel


def test_nobody_watching_gets_exactly_one_output(kernel: Kernel) -> None:
    (message,) = kernel.run("mm.show(chunks(pause=0))", watched=False)
    assert message["msg_type"] == "display_data"
    assert set(message["content"]["data"]) == BUNDLE
    assert message["content"]["transient"] == {}
    assert message["content"]["metadata"] == {"minimax_nb": {"model": "MiniMax-M2.7"}}


@pytest.mark.parametrize("code", ["mm.show(chunks(pause=0))", "mm.show(mm.Reply(content='Paris'))"])
def test_what_relays_a_request_gets_exactly_one_output(kernel: Kernel, code: str) -> None:
    (message,) = kernel.run(code, relayed=True)
    assert message["msg_type"] == "display_data"
    assert set(message["content"]["data"]) == BUNDLE
    assert message["content"]["transient"] == {}


def test_a_reader_gets_a_view_then_frames_then_the_static_output(kernel: Kernel) -> None:
    kernel.run("mm.show(chunks('', 'warm up', pause=0))")
    messages = kernel.run("mm.show(chunks(pause=0.005))")
    order = kinds(messages)
    assert order[:2] == ["comm_open", "display_data"]
    assert order[-1] == "update_display_data"
    assert set(order[2:-1]) == {"comm_msg"}
    shown, last = messages[1]["content"], messages[-1]["content"]
    assert "application/vnd.jupyter.widget-view+json" in shown["data"]
    assert "streaming in the window that runs this cell" in shown["data"]["text/plain"], "another window sees this"
    assert set(last["data"]) == BUNDLE
    assert last["transient"] == shown["transient"] != {}
    numbers = [m["content"]["data"]["content"] for m in messages[2:-1] if m["content"]["data"]["method"] == "custom"]
    assert numbers == list(range(len(numbers)))


def test_the_view_is_there_before_the_first_token(kernel: Kernel) -> None:
    code = "def late():\n    print('first token')\n    yield from chunks('', 'x', pause=0)\nmm.show(late())"
    messages = kernel.run(code)
    order = kinds(messages)
    assert order.index("display_data") < order.index("stream")


def test_the_code_of_the_view_travels_once(kernel: Kernel) -> None:
    kernel.run("mm.show(chunks('', 'x', pause=0))")
    messages = kernel.run("mm.show(chunks('', 'x', pause=0))")
    (opening,) = [message["content"]["data"]["state"] for message in messages if message["msg_type"] == "comm_open"]
    assert len(str(opening)) < 550


@pytest.mark.parametrize("watched", [True, False])
def test_the_value_of_the_cell_is_not_shown_twice(kernel: Kernel, *, watched: bool) -> None:
    messages = kernel.run("mm.show(chunks('', 'Paris', pause=0))", watched=watched)
    assert kinds(messages).count("display_data") == 1
    assert "execute_result" not in kinds(messages)
    (again,) = kernel.run("_", watched=watched)
    assert again["msg_type"] == "execute_result"
    assert set(again["content"]["data"]) == BUNDLE
    assert again["content"]["data"]["text/plain"] == "Paris"
    (printed,) = kernel.run("print(_.content)")
    assert printed["content"]["text"] == "Paris\n"


def test_a_reply_in_hand_is_one_output(kernel: Kernel) -> None:
    for code, kind in (
        ("mm.Reply(content='Paris')", "execute_result"),
        ("mm.show(mm.Reply(content='Paris'))", "display_data"),
        ("display(mm.Reply(content='Paris'))", "display_data"),
    ):
        (message,) = kernel.run(code)
        assert message["msg_type"] == kind
        assert message["content"]["data"]["text/plain"] == "Paris"


@pytest.mark.parametrize("watched", [True, False])
def test_a_source_that_fails_leaves_its_part_on_show(kernel: Kernel, *, watched: bool) -> None:
    messages = kernel.run("mm.show(chunks('', ANSWER, pause=0, fail_after=9))", watched=watched)
    assert kinds(messages)[-1] == "error"
    assert messages[-1]["content"]["ename"] == "StreamCutError"
    shown = messages[-2]["content"]["data"]
    assert shown["text/plain"].startswith("Tides are the *difference*")
    assert "Cut off." in shown["text/plain"]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_stop_leaves_the_part_on_show_and_the_next_cell_runs(kernel: Kernel, *, asynchronous: bool) -> None:
    code = "mm.show(chunks('', ANSWER, pause=0.05))"
    if asynchronous:
        kernel.run(
            "import asyncio\nasync def slowly():\n    for chunk in chunks('', ANSWER, pause=0):\n"
            "        await asyncio.sleep(0.05)\n        yield chunk"
        )
        code = "await mm.ashow(slowly())"
    frames = 0

    def third_frame(message: dict[str, Any]) -> bool:
        nonlocal frames
        frames += message["msg_type"] == "comm_msg"
        return frames == 3

    messages = kernel.run(code, until=third_frame)
    assert kinds(messages)[-1] == "error"
    shown = next(m for m in messages if m["msg_type"] == "update_display_data")["content"]["data"]
    assert shown["text/plain"].startswith("Tides")
    assert "Interrupted." in shown["text/plain"]
    (printed,) = kernel.run("print(mm.last_reply().partial_reason)")
    assert printed["content"]["text"] == "interrupted\n"


def test_something_that_is_no_reply_is_refused_on_show(kernel: Kernel) -> None:
    messages = kernel.run("mm.show(42)", watched=False)
    assert messages[-1]["content"]["ename"] == "StreamFormatError"


def test_a_page_that_shows_the_view_no_more_lets_it_go(kernel: Kernel) -> None:
    kernel.run("from minimax_nb.widgets.live_view import LiveView\nview = LiveView()")
    assert kinds(kernel.run("view.hear({'views': 0}, ())")) == ["comm_close"]
    kernel.run("view = LiveView()")
    assert kernel.run("view.hear({'views': 1}, ()); view.hear({'views': 0}, ())") == []
    assert kinds(kernel.run("view._receive(view, 'whole', None)")) == ["comm_msg"]
    kernel.run("view.close()")


def test_outside_a_kernel_the_text_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINIMAX_NB_DISPLAY", "text")
    assert mm.show(Reply(content="Paris")).content == "Paris"
    assert capsys.readouterr().out == "Paris\n"
