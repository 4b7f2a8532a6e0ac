"""A conversation about pictures: asked, shown, saved, loaded, exported, asked in rows."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import minimax_nb as mm
from minimax_nb.render.transcript import exchange_bundle

from ..support.html_inspection import DOCUMENT, inspect
from ..support.pictures import MP4, file, noise

if TYPE_CHECKING:
    import openai

    from minimax_nb.server.app import EmbeddedServer

M3 = "MiniMax-M3"
RAW = file(noise())


@pytest.fixture
def client(server: EmbeddedServer) -> openai.OpenAI:
    return mm.connect(base_url=server.base_url, api_key=server.api_key)


def test_the_server_says_back_what_it_got(client: openai.OpenAI, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(RAW)
    chat = mm.Chat(client, M3, display=False)
    reply = chat(["What is in them?", path, mm.video(MP4, fps=1), "https://a.example/b.jpg"])
    assert f"`image/png` ({len(RAW):,} bytes), `video/mp4` (124 bytes), `https://a.example/b.jpg`" in reply.content
    assert "What is in them?" in reply.content
    assert mm.check_history(chat.messages, model=M3) == []
    assert chat("And now?").complete


def test_the_async_twin_takes_the_same(client: openai.OpenAI) -> None:
    reply = asyncio.run(mm.Chat(client, M3, display=False).ask([RAW, "What is it?"]))
    assert f"({len(RAW):,} bytes)" in reply.content


def test_a_picture_alone_is_a_question(client: openai.OpenAI) -> None:
    assert f"({len(RAW):,} bytes)" in mm.Chat(client, M3, display=False)(noise_file()).content


def noise_file() -> Any:
    return mm.picture(RAW)


def test_a_model_that_sees_nothing_is_not_asked(client: openai.OpenAI) -> None:
    chat = mm.Chat(client, "MiniMax-M2.7", display=False)
    with pytest.raises(mm.HistoryError, match=r"a picture, which MiniMax-M2\.7 does not take; MiniMax-M3 does"):
        chat(["What is it?", RAW])
    assert chat.messages == []


def test_a_bad_picture_leaves_the_history_as_it_was(client: openai.OpenAI) -> None:
    chat = mm.Chat(client, M3, display=False)
    for bad in (b"none", Path("missing.png"), 3):
        with pytest.raises((ValueError, TypeError, OSError)):
            chat(["What is it?", bad])
    assert chat.messages == []
    assert not chat.answering


def test_a_form_is_asked_for_beside_a_picture(client: openai.OpenAI) -> None:
    reply = mm.Chat(client, M3, display=False)(["How many?", RAW], response=int)
    assert isinstance(reply.parsed, int)


def test_trace_and_transcript_show_it_small(client: openai.OpenAI) -> None:
    chat = mm.Chat(client, M3, display=False)
    chat(["What is <b>it</b>?", RAW])
    page = chat.trace._forms()["text/html"]
    assert page.count("<img") == 1
    assert "[picture, PNG, " in page
    [exchange] = chat.exchanges()
    forms = exchange_bundle(exchange)
    found = inspect(forms["text/html"], DOCUMENT)
    assert found.tags.count("img") == 1
    assert "40 × 30 pixels" in found.text
    for form in ("text/plain", "text/markdown"):
        assert "picture, PNG, " in forms[form]  # type: ignore[literal-required]
        assert "base64" not in forms[form]  # type: ignore[literal-required]


def test_the_turn_begins_with_it(client: openai.OpenAI, capsys: pytest.CaptureFixture[str]) -> None:
    mm.Chat(client, M3)(["What is it?", RAW])
    assert re.match(r"\[picture, PNG, \d+ KB\]\n", capsys.readouterr().out)


def test_it_is_saved_once_and_loaded_whole(client: openai.OpenAI, tmp_path: Path) -> None:
    chat = mm.Chat(client, M3, display=False)
    chat(["What is it?", RAW])
    chat.save(tmp_path / "talk.json")
    text = (tmp_path / "talk.json").read_text()
    assert text.count("base64,") == 1
    again = mm.Chat.load(tmp_path / "talk.json", client, display=False)
    assert again.messages == chat.messages
    assert again.trace == chat.trace
    assert [len(step.pictures) for step in again.trace if step.kind == "user"] == [1]
    assert mm.Trace.from_json(write(tmp_path, chat.trace.to_json())) == chat.trace
    assert f"({len(RAW):,} bytes)" in again([RAW, "And this?"]).content


def write(folder: Path, text: str) -> Path:
    path = folder / "trace.json"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("ending", [".md", ".html", ".py", ".ipynb"])
def test_exports_hold_it(ending: str, client: openai.OpenAI, tmp_path: Path) -> None:
    chat = mm.Chat(client, M3, display=False)
    chat(["What is it?", mm.picture(RAW, detail="low"), mm.video(MP4, fps=2)])
    chat.export(tmp_path / f"talk{ending}")
    text = (tmp_path / f"talk{ending}").read_text(encoding="utf-8")
    if ending in (".md", ".html"):
        assert "picture, PNG, " in text
        assert ("<img" in text) is (ending == ".html")
        return
    source = text if ending == ".py" else "".join(json.loads(text)["cells"][-1]["source"])
    asked = next(line for line in source.splitlines() if line.startswith("chat("))
    given = eval(asked.removeprefix("chat"), {"mm": mm})
    assert given == [{"type": "text", "text": "What is it?"}, mm.picture(RAW, detail="low"), mm.video(MP4, fps=2)]


def test_rows_may_ask_about_pictures(client: openai.OpenAI, tmp_path: Path) -> None:
    for at in range(3):
        (tmp_path / f"{at}.png").write_bytes(file(noise(10 + at)))
    (tmp_path / "3.png").write_bytes(b"none")
    out = mm.batch(
        [{"file": str(tmp_path / f"{at}.png")} for at in range(5)],
        lambda row: ["What is it?", Path(row["file"])],
        model=M3,
        client=client,
        progress=False,
    )
    assert out["reply"].str.contains("image/png").tolist()[:3] == [True] * 3
    assert "3.png, which is none" in out["error"][3]
    assert "there is no" in out["error"][4]


def test_compare_takes_them_too(client: openai.OpenAI) -> None:
    comparison = mm.compare(["What is it?", RAW], [M3, "MiniMax-M3.1-Flash"], client=client)
    assert "image/png" in comparison[M3].content


def test_a_fork_and_a_trim_keep_them_whole(client: openai.OpenAI) -> None:
    chat = mm.Chat(client, M3, display=False)
    chat(["What is it?", RAW])
    chat("And now?")
    other = chat.fork()
    assert other.messages == chat.messages
    assert mm.trim_history(chat.messages, keep_turns=1)[0]["content"] == "And now?"
    assert chat.context.tokens > 0
