"""What a notebook draws: figures stay once, display objects reach the model as text and the reader as they are."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from IPython import display

from minimax_nb.agent.run import arun_tools, run_tools
from minimax_nb.message.events import ToolResult
from minimax_nb.tools.displayable import displayed_source, figure_of, is_displayable
from minimax_nb.tools.results import render_result

from ..support.scripted import AsyncScript, Script, call, message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SVG = "<svg xmlns='http://www.w3.org/2000/svg'/>"


@dataclasses.dataclass
class Report:
    title: str
    figure: Any


@pytest.fixture
def pyplot() -> Iterator[Any]:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    plt.close("all")
    yield plt
    plt.close("all")


def axes(pyplot: Any) -> Any:
    _, axes = pyplot.subplots()
    axes.set_title("Rain")
    return axes


FIGURES: dict[str, Callable[[Any], Any]] = {
    "a figure": lambda axes: axes.figure,
    "axes": lambda axes: axes,
    "a line": lambda axes: axes.plot([1, 2])[0],
    "the lines of a plot": lambda axes: axes.plot([1, 2]),
    "figure and axes": lambda axes: (axes.figure, axes),
    "a list": lambda axes: [axes.figure],
    "a dict": lambda axes: {"mean": 3, "figure": axes.figure},
    "nested": lambda axes: {"all": [{"figure": axes}]},
    "a dataclass": lambda axes: Report("Rain", axes.figure),
    "a generator": lambda axes: (each for each in [axes.figure]),
}


@pytest.mark.parametrize("wrap", FIGURES.values(), ids=FIGURES.keys())
def test_a_figure_is_closed_in_pyplot_and_shown_once(pyplot: Any, wrap: Callable[[Any], Any]) -> None:
    drawn = axes(pyplot)
    text, shown = render_result(wrap(drawn))
    assert pyplot.get_fignums() == []
    assert "[figure, shown to the reader; title: Rain]" in text
    assert (shown if isinstance(shown, tuple) else (shown,)) == (drawn.figure,)


def test_the_axes_of_several_plots_are_one_figure(pyplot: Any) -> None:
    figure, grid = pyplot.subplots(2, 2)
    text, shown = render_result(grid)
    assert (shown, pyplot.get_fignums()) == ((figure,), [])
    assert text.count("[figure") == 4


def test_figures_that_nobody_returned_and_those_without_pyplot_stay(pyplot: Any) -> None:
    from matplotlib.figure import Figure

    other = pyplot.figure()
    alone = Figure()
    assert render_result(alone).shown is alone
    assert render_result("done").shown is None
    assert pyplot.get_fignums() == [other.number]


def test_nothing_is_imported_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot", raising=False)

    class Drawing:
        def savefig(self, path: str) -> None:
            raise AssertionError

    assert render_result(Drawing()).text == "[figure, shown to the reader]"
    assert "matplotlib.pyplot" not in sys.modules


def test_a_grid_of_plots_leads_to_its_figure() -> None:
    class Inside:
        def savefig(self) -> None: ...

    class Grid(Inside):
        figure = Inside()

    assert figure_of(Grid()) is Grid.figure
    assert figure_of(pd.DataFrame()) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (display.Markdown("**Rain** in Ulm"), "**Rain** in Ulm"),
        (display.HTML("<b>Rain</b>"), "<b>Rain</b>"),
        (display.Latex("$x^2$"), "$x^2$"),
        (display.Math("x^2"), "$\\displaystyle x^2$"),
        (display.JSON({"a": [1]}), '{"a": [1]}'),
        (display.SVG(data=SVG), "[SVG, shown to the reader]"),
        (display.Image(data=b"\x89PNG\r\n\x1a\n", alt="a map"), "[Image: a map, shown to the reader]"),
        (display.Javascript("alert(1)"), "[Javascript, shown to the reader]"),
        (display.Video(data=b"\0" * 9, mimetype="video/mp4", embed=True), "[Video, shown to the reader]"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_display_objects_reach_the_model_as_text_and_the_reader_as_they_are(value: Any, text: str) -> None:
    assert render_result(value) == (text, value)
    inside = render_result({"a": [value]})
    assert inside.shown == (value,)
    assert is_displayable(value)


def test_a_chart_that_is_a_bundle_is_shown_also_from_within() -> None:
    class Chart:
        """As plotly's and altair's are."""

        def _repr_mimebundle_(self, **_wanted: Any) -> dict[str, Any]:
            return {"text/html": "<div></div>"}

        def to_html(self) -> str:
            return "<script></script>"

    chart = Chart()
    assert render_result(chart) == ("[Chart, shown to the reader]", chart)
    assert render_result([chart, {"again": chart}, 3]) == (
        '["[Chart, shown to the reader]", {"again": "[Chart, shown to the reader]"}, 3]',
        (chart,),
    )


def test_what_says_something_of_itself_keeps_its_words() -> None:
    class Formula:
        def _repr_latex_(self) -> str:
            return "$x^2$"

        def __repr__(self) -> str:
            return "x**2"

    assert render_result(value := Formula()) == ("x**2", value)
    assert displayed_source(value) == "x**2"


def test_a_styled_table_is_csv_for_the_model() -> None:
    pytest.importorskip("jinja2")
    styled = pd.DataFrame({"t": [1]}).style
    text, shown = render_result(styled)
    assert text == "DataFrame, 1 rows x 1 columns, as CSV\nt\n1\n"
    assert shown is styled


def test_async_tools_close_their_figures_too(pyplot: Any) -> None:
    async def chart() -> Any:
        """Draw."""
        return axes(pyplot).figure

    def sketch() -> Any:
        """Draw too."""
        return axes(pyplot)

    calls = message("", call("chart", call_id="a"), call("sketch", call_id="b")), message("Drawn.")

    async def converse() -> list[Any]:
        return [event async for event in arun_tools(AsyncScript(*calls), [], [chart, sketch])]

    for events in (asyncio.run(converse()), list(run_tools(Script(*calls), [], [chart, sketch]))):
        assert len([event for event in events if isinstance(event, ToolResult) and event.shown]) == 2
    assert pyplot.get_fignums() == []
