from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from openai import BadRequestError, OpenAI

from minimax_nb import measure_speed
from minimax_nb.analysis import speed
from minimax_nb.server.app import EmbeddedServer

from ..support.scripted import Script, client_of, message

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def client() -> Iterator[OpenAI]:
    with EmbeddedServer(speed="max") as server, OpenAI(base_url=server.base_url, api_key=server.api_key) as client:
        yield client


def timed(*pieces: tuple[float, str], tokens: int | None) -> list[dict[str, Any]]:
    """A stream whose chunks carry their time."""
    frame = {"id": "x", "object": "chat.completion.chunk", "model": "MiniMax-M2.7"}
    made = [
        {**frame, "minimax_nb": {"t": moment}, "choices": [{"index": 0, "delta": {"content": text}}]}
        for moment, text in pieces
    ]
    made.append({**frame, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if tokens is not None:
        made.append({**frame, "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": tokens}})
    return made


def scripted(*answers: Any) -> tuple[Any, Script]:
    script = Script(*answers)
    return client_of(script), script


def test_the_speed_is_tokens_from_the_first_to_the_last() -> None:
    client, script = scripted(
        timed((1.0, "a"), (3.0, "b"), tokens=100),
        timed((2.0, "a"), (3.0, "b"), tokens=100),
    )
    row = measure_speed("MiniMax-M2.7", runs=2, client=client).loc["MiniMax-M2.7"]
    assert (row["runs"], row["tokens_per_s"], row["slowest"], row["fastest"]) == (2, 75.0, 50.0, 100.0)
    assert row["spread"] == pytest.approx(35.355, abs=0.001)
    assert row["first_token_s"] == 1.5
    assert row["documented"] == 60
    assert script.requests[0]["stream_options"] == {"include_usage": True}


def test_whoever_watches_sees_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, bool]] = []
    monkeypatch.setenv("MINIMAX_NB_DISPLAY", "live")
    monkeypatch.setattr(
        speed, "publish", lambda data, *, display_id, update: shown.append((data["text/plain"], update))
    )
    client, _ = scripted(*[timed((1.0, "a"), (3.0, "b"), tokens=100)] * 4)
    measure_speed(["MiniMax-M2.7", "MiniMax-M2"], runs=2, client=client)
    assert shown[:-1] == [
        ("MiniMax-M2.7: run 1 of 2…", False),
        ("MiniMax-M2.7: run 2 of 2…", True),
        ("MiniMax-M2: run 1 of 2…", True),
        ("MiniMax-M2: run 2 of 2…", True),
    ]
    assert shown[-1][0].startswith("Measured in ")


def test_nothing_is_printed_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    client, _ = scripted(timed((1.0, "a"), (3.0, "b"), tokens=100))
    measure_speed("MiniMax-M2.7", runs=1, client=client)
    assert capsys.readouterr() == ("", "")


def test_runs_that_cannot_be_measured_are_left_out_of_the_mean() -> None:
    client, _ = scripted(
        timed((1.0, "a"), (3.0, "b"), tokens=100),
        timed((1.0, "all"), tokens=9),
        timed((1.0, "a"), (2.0, "b"), tokens=None),
    )
    row = measure_speed("unknown", runs=3, client=client).loc["unknown"]
    assert (row["runs"], row["tokens_per_s"]) == (1, 50.0)
    assert row[["spread", "documented", "cost_usd"]].isna().all()


def test_nothing_to_measure_gives_a_row_without_a_speed() -> None:
    client, _ = scripted(message("All at once."))
    row = measure_speed("MiniMax-M2", runs=1, client=client).loc["MiniMax-M2"]
    assert row["runs"] == 0
    assert row[["tokens_per_s", "slowest", "fastest", "documented"]].isna().all()


def test_the_embedded_server_keeps_to_the_documented_speeds_and_says_that_it_rehearses(client: OpenAI) -> None:
    table = measure_speed(["MiniMax-M2.7", "MiniMax-M2.7-highspeed"], runs=1, client=client)
    assert table["tokens_per_s"].tolist() == pytest.approx([60, 100], rel=0.1)
    assert table["origin"].tolist() == ["practice", "practice"]
    assert table["cost_usd"].tolist() == [0, 0]


@pytest.mark.parametrize("runs", [0, -1, 1.5, True, None])
def test_runs_are_counted_from_one(runs: Any) -> None:
    with pytest.raises(ValueError, match="expected runs to be a whole number from 1"):
        measure_speed("MiniMax-M2", runs=runs, client=scripted()[0])


def test_no_model_is_refused() -> None:
    with pytest.raises(ValueError, match="expected at least one model"):
        measure_speed([], client=scripted()[0])


def test_a_request_that_fails_is_told(client: OpenAI) -> None:
    with pytest.raises(BadRequestError, match="unknown model"):
        measure_speed("MiniMax-M9", runs=1, client=client)
