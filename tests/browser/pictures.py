"""Take the README's pictures anew, in JupyterLab and Chromium: ``python -m tests.browser.pictures``.

They go to ``docs/pictures``. Look at each before it is committed.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from ..support.chromium import FLAGS, find_or_skip
from ..support.lab import Notebook, running_lab

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

    from ..support.lab import Lab

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
WIDTH = 860
FRAME_S = 0.16
COLOURS = 48
CLEAN = """
.jp-Toolbar, .jp-NotebookPanel-toolbar, .jp-cell-toolbar, #jp-top-panel, #jp-menu-panel, #jp-bottom-panel, .lm-TabBar,
.jp-Notebook-footer, .jp-SideBar, #jp-left-stack, .jp-InputPrompt, .jp-OutputPrompt, .jp-Collapser {
  display: none !important;
}
.jp-Notebook { padding: 0 !important; }
.jp-Cell { border: 0 !important; outline: 0 !important; box-shadow: none !important; }
"""
SETUP = "import minimax_nb as mm\n\nmm.configure()\nmm.Chat()\nNone"
ASK = 'chat = mm.Chat()\nchat("Why is the sky blue, and the sunset red?")'
TOOLS = '''def get_weather(location: str) -> str:
    """Get weather of a location.

    Args:
        location: The city and state, e.g. San Francisco, US
    """
    return "24℃, sunny"


mm.Chat(tools=[get_weather])("How's the weather in San Francisco?")'''
PANEL = "chat.panel()"


def opened(browser: Browser, lab: Lab, name: str, *cells: str, scale: float) -> tuple[Page, Notebook]:
    """A notebook whose first cell has run, with nothing of JupyterLab around it."""
    context = browser.new_context(viewport={"width": WIDTH + 60, "height": 1100}, device_scale_factor=scale)
    page = context.new_page()
    book = Notebook(page, lab, lab.write(f"{name}.ipynb", SETUP, *cells))
    book.open()
    page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    book.run(0)
    book.wait_idle()
    page.add_style_tag(content=CLEAN)
    return page, book


def shot(page: Page, cell: int = 1) -> bytes:
    """A picture of a cell with its output."""
    return page.locator(".jp-Notebook .jp-CodeCell").nth(cell).screenshot(animations="disabled")


def tools(browser: Browser, lab: Lab) -> None:
    """A whole turn."""
    page, book = opened(browser, lab, "tools", TOOLS, scale=2)
    book.run(1)
    book.wait_idle()
    save("tools.png", shot(page))


def panel(browser: Browser, lab: Lab) -> None:
    """A box with a question and its answer, and the next question begun."""
    page, book = opened(browser, lab, "panel", f"chat = mm.Chat()\n{PANEL}", scale=2)
    book.run(1)
    box = page.locator(".mm-panel")
    text = box.get_by_label("Your question")
    text.fill("Hi, how are you?")
    text.press("Enter")
    box.get_by_text("tokens (").wait_for()
    text.fill("Why is the sky blue, and the sunset red?")
    page.wait_for_timeout(400)
    save("panel.png", shot(page))


def film(browser: Browser, lab: Lab) -> None:
    """A turn from its question to its end, as it is seen."""
    page, book = opened(browser, lab, "film", ASK, scale=1)
    page.set_viewport_size({"width": WIDTH + 60, "height": 940})
    frames: list[tuple[float, Image.Image]] = []
    clip: Any = {"x": 0, "y": 0, "width": WIDTH, "height": 900}
    place = page.locator(".jp-Notebook .jp-CodeCell").nth(1).bounding_box()
    if place is not None:
        clip["x"], clip["y"] = place["x"], place["y"]
    book.run(1)
    begun, ended = time.monotonic(), 0.0
    while not ended or time.monotonic() - ended < 0.5:
        now = time.monotonic()
        frames.append((now - begun, Image.open(io.BytesIO(page.screenshot(clip=clip)))))
        if not ended and page.locator(".mm-live").count() == 0 and page.get_by_text("tokens/s").count():
            ended = now
        time.sleep(max(0.0, FRAME_S - (time.monotonic() - now)))
    pictures = [picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE) for _, picture in frames]
    times = [at for at, _ in frames]
    shown = [int(1000 * (b - a)) for a, b in pairwise(times)] + [3000]
    pictures[0].save(
        FOLDER / "stream.gif", save_all=True, append_images=pictures[1:], duration=shown, loop=0, optimize=True
    )


def save(name: str, picture: bytes) -> None:
    """Keep a picture, with few colours: it is text on white."""
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
        FOLDER / name, optimize=True
    )


def main(names: list[str]) -> int:
    """Take those that are named, else all."""
    from playwright.sync_api import sync_playwright

    os.environ.pop("MINIMAX_NB_SPEED", None)
    takes: dict[str, Callable[[Browser, Lab], None]] = {"tools": tools, "panel": panel, "film": film}
    with tempfile.TemporaryDirectory() as home, running_lab(Path(home) / "lab") as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_or_skip(), args=FLAGS)
        for name in names or takes:
            takes[name](browser, lab)
            print(f"taken: {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
