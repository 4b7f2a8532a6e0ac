"""A picture in hand: a dict for a request, and a small picture for a reader."""

from __future__ import annotations

import copy
import json
import pickle

import minimax_nb as mm

from ...support.pictures import MP4, file, noise


def test_it_is_a_dict_and_stays_one() -> None:
    part = mm.picture(noise(), detail="low")
    assert json.loads(json.dumps(part)) == part == copy.deepcopy(part) == pickle.loads(pickle.dumps(part))
    assert type(copy.deepcopy(part)) is type(part)


def test_its_words_are_short() -> None:
    assert repr(mm.picture(file(noise()))).startswith("<picture, PNG, ")
    assert repr(mm.picture("https://a.example/b.png")) == "<picture https://a.example/b.png>"
    assert repr(mm.video(MP4, fps=1)) == "<video, MP4, 124 bytes, 1 frames a second>"
    assert len(repr([{"role": "user", "content": [mm.picture(noise(300, 300))]}])) < 100


def test_it_shows_itself_small() -> None:
    forms = mm.picture(noise())._repr_mimebundle_()
    assert forms is not None
    assert '<img src="data:image/png;base64,' in forms["text/html"]
    assert "40 × 30 pixels" in forms["text/html"]
    elsewhere = mm.picture("https://a.example/<b>.png")._repr_html_()
    assert elsewhere is not None
    assert "<img" not in elsewhere
    assert "<b>" not in elsewhere
