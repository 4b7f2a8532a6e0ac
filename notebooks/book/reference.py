"""The pages of the reference: each public name with its signature, its docstring and its example."""

from __future__ import annotations

import inspect
import re
from textwrap import indent, wrap
from typing import TYPE_CHECKING

import minimax_nb

from .examples import groups

if TYPE_CHECKING:
    from .examples import Example, Group

_WIDEST = 88
_LONG = re.compile(rf"^(?P<mark>[ \t]*# > )(?P<said>.{{{_WIDEST},}})$", re.MULTILINE)


def reference() -> dict[str, str]:
    """Write a page for each group of names, as reStructuredText, by the page's name."""
    return {f"{group.name}.rst": page(group) for group in groups()}


def page(group: Group) -> str:
    """Write the page of one group."""
    before = ["Each example begins with these lines:", _code(group.imports)]
    return "\n\n".join([_heading(group.title, "="), group.about, *before, *map(entry, group.examples)]) + "\n"


def entry(example: Example) -> str:
    """Write what there is to say of one public name."""
    value = getattr(minimax_nb, example.name)
    directive = [f".. autofunction:: minimax_nb.{example.name}"]
    if inspect.isclass(value):
        directive = [f".. autoclass:: minimax_nb.{example.name}", "   :members:", "   :special-members: __call__"]
        # What a class has of Python's own kinds is no news.
        inherited = (
            ":show-inheritance:" if issubclass(value, BaseException) else ":inherited-members: Sequence, Mapping"
        )
        directive.append(f"   {inherited}")
    return "\n\n".join([_heading(example.name, "-"), _code(_narrow(example.code)), "\n".join(directive)])


def _narrow(code: str) -> str:
    """Break long lines of what is printed, which nobody should have to scroll for."""
    return _LONG.sub(lambda found: "\n".join(found["mark"] + line for line in wrap(found["said"], _WIDEST)), code)


def _heading(text: str, line: str) -> str:
    return f"{text}\n{line * len(text)}"


def _code(text: str) -> str:
    return ".. code-block:: python\n\n" + indent(text, "   ")
