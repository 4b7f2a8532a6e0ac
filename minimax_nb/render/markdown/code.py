"""Source code -> coloured HTML, with inline colours that read on light and on dark pages.

The colours stand in ``<font>``, old as it is: Jupyter's sanitiser lets it through, and reads a style attribute as a
style sheet of its own, which for a long listing takes it twice as long.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from minimax_nb.render.colours import BLUE, CYAN, GREEN, GREY, GROUND, ORANGE, PURPLE, RED
from minimax_nb.render.text.escape import escape_content
from minimax_nb.render.text.markup import EMPTY, Html, join_html

if TYPE_CHECKING:
    from pygments.lexer import Lexer

# Pygments' short names for token types, longest match first.
_COLOURS = {
    "c": GREY,
    "k": PURPLE,
    "kc": ORANGE,
    "m": ORANGE,
    "s": GREEN,
    "nb": CYAN,
    "bp": CYAN,
    "nf": BLUE,
    "fm": BLUE,
    "nc": BLUE,
    "ne": BLUE,
    "nd": BLUE,
    "nt": BLUE,
    "na": CYAN,
    "ow": PURPLE,
    "gd": RED,
    "gi": GREEN,
    "gh": BLUE,
    "gu": BLUE,
    "gp": GREY,
    "gr": RED,
    "gt": RED,
}

# Only lexers that Pygments itself ships: an unknown name would make it look for plug-ins, and import them.
_NAMES = (
    "bash bat c c# c++ cmake cpp cs csharp css diff docker dockerfile elixir erlang f# fortran fsharp go golang "
    "graphql groovy haskell hs html http ini java javascript js json jsx julia kotlin latex lua make makefile "
    "markdown matlab md nginx objc objectivec ocaml perl php powershell proto protobuf ps1 py pycon python python3 r "
    "rb rs ruby rust scala scss sh shell sql swift terraform tex toml ts typescript vim xml yaml zsh"
)
LANGUAGES = frozenset(_NAMES.split())
_ALSO = {"json5": "json", "jsonl": "json", "tsx": "typescript", "yml": "yaml"}
# Lexers are chains of regular expressions: bounded input keeps the worst of them bounded.
_LONGEST_CODE = 30_000
_LONGEST_LINE = 2_000

_PRE = Html(
    '<pre tabindex="0" style="margin:.8em 0;padding:.6em .8em;border:1px solid rgba(128,128,128,.35);border-radius:6px;'
    f'overflow-x:auto;line-height:1.45;{GROUND}">'
    '<code style="background:transparent;white-space:pre">'  # JupyterLab greys and wraps code otherwise
)


def code_block(code: str, language: str = "") -> Html:
    """Write a block of code.

    Args:
        code: the source, with or without its last line break.
        language: the first word after the fence; unknown ones give plain code.

    Returns:
        One ``<pre>`` element that scrolls sideways when a line is too long.
    """
    return Html(f"{_PRE}{highlight(code, language)}</code></pre>")


def open_code_block() -> Html:
    """Give the start of what ``code_block`` gives; ``CODE_END`` ends it."""
    return _PRE


CODE_END = Html("</code></pre>")


@lru_cache(maxsize=64)
def highlight(code: str, language: str) -> Html:
    """Highlight the inside of a block of code: escaped, with coloured pieces.

    Args:
        code: the source.
        language: a name or alias; unknown ones, and very long sources, give no colours.

    Returns:
        HTML for inside ``<pre><code>``.
    """
    name = _ALSO.get(language.lower(), language.lower())
    lexer = _lexer(name) if name in LANGUAGES else None
    if lexer is None or len(code) > _LONGEST_CODE or any(len(line) > _LONGEST_LINE for line in code.split("\n")):
        return escape_content(code)
    out: list[Html] = []
    run: list[str] = []
    colour = EMPTY
    for kind, text in _tokens(lexer, code):
        # Space has no colour: it joins whatever stands before it.
        if not text.isspace() and kind != colour:
            _flush(out, run, colour)
            colour = kind
        run.append(text)
    _flush(out, run, colour)
    return join_html(out)


def _flush(out: list[Html], run: list[str], colour: Html) -> None:
    text = "".join(run)
    run.clear()
    body = text.rstrip() if colour else text
    if body:
        out.append(Html(f"<font color={colour}>{escape_content(body)}</font>") if colour else escape_content(body))
    if len(body) < len(text):
        out.append(escape_content(text[len(body) :]))


def _tokens(lexer: Lexer, code: str) -> list[tuple[Html, str]]:
    from pygments.token import STANDARD_TYPES

    found = []
    for kind, text in lexer.get_tokens(code):
        short = STANDARD_TYPES.get(kind, "")
        found.append((_COLOURS.get(short) or _COLOURS.get(short[:2]) or _COLOURS.get(short[:1], EMPTY), text))
    return found


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
