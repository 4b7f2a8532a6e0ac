"""A whole turn of the chat box as a screen reader has it, held against a text that a person can read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..support.axe import unfold
from ..support.chat_box import SETUP, Box

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..support.lab import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

HEARD = Path(__file__).with_name("turn_as_heard.txt")
TURN = """
go = []

def get_weather(location: str) -> str:
    '''Get weather of a location.'''
    while not go:
        time.sleep(0.01)
    return "24 degrees"

CALL["reasoning"] = "I look it up."
script += [CALL, {"held": True}]
chat = mm.Chat(client, tools=[get_weather])
"""
LISTEN = """() => {
    window.said = [];
    const note = () => {
        const words = document.getElementById("minimax-nb-announcer")?.textContent;
        if (words && words !== window.said.at(-1)) window.said.push(words);
    };
    new MutationObserver(note).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


def heard(place: Any) -> str:
    """What is there to be heard, without figures that differ from run to run."""
    told = re.sub(r"<?[\d.,]+ (s|tokens/s)\b", r"… \1", place.aria_snapshot())
    return re.sub(r"\n *- option [^\n]*|\n *- /\w+: [^\n]*", "", told)


def test_a_turn_is_heard_as_it_is_meant(notebook: Callable[..., Notebook], browser: Any) -> None:
    book = notebook(SETUP + TURN, "chat.panel()", "go.append(1)", "released.append(1)", own_page=True)
    book.run(0)
    book.run(1)
    book.wait_idle()
    box = Box(book)
    talk = box.root.locator(".mm-talk")
    book.page.evaluate(LISTEN)
    parts = [("The box before a question", heard(box.root))]
    box.ask("How is the weather?")
    talk.get_by_text("Running get_weather…").wait_for()
    parts.append(("While a tool runs", heard(talk)))
    book.run(2)
    talk.get_by_text("END-OF-ANSWER").wait_for()
    unfold(book.page, ".mm-body > .mm-live > .mm-thoughts, .mm-live")
    parts.append(("While the answer is written, all of it unfolded", heard(talk)))
    book.run(3)
    box.wait_turns(1)
    unfold(book.page)
    parts.append(("When it is there", heard(talk)))
    said = book.page.evaluate("window.said")
    book.page.wait_for_timeout(2_500)
    page = browser.new_page()
    page.set_content("".join(book.save()["cells"][1]["outputs"][0]["data"]["text/html"]))
    unfold(page, "body")
    parts.append(("As it is saved, in a page without a typesetter", heard(page.locator("body"))))
    page.close()
    assert "Running get_weather" in said
    assert said[-1] == "Reply finished, 103 words"
    assert len(said) <= 4, "a change of state is said, and no piece of a text"
    text = "\n\n".join(f"== {title} ==\n\n{words}" for title, words in parts) + "\n"
    if not HEARD.exists():
        HEARD.write_text(text, "utf-8")
        pytest.fail(f"{HEARD.name} is written anew: read it as somebody who hears it, and keep it if it makes sense")
    assert text == HEARD.read_text("utf-8"), f"if it is better now, remove {HEARD.name} and run this again"
