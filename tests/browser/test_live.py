"""A reply in JupyterLab: while it streams, when it is there, after saving and opening again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..support.lab import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SETUP = "import minimax_nb as mm\nfrom fake_stream import *\n"
FORMULAS = r"text = ''.join(rf'- term {n}: $x_{n} = \frac{{{n}}}{{y}}$' + chr(10) for n in range(40))" + "\n"
COUNT_FORMULAS = """
() => {
    window.counts = [];
    const count = () => window.counts.push(document.querySelectorAll(".jp-RenderedHTML mjx-container").length);
    new MutationObserver(count).observe(document.body, { childList: true, subtree: true });
}
"""
# JupyterLab reads the height of this overlay each time an output has changed.
NOTE_HEIGHTS = """
() => {
    window.heights = [];
    const { get } = Object.getOwnPropertyDescriptor(Element.prototype, "clientHeight");
    Object.defineProperty(Element.prototype, "clientHeight", { get() {
        const area = document.querySelector(".jp-OutputArea");
        const output = area?.querySelector(".jp-RenderedHTML");
        if (output && this.matches(".jp-OutputArea-promptOverlay"))
            window.heights.push([output.getBoundingClientRect().height, area.getBoundingClientRect().height]);
        return get.call(this);
    } });
}
"""


def test_a_reply_grows_and_ends_as_static_output(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP + "reply = mm.show(chunks(pause=0.03, first=1))")
    book.run()
    live = book.page.locator(".mm-live")
    live.get_by_text("Waiting for the first token").wait_for()
    thoughts = live.locator(".mm-thoughts")
    thoughts.get_by_text("The reader wants").wait_for()
    assert thoughts.evaluate("(panel) => panel.open")
    live.locator(".mm-answer").get_by_text("How strong is it?").wait_for()
    assert not thoughts.evaluate("(panel) => panel.open")
    early = len(live.locator(".mm-answer").inner_text())
    live.locator(".mm-answer").get_by_text("nested").wait_for()
    assert len(live.locator(".mm-answer").inner_text()) > early

    book.wait_idle()
    book.output().get_by_text("END-OF-ANSWER").wait_for()
    assert live.count() == 0
    assert "tokens/s" in book.output().inner_text()

    book.saved_output()
    assert book.errors == []
    assert book.strangers == []


def test_a_listing_does_not_grow_with_its_first_word(notebook: Callable[..., Notebook]) -> None:
    # Seventeen characters a chunk: a fence that has just opened, a line in it, the end.
    text = "Hello\n\n```python\n" + "x = [1, 2, 3, 4]\n" + "```\nEND-OF-ANSWER"
    book = notebook(SETUP + f"reply = mm.show(chunks('', {text!r}, step=17, pause=2))")
    book.run()
    listing = book.page.locator(".mm-live pre")
    listing.wait_for()
    assert listing.inner_text() == ""
    empty = listing.bounding_box()
    listing.get_by_text("x = [1, 2, 3, 4]").wait_for()
    assert listing.bounding_box() == empty
    book.wait_idle()


def test_a_saved_reply_reads_the_same_when_the_notebook_is_opened_again(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP + "reply = mm.show(chunks(pause=0))")
    book.run()
    book.wait_idle()
    formula = book.output().locator("mjx-container")
    formula.wait_for()
    shown = book.output().inner_text()
    book.save()
    book.open()
    formula.wait_for()
    assert book.output().inner_text() == shown
    assert book.page.locator(".jp-OutputArea-output").count() == 1


def test_many_formulas_are_typeset_a_few_at_a_time_and_all_in_the_end(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP + FORMULAS + "reply = mm.show(chunks('', text, pause=0.001))")
    book.page.evaluate(COUNT_FORMULAS)
    book.run()
    book.wait_idle()
    formulas = book.output().locator("mjx-container")
    formulas.nth(39).wait_for()
    assert len(set(book.page.evaluate("() => window.counts"))) > 5
    assert "mathjax_ignore" not in (book.output().get_attribute("class") or "")
    assert formulas.count() == 40
    assert "\\frac" not in book.output().inner_text()
    book.save()
    book.open()
    formulas.nth(39).wait_for()
    assert book.errors == []


def test_a_finished_reply_is_laid_out_only_after_it_was_inserted(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP + "reply = mm.show(chunks(pause=0.01))", own_page=True)
    book.page.evaluate(NOTE_HEIGHTS)
    book.run()
    book.wait_idle()
    book.output().get_by_text("END-OF-ANSWER").wait_for()
    output, area = book.page.evaluate("() => window.heights[0]")
    height = book.output().bounding_box()["height"]
    assert output == 0
    assert area > 0.8 * height > 200
    assert book.page.locator("[class*=mm-awaits], .jp-OutputArea[style*=min-height]").count() == 0
    assert book.errors == []


def test_a_page_loaded_midway_shows_the_whole_reply(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP + "reply = mm.show(chunks(pause=0.08))")
    book.run()
    book.page.locator(".mm-live .mm-thoughts").get_by_text("The reader wants").wait_for()
    book.save()
    book.open()
    book.page.locator(".mm-live .mm-answer").get_by_text("END-OF-ANSWER").wait_for(timeout=60_000)
    live = book.page.locator(".mm-live")
    live.get_by_text("tokens/s").wait_for()
    book.page.wait_for_timeout(6_000)  # longer than it takes to let go of a view that nobody needs
    assert live.locator(".mm-answer").get_by_text("END-OF-ANSWER").is_visible()
    assert live.get_by_text("Thought for").is_visible()
    assert book.errors == []


def test_a_second_view_shows_all_of_it_too(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP + "reply = mm.show(chunks(pause=0.05))")
    book.run()
    book.page.locator(".mm-live .mm-answer").get_by_text("How strong is it?").wait_for()
    book.page.evaluate("() => window.jupyterapp.commands.execute('notebook:create-output-view')")
    second = book.page.locator(".jp-LinkedOutputView")
    second.locator(".mm-live .mm-answer").get_by_text("How strong is it?").wait_for()
    second.get_by_text("END-OF-ANSWER").wait_for()
    second.get_by_text("Thought for").wait_for()
    assert book.errors == []


def test_stop_leaves_the_part_that_arrived(notebook: Callable[..., Notebook]) -> None:
    book = notebook(SETUP + "reply = mm.show(chunks(pause=0.05))", "print('next', mm.last_reply().partial_reason)")
    book.run()
    book.page.locator(".mm-live .mm-answer").get_by_text("How strong is it?").wait_for()
    book.interrupt()
    book.wait_idle()
    text = book.output().first.inner_text()
    assert "How strong is it?" in text
    assert "Interrupted." in text
    assert "END-OF-ANSWER" not in text
    book.run(1)
    book.output(1).get_by_text("next interrupted").wait_for()


def test_a_hint_stands_on_a_line_of_its_own_also_for_a_stranger(notebook: Callable[..., Notebook]) -> None:
    problem = "'no such model\\nHint: there are seven'"
    book = notebook(SETUP + f"mm.Reply(content='- Half\\n- ', partial_reason='error', problem={problem})")
    book.run()
    note = book.output().get_by_text("Failed.").locator("..")
    for trusted in (True, False):
        note.wait_for()
        assert note.inner_text().split("\n") == ["Failed. No such model", "Hint: there are seven."]
        assert book.output().locator("li").all_inner_texts() == ["Half"]
        if trusted:
            saved = book.save()
            saved["cells"][0]["source"] += "  # changed by a stranger, so its outputs are sanitised"
            book.path.write_text(json.dumps(saved))
            book.open()


def test_what_the_model_writes_stays_text(notebook: Callable[..., Notebook]) -> None:
    calls = "[{'name': '</summary></details><script>window.pwned=1</script>', 'arguments': HOSTILE}]"
    book = notebook(SETUP + f"reply = mm.show(chunks(HOSTILE * 2, HOSTILE * 2 + 'END-OF-ANSWER', calls={calls}))")
    book.run()
    book.page.locator(".mm-live .mm-answer").get_by_text("END-OF-ANSWER").wait_for()
    book.wait_idle()
    book.output().get_by_text("END-OF-ANSWER").wait_for()
    _assert_harmless(book)
    assert book.page.locator(".jp-OutputArea-output details").count() == 2
    book.save()
    book.open()
    book.output().get_by_text("END-OF-ANSWER").wait_for()
    _assert_harmless(book)


def _assert_harmless(book: Notebook) -> None:
    book.page.wait_for_timeout(500)
    assert book.page.evaluate("() => window.pwned") is None
    outputs = book.page.locator(".jp-OutputArea-output")
    assert outputs.locator("script, img, iframe, style, [onclick], a[href^='javascript'], a[href^='data']").count() == 0
    assert book.output().inner_text().count("</details>") >= 1
    assert book.page.locator(".jp-NotebookPanel-toolbar").is_visible()
    assert book.errors == []
    assert book.strangers == []
