from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.stream.textfield import BELIEF_AT_END, Mode, TextField

SENTENCE = "The user asks how many moons the planet has, so I count them."


def fed(pieces: list[str]) -> tuple[TextField, str | None]:
    """The field, and what was said of it: None once anything had to be read anew."""
    field, said = TextField(), ""
    anew = False
    for piece in pieces:
        delta = field.feed(piece)
        if delta is None:
            anew, said = True, field.text()
        else:
            said += delta
    return field, None if anew else said


INCREMENTS = {
    "plain": ["The user", " asks", " how"],
    "one repeats the beginning of another": ["a", "and", "b"],
    "a letter, then a word with it, then the rest": ["a", "an", "answer"],
    "laughter": ["ha", "haha"],
    "laughter, again and again": ["ha", "haha", "hahaha", "hahahahahaha"],
    "a rule": ["----", "--------", "----------------"],
    "the same word twice": ["no ", "no "],
    "the same long line thrice": ["| --- | --- |\n"] * 3,
    "short growth": ["I", "It", "It's"],
    "empty pieces between": ["", "a", "", "b", ""],
    "one piece": ["all of it"],
    "none": [],
    "only empty ones": ["", ""],
}
SNAPSHOTS = {
    "by words": ["The user", "The user asks", "The user asks how"],
    "by letters": list(accumulate(SENTENCE)),
    "with repetitions": ["The user", "The user", "The user asks", "The user asks", "The user asks how many"],
    "with an older one again": ["The user", "The user asks", "The user asks how", "The user", "The user asks how many"],
    "two": ["The user just", "The user just said hi."],
    "empty pieces between": ["", "The user", "", "The user asks", "The user asks how"],
}


@pytest.mark.parametrize("pieces", INCREMENTS.values(), ids=INCREMENTS.keys())
def test_increments_are_joined(pieces: list[str]) -> None:
    field, said = fed(pieces)
    assert field.mode is not Mode.SNAPSHOTS
    assert field.text(field.evidence) == "".join(pieces)
    assert said is not None
    assert "".join(pieces).startswith(said)


@pytest.mark.parametrize("pieces", SNAPSHOTS.values(), ids=SNAPSHOTS.keys())
def test_snapshots_are_counted_once(pieces: list[str]) -> None:
    field, said = fed(pieces)
    assert field.mode is not Mode.INCREMENTS
    assert field.text(field.evidence) == pieces[-1]
    assert said is not None
    assert pieces[-1].startswith(said)


def test_while_both_readings_stand_only_the_first_piece_is_said() -> None:
    field = TextField()
    assert [field.feed(piece) for piece in ("The", "The user", "The user asks me")] == ["The", "", ""]
    assert field.mode is Mode.OPEN
    assert field.feed("The user asks me how") == " user asks me how"
    assert field.mode is Mode.SNAPSHOTS
    assert field.feed("The user asks me how many") == " many"


def test_the_first_piece_that_does_not_fit_gives_out_what_was_held_back() -> None:
    field = TextField()
    assert [field.feed(piece) for piece in ("a", "and", " so on", "a")] == ["a", "", "and so on", "a"]
    assert field.text() == "aand so ona"


def test_an_open_field_follows_the_evidence_of_the_whole_stream() -> None:
    field, _ = fed(["Plan", "Plan more"])
    assert field.evidence == 4
    assert field.text(field.evidence) == "PlanPlan more"
    assert field.text(BELIEF_AT_END) == "Plan more"
    repeated, _ = fed(["OK", "OK"])
    assert repeated.text(BELIEF_AT_END) == "OKOK"


def test_a_wrong_guess_found_early_is_taken_back() -> None:
    pieces = ["This is the house", "This is the house that", "This is the house that Jack built", "no more"]
    field, said = fed(pieces)
    assert said is None
    assert field.mode is Mode.INCREMENTS
    assert field.text() == "".join(pieces)


def test_late_in_a_stream_of_snapshots_a_piece_that_does_not_fit_is_appended() -> None:
    pieces = list(accumulate(SENTENCE))
    field, said = fed([*pieces, "A new thought", "A new thought about it"])
    assert field.text() == said == SENTENCE + "A new thought about it"


def test_snapshots_believed_late_keep_no_older_ones() -> None:
    field, said = fed(
        [*["-", "--"] * 0, *("x" * n for n in range(1, 12)), "x" * 12 + "y" * 20, "x" * 12 + "y" * 20 + "z"]
    )
    assert field.mode is Mode.SNAPSHOTS
    assert field.text() == said == "x" * 12 + "y" * 20 + "z"


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["a\ud83d", "\ude00b"], "a😀b"),
        (["\ud83d", "\ude00"], "😀"),
        (["a\ud83d", "a\ud83d\ude00 grew", "a\ud83d\ude00 grew quite a bit"], "a😀 grew quite a bit"),
        (["a\ud83d", "b"], "a\ufffdb"),
        (["a", "\ude00b"], "a\ufffdb"),
    ],
    ids=ascii,
)
def test_a_character_cut_in_two_is_put_together(pieces: list[str], text: str) -> None:
    field, said = fed(pieces)
    assert field.text(16) == text
    assert said is not None
    said.encode()


def test_a_field_that_says_what_another_is_known_to_say_is_a_snapshot() -> None:
    field, _ = fed(["Hi.", "Hi.", "Hi."])
    assert field.text(0, ["Ho.", "Hi.\n"]) == "Hi."
    assert field.text(0, ["Hi.Hi."]) == "Hi.Hi.Hi."


@given(st.lists(st.text("ab", max_size=3), max_size=12))
def test_what_was_said_is_the_text_or_its_beginning(pieces: list[str]) -> None:
    field, said = fed(pieces)
    if said is not None:
        assert field.text().startswith(said) or field.mode is Mode.OPEN
        assert "".join(pieces).startswith(said) or field.mode is Mode.SNAPSHOTS


@given(st.lists(st.text(min_size=1), min_size=1, max_size=30))
def test_growing_snapshots_never_give_more_than_the_last_or_all_of_them(steps: list[str]) -> None:
    snapshots = list(accumulate(steps))
    field, said = fed(snapshots)
    assert said is not None
    assert field.text(field.evidence) in (snapshots[-1], "".join(snapshots))
    if field.mode is Mode.SNAPSHOTS:
        assert said == snapshots[-1]
