"""Where the files of the project stand in the book, and what becomes of links between them."""

from __future__ import annotations

import base64
import mimetypes
import posixpath
import re
from typing import TYPE_CHECKING

from notebooks.offline import FOLDER, lessons

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROOT = FOLDER.parent
START = "notebooks/README.md"
_PROJECT = {"CHANGELOG.md": "changelog", "CONTRIBUTING.md": "contributing", "SECURITY.md": "security"}
_FENCE = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]"
    r"\((?!https?:|mailto:|\#)(?P<path>[^)\s#]+)(?P<anchor>\#[^)\s]*)?\)"
)


def pages() -> dict[str, str]:
    """Tell for each file of the project that is a page what its source is called in the book, in reading order."""
    found = {START: "index.md", "README.md": "index.md"}
    found |= {f"notebooks/{path.name}": f"lessons/{path.name}" for path in lessons()}
    found |= {f"docs/{path.name}": f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))}
    return found | {name: f"project/{page}.md" for name, page in _PROJECT.items()}


def relink(markdown: str, here: str, known: Mapping[str, str]) -> str:
    """Turn the links of a file towards the pages of the book.

    A link to a file that is no page, such as a module, keeps its text alone: a reader of the book has no such file.
    Pictures come along.

    Args:
        markdown: the text of the file, or of one cell of it.
        here: the file's path in the project.
        known: what ``pages`` gives.
    """

    def turned(found: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(here), found["path"]))
        if found["image"]:
            return f"![{found['text']}]({embedded(ROOT / path)})"
        if path not in known:
            return found["text"]
        target = posixpath.relpath(known[path], posixpath.dirname(known[here]) or ".")
        return f"[{found['text']}]({target}{found['anchor'] or ''})"

    parts, at = [], 0
    for fence in _FENCE.finditer(markdown):
        parts += [_LINK.sub(turned, markdown[at : fence.start()]), fence[0]]
        at = fence.end()
    return "".join([*parts, _LINK.sub(turned, markdown[at:])])


def embedded(path: Path) -> str:
    """Give a picture as an address that holds it."""
    kind = mimetypes.guess_type(path.name)[0] or "image/png"
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
