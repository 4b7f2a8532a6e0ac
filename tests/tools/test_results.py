"""Results of tools: compact for the model, the thing itself for the reader, and never an exception."""

from __future__ import annotations

import asyncio
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import json
import pathlib
import uuid
from typing import TYPE_CHECKING, Any

import pandas as pd
import pydantic
import pytest

from minimax_nb.tools.results import NO_OUTPUT, RESULT_LIMIT, cut, render_result

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclasses.dataclass
class Town:
    name: str
    founded: dt.date


class Weather(pydantic.BaseModel):
    degrees: float


class Sky(enum.Enum):
    CLEAR = "clear"


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError("no")


class Leaving:
    def __repr__(self) -> str:
        raise SystemExit(1)


class Answering:
    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: self

    def __repr__(self) -> str:
        return "answers to anything"


class Drawn:
    """Draws itself, like a picture."""

    size = (640, 480)

    def _repr_png_(self) -> bytes:
        return b""


class Axes:
    def get_title(self) -> str:
        return "Rain"

    def get_xlabel(self) -> str:
        return "day"

    def get_ylabel(self) -> str:
        return ""


class Figure:
    def __init__(self) -> None:
        self.axes = [Axes(), Axes()]

    def savefig(self, path: str) -> None:
        raise AssertionError


def counting(end: int) -> Iterator[int]:
    yield from range(end)


def failing(error: BaseException) -> Iterator[int]:
    yield 1
    raise error


class Silent:
    """Says nothing of itself."""

    def __repr__(self) -> str:
        return ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("24℃, sunny", "24℃, sunny"),
        ("", NO_OUTPUT),
        (" \n\t", NO_OUTPUT),
        (None, NO_OUTPUT),
        (Silent(), NO_OUTPUT),
        ([], "[]"),
        ([None], "[null]"),
        ({}, "{}"),
        (0, "0"),
        (False, "false"),
        (True, "true"),
        (3, "3"),
        (2.5, "2.5"),
        ({"city": "東京", "t": [1, None]}, '{"city": "東京", "t": [1, null]}'),
        ((1, 2), "[1, 2]"),
        ({3, 1, 2}, "[1, 2, 3]"),
        (Town("Ulm", dt.date(854, 7, 22)), '{"name": "Ulm", "founded": "0854-07-22"}'),
        ([Town("Ulm", dt.date(854, 7, 22))], '[{"name": "Ulm", "founded": "0854-07-22"}]'),
        (Weather(degrees=3), '{"degrees": 3.0}'),
        ({"sky": Sky.CLEAR}, '{"sky": "clear"}'),
        (collections.Counter("aab"), '{"a": 2, "b": 1}'),
        (collections.UserDict(a=1), '{"a": 1}'),
        ({"p": pathlib.PurePosixPath("a/b")}, '{"p": "a/b"}'),
        ({"d": decimal.Decimal("1.50")}, '{"d": "1.50"}'),
        ({("a", 1): 2}, "{('a', 1): 2}"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 1000, "[1,008 bytes, a PNG picture]"),
        (b"plain", "[5 bytes, text that begins 'plain']"),
        (bytearray(b"\0\1"), "[2 bytes, no text]"),
        (b"", "[0 bytes, no text]"),
        (counting(3), "[0, 1, 2]"),
        (range(3), "[0, 1, 2]"),
        (failing(OSError("disk gone")), "[1]\n[it stopped there with OSError: disk gone]"),
        (failing(SystemExit(2)), "[1]\n[it stopped there with SystemExit: 2]"),
        (Hostile(), "[a Hostile that cannot be written as text: RuntimeError]"),
        (Leaving(), "[a Leaving that cannot be written as text: SystemExit]"),
        ([Hostile()], "[a list that cannot be written as text: RuntimeError]"),
        (Answering(), "answers to anything"),
        (decimal.Decimal("1.50"), "1.50"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (dt.time(9, 30), "09:30:00"),
        ("\ud800!", "\ufffd!"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_plain_values_become_compact_text(value: object, text: str) -> None:
    rendered = render_result(value)
    assert rendered.text == text
    assert rendered.shown is None


def test_values_that_hold_themselves_or_nest_deeply_are_named() -> None:
    loop: list[Any] = []
    loop.append(loop)
    deep: list[Any] = []
    for _ in range(200_000):
        deep = [deep]
    assert render_result(loop).text == "[[...]]"
    assert "too deeply" in render_result(deep).text
    while deep:  # taken apart by hand: freeing it in one go would recurse as deeply
        deep = deep[0]


def test_a_generator_without_end_is_taken_up_to_a_bound() -> None:
    text = render_result(counting(10**9)).text
    assert text.endswith("998, 999]\n[only the first 1,000 items were taken]")
    assert render_result(counting(1000)).text.endswith("998, 999]")


def test_ten_megabytes_are_cut_and_the_cut_is_marked() -> None:
    text = render_result("a" * 9_999_999 + "z").text
    assert len(text) < RESULT_LIMIT + 100
    assert text.startswith("aaa")
    assert text.endswith("z")
    assert "[… 9,950,000 of 10,000,000 characters left out here …]" in text


@pytest.mark.parametrize("limit", [0, 1, 4, 5, 10])
def test_a_cut_keeps_as_much_as_its_limit(limit: int) -> None:
    head, _, tail = cut("0123456789ab", limit).partition("\n[…")
    assert head + tail.partition("…]\n")[2] == "0123456789ab"[: limit - limit // 5] + "0123456789ab"[12 - limit // 5 :]


def test_a_table_becomes_csv_and_stays_a_table_for_the_reader() -> None:
    frame = pd.DataFrame({"town": ["Ulm", "Bonn"], "t": [1.5, 2.0]})
    text, shown = render_result(frame)
    assert text == "DataFrame, 2 rows x 2 columns, as CSV\ntown,t\nUlm,1.5\nBonn,2.0\n"
    assert shown is frame


def test_a_large_table_shows_its_head_and_its_shape() -> None:
    frame = pd.DataFrame([range(60)] * 1200, index=[f"r{n}" for n in range(1200)])
    text, _ = render_result(frame)
    assert text.startswith("DataFrame, 1,200 rows x 60 columns: the first 50 rows and the first 40 columns, as CSV\n")
    assert len(text.splitlines()) == 52
    assert text.splitlines()[2].startswith("r0,0,1,")


def test_a_series_and_a_table_inside_a_dict_are_csv_too() -> None:
    series = pd.Series([1, 2], index=["a", "b"], name="n")
    text, shown = render_result(series)
    assert text == "Series, 2 rows, as CSV\n,n\na,1\nb,2\n"
    assert shown is series
    assert json.loads(render_result({"s": series}).text) == {"s": text}


def test_a_numpy_number_is_a_number_and_an_array_a_repr() -> None:
    numpy = pytest.importorskip("numpy")
    assert render_result(numpy.float64(1.5)).text == "1.5"
    assert render_result({"n": numpy.int64(3)}).text == '{"n": 3}'
    assert len(render_result(numpy.zeros(1_000_000)).text) < 200


def test_figures_and_pictures_are_announced_to_the_model_and_shown_to_the_reader() -> None:
    figure, picture = Figure(), Drawn()
    assert render_result(figure).text == "[figure, shown to the reader; title: Rain, x: day; title: Rain, x: day]"
    assert render_result(figure).shown is figure
    assert render_result(picture) == ("[Drawn, 640 x 480 pixels, shown to the reader]", picture)


def test_an_interrupt_comes_through() -> None:
    with pytest.raises(KeyboardInterrupt):
        render_result(failing(KeyboardInterrupt()))


@pytest.mark.parametrize("error", [asyncio.CancelledError(), GeneratorExit(), SystemExit()])
def test_what_only_looks_like_an_interrupt_is_the_failure_of_the_value(error: BaseException) -> None:
    assert type(error).__name__ in render_result(failing(error)).text
