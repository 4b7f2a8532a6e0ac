"""What a tool of a server gives, as text for the model and as a thing for the reader."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from IPython.display import Image
from mcp.types import CallToolResult

from minimax_nb.errors import ToolError
from minimax_nb.tools.mcp.results import read_result
from minimax_nb.tools.results import NO_OUTPUT, RESULT_LIMIT

from ...support.mcp_server import png

PICTURE = base64.b64encode(png()).decode("ascii")


def result(*content: dict[str, Any], **more: Any) -> CallToolResult:
    """A result as it comes from the wire."""
    return CallToolResult.model_validate({"content": list(content), **more})


def test_texts_are_joined_as_they_are() -> None:
    read = read_result(result({"type": "text", "text": "a  b"}, {"type": "text", "text": '{"c": 1}'}))
    assert read == ('a  b\n{"c": 1}', None)


@pytest.mark.parametrize("content", [[], [{"type": "text", "text": " \u200b\n"}]])
def test_nothing_is_said_to_be_nothing(content: list[Any]) -> None:
    assert read_result(result(*content)).text == NO_OUTPUT


def test_values_alone_are_written_as_json() -> None:
    assert read_result(result(structuredContent={"grad": "21 °C"})).text == '{"grad": "21 °C"}'
    both = result({"type": "text", "text": "21"}, structuredContent={"grad": 21})
    assert read_result(both).text == "21"


@pytest.mark.parametrize("form", ["image/png", "image/jpeg", "image/gif", "IMAGE/PNG"])
def test_a_picture_is_named_and_shown(form: str) -> None:
    read = read_result(result({"type": "image", "data": PICTURE, "mimeType": form}))
    assert read.text == f"[image, {form}, {len(png())} bytes, shown to the reader]"
    assert isinstance(read.shown, Image)


@pytest.mark.parametrize(
    ("data", "form", "words"),
    [
        ("?no base64?", "image/png", "whose base64 is broken"),
        ("", "image/png", "0 bytes]"),
        (PICTURE, "image/svg+xml", "[image, image/svg+xml, 69 bytes]"),
        (PICTURE, "text/html", "[image, text/html, 69 bytes]"),
    ],
)
def test_what_is_no_picture_is_named_alone(data: str, form: str, words: str) -> None:
    read = read_result(result({"type": "image", "data": data, "mimeType": form}))
    assert words in read.text
    assert read.shown is None


def test_sound_links_and_files_are_named() -> None:
    read = read_result(
        result(
            {"type": "audio", "data": PICTURE, "mimeType": "audio/wav"},
            {"type": "resource_link", "name": "log", "uri": "file:///log", "mimeType": "text/plain"},
            {"type": "resource", "resource": {"uri": "file:///note", "text": "Be early."}},
            {"type": "resource", "resource": {"uri": "file:///z", "blob": PICTURE, "mimeType": "application/zip"}},
        )
    )
    assert read.text.splitlines() == [
        "[audio, audio/wav, 69 bytes]",
        "[log: file:///log (text/plain)]",
        "[file:///note]",
        "Be early.",
        "[file:///z] [file, application/zip, 69 bytes]",
    ]
    assert read.shown is None


def test_several_pictures_are_all_shown() -> None:
    parts = [{"type": "image", "data": PICTURE, "mimeType": "image/png"}] * 3
    assert len(read_result(result(*parts)).shown) == 3


def test_a_failure_speaks_with_the_servers_words() -> None:
    with pytest.raises(ToolError, match=r"^no such city$"):
        read_result(result({"type": "text", "text": "no such city"}, isError=True))
    with pytest.raises(ToolError, match="without saying why"):
        read_result(result(isError=True))


def test_much_is_cut() -> None:
    assert len(read_result(result({"type": "text", "text": "x" * 10_000_000})).text) < RESULT_LIMIT + 100
    many = read_result(result(*[{"type": "text", "text": str(number)} for number in range(5_000)])).text
    assert many.endswith("199\n[4,800 more parts left out]")
