from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.stream.details import DetailsAssembler

SAME = {"type": "reasoning.text", "id": "reasoning-text-1", "format": "MiniMax-response-v1"}


def detail(text: str, index: int | None = 0, **other: Any) -> dict[str, Any]:
    return {**SAME, **({} if index is None else {"index": index}), **other, "text": text}


def assembled(*deltas: list[Any]) -> tuple[DetailsAssembler, str]:
    assembler, said = DetailsAssembler(), ""
    for entries in deltas:
        piece, _ = assembler.feed(entries)
        said = assembler.said() if piece is None else said + piece
    return assembler, said


def test_only_the_text_grows() -> None:
    assembler, said = assembled([detail("The")], [detail(" user")], [detail(" asks")])
    assert json.dumps(assembler.message(0)) == json.dumps([detail("The user asks")])
    assert said == "The user asks"


def test_each_entry_has_its_own_text() -> None:
    assembler, said = assembled([detail("a", 0), detail("x", 1)], [detail("b", 0)], [detail("y", 1)])
    assert [entry["text"] for entry in assembler.message(0)] == ["ab", "xy"]
    assert said == "ab\n\nxy"


def test_an_entry_that_goes_on_with_another_is_not_parted_from_it() -> None:
    assert assembled([detail("it takes one", 0)], [detail(" argument", 1)])[1] == "it takes one argument"
    assert assembled([detail("it takes ", 0)], [detail("one", 1)], [detail("!", 0)])[1] == "it takes !\n\none"


def test_one_entry_may_be_snapshots_and_another_increments() -> None:
    grown = ["The user", "The user asks", "The user asks how many"]
    assembler, _ = assembled(*([detail(text, 0), detail("a", 1)] for text in grown))
    assert [entry["text"] for entry in assembler.message(0)] == [grown[-1], "aaa"]


@pytest.mark.parametrize(
    ("deltas", "texts"),
    [
        ([[detail("a", None, id="1")], [detail("x", None, id="2")], [detail("b", None, id="1")]], ["ab", "x"]),
        ([[{"text": "a"}, {"text": "x"}], [{"text": "b"}, {"text": "y"}]], ["ab", "xy"]),
        ([[{"text": "a"}], [{"text": "b", "index": 0}]], ["a", "b"]),
        ([[detail("a", 0, type="reasoning.text")], [detail("x", 0, type="reasoning.summary")]], ["a", "x"]),
        ([[detail("a", 3)], [detail("b", 3)]], ["ab"]),
    ],
    ids=["by id", "by position", "with and without an index", "by type", "counting from 3"],
)
def test_pieces_find_their_entry(deltas: list[list[Any]], texts: list[str]) -> None:
    assert [entry["text"] for entry in assembled(*deltas)[0].message(0)] == texts


def test_a_thousand_entries_keep_their_order() -> None:
    assembler, said = assembled(*([detail(f"{number}", number)] for number in range(1000)), [detail("!", 3)])
    assert [entry["index"] for entry in assembler.message(0)] == list(range(1000))
    assert said.startswith("0\n\n1\n\n2\n\n3!\n\n4")


def test_of_other_keys_the_latest_value_counts_and_null_is_none() -> None:
    assembler, _ = assembled([detail("a", signature=None)], [detail("b", signature="s1")], [detail("", signature=None)])
    assert assembler.message(0) == [{**detail("ab"), "signature": "s1"}]


def test_a_piece_with_other_keys_than_the_one_before_is_read_whole() -> None:
    pieces = [detail("a"), detail("b"), {**detail("c"), "signature": "s"}, detail("d"), {**detail("e"), "note": None}]
    assembler, said = assembled(*([piece] for piece in pieces))
    assert assembler.message(0) == [{**detail("abcde"), "signature": "s", "note": None}]
    assert said == "abcde"


def test_a_text_that_comes_late_is_kept() -> None:
    first = {key: value for key, value in detail("").items() if key != "text"}
    assembler, said = assembled([first], [detail("")], [detail("a")], [detail("b")])
    assert assembler.message(0) == [detail("ab")]
    assert said == "ab"


def test_the_same_piece_at_another_position_is_another_entry() -> None:
    assembler, _ = assembled([{"text": "a"}], [{"text": "b"}, {"text": "b"}])
    assert [entry["text"] for entry in assembler.message(0)] == ["ab", "b"]


def test_an_entry_without_text_stays_without() -> None:
    assembler, said = assembled([{"type": "reasoning.encrypted", "data": "x"}], [{"type": "none", "text": None}])
    assert assembler.message(0) == [{"type": "reasoning.encrypted", "data": "x"}, {"type": "none", "text": None}]
    assert said == ""


def test_a_repetition_is_no_growth() -> None:
    assembler = DetailsAssembler()
    assert assembler.feed([detail("The user")]) == ("The user", True)
    assert assembler.feed([detail("The user")]) == ("", False)
    assert assembler.feed([]) == ("", False)


def test_an_empty_list_is_received_too() -> None:
    assembler = DetailsAssembler()
    assembler.feed([])
    assert assembler.message(0) == []
