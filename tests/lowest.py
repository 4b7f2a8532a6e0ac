"""The lowest versions that ``pyproject.toml`` promises, as constraints for pip: ``python -m tests.lowest``."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

_REQUIREMENT = re.compile(r"(?P<name>[\w-]+)>=(?P<lowest>[\d.]+)(?:,<[\d.]+)?")


def lowest() -> list[str]:
    """One constraint for each dependency of the library itself.

    Raises:
        ValueError: a dependency has no lowest version.
    """
    pages = Path(__file__).parents[1] / "pyproject.toml"
    constraints = []
    for requirement in tomllib.loads(pages.read_text(encoding="utf-8"))["project"]["dependencies"]:
        found = _REQUIREMENT.fullmatch(requirement)
        if found is None:
            raise ValueError(f"expected a dependency such as 'name>=1.2', got {requirement!r}: say its lowest version")
        constraints.append(f"{found['name']}=={found['lowest']}")
    return constraints


if __name__ == "__main__":
    sys.stdout.write("\n".join(lowest()) + "\n")
