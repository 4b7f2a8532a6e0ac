"""Make the course a site, slides or a PDF, offline: ``python -m notebooks.book -o book``.

Without an option it is the site. With ``--slides`` a page of slides for each lesson, reveal.js beside them; with
``--pdf`` one PDF, printed by the Chromium that is installed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from notebooks.offline import lessons

from .pdf import build_pdf
from .site import MissingError, build_site
from .slides import build_slides


def main(arguments: list[str] | None = None) -> int:
    """Make what is asked for; the exit code says whether all is well."""
    parser = argparse.ArgumentParser(prog="python -m notebooks.book", description=__doc__)
    parser.add_argument("names", nargs="*", help="lessons to take, by the beginning of their names; default all")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the folder of the pages; the file of the PDF")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--slides", action="store_true", help="make slides")
    kind.add_argument("--pdf", action="store_true", help="make a PDF")
    options = parser.parse_args(arguments)
    paths = [path for path in lessons() if path.name.startswith(tuple(options.names or [""]))]
    if not paths:
        parser.error(f"expected the beginning of a lesson's name, got {', '.join(options.names)[:60]!r}")
    if options.names and not (options.slides or options.pdf):
        parser.error("expected --slides or --pdf with names of lessons: the site holds all of them")
    try:
        if options.slides:
            build_slides(options.output, paths)
            return 0
        if options.pdf:
            build_pdf(options.output, paths)
            return 0
        return build_site(options.output)
    except MissingError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
