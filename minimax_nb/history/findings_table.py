"""The findings of a check as an HTML table: inline styles only, everything escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minimax_nb.render.text.escape import escape_prose
from minimax_nb.render.text.markup import Html, Markdown, join_html, join_markdown
from minimax_nb.render.text.quoting import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .findings import Finding

_TABLE = "border-collapse:collapse;margin:.4em 0"
_CELL = "border:1px solid rgba(128,128,128,.35);padding:.35em .7em;text-align:left;vertical-align:top"
_REFUSED = "border-left:3px solid rgb(214,69,69)"
_SILENT = "border-left:3px solid rgb(190,130,20)"
_HEADS = ("Where", "What is wrong", "What the service answers", "What to do")
_MOST = 200

NOTHING = "Nothing found: the history can be sent."


def findings_table(findings: Sequence[Finding]) -> Html:
    """Findings as a table, one row each; at most 200 rows, and a line that says how many there are more.

    Args:
        findings: what a check found, perhaps nothing.

    Returns:
        One ``<div>``.
    """
    if not findings:
        return Html(f"<div>{escape_prose(NOTHING)}</div>")
    refused = sum(finding.refused for finding in findings)
    silent = len(findings) - refused
    counts = [f"{refused} refused by the service"] * bool(refused) + [f"{silent} silent"] * bool(silent)
    heads = join_html(Html(f'<th style="{_CELL}">{escape_prose(head)}</th>') for head in _HEADS)
    rows = join_html(map(_row, findings[:_MOST]))
    more = join_html(Html(f"<p>{escape_prose(line)}</p>") for line in _more(findings))
    return Html(
        f"<div><p><strong>{len(findings)} found</strong>: {escape_prose(', '.join(counts))}</p>"
        f'<table style="{_TABLE}"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{more}</div>'
    )


def findings_markdown(findings: Sequence[Finding]) -> Markdown:
    """Findings as a Markdown table, as in ``findings_table``.

    Args:
        findings: what a check found, perhaps nothing.
    """
    if not findings:
        return Markdown(NOTHING)
    lines = [list(map(words, _HEADS)), [Markdown("---")] * len(_HEADS)]
    for finding in findings[:_MOST]:
        told = (f"{finding.code}: {finding.message}", finding.answer, finding.fix)
        lines.append(list(map(words, (_place(finding), *told))))
    table = join_markdown((Markdown(f"| {join_markdown(line, ' | ')} |") for line in lines), "\n")
    return join_markdown([Markdown(f"**{len(findings)} found**"), table, *map(words, _more(findings))])


def _place(finding: Finding) -> str:
    return "request" if finding.index is None else f"messages[{finding.index}]"


def _more(findings: Sequence[Finding]) -> list[str]:
    return [f"… and {len(findings) - _MOST:,} more."] if len(findings) > _MOST else []


def _row(finding: Finding) -> Html:
    mark = Html(_REFUSED) if finding.refused else Html(_SILENT)
    code, message = escape_prose(finding.code), escape_prose(finding.message)
    words = (Html(f"<code>{code}</code><br>{message}"), escape_prose(finding.answer), escape_prose(finding.fix))
    cells = join_html(Html(f'<td style="{_CELL}">{word}</td>') for word in words)
    return Html(f'<tr><td style="{_CELL};{mark}">{escape_prose(_place(finding))}</td>{cells}</tr>')
