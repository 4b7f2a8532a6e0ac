"""Each kind of display in JupyterLab, light and dark: what axe-core finds, what can hardly be read, what moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from nbconvert import HTMLExporter

from ..support.axe import OURS, axe_faults, contrast_faults, unfold
from ..support.chat_box import Box
from ..support.gallery import CELLS
from ..support.lab import Notebook, opened
from ..support.pictures import file, noise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..support.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PLACES = list(CELLS)
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
HAS_THEME = """(light) => document.body.dataset.jpThemeLight === String(light)
    && light === (getComputedStyle(document.body).getPropertyValue("--jp-layout-color0").trim().startsWith("#f")
    || getComputedStyle(document.body).getPropertyValue("--jp-layout-color0").trim() === "white")"""
MOVING = """(scopes) => {
    const found = [];
    for (const scope of document.querySelectorAll(scopes))
        for (const element of [scope, ...scope.querySelectorAll("*")])
            for (const part of [undefined, "::before", "::after"]) {
                const style = getComputedStyle(element, part);
                const still = style.animationName === "none" && style.scrollBehavior === "auto"
                    && style.transitionDuration.split(", ").every((each) => each === "0s");
                if (!still) found.push(`${element.className}${part ?? ""}`);
            }
    return found;
}"""
UNSEEN = """(scopes) => {
    const looks = (element) => [getComputedStyle(element).outline, getComputedStyle(element).boxShadow].join();
    const seen = new Map();
    document.activeElement.blur();
    for (const scope of document.querySelectorAll(scopes))
        for (const element of scope.querySelectorAll("a, button, input, select, summary, textarea, [tabindex='0']")) {
            const before = looks(element);
            element.focus({ preventScroll: true });
            if (element.matches(":focus-visible")) seen.set(element, looks(element) !== before);
        }
    return [seen.size, [...seen].filter(([, ring]) => !ring).map(([element]) => element.outerHTML.slice(0, 80))];
}"""
BARS = """(scopes) => [...document.querySelectorAll(scopes)].flatMap((scope) => [...scope.querySelectorAll("*")])
    .filter((each) => each.style.background && !each.textContent.trim() && !each.closest(".mm-live pre"))
    .map((each) => getComputedStyle(each).backgroundColor)"""
LIKE_GITHUB = """(dark) => {
    for (const style of document.querySelectorAll("style, link")) style.remove();
    for (const styled of document.querySelectorAll("[style]")) styled.removeAttribute("style");
    const theirs = document.createElement("style");
    theirs.textContent = dark ? "body { background: #0d1117; color: #e6edf3 } a { color: #4493f8 }"
        : "body { background: #fff; color: #1f2328 } a { color: #0969da }";
    document.head.append(theirs);
}"""


@pytest.fixture(scope="module")
def book(browser: Any, lab: Lab) -> Iterator[Notebook]:
    """All displays in one page, unfolded."""
    path = lab.write("gallery.ipynb", *CELLS.values())
    with opened(browser, lab, path) as notebook:
        notebook.resize(1100, 12_000)  # JupyterLab draws what is in sight
        notebook.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        use_panels(notebook)
        notebook.wait_idle()
        unfold(notebook.page)
        notebook.page.add_style_tag(content=".mm-code > button { opacity: 1 !important }")  # as under the mouse
        yield notebook


def use_panels(book: Notebook) -> None:
    """Brings each chat box into the state that its cell is named by."""
    boxes = {name: Box(book, PLACES.index(name)) for name in PLACES if name.startswith("panel ")}
    for name, question in (("asked", "Tides?"), ("cleared", "Tides?"), ("answering", "Wait?"), ("asking", "Weather?")):
        boxes[f"panel {name}"].ask(question)
    picture = {"name": "a.png", "mimeType": "image/png", "buffer": file(noise())}
    boxes["panel attached"].root.locator("input[type=file]").set_input_files(picture)
    boxes["panel attached"].root.locator(".mm-file img").wait_for()
    for name in ("asked", "cleared"):
        boxes[f"panel {name}"].wait_turns(1)
    boxes["panel cleared"].button("Clear").click()
    boxes["panel cleared"].button("Undo").wait_for()
    boxes["panel answering"].root.get_by_text("The acceleration is about").wait_for()
    boxes["panel answering"].ask("And then?")
    boxes["panel answering"].button("Take back").wait_for()
    boxes["panel asking"].button("Refuse").wait_for()


@pytest.fixture(params=THEMES)
def themed(request: pytest.FixtureRequest, book: Notebook) -> Notebook:
    """The same page in a theme."""
    change = "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })"
    book.page.evaluate(change, THEMES[request.param])
    book.page.wait_for_function(HAS_THEME, arg=request.param == "light")
    book.page.locator(".mm-panel").last.wait_for()  # which JupyterLab hides while it changes the theme
    return book


def test_axe_finds_nothing(themed: Notebook) -> None:
    assert "\n".join(axe_faults(themed.page)) == ""


def test_every_text_and_line_can_be_read(themed: Notebook) -> None:
    assert "\n".join(contrast_faults(themed.page, least=1000)) == ""


def test_whoever_uses_the_keys_sees_where_they_are(themed: Notebook) -> None:
    themed.page.locator(".jp-Cell").first.focus()
    themed.page.keyboard.press("Tab")
    count, unseen = themed.page.evaluate(UNSEEN, OURS)
    assert count >= 80
    assert unseen == []


def test_no_cell_of_the_gallery_has_failed(book: Notebook) -> None:
    outputs = [output for cell in book.save()["cells"] for output in cell["outputs"]]
    assert [output["evalue"] for output in outputs if output["output_type"] == "error"] == []
    assert book.errors == []


def test_nothing_moves_for_those_who_want_it_so(book: Notebook) -> None:
    assert "mm-status::before" in book.page.evaluate(MOVING, OURS)
    book.page.emulate_media(reduced_motion="reduce")
    assert book.page.evaluate(MOVING, OURS) == []
    book.page.emulate_media(reduced_motion="no-preference")


def test_bars_are_seen_where_the_reader_forces_colours(book: Notebook) -> None:
    colours = book.page.evaluate(BARS, OURS)
    assert len(colours) >= 10
    book.page.emulate_media(forced_colors="active")
    assert book.page.evaluate(BARS, OURS) == colours
    book.page.emulate_media(forced_colors="none")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_saved_can_be_read_in_an_export_and_without_styles(browser: Any, book: Notebook, theme: str) -> None:
    import nbformat

    book.save()
    html, _ = HTMLExporter(theme=theme).from_notebook_node(nbformat.read(book.path, as_version=4))
    page = browser.new_page()
    page.route("**/*", lambda route: route.abort())
    page.set_content(html, wait_until="load")
    unfold(page)
    assert contrast_faults(page, least=500) == []
    page.evaluate(LIKE_GITHUB, theme == "dark")
    # No colour has 4.5 with white and with a nearly black page; where styles are taken away, this is what there is.
    assert contrast_faults(page, least=500, listings=4.0) == []
    page.close()
