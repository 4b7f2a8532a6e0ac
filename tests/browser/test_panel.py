"""The chat panel in JupyterLab, by keyboard and mouse: what it shows, what it keeps, what it leaves in the file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from ..support.chat_box import SETUP, Box

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..support.lab import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ROLES = "print([m['role'][:4] for m in chat.messages], len(mm.check_history(chat.messages)))"


@pytest.fixture
def panel(notebook: Callable[..., Notebook]) -> Callable[..., tuple[Notebook, Box]]:
    """Opens a panel in the second cell; more cells may follow."""

    def make(*cells: str, setup: str = "", **options: Any) -> tuple[Notebook, Box]:
        book = notebook(SETUP + setup, "chat.panel()", *cells, **options)
        book.run(0)
        book.run(1)
        book.wait_idle()
        return book, Box(book)

    return make


def outputs(book: Notebook, cell: int = 1) -> list[dict[str, Any]]:
    """The saved outputs of a cell."""
    found: list[dict[str, Any]] = book.save()["cells"][cell]["outputs"]
    return found


def text_of(output: dict[str, Any], kind: str = "text/plain") -> str:
    return "".join(output["data"][kind])


def run_and_read(book: Notebook, cell: int) -> str:
    book.run(cell)
    book.wait_idle()
    shown: str = book.output(cell).first.inner_text()
    return shown


def test_a_question_streams_while_other_cells_run_and_a_document_is_saved(panel: Callable[..., Any]) -> None:
    book, box = panel("print('free')", "released.append(True)", setup="script += [{'held': True}]")
    assert box.button("Send").is_disabled()
    box.text.press("Enter")
    box.text.press_sequentially("What are")
    box.text.press("Shift+Enter")
    box.text.press_sequentially("tides?")
    assert box.text.input_value() == "What are\ntides?"
    box.text.press("Enter")
    box.root.locator(".mm-thoughts").get_by_text("The pull falls").wait_for(state="attached")
    assert "free" in run_and_read(book, 2)
    assert box.button("Stop").is_visible(), "it still streams"
    book.run(3)
    box.wait_turns(1)
    assert box.turns.first.locator(".mm-question").inner_text().endswith("What are\ntides?")
    assert box.turns.first.get_by_text("END-OF-ANSWER").is_visible()
    assert box.text.input_value() == ""

    box.text.press("Control+s")
    book.page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
    assert "END-OF-ANSWER" in book.path.read_text()
    output = book.saved_output(1)
    assert "tides?" in text_of(output)
    assert all("END-OF-ANSWER" in text_of(output, kind) for kind in output["data"])
    assert "widget" not in json.dumps(output["data"]).replace("Jupyter widgets", "")
    assert book.errors == []
    assert book.strangers == []


def test_stop_by_keyboard_while_a_tool_runs_leaves_a_history_that_goes_on(panel: Callable[..., Any]) -> None:
    book, box = panel(ROLES, setup="script += [CALL]")
    box.ask("How is the weather?")
    box.root.get_by_text("Running get_weather…").wait_for()
    box.text.press("Tab")
    assert box.button("Stop").evaluate("(button) => button === document.activeElement")
    box.book.page.keyboard.press("Enter")
    box.root.get_by_text("Interrupted.").wait_for()
    box.wait_turns(1)
    assert "['user', 'assi', 'tool'] 0" in run_and_read(book, 2)
    box.ask("And now?")
    box.wait_turns(2)
    assert "['user', 'assi', 'tool', 'user', 'assi'] 0" in run_and_read(book, 2)
    assert book.errors == []


def test_what_is_typed_while_it_streams_is_asked_next_or_comes_back(panel: Callable[..., Any]) -> None:
    # The third thinks for so long that it is stopped while it does.
    book, box = panel(ROLES, setup="script += [{}, {}, {'pause': 0.5}]")
    box.ask("One?")
    box.ask("Two?")
    box.ask("Three?")
    box.root.get_by_text("Next: ").nth(1).wait_for()
    box.root.locator(".mm-next").nth(1).get_by_role("button", name="Take back").press("Enter")
    expect(box.text).to_have_value("Three?")  # which the kernel gives back
    box.wait_turns(2)
    assert box.turns.count() == 2
    assert box.text.input_value() == "Three?"

    box.text.press("Enter")
    box.text.press_sequentially("Four?")
    box.text.press("Enter")
    box.root.get_by_text("Next: ").wait_for()
    box.button("Stop").click()
    box.wait_turns(3)
    box.book.page.wait_for_function("(box) => box.value === 'Three?\\n\\nFour?'", arg=box.text.element_handle())
    assert box.turns.nth(2).get_by_text("Interrupted.").is_visible()
    assert "0" in run_and_read(book, 2)
    assert book.errors == []


def test_the_last_question_can_be_edited_and_its_answer_replaced(panel: Callable[..., Any]) -> None:
    book, box = panel(ROLES, setup="script += [{}, {'content': 'Second.'}, ConnectionError('no route')]")
    box.ask("Furst?")
    box.wait_turns(1)
    box.text.fill("kept")
    box.button("Edit question").click()
    assert box.text.input_value() == "Furst?"
    box.text.press("Escape")
    assert box.text.input_value() == "kept"
    box.button("Edit question").click()
    box.ask("First?")
    box.turns.get_by_text("Second.").wait_for()
    box.wait_turns(1)
    assert box.turns.count() == 1
    assert box.text.input_value() == "kept"
    assert "['user', 'assi'] 0" in run_and_read(book, 2)
    assert "Furst" not in text_of(outputs(book)[0])

    box.text.fill("")
    box.text.press("ArrowUp")
    box.ask("Third?")
    box.root.get_by_text("no route").wait_for()
    box.wait_turns(2)
    assert box.turns.nth(0).get_by_text("Second.").is_visible(), "what was to be replaced is back"
    assert box.turns.nth(1).get_by_text("Taken back").is_visible()
    box.button("Edit question").click()
    box.ask("Fourth?")
    box.turns.get_by_text("END-OF-ANSWER").wait_for()
    box.wait_turns(1)
    assert box.turns.count() == 1
    assert "['user', 'assi'] 0" in run_and_read(book, 2)
    assert book.errors == []


def test_answers_and_code_can_be_copied(panel: Callable[..., Any]) -> None:
    book, box = panel(permissions=["clipboard-read", "clipboard-write"])
    box.ask("Tides?")
    box.wait_turns(1)
    box.button("Copy answer").click()
    assert book.page.evaluate("navigator.clipboard.readText()").startswith("Tides are the *difference*")
    code = box.root.get_by_role("button", name="Copy this code")
    code.focus()
    book.page.keyboard.press("Enter")
    book.page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('def tide')")
    assert book.errors == []


def test_clear_model_and_thinking_have_their_switches(panel: Callable[..., Any]) -> None:
    book, box = panel(ROLES, "print(chat.model)")
    box.ask("Tides?")
    box.wait_turns(1)
    thoughts = box.turns.first.locator("details.mm-thoughts")
    assert thoughts.is_visible()
    box.button("Thinking").click()
    thoughts.wait_for(state="hidden")
    assert box.button("Thinking").get_attribute("aria-pressed") == "false"
    box.root.get_by_label("Model").select_option("MiniMax-M2.5")
    box.button("Clear").click()
    box.root.get_by_text("No question yet").wait_for()
    assert "[]" in run_and_read(book, 2)
    box.button("Undo").click()
    box.turns.first.get_by_text("END-OF-ANSWER").wait_for()
    assert "['user', 'assi'] 0" in run_and_read(book, 2)
    assert "MiniMax-M2.5" in run_and_read(book, 3)
    assert book.errors == []


def test_cells_and_panels_share_one_conversation(panel: Callable[..., Any]) -> None:
    asks = "try:\n    await chat.ask('From a cell?')\nexcept RuntimeError as error:\n    print(error)"
    book, box = panel("chat.panel()", "reply = await chat.ask('From a cell?')", asks, ROLES)
    book.run(2)
    book.wait_idle()
    other = Box(book, 2)
    book.run(3)
    box.root.get_by_text("A cell is asking").wait_for()
    box.ask("From the box?")
    book.wait_idle()
    box.turns.nth(0).get_by_text("From a cell?").wait_for()
    box.turns.nth(1).get_by_text("From the box?").wait_for()
    assert "still answering" in run_and_read(book, 4)
    box.wait_turns(2)
    other.wait_turns(2)
    assert "['user', 'assi', 'user', 'assi'] 0" in run_and_read(book, 5)
    assert book.errors == []


def test_a_tool_runs_only_with_the_readers_leave(panel: Callable[..., Any]) -> None:
    setup = "script += [CALL, {}, CALL, {}, CALL, {}]\nchat = mm.Chat(client, tools=[get_weather], approve=True)"
    book, box = panel("print([m['content'] for m in chat.messages if m['role'] == 'tool'])", setup=setup)
    box.ask("Weather?")
    box.root.get_by_text('get_weather(location="Paris")').last.wait_for()
    assert not box.root.locator(".mm-status").is_visible(), "what it waits for is said once"
    box.button("Refuse").click()
    box.wait_turns(1)
    box.ask("Weather, please?")
    box.button("Allow").click()
    box.wait_turns(2)
    box.ask("And tomorrow's?")
    box.button("Refuse").press("Tab")
    book.page.keyboard.type("nobody knows")
    book.page.keyboard.press("Enter")
    box.wait_turns(3)
    assert box.text.evaluate("(text) => text === document.activeElement")
    said = run_and_read(book, 2)
    assert "did not allow this call.]" in said
    assert "24 degrees" in said
    assert "They said: nobody knows" in said
    assert book.errors == []


def test_an_input_method_has_its_enter_key_to_itself(panel: Callable[..., Any]) -> None:
    book, box = panel()
    box.text.focus()
    devices = book.page.context.new_cdp_session(book.page)
    devices.send("Input.imeSetComposition", {"text": "nihao", "selectionStart": 5, "selectionEnd": 5})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
    devices.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    devices.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    devices.send("Input.insertText", {"text": "你好？"})
    assert box.text.input_value() == "你好？"
    assert box.turns.count() == 0
    box.text.press("Enter")
    box.wait_turns(1)
    assert box.turns.first.get_by_text("你好？").is_visible()
    assert book.errors == []


def test_a_live_answer_is_spaced_like_the_saved_one(panel: Callable[..., Any]) -> None:
    _, box = panel(setup="script += [{'content': ANSWER + '```\\nthe end\\n```'}]")
    tops = (
        "(turn) => ['.mm-thoughts', 'h2', 'table', 'ul', 'pre', 'blockquote', 'p:last-of-type', '.mm-actions']"
        ".map((each) => [...turn.querySelectorAll(each)].at(-1).getBoundingClientRect().top)"
        ".map((top, _, all) => top - all[0])"
    )
    box.ask("Tides?")
    box.wait_turns(1)
    live = box.turns.evaluate(tops)
    box.button("Clear").click()
    box.button("Undo").click()
    box.wait_turns(1)
    assert box.root.locator(".mm-live").count() == 0
    assert live == pytest.approx(box.turns.evaluate(tops), abs=2)


def test_the_name_of_the_model_is_whole_on_a_narrow_page(panel: Callable[..., Any]) -> None:
    book, box = panel()
    book.page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    select = box.root.get_by_label("Model")
    box.root.locator("option").nth(1).wait_for(state="attached")
    wide = select.bounding_box()["width"]
    book.resize(400, 900)
    assert box.root.bounding_box()["width"] < 360
    assert select.bounding_box()["width"] >= wide


def test_a_page_loaded_midway_goes_on_and_saves_what_it_missed(panel: Callable[..., Any]) -> None:
    book, box = panel(setup="pause = 0.04")
    box.ask("Tides?")
    box.root.locator(".mm-thoughts").get_by_text("The pull falls").wait_for(state="attached")
    book.save()
    book.open()
    box = Box(book)
    box.turns.first.get_by_text("Tides?").wait_for()
    box.wait_turns(1)
    assert box.turns.first.get_by_text("END-OF-ANSWER").is_visible()
    book.page.wait_for_timeout(4_000)
    assert "END-OF-ANSWER" in text_of(outputs(book)[0])
    box.ask("Again?")
    box.wait_turns(2)
    book.page.wait_for_timeout(4_000)
    assert text_of(outputs(book)[0]).count("END-OF-ANSWER") == 2
    assert len(outputs(book)) == 1


def test_the_document_under_the_box_is_typeset_once_it_is_in_sight(panel: Callable[..., Any]) -> None:
    book, box = panel("import ipywidgets\nipywidgets.Widget.close_all()")
    box.ask("Tides?")
    box.wait_turns(1)
    document = book.output(1).first
    formula = document.locator("span", has_text="2GMr").last
    formula.wait_for(state="attached")
    book.page.wait_for_timeout(1_000)
    assert document.locator("mjx-container").count() == 0
    book.run(2)
    document.get_by_text("END-OF-ANSWER").wait_for()
    document.locator("mjx-container").wait_for()
    assert book.errors == []


def test_hostile_text_stays_text(panel: Callable[..., Any]) -> None:
    hostile = "script += [{'reasoning': HOSTILE, 'content': HOSTILE + ANSWER}]"
    book, box = panel(setup=hostile)
    box.ask("<img src=x onerror='window.pwned=1'><script>window.pwned=1</script>")
    box.wait_turns(1)
    assert "<img src=x" in box.turns.first.locator(".mm-question").inner_text()
    assert book.page.evaluate("window.pwned") is None
    assert box.text.is_visible()
    outputs(book)
    assert book.errors == []
    assert book.strangers == []


def test_a_megabyte_can_be_pasted(panel: Callable[..., Any]) -> None:
    book, box = panel("print(len(chat.messages[0]['content']))")
    box.text.evaluate("(box) => { box.value = 'word '.repeat(210000); box.dispatchEvent(new Event('input')); }")
    box.text.press("Enter")
    box.wait_turns(1)
    assert "more characters" in box.turns.first.locator(".mm-question").inner_text()
    assert "1050000" in run_and_read(book, 2)
    assert len(json.dumps(outputs(book))) < 200_000
    assert book.errors == []


def test_a_notebook_that_is_closed_at_once_leaves_no_error(panel: Callable[..., Any]) -> None:
    book, box = panel()
    box.ask("Tides?")
    box.wait_turns(1)
    book.page.evaluate("() => window.jupyterapp.shell.currentWidget.dispose()")
    book.page.wait_for_timeout(2500)  # longer than the panel waits before it looks at what is saved
    assert book.errors == []


def test_a_saved_conversation_reopens_as_a_document_and_goes_on(panel: Callable[..., Any]) -> None:
    book, box = panel()
    box.ask("Tides?")
    box.wait_turns(1)
    saved = book.save()
    saved["cells"][1]["source"] += "  # changed by a stranger, so its outputs are sanitised"
    book.path.write_text(json.dumps(saved))
    book.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    book.open()
    document = book.output(1).first
    document.get_by_text("END-OF-ANSWER").wait_for()
    assert document.get_by_text("Run this cell to go on").is_visible()
    assert book.page.locator(".mm-panel").count() == 0
    assert "widget" not in document.inner_text().replace("Jupyter widgets", "")
