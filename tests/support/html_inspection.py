"""Inspect HTML against one list of what the library may write: tags, attributes, styles and addresses.

What is on the list does no harm, and is what a sanitiser leaves: JupyterLab's, as far as the library uses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from minimax_nb.render.markdown.maths import _TAGS as MATHS


@dataclass(frozen=True)
class Allowed:
    """What may stand in a piece of HTML.

    Attributes:
        tags: the names of its elements, each with the attributes it may have.
        styles: the properties in a ``style`` attribute.
    """

    tags: dict[str, set[str]]
    styles: set[str]

    def and_also(self, styles: str, **tags: str) -> Allowed:
        """The same and more."""
        more = {tag: self.tags.get(tag, set()) | set(names.split()) for tag, names in tags.items()}
        return Allowed({**self.tags, **more}, self.styles | set(styles.split()))


_PLAIN = "blockquote br code div em h1 h2 h3 h4 h5 h6 hr li p pre s span strong tbody thead tr ul"
TEXT = Allowed({tag: {"style"} for tag in _PLAIN.split()}, set()).and_also(
    "background border border-bottom border-collapse border-left border-radius border-top color display font-size "
    "line-height list-style-type margin overflow-wrap overflow-x padding text-align white-space",
    a="href style target rel",
    font="color",
    kbd="",
    div="tabindex",
    ol="start",
    pre="tabindex",
    sub="",
    sup="",
    table="cellpadding style",
    td="align style",
    th="align style",
)
"""What Markdown, and any other text that is not trusted, may become; formulas come on top."""
TABLE = Allowed({tag: set() for tag in ["br", "p", "span", "thead", "tbody", "td"]}, set()).and_also(
    "margin overflow-x text-align",
    div="aria-label role style tabindex",
    table="class style",
    tr="style",
    td="colspan rowspan valign style",
    th="colspan rowspan valign style",
)
"""What somebody else's table becomes."""
DOCUMENT = TEXT.and_also(
    "align-items background background-color clear cursor float font-weight forced-color-adjust gap "
    "grid-template-columns height margin-left margin-right max-height max-width min-width opacity overflow "
    "vertical-align width",
    b="style",
    details="class open style",
    div="aria-label class role tabindex",
    img="alt height src style width",
    span="title",
    summary="style",
    table="class",
    td="colspan rowspan",
    th="colspan rowspan scope valign",
    tr="style",
)
"""What the library draws around texts: panels, tables, bars, figures."""
PAGE = DOCUMENT.and_also("font", body="style", head="", html="lang", meta="charset content name", title="")
"""A document that stands alone as a file."""

VOID = {"br", "hr", "img", "meta"}
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+")
HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass
class Inspected:
    """What stands in a piece of HTML.

    Attributes:
        elements: its elements in order, each as a tag and its attributes.
        texts: its pieces of text.
        roots: how many of its elements lie in no other.
    """

    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    roots: int = 0

    @property
    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]

    @property
    def text(self) -> str:
        return "".join(self.texts)


def inspect(html: str, allowed: Allowed = TEXT) -> Inspected:
    """Fail on what is not on the list and on tags that do not pair up; give what is there."""
    inspector = _Inspector(allowed)
    inspector.feed(html)
    inspector.close()
    assert inspector.open == [], f"never closed: {inspector.open}"
    return inspector.found


class _Inspector(HTMLParser):
    def __init__(self, allowed: Allowed) -> None:
        super().__init__()
        self.allowed = allowed
        self.open: list[str] = []
        self.found = Inspected()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.allowed.tags or tag in MATHS, tag
        for name, value in attrs:
            self._attribute(tag, name, value)
        assert tag != "a" or "a" not in self.open, "a link in a link"
        self.found.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.found.roots += not self.open
        if tag not in VOID:
            self.open.append(tag)

    def _attribute(self, tag: str, name: str, value: str | None) -> None:
        assert not name.startswith("on"), (tag, name)
        if tag not in MATHS:
            assert name in self.allowed.tags[tag], (tag, name)
        if name == "open":
            return
        assert value is not None, (tag, name)
        if name == "href":
            assert re.match(r"(?i)https?://|mailto:", value), value
        if name == "style":
            assert {part.split(":")[0] for part in value.split(";")} <= self.allowed.styles, value
        if name == "src":
            assert PICTURE.fullmatch(value), value[:100]
        if name not in {"href", "content", "src"}:
            assert not re.search(r"url|var\(|expression|position", value), (tag, name, value)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert not HIDDEN.search(data), data
        if not {"code", "pre"} & set(self.open):
            formula = re.fullmatch(r"\\\(.*\\\)|\\\[.*\\\]", data, re.DOTALL)
            # The page's typesetter would take two prices for a formula.
            assert formula or len(data) == 1 or not re.search(r"[$\\]", data), data
        self.found.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        assert decl.lower() == "doctype html", decl
        assert "html" in self.allowed.tags, "a declaration, and this is no page"

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")
