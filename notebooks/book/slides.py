"""The lessons as slides: one page for each, with reveal.js beside, so that no network is needed to give a lecture."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from notebooks.offline import lessons

from .links import ROOT
from .site import need
from .sources import prepared, title

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).parent
SUFFIX = ".slides.html"
REVEAL = "reveal"
"""The folder of reveal.js beside the slides."""
THEME = "book"
_TEMPLATES = HERE / "templates"
_TEMPLATE = "book_slides"
_NEEDED = ("nbconvert", "sphinx_revealjs")


def build_slides(target: Path, paths: Iterable[Path]) -> list[Path]:
    """Make slides of lessons.

    Args:
        target: the folder of the pages; what is there is written over.
        paths: the saved lessons.

    Returns:
        The pages.

    Raises:
        MissingError: a package is missing.
    """
    need(*_NEEDED)
    target.mkdir(parents=True, exist_ok=True)
    _copy_reveal(target / REVEAL)
    made = []
    for path in paths:
        page = target / f"{path.stem}{SUFFIX}"
        page.write_text(slides(path), encoding="utf-8")
        made.append(page)
    return made


def slides(path: Path) -> str:
    """Write the page of one lesson, as it is saved."""
    from nbconvert import SlidesExporter

    known = {each.relative_to(ROOT).as_posix(): f"{each.stem}{SUFFIX}" for each in lessons()}
    notebook = prepared(path, known)
    notebook.metadata["title"] = title(notebook)
    exporter: Any = SlidesExporter(
        extra_template_basedirs=[str(_TEMPLATES)],
        template_name=_TEMPLATE,
        reveal_url_prefix=REVEAL,
        reveal_theme=THEME,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    body, _ = exporter.from_notebook_node(notebook)
    return str(body)


def _copy_reveal(target: Path) -> None:
    """Copy reveal.js from the package that carries it."""
    spec = find_spec("sphinx_revealjs")
    if spec is None or spec.origin is None:
        raise ImportError("expected the package sphinx_revealjs, found none")
    source = Path(spec.origin).parent / "_static" / "revealjs"
    for part in ("dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js", "LICENSE"):
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / part, target / part)
    (target / "dist" / "theme").mkdir(exist_ok=True)
    shutil.copyfile(_TEMPLATES / _TEMPLATE / "slides.css", target / "dist" / "theme" / f"{THEME}.css")
