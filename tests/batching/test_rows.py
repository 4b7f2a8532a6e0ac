"""Rows: whatever frame they come from, each becomes messages or an error that names row and column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from minimax_nb.batching.rows import RowError, Rows
from minimax_nb.message.reply import Reply


def asked(frame: Any, prompt: Any, **options: Any) -> list[Any]:
    rows = Rows(frame, prompt, **options)
    return [rows.messages(position) for position in range(len(rows))]


def contents(frame: Any, prompt: Any, **options: Any) -> list[Any]:
    return [messages[0]["content"] for messages in asked(frame, prompt, **options)]


@pytest.mark.parametrize(
    ("frame", "prompt"),
    [
        (["a", "b"], "say {text}"),
        (("a", "b"), "say {text}"),
        (pd.Series(["a", "b"]), "say {text}"),
        (pd.Series(["a", "b"], name="word"), "say {word}"),
        (pd.Series(["a", "b"], name=7), "say {7}"),
        (pd.Series(["a", "b"], dtype="category"), "say {text}"),
        ([{"w": "a"}, {"w": "b"}], "say {w}"),
        (pd.DataFrame({"a b": ["a", "b"]}), "say {a b}"),
        (pd.DataFrame([["a"], ["b"]]), "say {0}"),
        (pd.DataFrame({"x": ["a", "b"]}, index=["same", "same"]), "say {x}"),
        (pd.DataFrame({("p", "q"): ["a", "b"]}), "say {('p', 'q')}"),
        (["a", "b"], lambda text: f"say {text}"),
        (["a", "b"], lambda row: f"say {row['text']}"),
        (["a", "b"], lambda row: f"say {row.text}"),
        (pd.Series(["a", "b"], name="word"), lambda row: f"say {row.word}"),
        ([{"w": "a"}, {"w": "b"}], lambda row: f"say {row['w']}"),
        (pd.DataFrame({"x": ["a", "b"]}), lambda row: f"say {row.x}"),
    ],
    ids=range(17),
)
def test_every_kind_of_frame_is_asked_in_the_same_way(frame: Any, prompt: Any) -> None:
    assert contents(frame, prompt) == ["say a", "say b"]


def test_numbers_are_written_as_the_frame_shows_them() -> None:
    frame = pd.DataFrame({"i": pd.array([1, 2], dtype="Int64"), "f": [0.5, 2.0], "b": [True, False]})
    assert contents(frame, "{i} {f} {b} {i!r}") == ["1 0.5 True 1", "2 2.0 False 2"]


def test_a_function_of_a_series_is_given_its_values_whatever_they_are() -> None:
    assert contents(pd.Series([1, 2]), lambda number: f"double {number}") == ["double 1", "double 2"]
    assert contents(pd.Series([{"a": 1}]), lambda value: f"{value['a']}") == ["1"]


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NaT, pd.NA, float("nan")], ids=["None", "nan", "NaT", "NA", "f"])
@pytest.mark.parametrize("index", [["x", "y"], pd.MultiIndex.from_tuples([(1, "x"), (1, "y")])], ids=["one", "two"])
def test_a_missing_value_is_never_sent_and_named_with_row_and_column(nothing: Any, index: Any) -> None:
    rows = Rows(pd.DataFrame({"t": pd.Series(["a", nothing], dtype=object), "u": None}).set_axis(index), "say {t}")
    assert rows.messages(0)[0]["content"] == "say a"  # the column that is not used may be empty
    with pytest.raises(RowError, match="expected a value in column 't'") as caught:
        rows.messages(1)
    assert str(caught.value).startswith("row (1, 'y'): " if rows.index.nlevels == 2 else "row 'y': ")
    assert "dropna" in str(caught.value)
    assert "row" not in caught.value.kind[:5]


def test_the_word_nan_is_a_text_like_any_other_and_a_list_is_a_value() -> None:
    assert contents(["nan", "None"], "say {text}") == ["say nan", "say None"]
    assert contents(pd.Series([[1, None], np.array([1.5, np.nan])]), "{text}") == ["[1, None]", "[1.5 nan]"]


@pytest.mark.parametrize("label", [np.int64(3), np.str_("x")])
def test_a_row_is_called_by_its_label_in_plain_words(label: Any) -> None:
    assert Rows(pd.DataFrame({"t": ["a"]}, index=[label]), "{t}").label(0) == repr(label.item())


PART = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
TEXT = {"type": "text", "text": "What is it?"}


@pytest.mark.parametrize(
    ("made", "messages"),
    [
        ("q", [{"role": "user", "content": "q"}]),
        ([TEXT, PART], [{"role": "user", "content": [TEXT, PART]}]),
        ((TEXT, PART), [{"role": "user", "content": [TEXT, PART]}]),
        (
            [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}],
            [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}],
        ),
        (
            [Reply(message={"role": "assistant", "content": "A"}), {"role": "user", "content": "q"}],
            [{"role": "assistant", "content": "A"}, {"role": "user", "content": "q"}],
        ),
    ],
    ids=["text", "parts", "tuple", "messages", "reply"],
)
def test_a_function_may_give_a_text_parts_or_messages(made: Any, messages: list[Any]) -> None:
    assert asked(["x"], lambda _: made) == [messages]


@pytest.mark.parametrize("made", [None, 3, "", "  ", [], {}, [3], [TEXT, {"role": "user", "content": "q"}], b"x"])
def test_anything_else_is_an_error_of_its_row(made: Any) -> None:
    with pytest.raises(RowError, match=r"row 0: expected (a|the) prompt"):
        asked(["x"], lambda _: made)


def test_what_a_function_raises_is_an_error_of_its_row() -> None:
    with pytest.raises(RowError, match="row 0: the function that makes the prompt raised KeyError: ") as caught:
        asked([{"x": 1}], lambda row: row["missing"])
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_value_that_does_not_take_its_format_is_an_error_of_its_row() -> None:
    with pytest.raises(RowError, match="row 0: the column 'text' holds 'a'"):
        asked(["a"], "{text:.2f}")


@pytest.mark.parametrize(
    ("frame", "prompt", "said"),
    [
        ("text", "{text}", "expected a DataFrame, a Series, a list .*got str"),
        (None, "{text}", "got NoneType"),
        ({"text": ["a"]}, "{text}", "got dict"),
        (np.array(["a"]), "{text}", "got ndarray"),
        (["a", 3], "{text}", "a list with int 3 in it"),
        (["a", {"b": 1}], "{text}", "a list with str 'a' in it"),
        ([None], "{text}", "a list with NoneType None in it"),
        (["a"], 3, "expected a prompt.*got int"),
        (["a"], ["{text}"], "expected a prompt.*got list"),
    ],
)
def test_what_is_no_frame_or_no_prompt_is_refused(frame: Any, prompt: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        Rows(frame, prompt)


def test_an_async_function_is_refused() -> None:
    async def prompt(row: Any) -> str:
        return str(row)

    with pytest.raises(TypeError, match=r"expected a plain function.*got an async one"):
        Rows(["a"], prompt)


def test_a_prompt_without_a_column_is_refused_unless_repeats_are_meant() -> None:
    with pytest.raises(ValueError, match=r"such as \{text\}.*dedupe=False"):
        Rows(["a", "b"], "say it")
    assert contents(["a", "b"], "say it", repeats=True) == ["say it", "say it"]


@pytest.mark.parametrize("frame", [[], pd.DataFrame(), pd.Series([], dtype=object), pd.DataFrame({"text": []})])
def test_no_rows_are_no_error(frame: Any) -> None:
    assert len(Rows(frame, "say {text}")) == 0
    assert len(Rows(frame, str)) == 0


def test_no_rows_with_columns_still_have_their_names_checked() -> None:
    with pytest.raises(ValueError, match="expected the name of a column"):
        Rows(pd.DataFrame({"text": []}), "say {name}")


def test_a_limit_takes_the_first_rows_and_knows_of_the_others() -> None:
    rows = Rows(pd.DataFrame({"t": list("abc")}, index=[5, 5, 7]), "{t}", limit=2)
    assert (len(rows), rows.whole, list(rows.index)) == (2, 3, [5, 5])


def test_the_frame_is_left_as_it_is() -> None:
    frame = pd.DataFrame({"t": ["a"]})
    before = frame.copy()
    asked(frame, lambda row: str(row.update(pd.Series({"t": "changed"})) or row["t"]))
    pd.testing.assert_frame_equal(frame, before)
