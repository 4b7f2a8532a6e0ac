"""What a docstring says about a function and its arguments, in Google, NumPy or Sphinx style.

Only what a model can use is taken: the text before the first section, and one description an argument. A docstring
in no known style gives its whole text and no argument.
"""

from __future__ import annotations

import inspect
import re

_HEADINGS = (
    "args|arguments|parameters|params|keyword args|keyword arguments|other parameters|returns?|yields?|raises|"
    "examples?|notes?|see also|warnings?|warns|references|attributes|todo"
)
_ARGUMENT_HEADINGS = re.compile(
    r"(?i)(args|arguments|parameters|params|keyword arg(ument)?s|other parameters)\s*:?\s*\Z"
)
_GOOGLE_HEADING = re.compile(rf"(?i)({_HEADINGS})\s*:\s*\Z")
_NUMPY_HEADING = re.compile(rf"(?i)({_HEADINGS})\s*\Z")
_GOOGLE_ENTRY = re.compile(r"\*{0,2}(\w+)\s*(?:\([^\n]*?\))?\s*:(?:\s+|\Z)(.*)", re.DOTALL)
_NUMPY_ENTRY = re.compile(r"(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?\Z")
_SPHINX_FIELD = re.compile(r"[:@](\w+)(?:\s+([^:\n]*))?:\s*(.*)", re.DOTALL)
_SPHINX_ARGUMENT = {"param", "parameter", "arg", "argument", "key", "keyword"}
_SPHINX_OTHER = {
    "type",
    "return",
    "returns",
    "rtype",
    "raise",
    "raises",
    "except",
    "exception",
    "yield",
    "yields",
    "var",
}


def read_docstring(docstring: str | None) -> tuple[str, dict[str, str]]:
    """The description of a function, and of each argument that its docstring names.

    Args:
        docstring: the docstring as written, or None.

    Returns:
        The text before the first section ("" if there is none), and a dict from argument name to description, each
        on one line.
    """
    lines = inspect.cleandoc(docstring or "").splitlines()
    description: list[str] = []
    arguments: dict[str, str] = {}
    at = 0
    while at < len(lines):
        google = _GOOGLE_HEADING.match(lines[at])
        numpy = _NUMPY_HEADING.match(lines[at]) and at + 1 < len(lines) and re.fullmatch(r"-{3,}\s*", lines[at + 1])
        if google or numpy:
            heading = lines[at]
            start = at + (1 if google else 2)
            at = _end_of_section(lines, start, indented=bool(google))
            if _ARGUMENT_HEADINGS.match(heading):
                entries = _google_entries if google else _numpy_entries
                arguments.update(entries(lines[start:at]))
        elif _is_sphinx_field(lines[at]):
            at = _read_sphinx_field(lines, at, arguments)
        else:
            description.append(lines[at])
            at += 1
    return "\n".join(description).strip(), arguments


def _end_of_section(lines: list[str], start: int, *, indented: bool) -> int:
    """Where a section stops: at the next heading, and in Google style at the first line that is not indented."""
    for at in range(start, len(lines)):
        line = lines[at]
        if not line.strip() or line[0].isspace():
            continue
        if indented:
            return at
        if _NUMPY_HEADING.match(line) and at + 1 < len(lines) and lines[at + 1].startswith("---"):
            return at
    return len(lines)


def _groups(lines: list[str]) -> list[list[str]]:
    """The lines of a section, one group an entry: each starts at the section's own indentation."""
    filled = [line for line in lines if line.strip()]
    margin = min((_indentation(line) for line in filled), default=0)
    groups: list[list[str]] = []
    for line in filled:
        if _indentation(line) == margin or not groups:
            groups.append([line.strip()])
        else:
            groups[-1].append(line.strip())
    return groups


def _google_entries(lines: list[str]) -> dict[str, str]:
    found = {}
    for group in _groups(lines):
        entry = _GOOGLE_ENTRY.match(" ".join(group))
        if entry:
            found[entry[1]] = entry[2].strip()
    return found


def _numpy_entries(lines: list[str]) -> dict[str, str]:
    found = {}
    for head, *body in _groups(lines):
        entry = _NUMPY_ENTRY.match(head)
        if entry:
            for name in entry[1].split(","):
                found[name.strip().lstrip("*")] = " ".join(body)
    return found


def _is_sphinx_field(line: str) -> bool:
    field = _SPHINX_FIELD.match(line)
    return bool(field) and field is not None and field[1] in _SPHINX_ARGUMENT | _SPHINX_OTHER


def _read_sphinx_field(lines: list[str], at: int, arguments: dict[str, str]) -> int:
    """Take the field that starts at a line, with its indented continuation; say where it ends."""
    end = at + 1
    while end < len(lines) and lines[end].strip() and lines[end][0].isspace():
        end += 1
    field = _SPHINX_FIELD.match(" ".join(line.strip() for line in lines[at:end]))
    if field and field[1] in _SPHINX_ARGUMENT and field[2]:
        # ":param int limit:" names the type first.
        arguments[field[2].split()[-1].lstrip("*")] = field[3].strip()
    return end


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())
