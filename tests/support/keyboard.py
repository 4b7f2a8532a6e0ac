"""A reader without a mouse: what the keys reach, what has the focus, and whether that is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_FAR = 40
# What an element looks like with the focus is held against what it looks like once that has gone on.
_FOCUSED = """() => {
    const looks = (element) => {
        const { outline, boxShadow } = getComputedStyle(element);
        return `${outline} ${boxShadow}`;
    };
    const focused = document.activeElement;
    const before = window.readersFocus;
    const name = focused.ariaLabel || focused.textContent.trim().replace(/\\s+/g, " ");
    const ours = focused.closest(".jp-OutputArea-output, .mm-panel") !== null;
    const unseen = before?.ours && before.element !== focused && before.element.isConnected
        && looks(before.element) === before.looks ? before.name : "";
    window.readersFocus = { element: focused, looks: looks(focused), ours, name };
    return [name, ours, unseen];
}"""


class Keyboard:
    """The keys of a page; each element of ours that they reach has to show that it has the focus."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def go_to(self, name: str, *, key: str = "Tab") -> None:
        """Presses a key until something of ours whose name begins like this has the focus."""
        passed = []
        for _ in range(_FAR):
            self.press(key)
            there, ours, unseen = self.page.evaluate(_FOCUSED)
            assert not unseen, f"nobody sees that {unseen!r} has the focus"
            passed.append(there[:40])
            if ours and there.startswith(name):
                return
        raise AssertionError(f"{key} does not reach {name!r}, but {passed}")
