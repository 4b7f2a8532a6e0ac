"""Make the course a site, slides or a PDF, offline: ``python -m notebooks.book -o book``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .site import MissingError, build_site


def main(arguments: list[str] | None = None) -> int:
    """Make what is asked for; the exit code says whether all is well."""
    parser = argparse.ArgumentParser(prog="python -m notebooks.book", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, required=True, help="the folder of the site")
    options = parser.parse_args(arguments)
    try:
        return build_site(options.output)
    except MissingError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
