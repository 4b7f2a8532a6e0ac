"""Prompt template over columns: ``"Classify: {text}"``."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from minimax_nb.errors import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BRACES = re.compile(r"\{\{([^{}\n]{1,200})\}\}|\{([^{}\n]{1,200})\}")
_FIELD = re.compile(r"(?P<name>[^:!]+)(?:!(?P<conversion>[rsa]))?(?::(?P<spec>.*))?", re.DOTALL)
_SPEC = re.compile(r"(?:.?[<>=^])?[-+ ]?z?#?0?\d*[,_]?(?:\.\d+)?[a-zA-Z%]?|.*%[a-zA-Z-].*", re.DOTALL)
"""Format of a number, a text or a date; what is none, such as `` yes | no``, makes the braces those of an example."""
_FORMULA = re.compile(r"(?:\\[A-Za-z]+\*?(?:\[[^\[\]]*\])?|[\^_])\Z")
"""What braces of TeX follow: a command, perhaps with an option, or an index."""
_LOOK_BACK = 100
_CONVERSIONS: dict[str, Any] = {"r": repr, "s": str, "a": ascii}


class Template:
    r"""Text with columns in braces; a format may follow a name, ``{price:.2f}``, as in an f-string.

    Braces that hold no name, such as those of JSON, and those of TeX, ``\frac{a}{b}``, stay as they are, and
    ``{{name}}`` is the word ``{name}``.

    Args:
        text: the template.
        columns: the columns there are.

    Attributes:
        columns: the columns that it uses, in order, each once.

    Raises:
        ValueError: a name in braces is no column, then it says which was probably meant; or it is the name of several.
    """

    def __init__(self, text: str, columns: Iterable[Any]) -> None:
        listed = list(columns)
        known = {str(column): column for column in listed}
        self._parts: list[str | tuple[Any, str, str]] = []
        end, formula = 0, -1
        for found in _BRACES.finditer(text):
            start = found.start()
            field = _field(found[1] or found[2], known)
            if field is None:
                continue
            if start == formula or _FORMULA.search(text[max(0, start - _LOOK_BACK) : start]):
                formula = found.end()
            if isinstance(field, ValueError) and not found[1]:
                if formula == found.end():
                    continue
                raise field
            self._parts.append(text[end:start])
            self._parts.append(f"{{{found[1]}}}" if found[1] or isinstance(field, ValueError) else field)
            end = found.end()
        self._parts.append(text[end:])
        self.columns = tuple(dict.fromkeys(part[0] for part in self._parts if not isinstance(part, str)))
        for name in map(str, self.columns):
            if len(same := [column for column in listed if str(column) == name]) > 1:
                raise ValueError(f"expected one column {name!r}, got {len(same)}: {same}; rename one of them")

    def fill(self, values: Mapping[Any, Any]) -> str:
        """The text with a row's values in it.

        Args:
            values: the value of each column in ``columns``.

        Raises:
            ValueError: a value does not take its format.
        """
        return "".join(part if isinstance(part, str) else _written(values[part[0]], *part) for part in self._parts)


def _field(inner: str, known: dict[str, Any]) -> tuple[Any, str, str] | ValueError | None:
    """Column, conversion and format of what stands in braces; an error if it names none, None if it is no name."""
    if inner in known:
        return known[inner], "", ""
    found = _FIELD.fullmatch(inner)
    if found is None or not _SPEC.fullmatch(found["spec"] or ""):
        return None
    name = found["name"].strip()
    if name in known:
        return known[name], found["conversion"] or "", found["spec"] or ""
    if not name.isidentifier() or (found["spec"] or "").startswith(" "):
        return None
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    meant = f"did you mean {{{near[0]}}}? " if near else ""
    there = ", ".join(list(known)[:20]) or "none"
    return ValueError(
        f"expected the name of a column in braces, got {{{name}}}: {meant}The columns are: {there}. "
        f"To have the word itself, write {{{{{name}}}}}"
    )


def _written(value: Any, column: Any, conversion: str, spec: str) -> str:
    value = _CONVERSIONS[conversion](value) if conversion else value
    try:
        return format(value, spec) if spec else str(value)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"the column {column!r} holds {short(value)}, which does not take :{spec} ({error})"
        ) from error
