"""The sender: failures that pass are tried again, refusals slow all down, what would fail every row stops the run."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Any

import pytest

import minimax_nb as mm

from ..support.chat_service import Asked, Said, Service, echo, refuses, says

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd


def ask(service: Service, rows: int = 1, **options: Any) -> pd.DataFrame:
    with service.client(timeout=options.pop("timeout", 20)) as client:
        texts = [f"row {number}" for number in range(rows)]
        return mm.batch(texts, "{text}", **{"client": client, "progress": False, **options})


def at_first(times: int, said: Said, then: Callable[[Asked], Said] = echo) -> Callable[[Asked], Said]:
    """Answers each row with the same so many times, then well."""
    counts: Counter[str] = Counter()

    def answer(asked: Asked) -> Said:
        counts[asked.text] += 1
        return said if counts[asked.text] <= times else then(asked)

    return answer


PASSING = {
    "500": Said({}, 500),
    "502 with a page": Said(b"<html>bad gateway", 502),
    "503 with a pause": Said({}, 503, {"retry-after-ms": "10"}),
    "1000": refuses(1000),
    "1013 under 500": refuses(1013, status=500),
    "no JSON": Said(b"{oops", 200),
    "half of it": Said(says("whole").body, cut=True),
    "nothing": Said(b"", 200),
    "an error in words": Said({"error": {"message": "try again"}}),
    "408": Said({}, 408),
}


@pytest.mark.parametrize("said", PASSING.values(), ids=PASSING)
def test_what_passes_is_tried_again(service: Service, said: Said) -> None:
    service.answer = at_first(2, said)
    out = ask(service, 3)
    assert list(out.reply) == ["ROW 0", "ROW 1", "ROW 2"]
    assert list(out.attempts) == [3, 3, 3]
    assert out.attrs["minimax_nb"]["requests"] == 9


def test_silence_is_tried_again(service: Service) -> None:
    service.answer = at_first(1, Said({}, hang=True))
    out = ask(service, 2, timeout=0.3)
    assert list(out.reply) == ["ROW 0", "ROW 1"]
    assert list(out.attempts) == [2, 2]


@pytest.mark.parametrize("attempts", [1, 3])
def test_attempts_are_counted_and_end(service: Service, attempts: int) -> None:
    service.answer = lambda asked: Said({}, 500) if asked.text == "row 1" else echo(asked)
    out = ask(service, 3, attempts=attempts)
    assert list(out.attempts) == [1, attempts, 1]
    assert list(out.reply.fillna("-")) == ["ROW 0", "-", "ROW 2"]
    assert out.error_code[1] == 500
    assert "Hint: The service failed" in out.error[1]
    assert service.texts.count("row 1") == attempts


@pytest.mark.parametrize("code", [1026, 1027, 2013])
@pytest.mark.parametrize("status", [200, 400])
def test_what_is_of_the_row_fails_it_at_once_and_alone(service: Service, code: int, status: int) -> None:
    service.answer = lambda asked: refuses(code, status=status) if asked.text == "row 1" else echo(asked)
    out = ask(service, 3)
    assert list(out.error_code.fillna(0)) == [0, code, 0]
    assert list(out.attempts) == [1, 1, 1]
    assert out.attrs["minimax_nb"]["stopped"] == "complete"


THROTTLED = {
    "1002 under 200": refuses(1002),
    "1002 under 429": refuses(1002, status=429),
    "2045": refuses(2045, status=429),
    "2062": refuses(2062),
    "2064 under 529": refuses(2064, status=529),
    "429": Said({}, 429),
}


@pytest.mark.heavy
@pytest.mark.parametrize("said", THROTTLED.values(), ids=THROTTLED)
def test_a_refusal_for_the_number_is_no_attempt(service: Service, said: Said) -> None:
    service.answer = at_first(3, said)
    out = ask(service, 2, attempts=1, max_concurrency=2)
    assert list(out.reply) == ["ROW 0", "ROW 1"]
    assert list(out.attempts) == [1, 1]
    assert out.attrs["minimax_nb"]["requests"] == len(service.asked)


@pytest.mark.heavy
def test_a_pause_that_the_service_asks_for_is_kept_by_all(service: Service) -> None:
    paused = refuses(1002, status=429, retry_after="1")
    service.answer = lambda asked: paused if len(service.asked) <= 4 else echo(asked)
    out = ask(service, 8, max_concurrency=4)
    assert out.error.isna().all()
    assert service.asked[4].at >= service.asked[0].at + 0.95


@pytest.mark.heavy
def test_throttled_for_a_while_it_slows_down_and_no_row_fails(service: Service) -> None:
    accepted, begun = deque[float](), time.monotonic()

    def answer(asked: Asked) -> Said:
        free = asked.at - begun > 5
        while accepted and accepted[0] < asked.at - 1:
            accepted.popleft()
        if not free and len(accepted) >= 20:
            return refuses(1002, status=429)
        accepted.append(asked.at)
        return echo(asked)

    service.answer = answer
    out = ask(service, 400, attempts=1)
    assert out.error.isna().all()
    assert set(out.attempts) == {1}
    slow = [asked.at for asked in service.asked if begun + 2 < asked.at < begun + 5]
    assert len(slow) < 3 * 30  # hundreds a second before
    assert len(service.asked) < 400 + 150


STOPPING = {
    "1004": refuses(1004, "login fail"),
    "1008 under 429": refuses(1008, "insufficient balance", status=429),
    "2049": refuses(2049, "invalid api key", status=401),
    "2056": refuses(2056, "usage limit exceeded", status=429),
    "2061": refuses(2061, "plan not support model", status=400),
    "401": Said({"error": {"message": "bad key"}}, 401),
    "404": Said({}, 404),
    "unknown model": Said({"error": {"message": "The model `x` does not exist"}}, 400),
}


@pytest.mark.parametrize("said", STOPPING.values(), ids=STOPPING)
def test_what_would_fail_every_row_stops_the_run_and_keeps_what_is_done(service: Service, said: Said) -> None:
    service.answer = lambda asked: echo(asked) if len(service.asked) <= 10 else said
    out = ask(service, 200, max_concurrency=4)
    assert out.attrs["minimax_nb"]["stopped"] == "refused"
    assert out.attrs["minimax_nb"]["answered"] == 10
    assert 1 <= out.attrs["minimax_nb"]["failed"] <= 4
    assert len(service.asked) <= 10 + 4
    assert out.error.notna().sum() == out.attrs["minimax_nb"]["failed"]


def test_a_service_that_never_answers_is_given_up(service: Service) -> None:
    service.answer = lambda asked: Said({}, 500)
    out = ask(service, 500, max_concurrency=8)
    assert out.attrs["minimax_nb"]["stopped"] == "refused"
    assert len(service.asked) < 60


@pytest.mark.heavy
def test_nobody_at_the_address_is_given_up_soon() -> None:
    import openai

    from ..support.servers import closed_port

    with openai.OpenAI(base_url=f"http://127.0.0.1:{closed_port()}/v1", api_key="k") as client:
        out = mm.batch([str(n) for n in range(500)], "{text}", client=client, progress=False, max_concurrency=8)
    assert out.attrs["minimax_nb"]["stopped"] == "refused"
    assert out.error.notna().sum() < 20


def test_rows_that_fail_for_themselves_do_not_stop_a_run_that_has_answers(service: Service) -> None:
    service.answer = lambda asked: echo(asked) if asked.text == "row 0" else refuses(1026)
    out = ask(service, 150, max_concurrency=4)
    assert out.attrs["minimax_nb"] | {"cost": 0} == {
        "stopped": "complete",
        "rows": 150,
        "answered": 1,
        "failed": 149,
        "requests": 150,
        "cost": 0,
    }


@pytest.mark.heavy
def test_never_more_are_in_flight_than_may_be(service: Service) -> None:
    service.answer = lambda asked: says("x", delay_s=0.2)
    ask(service, 20, max_concurrency=5)
    assert service.most_flying == 5


def test_requests_are_paced(service: Service) -> None:
    began = time.monotonic()
    ask(service, 30, requests_per_minute=60 * 40)  # 40 a second
    assert service.asked[-1].at - began >= 0.9 * (30 - 9) / 40  # some go at once


@pytest.mark.heavy
def test_tokens_are_paced(service: Service) -> None:
    service.answer = lambda asked: says("x", usage=(500, 500))
    began = time.monotonic()
    ask(service, 20, tokens_per_minute=60 * 4_000, max_concurrency=4)  # 4,000 a second, and as many at once four times
    assert time.monotonic() - began >= (20_000 - 16_000) / 4_000 * 0.5
    assert len(service.asked) == 20


@pytest.mark.heavy
def test_two_runs_of_an_account_share_its_pace(service: Service) -> None:
    threads = [
        threading.Thread(
            target=ask, args=(service, 20), kwargs={"requests_per_minute": 60 * 40, "max_concurrency": most}
        )
        for most in (4, 32)
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(service.asked) == 40
    assert service.asked[-1].at - began >= 0.9 * (40 - 9) / 40


def test_the_key_is_in_no_error(service: Service) -> None:
    key = "sk-test-0123456789"
    service.answer = lambda asked: Said({"error": {"message": f"Incorrect API key provided: {key}"}}, 401)
    out = ask(service, 3)
    assert key not in " ".join(out.error.dropna())
    with pytest.raises(mm.BatchError) as caught:
        ask(service, 3, on_error="raise")
    assert key not in str(caught.value)


def test_half_a_character_in_an_answer_is_no_failure(service: Service) -> None:
    body = json.dumps(says("cut HERE", finish="length").body).replace("HERE", "\\ud83d").encode()
    service.answer = lambda asked: Said(body)
    out = ask(service, 1)
    assert out.reply[0].startswith("cut ")
    assert out.attempts[0] == 1


def test_streams_are_taken_where_they_are_asked_for(service: Service) -> None:
    chunks = [
        {"id": "s", "model": "m", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hel"}}]},
        {"id": "s", "model": "m", "choices": [{"index": 0, "delta": {"content": "lo"}, "finish_reason": "stop"}]},
    ]
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    service.answer = lambda asked: Said(body.encode(), headers={"Content-Type": "text/event-stream"})
    assert ask(service, 1, stream=True).reply[0] == "Hello"


def test_who_is_refused_for_too_long_stops(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("minimax_nb.batching.sender._LONGEST_HOLD_S", 0.1)
    service.answer = lambda asked: echo(asked) if asked.text == "row 0" else refuses(1002, "rate limit")
    out = ask(service, 3, max_concurrency=1)
    assert list(out.reply.dropna()) == ["ROW 0"]
    assert out.attrs["minimax_nb"]["stopped"] == "refused"
    assert len(service.asked) > 2


def test_a_long_time_without_a_question_is_none_of_being_refused(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that slept, or one answer that took very long."""
    monkeypatch.setattr("minimax_nb.batching.sender._LONGEST_HOLD_S", 0.2)
    service.answer = at_first(1, Said(refuses(1002, "rate limit").body, delay_s=0.3))
    out = ask(service, 1)
    assert list(out.reply) == ["ROW 0"]
