"""The lessons, unchanged, in the hands of a reader who has a key: over HTTP, to a service that answers to no other."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from minimax_nb.server.app import EmbeddedServer
from notebooks.offline import lessons

from .support import notebook_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def service() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(speed="max") as running:
        yield running


@pytest.fixture
def key(service: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """The key that the service wants; it stands in the environment, as does the service's address."""
    monkeypatch.setenv("OPENAI_BASE_URL", service.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", service.api_key)
    monkeypatch.setenv("MINIMAX_NB_SPEED", "max")  # for the servers that lessons start
    return service.api_key


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
@pytest.mark.port
def test_a_lesson_runs_unchanged_against_a_service(path: Path, key: str, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path)
    shutil.copytree(path.parent / "pictures", tmp_path / "pictures")
    notebook = notebook_files.read(tmp_path / path.name)
    notebook_files.run(notebook, tmp_path)
    told = json.dumps(notebook)
    if "mm.connect()" in told:  # one poses as servers of its own
        assert "with the key from OPENAI_API_KEY" in told
    assert key not in told
