"""What a user asks, as the content of a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import minimax_nb as mm
from minimax_nb.history.media.content import content_of

from ...support.pictures import MP4, file, noise

if TYPE_CHECKING:
    from pathlib import Path

TEXT = {"type": "text", "text": "What is it?"}


def test_a_text_is_itself() -> None:
    assert content_of("What is it?") == "What is it?"
    assert content_of("https://a.example/b.png") == "https://a.example/b.png"


def test_a_list_holds_texts_pictures_videos_and_parts(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(file(noise()))
    (tmp_path / "b.mp4").write_bytes(MP4)
    image = noise()
    given = ["What is it?", tmp_path / "a.png", tmp_path / "b.mp4", image, file(image), MP4, TEXT, mm.picture(image)]
    found = content_of(given)
    assert [part["type"][:5] for part in found] == [
        "text",
        *["image", "video"] * 1,
        *["image"] * 2,
        "video",
        "text",
        "image",
    ]  # type: ignore[index]
    assert content_of(tuple(given)) == found
    assert found[0] == found[6] == TEXT


def test_one_thing_alone_is_a_list_of_it() -> None:
    image = noise()
    assert content_of(image) == [mm.picture(image)]
    assert content_of(mm.video(MP4)) == [mm.video(MP4)]
    assert content_of(TEXT) == [TEXT]


def test_an_address_alone_is_judged_by_its_end() -> None:
    picture, video = content_of(["https://a.example/b.JPG?size=2", " https://a.example/c.webm "])
    assert (picture["type"], video["type"]) == ("image_url", "video_url")  # type: ignore[index]
    assert content_of(["Read https://a.example/page"]) == [{"type": "text", "text": "Read https://a.example/page"}]


@pytest.mark.parametrize("url", ["https://a.example/page", "https://a.example/", "http://a.example/x.html"])
def test_the_address_of_a_page_is_no_picture(url: str) -> None:
    with pytest.raises(ValueError, match="which may be a page"):
        content_of(["What is it?", url])


@pytest.mark.parametrize("given", ["", " \n", [], ()])
def test_nothing_is_no_question(given: Any) -> None:
    with pytest.raises(ValueError, match="expected a question"):
        content_of(given)


@pytest.mark.parametrize("given", [None, 3, True, {1}, {"a": 1}, mm.Reply(), object(), int])
def test_anything_else_is_none(given: Any) -> None:
    for each in (given, ["a", given]):
        with pytest.raises(TypeError, match="expected a question: a text, a picture"):
            content_of(each)


@pytest.mark.parametrize("written", ["plot.png", " plot.png ", ["What?", "plot.png"], "clip.MP4"])
def test_the_name_of_a_picture_gets_a_hint(
    written: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("plot.png", "clip.MP4"):
        (tmp_path / name).write_bytes(b"x")
    content_of(written)
    said = " ".join(capsys.readouterr().err.split())
    assert "goes as text. To send the file: chat([…, Path('" in said
    content_of(written, hint=False)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "written", ["missing.png", "x" * 5_000 + ".png", "a\0b.png", "~nobody/x.png", "See plot.png?", "folder.png"]
)
def test_other_names_get_none(
    written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plot.png").write_bytes(b"x")
    (tmp_path / "folder.png").mkdir()
    assert content_of(written) == written
    assert capsys.readouterr().err == ""
