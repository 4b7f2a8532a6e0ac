"""Pictures in the chat box: pasted, dropped, chosen; looked at before they go; shown small; kept in the file."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from ..support.chat_box import Box
from ..support.pictures import MP4, file, noise

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..support.lab import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SETUP = "import minimax_nb as mm\nchat = mm.Chat(model={model!r})"
GIVE = """(element, [kind, files]) => {
  const transfer = new DataTransfer();
  for (const [name, type, data] of files) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type }));
  }
  const options = { bubbles: true, cancelable: true };
  element.dispatchEvent(
    kind === "paste"
      ? new ClipboardEvent("paste", { ...options, clipboardData: transfer })
      : new DragEvent(kind, { ...options, dataTransfer: transfer }),
  );
}"""


def named(name: str, kind: str, data: bytes) -> list[str]:
    """A file as the page gets it."""
    return [name, kind, base64.b64encode(data).decode()]


def give(box: Box, how: str, *files: list[str]) -> None:
    """Paste or drop files."""
    box.text.evaluate(GIVE, [how, list(files)])


@pytest.fixture
def panel(notebook: Callable[..., Notebook]) -> Callable[..., tuple[Notebook, Box]]:
    def make(model: str = "MiniMax-M3", *cells: str) -> tuple[Notebook, Box]:
        book = notebook(SETUP.format(model=model), "chat.panel()", *cells)
        book.run(0)
        book.run(1)
        book.wait_idle()
        return book, Box(book)

    return make


def test_pictures_are_pasted_dropped_and_chosen_and_go_with_the_question(panel: Callable[..., Any]) -> None:
    book, box = panel("MiniMax-M3", "print([len(m['content']) for m in chat.messages if m['role'] == 'user'])")
    raw = file(noise(300, 200))
    assert box.button("Send").is_disabled()
    give(box, "paste", named("a.png", "image/png", raw))
    chips = box.root.locator(".mm-file")
    chips.nth(0).get_by_role("button").wait_for()
    expect(box.button("Send")).to_be_enabled()  # a picture alone is a question
    give(box, "dragenter", named("b.jpg", "image/jpeg", file(noise(), "JPEG")))
    give(box, "drop", named("b.jpg", "image/jpeg", file(noise(), "JPEG")))
    box.root.locator("input[type=file]").set_input_files({"name": "c.mp4", "mimeType": "video/mp4", "buffer": MP4})
    chips.nth(2).get_by_role("button").wait_for()
    assert chips.locator("img").count() == 2
    assert "video, MP4, 124 bytes" in chips.nth(2).inner_text()
    chips.nth(1).get_by_role("button").press("Enter")
    chips.nth(2).wait_for(state="detached")
    assert box.text.evaluate("(text) => text === document.activeElement")

    box.ask("What is in them?")
    box.wait_turns(1)
    said = box.turns.first.locator(".mm-body").inner_text()
    assert f"image/png ({len(raw):,} bytes), video/mp4 (124 bytes)" in said
    question = box.turns.first.locator(".mm-question")
    assert question.locator("img").count() == 1
    assert "300 × 200 pixels" in question.inner_text()
    assert box.root.locator(".mm-file").count() == 0

    box.button("Edit question").click()
    assert box.text.input_value() == "What is in them?"
    box.ask("And what else?")
    box.turns.first.locator(".mm-question", has_text="And what else?").wait_for()
    box.wait_turns(1)
    assert f"image/png ({len(raw):,} bytes)" in box.turns.first.locator(".mm-body").inner_text()
    book.run(2)
    book.wait_idle()
    assert "[3]" in book.output(2).first.inner_text()

    saved = json.dumps(book.saved_output(1)["data"])
    assert saved.count("<img") == 1
    assert "video, MP4" in saved
    assert book.errors == []
    assert book.strangers == []


def test_what_cannot_go_says_why(panel: Callable[..., Any]) -> None:
    book, box = panel("MiniMax-M2.7")
    give(box, "paste", named("notes.png", "image/png", b"no picture"))
    box.root.get_by_text("notes.png: expected a picture").wait_for()
    give(box, "drop", named("large.png", "image/png", b"\x89PNG" + b"x" * 8_100_000))
    box.root.get_by_text("large.png has 8 MB, and the page can send 8").wait_for()
    give(box, "paste", named("a.png", "image/png", file(noise())))
    box.root.get_by_text("MiniMax-M2.7 takes no pictures and no video: choose MiniMax-M3").wait_for()
    box.root.get_by_label("Model").select_option("MiniMax-M3")
    box.root.get_by_text("MiniMax-M2.7 takes no pictures").wait_for(state="detached")
    box.text.press("Enter")
    box.wait_turns(1)
    assert "image/png" in box.turns.first.locator(".mm-body").inner_text()
    assert box.turns.first.locator(".mm-question img").count() == 1
    assert book.errors == []
