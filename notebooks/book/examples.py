"""The examples of the reference, and the one way in which they are read: ``docs/examples``, a file for each group.

A file begins with what the group is for and what all its examples import. Each example begins with ``# %%`` and the
public name that it is for; what it prints stands in it, behind ``# >``.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .links import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "docs" / "examples"
GROUPS = ("talk", "connect", "read", "tools", "history", "look_back", "rows", "compare", "tapes", "errors")
"""The files, in the order in which ``help(minimax_nb)`` names the groups."""
_MARK = re.compile(r"^# %% (\w+)\n", re.MULTILINE)
_PRINTED = re.compile(r"^[ \t]*# >(?: (.*)|)$", re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """One public name in use.

    Attributes:
        name: the public name.
        code: what stands on the page.
        printed: what it prints, line by line.
    """

    name: str
    code: str
    printed: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The examples of one file.

    Attributes:
        name: the file's, without its suffix.
        about: what the group is for, one sentence.
        imports: what has to stand before each of them.
        examples: in the order of the file.
    """

    name: str
    about: str
    imports: str
    examples: tuple[Example, ...]

    @property
    def title(self) -> str:
        """The heading of its page."""
        return self.name.replace("_", " ").capitalize()


def groups() -> list[Group]:
    """Read every file of examples."""
    return [read_group(FOLDER / f"{name}.py") for name in GROUPS]


def read_group(path: Path) -> Group:
    """Read one file of examples.

    Raises:
        ValueError: it does not say what it is for.
    """
    head, *rest = _MARK.split(path.read_text(encoding="utf-8"))
    about = ast.get_docstring(ast.parse(head))
    if not about:
        raise ValueError(f"expected a docstring that says what the group is for at the head of {path.name}, got none")
    imports = head.partition('"""\n')[2].strip()
    pairs = zip(rest[::2], rest[1::2], strict=True)
    examples = [Example(name, code.strip(), tuple(_PRINTED.findall(code))) for name, code in pairs]
    return Group(path.stem, about, imports, tuple(examples))
