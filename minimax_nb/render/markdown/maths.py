r"""Formulas: TeX -> MathML (live), or TeX left to the page's typesetter (saved). A model's TeX is not trusted.

A typesetter runs what it is told: ``\href`` makes links to scripts, ``\def`` bombs, ``\rule`` covers the page. So
only commands known to be notation pass: all symbols, and the structures listed here. The rest is shown as code.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from minimax_nb.render.text.escape import escape, escape_content
from minimax_nb.render.text.markup import EMPTY, Html, join_html

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Formulas = Literal["mathml", "tex"]

_STRUCTURES_WORDS = (
    # fractions, roots, stacking
    "frac dfrac tfrac cfrac binom dbinom tbinom sqrt over choose overset underset stackrel substack "
    "overline underline overbrace underbrace overrightarrow overleftarrow widehat widetilde boxed phantom "
    # accents
    "hat bar vec dot ddot dddot tilde check breve acute grave mathring "
    # fonts and words
    "mathbb mathbf mathcal mathfrak mathit mathrm mathsf mathtt mathscr boldsymbol bm pmb operatorname "
    "text textbf textit textrm textsf texttt textnormal mbox "
    # fences, limits, sizes, spaces
    "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr limits nolimits "
    "displaystyle textstyle scriptstyle quad qquad not tag notag nonumber bmod pmod mod "
    "xrightarrow xleftarrow begin end "
    # functions
    "arccos arcsin arctan arg argmax argmin cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf "
    "limsup ln log max min Pr sec sin sinh sup tan tanh "
    # written differently in different tables of symbols
    "dots ldots cdots vdots ddots dotsb dotsc colon iff implies impliedby to gets land lor lnot ne le ge "
    "lvert rvert lVert rVert lbrace rbrace lbrack rbrack langle rangle lfloor rfloor lceil rceil"
)
_STRUCTURES = frozenset(_STRUCTURES_WORDS.split())
_DISPLAYED_WORDS = "align align* gather gather* equation equation* multline multline* eqnarray eqnarray*"
DISPLAYED = frozenset(_DISPLAYED_WORDS.split())
"""Environments that stand on lines of their own."""
_WITHIN_WORDS = (
    "matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix cases dcases array aligned split gathered "
    "matrix* pmatrix* bmatrix* Bmatrix* vmatrix* Vmatrix*"
)
ENVIRONMENTS = DISPLAYED | frozenset(_WITHIN_WORDS.split())
"""Environments that are notation."""
_COMMAND = re.compile(r"\\([a-zA-Z]+)|\\(.)", re.DOTALL)
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([^{}]*)\}")
_PAIRED = re.compile(
    r"\\(?P<mark>begin|end)\s*\{(?P<name>[^{}]*)\}"
    r"|\\(?P<side>left|right)(?![a-zA-Z])(?P<fence>\s*(?:\\[a-zA-Z]+|\\[{}|]|[()\[\]|/.<>]))?"
    r"|\\.|(?P<sign>[{}&#])",
    re.DOTALL,
)
"""What begins and ends something, or has its place in something."""
# Scripts on scripts, commands on commands, and line spacing that pushes all else off the page.
_EXCESS = re.compile(r"(?:[\^_]\s*){3}|(?:\\[a-zA-Z]+\s*){24}|\\\\\s*\[[^\]]*\d{3}")
_UNESCAPED_DOLLAR = re.compile(r"(?<!\\)(?:\\\\)*\$")
_LONGEST = 4_000
_DEEPEST = 24


def formula(tex: str, *, display: bool, formulas: Formulas) -> Html:
    """Write one formula as HTML.

    Args:
        tex: the source between its delimiters.
        display: on a line of its own, or within the text.
        formulas: ``"mathml"`` for a page of ours, ``"tex"`` for one whose host typesets.

    Returns:
        An element; the TeX as code where it holds anything but notation, or cannot be converted.
    """
    tex = tex.strip()
    # Broken TeX shows the same in both forms: a host would put its own error in the place of the formula.
    inside = _mathml(tex, display) if is_notation(tex) else EMPTY
    if inside and formulas == "tex":
        source = escape_content(tex)
        inside = Html(f"\\[{source}\\]") if display else Html(f"\\({source}\\)")
    if not inside:
        inside = Html(f"<code>{escape_content(tex)}</code>")
    # An element of its own ends the text in which a typesetter looks for the closing delimiter.
    if display:
        return Html(f'<span style="display:block;margin:.8em 0;overflow-x:auto;text-align:center">{inside}</span>')
    return inside if inside.startswith("<") else Html(f"<span>{inside}</span>")


@lru_cache(maxsize=512)
def is_notation(tex: str) -> bool:
    """Tell whether TeX holds known notation only, balanced, of bounded size and depth.

    Args:
        tex: the source between its delimiters.

    Returns:
        False for definitions, links, styles, boxes that cover the page, unknown commands, and sheer size.
    """
    if not tex or len(tex) > _LONGEST or _UNESCAPED_DOLLAR.search(tex):
        return False
    if tex.count("\\left") > _DEEPEST or tex.count("\\begin") > _DEEPEST or _EXCESS.search(tex):
        return False
    for word, sign in _COMMAND.findall(tex):
        if sign in ("(", ")", "[", "]") if sign else not _is_known(word):
            return False
    return _pairs_up(tex) and not tex.endswith("\\")


def _pairs_up(tex: str) -> bool:
    """Whether groups, fences and known environments end one within the other, and columns stand in environments."""
    inside: list[str] = []
    for found in _PAIRED.finditer(tex):
        mark, name, side, fence, sign = found.group("mark", "name", "side", "fence", "sign")
        if (mark and name not in ENVIRONMENTS) or (side and not fence) or sign == "#":
            return False
        if sign == "&":
            if not inside or inside[-1] not in ENVIRONMENTS:
                return False
        elif sign == "{" or mark == "begin" or side == "left":
            inside.append(sign or name or side)
            if len(inside) > _DEEPEST:
                return False
        elif (ends := {"}": "{", "right": "left"}.get(sign or side or "", name)) and (
            not inside or inside.pop() != ends
        ):
            return False
    return not inside


def _is_known(word: str) -> bool:
    from latex2mathml.symbols_parser import convert_symbol

    return word in _STRUCTURES or convert_symbol("\\" + word) is not None


_IN_MATHML = {
    **dict.fromkeys(("align", "aligned", "align*"), ("\\begin{align*}", "\\end{align*}")),
    **dict.fromkeys(("eqnarray", "eqnarray*"), ("\\begin{array}{rcl}", "\\end{array}")),
    **dict.fromkeys(("gather", "gather*", "gathered", "multline", "multline*"), ("\\begin{array}{c}", "\\end{array}")),
    **dict.fromkeys(("equation", "equation*"), ("{", "}")),
    "dcases": ("\\begin{cases}", "\\end{cases}"),
}
"""Environments in the words of the converter to MathML, which knows few of them and numbers ``align``."""


def _converted(tex: str) -> str:
    return _ENVIRONMENT.sub(lambda match: _IN_MATHML.get(match[2], (match[0],) * 2)[match[1] == "end"], tex)


_TAGS_WORDS = (
    "math mrow mi mn mo ms mtext mspace msub msup msubsup munder mover munderover mfrac msqrt mroot mtable mtr mtd "
    "mstyle mpadded mphantom menclose"
)
_TAGS = frozenset(_TAGS_WORDS.split())
_ATTRIBUTES_WORDS = (
    "display displaystyle scriptlevel mathvariant stretchy fence form separator largeop movablelimits accent "
    "accentunder linethickness columnalign rowspacing columnspacing rowlines columnlines minsize maxsize "
    "width height depth lspace rspace voffset notation"
)
_ATTRIBUTES = frozenset(_ATTRIBUTES_WORDS.split())
_PLAIN_VALUE = re.compile(r"[-+a-z0-9. ]{1,60}")
_REFERENCE = re.compile(r"&#x([0-9A-Fa-f]{1,6});")


@lru_cache(maxsize=512)
def _mathml(tex: str, display: bool) -> Html:
    """Convert to MathML, or to nothing where the converter fails."""
    from latex2mathml.converter import convert_to_element

    try:
        return _serialise(convert_to_element(_converted(tex), display="block" if display else "inline"))
    except Exception:  # noqa: BLE001 - broken TeX comes out of the converter as almost any error
        return EMPTY


def _serialise(element: Element) -> Html:
    """Write an element. The converter's own writer undoes all escaping, as its texts hold references (``&#x2211;``)."""
    tag = escape(element.tag if element.tag in _TAGS else "mrow")
    attributes = join_html(
        Html(f' {escape(name)}="{escape(value)}"')
        for name, value in element.attrib.items()
        if name in _ATTRIBUTES and _PLAIN_VALUE.fullmatch(value)
    )
    text = _REFERENCE.sub(lambda match: chr(min(int(match[1], 16), 0x10FFFF)), element.text or "")
    inside = join_html(map(_serialise, element))
    return Html(f"<{tag}{attributes}>{escape_content(text)}{inside}</{tag}>")
