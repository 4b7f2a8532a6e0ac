"""Tokens -> HTML: the tags an answer may have, and their inline styles.

Bare tags wherever hosts style them well; a style only where a host's own would look wrong or is missing, because each
one travels with every block. Nothing here needs a style sheet, a script, an id or an attribute a sanitiser drops.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from minimax_nb.render.colours import BLUE, coloured
from minimax_nb.render.text.escape import escape, escape_content, escape_prose
from minimax_nb.render.text.markup import EMPTY, Html, join_html

from .code import code_block
from .inline_tags import PAIRED
from .maths import formula

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markdown_it.token import Token

    from .maths import Formulas
    from .parse import Block

_LINE = "1px solid rgba(128,128,128,.35)"
_STYLES = {
    "blockquote": "margin:.8em 0;padding:0 .9em;border-left:3px solid rgba(128,128,128,.5)",
    "thead": f"border-bottom:{_LINE}",
    "h1": "font-size:1.5em;margin:1.1em 0 .5em",
    "h2": "font-size:1.3em;margin:1.1em 0 .5em",
    "h3": "font-size:1.15em;margin:1.1em 0 .5em",
    "h4": "font-size:1em;margin:1.1em 0 .5em",
    "h5": "font-size:1em;margin:1.1em 0 .5em",
    "h6": "font-size:1em;margin:1.1em 0 .5em",
}
_BARE = ("p", "ul", "strong", "em", "s", "tr", "tbody", "ol", "li", *PAIRED)
_OPENINGS = {tag: Html(f"<{escape(tag)}>") for tag in _BARE} | {
    tag: Html(f'<{escape(tag)} style="{escape(style)}">') for tag, style in _STYLES.items()
}
_LINK_END = Html("</a>")
_TABLE_END = Html("</table></div>")
_UNMARKED_ITEM = Html('<li style="list-style-type:none">')
_LINE_END = Html("<br>\n")
"""A line ends where the model ended it, as in a poem or an address."""
_BREAK = Html("<br>")
_RULE = Html(f'<hr style="border:0;border-top:{_LINE};margin:1.2em 0">')
PREFORMATTED_START = Html('<div style="white-space:pre-wrap;margin:.8em 0">')
PREFORMATTED_END = Html("</div>")


@dataclass(frozen=True, slots=True)
class Parts:
    """A block's HTML, cut where it can grow: the items of a list, the rows of a table.

    Attributes:
        head: up to the first item; the whole block when it has none.
        items: each item's HTML.
        starts: each item's first line.
        foot: after the last item.
    """

    head: Html
    items: list[Html]
    starts: list[int]
    foot: Html

    def html(self) -> Html:
        """Give the whole block."""
        return join_html((self.head, *self.items, self.foot))


def render(block: Block, formulas: Formulas) -> Parts:
    """Write one block as HTML.

    Args:
        block: a block of the parser's.
        formulas: how formulas are written.

    Returns:
        Its HTML, in parts.
    """
    if block.kind == "preformatted":
        return Parts(preformatted(block.text), [], [], EMPTY)
    writer = _Writer(formulas)
    item = {"bullet_list_open": "list_item_open", "ordered_list_open": "list_item_open", "table_open": "tr_open"}
    item_type, level = item.get(block.kind), 2 if block.kind == "table_open" else 1
    cuts = [i for i, token in enumerate(block.tokens) if token.type == item_type and token.level == level]
    if block.kind == "table_open":
        cuts = cuts[1:]  # the first row is the head's
    if not cuts:
        return Parts(writer.write(block.tokens), [], [], EMPTY)
    ends = [*cuts[1:], len(block.tokens) - (2 if block.kind == "table_open" else 1)]
    return Parts(
        writer.write(block.tokens[: cuts[0]]),
        [writer.write(block.tokens[start:end]) for start, end in zip(cuts, ends, strict=True)],
        [(block.tokens[i].map or [0])[0] for i in cuts],
        writer.write(block.tokens[ends[-1] :]),
    )


def preformatted(text: str) -> Html:
    """Show text as it is, line breaks included."""
    return Html(f"{PREFORMATTED_START}{escape_prose(text)}{PREFORMATTED_END}")


class _Writer:
    """Writes token after token; one method per kind of token that needs more than its tag."""

    def __init__(self, formulas: Formulas) -> None:
        self.formulas = formulas
        self.in_link = False
        self.special: dict[str, Callable[[Token], Html]] = {
            "text": lambda token: escape_prose(token.content),
            "text_special": lambda token: escape_prose(token.content),
            "softbreak": lambda _: _LINE_END,
            "hardbreak": lambda _: _BREAK,
            "hr": lambda _: _RULE,
            "code_inline": lambda token: Html(f"<code>{escape_content(token.content)}</code>"),
            "code_block": lambda token: code_block(token.content),
            "fence": self.fence,
            "formula": self.formula,
            "formula_block": self.formula,
            "image": self.image,
            "link_open": self.link,
            "link_close": self.link_end,
            "table_open": lambda _: _TABLE,
            "table_close": lambda _: _TABLE_END,
            "th_open": self.cell,
            "td_open": self.cell,
            "ordered_list_open": self.numbered,
        }

    def write(self, tokens: Sequence[Token]) -> Html:
        out: list[Html] = []
        hidden = _lone_paragraphs(tokens)
        for i, token in enumerate(tokens):
            if token.type == "inline":
                out.append(self.write(token.children or ()))
            elif special := self.special.get(token.type):
                out.append(special(token))
            elif token.type == "list_item_open":
                out.append(self.item(tokens, i))
            elif token.nesting < 0:
                out.append(EMPTY if i in hidden else Html(f"</{escape(token.tag)}>"))
            elif i not in hidden:
                out.append(self.opening(token))
        return join_html(out)

    def opening(self, token: Token) -> Html:
        return _OPENINGS.get(token.tag, EMPTY)

    def cell(self, token: Token) -> Html:
        """Open a cell. JupyterLab sets all to the right; other sides need a style, which sanitisers read slowly."""
        tag, style = escape(token.tag), str(token.attrs.get("style") or "text-align:left")
        if style == "text-align:right":
            return Html(f'<{tag} align="right">')
        return Html(f'<{tag} style="{escape(style)}">')

    def numbered(self, token: Token) -> Html:
        start = token.attrs.get("start")
        return _OPENINGS["ol"] if start is None else Html(f'<ol start="{int(start)}">')

    def item(self, tokens: Sequence[Token], at: int) -> Html:
        """Open a list item; a box in front of it becomes a character, as inputs do not survive everywhere."""
        first = next((token for token in tokens[at + 1 : at + 3] if token.type == "inline"), None)
        text = first.children[0] if first and first.children else None
        if text is None or text.type != "text" or text.content[:4] not in ("[ ] ", "[x] ", "[X] "):
            return _OPENINGS["li"]
        box = "☐" if text.content[1] == " " else "☑"
        text.content = f"{box} {text.content[4:]}"
        return _UNMARKED_ITEM

    def fence(self, token: Token) -> Html:
        return code_block(token.content, language(token.info))

    def formula(self, token: Token) -> Html:
        written = formula(token.content, display=token.markup == "display", formulas=self.formulas)
        return Html(written + escape_prose(token.info))

    def link(self, token: Token) -> Html:
        self.in_link = True
        return _link(str(token.attrs.get("href", "")))

    def link_end(self, _: Token) -> Html:
        self.in_link = False
        return _LINK_END

    def image(self, token: Token) -> Html:
        """Write a link in place of a picture: one from elsewhere would tell its server who reads."""
        name = Html(f"🖼 {escape_prose(_words(token.children or ()) or 'image')}")
        return name if self.in_link else Html(f"{_link(str(token.attrs.get('src', '')))}{name}{_LINK_END}")


_TABLE = Html(
    '<div tabindex="0" style="overflow-x:auto;overflow-wrap:normal;margin:.8em 0">'
    '<table cellpadding="5" style="border-collapse:collapse;margin:0">'
)


def language(info: str) -> str:
    """Find the language that the words after a fence name."""
    return next(iter(info.split(maxsplit=1)), "").strip("{}.").lower()


def _link(url: str) -> Html:
    # A browser's own blue cannot be read on black.
    return Html(f'<a href="{escape(url)}" style="{coloured(BLUE)}" target="_blank" rel="noopener noreferrer nofollow">')


def _words(tokens: Sequence[Token]) -> str:
    return "".join(_words(token.children) if token.children else token.content for token in tokens)


def _lone_paragraphs(tokens: Sequence[Token]) -> set[int]:
    """Find the places of paragraph tags that an item's only paragraph does not need.

    Each item decides for itself, where Markdown lets one blank line spread all items of the list apart: so an item
    that is finished never changes again.
    """
    hidden: set[int] = set()
    open_items: list[list[int]] = []
    for i, token in enumerate(tokens):
        if token.type == "list_item_open":
            open_items.append([token.level + 1])
        elif token.type == "list_item_close":
            if open_items and len(open_items[-1]) == 3:  # its level, one opening, one closing tag
                hidden.update(open_items[-1][1:])
            if open_items:
                open_items.pop()
        elif token.tag == "p" and open_items and token.level == open_items[-1][0]:
            open_items[-1].append(i)
    return hidden
