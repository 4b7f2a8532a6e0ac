"""A page of its own is a whole document with a title that cannot break out."""

from __future__ import annotations

from minimax_nb.render.own_page import own_page
from minimax_nb.render.text.markup import Html


def test_title_and_body_stand_in_their_places() -> None:
    page = own_page("</title><script>x</script>", Html("<p>Hi.</p>"))
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" not in page
    assert page.count("</title>") == 1
    assert page.index("</head>") < page.index("<p>Hi.</p>") < page.index("</body>")
