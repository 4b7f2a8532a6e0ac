"""Which formulas are typeset, and what becomes of the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.render.markdown.maths import _TAGS, ENVIRONMENTS, formula, is_notation
from minimax_nb.render.text.escape import escape_content

if TYPE_CHECKING:
    from minimax_nb.render.markdown.maths import Formulas

NOTATION = [
    "a+b",
    r"\frac{n(n+1)}{2}",
    r"\sum_{i=1}^n i^2 = \int_0^1 f(x)\,dx",
    r"\begin{cases} 1 & x > 0 \\ 0 & \text{else} \end{cases}",
    r"\left( \frac{a}{b} \right)^2",
    r"\mathbb{R}^n \to \mathbb{C}, \quad x \mapsto \hat{x}",
    r"\alpha\beta\gamma \le \infty \approx \pm 1",
    r"\lim_{x\to 0} \frac{\sin x}{x} = 1",
    r"\boxed{42}",
    r"\begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}",
    r"P(A \mid B) = \frac{P(B \mid A) P(A)}{P(B)}",
    r"\operatorname{softmax}(x)_i",
    r"\overline{AB} \perp \vec{v} \times \nabla f",
    r"50\% \text{ of } \$10",
    r"x = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
    r"\underbrace{a+b}_{c} \ldots \cdots",
]
BROKEN = [
    r"\left( a",
    r"a \right)",
    r"\left( {a \right)}",
    r"\left( \begin{matrix} a \right) \end{matrix}",
    r"\left a b \right c",
    r"\left( a \right) \right)",
    r"\middle| a",
    r"a &= b \\ c &= d",
    r"\begin{align} \left( a & b \right) \end{align}",
    r"\begin{align} \frac{a & b}{c} \end{align}",
    r"x^2^3",
    r"x_1_2",
    r"x^",
    r"x^2'",
    r"\frac",
    r"\sqrt[3",
    r"a # b",
]
"""What every typesetter answers with an error of its own."""
PAIRED = [
    r"\left. \frac{a}{b} \right|_0",
    r"\left\{ \left[ a \right) \right\}",
    r"\left\langle a \middle| b \right\rangle",
    r"\begin{cases} a & \left( b \right) \\ c & {d} \end{cases}",
    r"\left( \begin{array}{c|c} a & b \\ c & d \end{array} \right)",
    r"\leftarrow \rightarrow \Leftrightarrow",
    r"a \& b \# c \{ d \}",
    r"\begin{align} a &= b \\[2pt] &= \left(c\right) \end{align}",
]
NO_NOTATION = [
    "",
    r"\href{javascript:alert(1)}{x}",
    r"\url{x}",
    r"\def\a{b}",
    r"\newcommand{\a}{b}",
    r"\let\a\b",
    r"\require{html}",
    r"\class{a}{b}",
    r"\style{position:fixed}{b}",
    r"\cssId{a}{b}",
    r"\data{a}{b}",
    r"\rule{9999px}{9999px}",
    r"\hspace{9999em}x",
    r"\raise{9999em}{x}",
    r"\includegraphics{x}",
    r"\unicode{x202E}",
    r"\label{a}",
    r"\ref{a}",
    r"\mmlToken{mi}{x}",
    r"\toggle{a}{b}\endtoggle",
    r"\input{x}",
    r"\csname href\endcsname",
    r"\catcode`\x=1",
    r"\begin{html}x\end{html}",
    r"\end{align}",
    r"a\end{matrix} b",
    r"\begin{matrix} a",
    r"\begin{matrix} a \end{cases}",
    r"\begin{cases}\begin{matrix} a \end{cases}\end{matrix}",
    r"\begin {document}",
    r"x \) y",
    r"x \] y",
    "a $ b",
    "{",
    "}{",
    "a\\",
    "{" * 30 + "}" * 30,
    r"\sqrt" * 40,
    "x" * 5_000,
    r"a \\[9999em] b",
]


@pytest.mark.parametrize("tex", BROKEN)
@pytest.mark.parametrize("formulas", ["mathml", "tex"])
@pytest.mark.parametrize("display", [True, False])
def test_broken_tex_is_shown_as_it_came_live_and_saved(tex: str, formulas: Formulas, display: bool) -> None:
    html = formula(tex, display=display, formulas=formulas)
    assert f"<code>{escape_content(tex)}</code>" in html
    assert "\\(" not in html.replace(escape_content(tex), "")


@pytest.mark.parametrize("tex", PAIRED)
def test_what_pairs_up_is_typeset(tex: str) -> None:
    assert "<math" in formula(tex, display=True, formulas="mathml")
    assert f"\\[{escape_content(tex)}\\]" in formula(tex, display=True, formulas="tex")


@pytest.mark.parametrize("tex", NOTATION)
def test_notation_is_typeset_both_ways(tex: str) -> None:
    assert is_notation(tex)
    assert formula(tex, display=False, formulas="tex").startswith("<span>\\(")
    assert formula(tex, display=True, formulas="mathml").startswith('<span style="display:block;')
    html = formula(tex, display=False, formulas="mathml")
    assert html.startswith('<math display="inline">')
    assert "\\" not in html


@pytest.mark.parametrize("tex", NO_NOTATION, ids=lambda tex: tex[:30])
@pytest.mark.parametrize("formulas", ["tex", "mathml"])
def test_everything_else_is_shown_as_code(tex: str, formulas: Formulas) -> None:
    assert not is_notation(tex)
    assert re.fullmatch(r"<code>[^<]*</code>", formula(tex, display=False, formulas=formulas))


@pytest.mark.parametrize("tex", [r"\frac{a}", r"a_b_c", r"\left( x", r"\hat", "^"])
def test_what_the_converter_refuses_is_shown_as_code(tex: str) -> None:
    html = formula(tex, display=False, formulas="mathml")
    assert html.startswith(("<code>", "<math"))
    assert "Error" not in html


TEX = st.lists(
    st.sampled_from([*NOTATION, *NO_NOTATION[1:20], "<", "&#x3C;", "{", "}", "_", "^", "&", "\\", "'"]), max_size=6
)


@given(TEX.map("".join), st.booleans())
@settings(deadline=None, max_examples=300)
def test_mathml_holds_known_elements_and_no_foreign_ones(tex: str, display: bool) -> None:
    html = formula(tex, display=display, formulas="mathml")
    names = set(re.findall(r"<([^\s/>]+)", html))
    assert names <= {"span", "code"} | _TAGS
    assert not re.search(r"(?i)<[^>]*\b(href|on\w+|class|id|src)=", html)


@pytest.mark.parametrize("name", sorted(ENVIRONMENTS))
def test_every_environment_becomes_mathml_of_its_rows(name: str) -> None:
    columns = "{cc}" if name == "array" else ""
    tex = f"\\begin{{{name}}}{columns} a &= b \\\\ c &= d \\end{{{name}}}"
    if name.startswith(("gather", "equation", "multline")):
        tex = tex.replace("&", "")
    html = formula(tex, display=True, formulas="mathml")
    assert html.count("<math") == 1
    assert "&amp;" not in html
    assert name.startswith("equation") or html.count("<mtr") == 2
    assert formula(tex, display=True, formulas="tex").count("\\begin") == 1
