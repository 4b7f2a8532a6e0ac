from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from minimax_nb.server.app import EmbeddedServer
from minimax_nb.server.recording.switchboard import Switchboard

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = {"model": "MiniMax-M2.7", "messages": [{"role": "user", "content": "Hi, how are you?"}]}


@pytest.fixture
def servers() -> Iterator[list[EmbeddedServer]]:
    """The servers behind the switchboard; the last one answers."""
    with EmbeddedServer(speed="max") as one, EmbeddedServer(speed="max", fault="bad-key") as other:
        yield [other, one]


@pytest.fixture
def board(servers: list[EmbeddedServer]) -> Iterator[Switchboard]:
    def find(key: str) -> tuple[str, str]:
        if not servers:
            raise LookupError("nobody is there")
        return servers[-1].base_url, servers[-1].api_key

    with Switchboard(find) as board:
        yield board


def post(board: Switchboard, key: str, path: str = "/chat/completions", **headers: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {key}", **headers}
    with httpx.Client(trust_env=False) as client:
        return client.post(f"{board.base_url}{path}", json=BODY, headers=headers)


def test_the_address_stays_while_servers_come_and_go(board: Switchboard, servers: list[EmbeddedServer]) -> None:
    key = board.add_key()
    assert post(board, key).status_code == 200
    servers.pop()
    assert post(board, key).status_code == 401  # the other server's fault
    servers.pop()
    answer = post(board, key)
    assert answer.status_code == 404
    assert answer.json()["error"] == {"type": "no_block_error", "message": "nobody is there", "http_code": "404"}


@pytest.mark.parametrize("key", ["nb-guessed", "{key}x", "ключ"])
def test_it_wants_a_key_of_its_own(board: Switchboard, key: str) -> None:
    mine = board.add_key()
    header = f"Bearer {key.format(key=mine)}".encode()
    with httpx.Client(trust_env=False) as client:
        assert client.post(f"{board.base_url}/models", headers={b"authorization": header}).status_code == 401
        assert client.get(f"{board.base_url}/models", headers={"authorization": f"Basic {mine}"}).status_code == 401


def test_it_answers_to_its_own_name_alone(board: Switchboard) -> None:
    assert post(board, board.add_key(), host="evil.example").status_code == 403


def test_paths_lead_nowhere_else(board: Switchboard) -> None:
    assert post(board, board.add_key(), "/%2e%2e/chat/completions").status_code == 404


def test_who_has_answered_is_passed_on_and_not_made_up(board: Switchboard) -> None:
    assert "minimax-nb-host" not in post(board, board.add_key()).headers
