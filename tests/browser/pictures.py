"""Takes the pictures of the README from the real thing: ``python tests/browser/pictures.py``.

They show replies of the embedded server in JupyterLab, one of them while it streams.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from chromium import FLAGS, find
from lab import Lab, Notebook, opened, running_lab

PICTURES = Path(__file__).resolve().parents[2] / "notebooks" / "pictures"
CONNECT = "import minimax_nb as mm\n\nclient = mm.connect()"
ASK = """\
stream = client.chat.completions.create(
    model="MiniMax-M2.7",
    messages=[{"role": "user", "content": "Why is the sky blue, and the sunset red?"}],
    stream=True,
    extra_body={"reasoning_split": True},
)
reply = mm.show(stream)"""
TOOL = '''\
def get_weather(location: str) -> str:
    """Get the weather of a place.

    Args:
        location: City and country, e.g. San Francisco, US
    """
    return "24℃, sunny"

chat = mm.Chat(client, tools=[get_weather])
reply = chat("How's the weather in San Francisco?")'''
PANEL = "chat = mm.Chat(client)\nchat.panel()"
SHARPNESS = 1.5


def picture(notebook: Notebook, name: str) -> None:
    """The second cell with what it shows, as a PNG."""
    cell = notebook.page.locator(".jp-Notebook .jp-CodeCell").nth(1)
    cell.screenshot(path=PICTURES / f"{name}.png")


def while_it_streams(notebook: Notebook) -> None:
    """A reply in the middle of its table, with its thinking opened again by the reader."""
    notebook.run(1)
    output = notebook.output(1)
    output.locator("summary", has_text="Thought").click(timeout=20_000)
    output.locator("td", has_text="550 nm").wait_for(timeout=20_000)
    picture(notebook, "reply")


def when_it_is_done(notebook: Notebook) -> None:
    """A turn with a tool, after its end."""
    notebook.run(1)
    notebook.output(1).get_by_text("authored example").last.wait_for(timeout=30_000)
    notebook.wait_idle()
    picture(notebook, "tools")


def with_a_chat_box(notebook: Notebook) -> None:
    """A conversation of two questions in the panel, the next one half typed."""
    notebook.run(1)
    box = notebook.page.get_by_label("Your question")
    for number, question in enumerate(("Why is the sky blue, and the sunset red?", "And on Mars?"), 1):
        box.fill(question)
        box.press("Enter")
        notebook.page.get_by_role("button", name="Copy answer").nth(number - 1).wait_for(timeout=30_000)
    box.fill("Why is")
    picture(notebook, "panel")


def take(browser: Browser, lab: Lab) -> None:
    """Every picture there is."""
    for name, code, act in (
        ("reply", ASK, while_it_streams),
        ("tools", TOOL, when_it_is_done),
        ("panel", PANEL, with_a_chat_box),
    ):
        path = lab.write(f"{name}.ipynb", CONNECT, code)
        with opened(browser, lab, path, device_scale_factor=SHARPNESS) as notebook:
            notebook.page.set_viewport_size({"width": 860, "height": 1120})
            notebook.page.evaluate("window.jupyterapp.commands.execute('application:toggle-left-area')")
            notebook.run(0)
            notebook.wait_idle()
            act(notebook)


def main() -> None:
    """Starts JupyterLab and Chromium, and takes the pictures."""
    for name in [name for name in os.environ if name.startswith(("OPENAI_", "MINIMAX_"))]:
        del os.environ[name]
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, running_lab(Path(home)) as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        take(browser, lab)
        browser.close()


if __name__ == "__main__":
    main()
