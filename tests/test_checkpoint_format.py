"""The page on a batch's checkpoint: its examples read one, and it knows every field that is written."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import minimax_nb as mm
from minimax_nb.server.app import EmbeddedServer

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "checkpoint-format.md").read_text(encoding="utf-8")


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A checkpoint with a row that failed and was asked again, one that was torn, and one that is being written."""
    monkeypatch.chdir(tmp_path)
    with EmbeddedServer(speed="max") as server:
        client = mm.connect(base_url=server.base_url, api_key=server.api_key)
        mm.batch(["one", "two", "three"], "Say {text}", checkpoint="answers.jsonl", client=client, max_concurrency=1)
    path = Path("answers.jsonl")
    header, first, *others = path.read_bytes().splitlines(keepends=True)
    failed = json.dumps({"key": json.loads(first)["key"], "error": "no", "error_code": 1000, "messages": []}).encode()
    path.write_bytes(b"".join([header, failed, b"\n", first[:40], b"\n", first, *others, '{"key":"é'.encode()[:-1]]))
    return [json.loads(line)["messages"][-1]["content"] for line in (first, *others)]


def test_the_example_in_python_finds_the_answers(answers: list[str]) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    found: dict[str, dict[str, str]] = {}
    exec(compile(example, "checkpoint-format.md", "exec"), found)
    assert list(found["answers"].values()) == answers
    assert list(mm.read_batch("answers.jsonl")["reply"]) == answers


@pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq")
def test_the_example_in_a_shell_finds_the_answers(answers: list[str]) -> None:
    (example,) = re.findall(r"^```bash\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    done = subprocess.run(["sh", "-c", example], capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == "".join(f"{answer}\n" for answer in answers)


def test_the_page_knows_every_field_that_is_written(answers: list[str]) -> None:
    named = {name for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    written: set[str] = set()
    for line in Path("answers.jsonl").read_bytes().splitlines()[:4]:
        written |= set(json.loads(line)) if line.endswith(b"}") else set()
    assert {"minimax_nb", "shared", "key", "error", "messages"} <= written
    assert written <= named
