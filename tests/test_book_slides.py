"""Lessons as slides and on paper: nothing is loaded from elsewhere, no slide is too tall, no code is cut."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from notebooks.book import pdf
from notebooks.book.__main__ import main
from notebooks.book.pdf import find_browser, printable
from notebooks.book.site import MissingError, need
from notebooks.offline import lessons

from .support import chromium
from .support.made_once import made_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

WIDTH, HEIGHT = 1280, 720
IN_SIGHT = 150
"""So much of an output that scrolls has to be seen, in pixels."""
PAPER = 650
"""The width between the margins of an A4 page, in CSS pixels."""

MEASURED = """() => Reveal.getSlides().map(slide => {
  const {h, v} = Reveal.getIndices(slide);
  Reveal.slide(h, v, 99);
  const box = slide.getBoundingClientRect();
  const edges = [...slide.querySelectorAll('.jp-Cell')].map(cell => cell.getBoundingClientRect());
  return {
    at: `${h}.${v}`,
    bottom: Math.max(...edges.map(edge => edge.bottom - box.top)),
    right: Math.max(...edges.map(edge => edge.right - box.left)),
    content: slide.scrollHeight,
    scrolled: [...slide.querySelectorAll('.jp-Cell-outputWrapper')]
      .filter(output => output.scrollHeight > output.clientHeight + 1).map(output => output.clientHeight),
  };
})"""


@pytest.fixture(scope="session")
def slides(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The slides of all lessons, made once by the command that readers use."""
    for name in ("nbconvert", "sphinx_revealjs"):
        pytest.importorskip(name, reason="needs the extra book")

    def build(folder: Path) -> None:
        command = [sys.executable, "-m", "notebooks.book", "--slides", "-o", str(folder)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert run.returncode == 0, run.stderr

    return made_once(tmp_path_factory, "slides", build)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium.running() as browser:
        yield browser


@pytest.mark.heavy
@pytest.mark.parametrize("lesson", [path.stem for path in lessons()])
def test_no_slide_is_taller_than_the_screen(browser: Browser, slides: Path, lesson: str) -> None:
    with browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}) as tab:
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto((slides / f"{lesson}.slides.html").as_uri())
        tab.wait_for_function("window.Reveal && Reveal.isReady()")
        measured: list[dict[str, Any]] = tab.evaluate(MEASURED)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert len(measured) > 3
    for slide in measured:
        assert max(slide["bottom"], slide["content"]) <= HEIGHT, slide
        assert slide["right"] <= WIDTH, slide
        assert min(slide["scrolled"], default=IN_SIGHT) >= IN_SIGHT, slide


@pytest.mark.heavy
def test_slides_name_nothing_that_is_elsewhere(slides: Path) -> None:
    for page in slides.glob("*.html"):
        loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"([^\"]*)", page.read_text("utf-8"))
        assert {name for name in loaded if not name.startswith("data:")} == {
            "reveal/dist/reveal.css",
            "reveal/dist/theme/book.css",
            "reveal/dist/reveal.js",
            "reveal/plugin/notes/notes.js",
        }
        assert all((slides / name).exists() for name in loaded if not name.startswith("data:"))


@pytest.mark.heavy
def test_slides_lead_to_the_slides_of_the_next_lesson(slides: Path) -> None:
    page = (slides / "00_start_here.slides.html").read_text("utf-8")
    assert 'href="01_quick_start.slides.html"' in page
    assert "<math" in page


@pytest.mark.heavy
def test_nothing_stands_beyond_the_margin_of_the_paper(browser: Browser, tmp_path: Path) -> None:
    pytest.importorskip("nbconvert", reason="needs the extra book")
    page = tmp_path / "lessons.html"
    page.write_text(printable(lessons()), encoding="utf-8")
    with browser.new_page(viewport={"width": PAPER, "height": 900}) as tab:
        tab.emulate_media(media="print")
        tab.goto(page.as_uri())
        edges = "each => each.getBoundingClientRect().right"
        beyond = tab.evaluate(
            f"[...document.querySelectorAll('body *')].filter(each => ({edges})(each) > {PAPER} + 1)"
            ".map(each => each.outerHTML.slice(0, 90))"
        )
        assert beyond == []
        assert tab.locator("details:not([open])").count() == 0
        assert tab.locator("details[open]").count() > 20


@pytest.mark.heavy
def test_a_pdf_is_printed(tmp_path: Path) -> None:
    pytest.importorskip("nbconvert", reason="needs the extra book")
    chromium.find_or_skip()
    target = tmp_path / "new" / "lesson.pdf"
    command = [sys.executable, "-m", "notebooks.book", "--pdf", "-o", str(target), "00"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    content = target.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type ?/Page\b", content)) > 1


def test_one_lesson_has_no_cover_and_no_link_to_others() -> None:
    pytest.importorskip("nbconvert", reason="needs the extra book")
    one, two = printable(lessons()[:1]), printable(lessons()[:2])
    assert 'class="cover"' not in one
    assert 'href="#01_quick_start"' not in one
    assert "<title>Start here</title>" in one
    assert 'class="cover"' in two
    assert '<a href="#01_quick_start">01' in two


def test_without_a_browser_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(MissingError, match=r"found no chromium, .*apt-get install chromium"):
        find_browser()


def test_without_the_extra_it_says_what_to_install() -> None:
    with pytest.raises(MissingError, match=r"found no no_such_package.*pip install -e '\.\[book\]'"):
        need("json", "no_such_package")


def test_the_command_says_so_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def refuse(*_: object) -> None:
        raise MissingError("expected a browser")

    monkeypatch.setattr(pdf, "need", refuse)
    assert main(["--pdf", "-o", str(tmp_path / "a.pdf")]) == 1
    assert capsys.readouterr().err == "expected a browser\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--slides", "99"], "expected the beginning of a lesson's name, got '99'"),
        (["00"], "expected --slides or --pdf with names of lessons"),
    ],
)
def test_a_wrong_command_says_what_it_expects(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit):
        main([*arguments, "-o", str(tmp_path / "out")])
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
