"""What axe-core, and a reckoning of our own, find wrong with what a page shows of ours."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

OURS = ".jp-OutputArea-output, .mm-panel"
"""What stands in a page of Jupyter and is ours; the rest is not."""
_CONTRAST = Path(__file__).with_name("contrast.js")
_RUN = """async ([scopes, off]) => {
    const rules = Object.fromEntries(off.map((id) => [id, { enabled: false }]));
    const shown = [...document.querySelectorAll(scopes)].filter((each) => each.checkVisibility());
    const { violations, incomplete } = await axe.run({ include: shown }, { rules });
    const told = (found) => found.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} | ${failureSummary}`));
    return [told(violations), told(incomplete)];
}"""
_OF_THE_PAGE = ("region",)
"""Rules about the page around us: whether all of it stands in landmarks."""
_RECKONED = ("color-contrast", "color-contrast-enhanced")
"""Rules that axe may leave open, and ``contrast_faults`` does not."""


@cache
def source() -> str | None:
    """The code of axe-core, where ``npm install axe-core`` was run in the folder that MINIMAX_NB_NODE names."""
    path = Path(os.environ.get("MINIMAX_NB_NODE", "")) / "node_modules" / "axe-core" / "axe.min.js"
    return path.read_text("utf-8") if path.is_file() else None


def axe_faults(page: Page, scopes: str = OURS) -> list[str]:
    """What axe-core finds wrong or cannot decide in these places; the test is skipped where there is no axe-core."""
    if (code := source()) is None:
        pytest.skip("needs MINIMAX_NB_NODE naming a folder where 'npm install axe-core' was run")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"() => {{ const module = undefined, define = undefined; {code} }}")
    wrong, undecided = page.evaluate(_RUN, [scopes, list(_OF_THE_PAGE)])
    return wrong + [f"undecided {each}" for each in undecided if not each.startswith(_RECKONED)]


def contrast_faults(page: Page, scopes: str = OURS, *, least: int, listings: float = 4.5) -> list[str]:
    """Which texts and lines of controls stand out too little from what is behind them.

    Args:
        page: the page, with what is to be read unfolded.
        scopes: where to look.
        least: how many texts and lines have to be found there, so that nothing is missed in silence.
        listings: the contrast that the colours of listings have to have.
    """
    found: dict[str, Any] = page.evaluate(_CONTRAST.read_text("utf-8"), [scopes, listings])
    assert found["count"] >= least, found["count"]
    faults: list[str] = found["faults"]
    return faults


def unfold(page: Page, scopes: str = OURS) -> None:
    """Opens all that is folded."""
    page.evaluate(
        "(scopes) => { for (const each of document.querySelectorAll(scopes))"
        " for (const folded of each.querySelectorAll('details')) folded.open = true; }",
        scopes,
    )
