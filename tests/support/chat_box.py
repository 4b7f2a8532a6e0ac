"""The chat panel as a reader meets it in a page, and a notebook to put one into."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from .lab import Notebook

SETUP = """
import time
from types import SimpleNamespace
import minimax_nb as mm
from fake_stream import ANSWER, HOSTILE, THOUGHTS, chunks

pause, first, script, released = 0.005, 0.2, [], []

async def create(**request):
    '''Answers with what stands in the script, else with the essay on tides.'''
    answer = script.pop(0) if script else {}
    if isinstance(answer, Exception):
        raise answer
    held = answer.pop("held", False)  # its usage, until a cell has put something into 'released'
    async def stream():
        import asyncio
        for chunk in chunks(**{"pause": 0, **answer}):
            await asyncio.sleep(answer.get("pause", pause))
            while held and "usage" in chunk and not released:
                await asyncio.sleep(0.01)
            yield chunk
    return stream()

client = SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))

def get_weather(location: str) -> str:
    '''Get weather of a location.'''
    time.sleep(4)
    return "24 degrees"

CALL = {"content": "", "calls": [{"name": "get_weather", "arguments": '{"location": "Paris"}'}], "finish": "tool_calls"}
chat = mm.Chat(client, tools=[get_weather])
"""


class Box:
    """The panel in a cell's output."""

    def __init__(self, book: Notebook, cell: int = 1) -> None:
        self.book = book
        self.root = book.page.locator(".jp-Notebook .jp-CodeCell").nth(cell).locator(".mm-panel")
        self.root.wait_for()
        self.text = self.root.get_by_label("Your question")
        self.turns = self.root.locator(".mm-turn")

    def ask(self, question: str) -> None:
        self.text.fill(question)
        self.text.press("Enter")

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def wait_turns(self, count: int) -> None:
        """Waits until so many turns have ended."""
        self.turns.nth(count - 1).locator(".mm-actions").wait_for(state="attached")
        self.root.locator(".mm-status").wait_for(state="detached")
