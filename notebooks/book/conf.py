"""How Sphinx makes the book; read by it, with the folder of the sources beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import minimax_nb
from minimax_nb.render.markdown.maths import formula

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

project = "minimax_nb"
author = "The authors of minimax_nb"
version = release = minimax_nb.__version__
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb", ".ipynb": "myst-nb"}

nb_execution_mode = "off"  # the book shows what is saved
nb_render_markdown_format = "myst"
myst_enable_extensions = ["dollarmath"]
myst_dmath_allow_space = False
myst_dmath_allow_digits = False
myst_heading_anchors = 4
html_math_renderer = "mathml"

autoclass_content = "both"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 72
add_module_names = False
napoleon_use_ivar = True
napoleon_use_rtype = False
toc_object_entries = False  # each name has a heading already

html_theme = "furo"
html_title = "minimax_nb"
html_static_path = ["static"]
html_css_files = ["book.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_last_updated_fmt = None
pygments_style = "default"
pygments_dark_style = "github-dark"


def setup(app: Sphinx) -> None:
    """Typeset formulas as those of saved outputs are, as MathML, which takes no script; say "Attributes"."""
    from sphinx.domains.python import PyClasslike

    app.add_html_math_renderer(
        "mathml", inline_renderers=(_visitor(display=False), None), block_renderers=(_visitor(display=True), None)
    )
    for field in PyClasslike.doc_field_types:
        if field.name == "variable":
            field.label = "Attributes"


def _visitor(*, display: bool) -> Any:
    def visit(translator: Any, node: nodes.math) -> None:
        from docutils.nodes import SkipNode

        translator.body.append(formula(node.astext(), display=display, formulas="mathml"))
        raise SkipNode

    return visit
