"""The book as a site: what ``write_sources`` has written, made into pages by Sphinx."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
_NEEDED = ("sphinx", "myst_nb", "furo")


class MissingError(Exception):
    """What the book is made with is not installed."""


def need(*modules: str) -> None:
    """Say what to install where something is missing.

    Raises:
        MissingError: one of the modules is not there.
    """
    if missing := [name for name in modules if find_spec(name) is None]:
        raise MissingError(
            f"expected the packages for the book, found no {' and no '.join(missing)}. "
            "Install them: pip install -e '.[book]'"
        )


def build_site(target: Path) -> int:
    """Make the site.

    Args:
        target: the folder of the pages; what is there is written over.

    Returns:
        The exit code of Sphinx: a link that leads nowhere is an error.
    """
    need(*_NEEDED)
    from sphinx.cmd.build import build_main

    from .sources import write_sources

    with TemporaryDirectory() as folder:
        sources, doctrees = Path(folder, "sources"), Path(folder, "doctrees")
        sources.mkdir()
        write_sources(sources)
        options = ["-q", "-b", "html", "-W", "--keep-going", "-c", str(HERE), "-d", str(doctrees)]
        return build_main([*options, str(sources), str(target)])
