"""The table of models as a reader sees it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from minimax_nb.catalog import MODELS
from minimax_nb.render.modeltable import models_html, models_text, sources_of

from ..support.html_inspection import DOCUMENT, Inspected, inspect

HOSTILE = '</td></table><script>alert(1)</script><img src=x onerror="alert(2)">\n$5 and $6 \u202e' + "x" * 300
KNOWN: dict[str, Any] = {
    "model": "MiniMax-M2",
    "context_window": 204_800,
    "max_output": 1_000_000,
    "tokens_per_s": None,
    "input_usd": 0.3,
    "output_usd": 1.2,
    "cache_read_usd": 0.015,
    "cache_write_usd": 12_345.0,
    "price_note": "over 5 tokens: more",
    "temperature": "(0, 1]",
    "thinking": None,
    "status": "listed",
    "description": "For <tests>",
    "sources": "prices: a page, 2026-05; status: a note; nobody else, 2026-11-22",
}
STRANGER = {**dict.fromkeys(KNOWN), "model": HOSTILE, "status": "served, not known here"}


def widths(page: Inspected) -> list[int]:
    """How many columns each row takes."""
    found: list[int] = []
    for tag, attributes in page.elements:
        if tag == "tr":
            found.append(0)
        if tag in ("td", "th"):
            found[-1] += int(attributes.get("colspan", 1))
    return found


@pytest.mark.parametrize("served", [None, True, False])
def test_every_row_fills_the_table_with_what_a_sanitiser_leaves(served: bool | None) -> None:
    extra = {} if served is None else {"served": served}
    html = models_html([{**KNOWN, **extra}, {**STRANGER, **extra}])
    page = inspect(html, DOCUMENT)
    columns = 8 + bool(extra)
    assert widths(page) == [columns, columns, columns, columns]
    heads = html[: html.index("</thead>")]
    assert heads.count("<tr") == 1
    assert not re.search(r"<th[^>]*></th>", html)
    assert (("✓" in page.texts), ("no" in page.texts)) == (served is True, served is False)


def test_names_from_an_endpoint_are_shown_and_cannot_break_out() -> None:
    html = models_html([KNOWN, STRANGER])
    text = inspect(html, DOCUMENT).text
    assert "</td></table><script>alert(1)</script>" in text
    assert "\u202e" not in html + models_text([STRANGER])
    assert "xxx" not in html + models_text([STRANGER]), "a name without end is shortened"
    assert "\n" not in models_text([STRANGER]).split("script")[1]


@pytest.mark.parametrize("form", [lambda rows: " ".join(inspect(models_html(rows), DOCUMENT).texts), models_text])
def test_both_forms_say_all_there_is(form: Any) -> None:
    text = form([KNOWN, STRANGER])
    for figure in ("204,800", "1,000,000", "0.30", "1.20", "0.015", "12,345.00", "—", "— not documented"):
        assert figure in text, figure
    for fact in ("Temperature: (0, 1]", "Thinking: —", "Status: listed", "Price over 5 tokens", "served, not known"):
        assert fact in text, fact
    assert "For <tests>" in text


def test_each_source_is_told_once_with_its_models() -> None:
    html = models_html([KNOWN, {**KNOWN, "model": "B", "sources": "prices: a page, 2026-05"}])
    assert re.findall(r"<li>(.*?)</li>", html) == [
        "prices: a page, 2026-05 (all)",
        "status: a note; nobody else, 2026-11-22 (MiniMax-M2)",
    ]


def test_the_sources_of_the_catalogue_come_apart_as_they_were_put_together() -> None:
    for model in MODELS:
        each = [f"{source.says}: {source.who}, {source.date}" for source in model.sources]
        assert sources_of("; ".join(each)) == each
    assert sources_of(None) == []


def test_hundreds_of_models_are_cut_with_a_word() -> None:
    rows = [{**STRANGER, "model": f"m{number}"} for number in range(1205)]
    for text in (models_html(rows), models_text(rows)):
        assert "m199" in text
        assert "m200" not in text
        assert "… and 1,005 more." in text


def test_no_models_are_a_table_too() -> None:
    assert widths(inspect(models_html([]), DOCUMENT)) == [8]
    assert models_text([]).splitlines()[1].startswith("Model")


def test_lines_of_text_fit_a_terminal() -> None:
    rows = [{**KNOWN, "model": "MiniMax-M2.7-highspeed", "description": "many words " * 30, "served": True}]
    assert max(map(len, models_text(rows).splitlines())) <= 100
