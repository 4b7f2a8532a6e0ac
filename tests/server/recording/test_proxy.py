"""The reverse proxy: everything is passed on, whatever becomes of the reader or the endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import openai
import pytest

from minimax_nb.server.recording.recorder import RecordingServer
from minimax_nb.server.tape.recorded import RecordedReply

from ...support.recorders import PING, UPSTREAM_KEY, recorder, turns
from ...support.servers import DROPPED, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from minimax_nb.server.app import EmbeddedServer


def test_pieces_are_passed_on_as_they_come(service: EmbeddedServer, tmp_path: Path) -> None:
    with recorder(service, tmp_path) as (server, client):
        stream = client.chat.completions.create(model="fault-hang:2", messages=[PING], stream=True)  # type: ignore[arg-type]
        assert [next(stream).choices[0].index for _ in range(2)] == [0, 0]  # type: ignore[union-attr]
        stream.close()  # type: ignore[union-attr]
        wait_until(lambda: server.open_replies == 0 and service.open_replies == 0)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("rate-limit", openai.RateLimitError),
        ("bad-key", openai.AuthenticationError),
        ("overload", openai.InternalServerError),
        ("midstream-error", openai.APIError),
        ("cut:2", DROPPED),
        ("end:2", None),
        ("base-resp", None),
        ("empty", None),
    ],
)
def test_an_error_and_a_broken_reply_are_passed_on_and_not_kept(
    service: EmbeddedServer, tmp_path: Path, fault: str, error: Any
) -> None:
    asked: Any = {"model": f"fault-{fault}", "messages": [PING], "stream": True}
    with recorder(service, tmp_path) as (server, client):
        if error is None:
            list(client.chat.completions.create(**asked))
        else:
            with pytest.raises(error):
                list(client.chat.completions.create(**asked))
        assert server.recorded == 0
    assert list(tmp_path.iterdir()) == []


def test_a_reader_who_leaves_in_the_middle_leaves_nothing_half(service: EmbeddedServer, tmp_path: Path) -> None:
    with recorder(service, tmp_path) as (server, client):
        next(iter(client.chat.completions.create(model="fault-hang:3", messages=[PING], stream=True)))  # type: ignore[arg-type]
        client.close()
        wait_until(lambda: server.open_replies == 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stream", [True, False])
def test_a_reader_who_leaves_before_the_reply_ends_the_request_upstream(
    service: EmbeddedServer, tmp_path: Path, stream: bool
) -> None:
    with recorder(service, tmp_path) as (server, client):
        asked: Any = {"model": "fault-hang:0", "messages": [PING], "stream": stream}
        with pytest.raises((openai.APITimeoutError, httpx.ReadTimeout)):
            list(client.with_options(timeout=0.3).chat.completions.create(**asked))
        wait_until(lambda: server.open_replies == service.open_replies == 0)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_who_leaves_with_the_finish_reason_leaves_a_whole_reply(
    service: EmbeddedServer, tmp_path: Path
) -> None:
    with recorder(service, tmp_path) as (server, client):
        asked: Any = {"model": "fault-hang:999999", "messages": [PING], "stream": True}
        for chunk in client.chat.completions.create(**asked):
            if chunk.choices[0].finish_reason:
                break
        client.close()
        wait_until(lambda: server.open_replies == 0)
    (turn,) = turns(tmp_path)
    assert isinstance(turn.answer, RecordedReply)
    assert turn.answer.events[-1].body["choices"][0]["finish_reason"] == "stop"  # type: ignore[index]


def test_other_endpoints_are_passed_on(service: EmbeddedServer, tmp_path: Path) -> None:
    with recorder(service, tmp_path) as (server, client):
        assert "MiniMax-M2" in [model.id for model in client.models.list()]
        with pytest.raises(openai.NotFoundError):
            client.embeddings.create(model="x", input="y")
        assert server.recorded == 0


@pytest.mark.port
def test_the_reader_is_told_who_has_answered(service: EmbeddedServer, tmp_path: Path) -> None:
    with RecordingServer(f"http://localhost:{service.port}/v1", "a wrong key", tmp_path) as server:
        headers = {"Authorization": f"Bearer {server.api_key}"}
        answer = httpx.get(f"{server.base_url}/models", headers=headers, trust_env=False)
    assert (answer.status_code, answer.headers["minimax-nb-host"]) == (401, "localhost")


def test_without_authorization_nothing_is_passed_on(service: EmbeddedServer, tmp_path: Path) -> None:
    with recorder(service, tmp_path) as (server, _):
        url = f"{server.base_url}/models"
        for headers, status in (
            ({}, 401),
            ({"Authorization": f"Bearer {UPSTREAM_KEY}"}, 401),
            ({"Authorization": f"Bearer {server.api_key}", "Host": "evil.example"}, 403),
            ({"Authorization": f"Bearer {server.api_key}", "Origin": "http://evil.example"}, 200),
        ):
            answer = httpx.get(url, headers=headers, trust_env=False)
            assert answer.status_code == status
            assert "access-control-allow-origin" not in answer.headers
        assert UPSTREAM_KEY not in repr(server)
        assert server.api_key not in repr(server)


def test_an_endpoint_that_is_not_there_is_told(tmp_path: Path) -> None:
    with (
        RecordingServer("http://127.0.0.1:9/v1", UPSTREAM_KEY, tmp_path) as server,
        openai.OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0) as client,
        pytest.raises(openai.InternalServerError, match=r"127\.0\.0\.1 could not be reached while recording") as caught,
    ):
        client.models.list()
    assert UPSTREAM_KEY not in str(caught.value)
