"""What an error means for a batch: the service's number decides, then HTTP's status."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import httpx
import openai
import pytest

from minimax_nb.batching.verdict import FATAL, PASSING, THROTTLED, Verdict, judge
from minimax_nb.client.sdk import Client
from minimax_nb.errors import HistoryError, StreamCutError, StreamFormatError, StreamServiceError, ToolError
from minimax_nb.message.completion import from_completion

from ..support.chat_service import Said, Service, chat_service, refuses, says

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with chat_service() as running:
        yield running


def verdict(service: Service, said: Said, kind: Any = openai.OpenAI) -> Verdict:
    """The verdict on what a request raises, sent by a client, its answer read as a batch reads it."""
    service.answer = lambda _: said
    with kind(base_url=service.url, api_key="k", max_retries=0, timeout=5) as client:
        try:
            raw = client.chat.completions.with_raw_response.create(
                model="m", messages=[{"role": "user", "content": "q"}]
            )
            from_completion(raw.http_response.json())
        except Exception as error:  # noqa: BLE001 - whatever it is
            return judge(error)
    raise AssertionError("nothing was raised")


ACTIONS = {
    **dict.fromkeys((1002, 1039, 1041, 2045, 2062, 2064), "wait"),
    **dict.fromkeys((1000, 1001, 1013, 1024, 1033), "again"),
    **dict.fromkeys((1004, 1008, 1028, 1030, 2049, 2056, 2061), "stop"),
    **dict.fromkeys((1026, 1027, 1042, 2013), "row"),
}


def test_the_groups_share_no_number() -> None:
    assert not THROTTLED & FATAL
    assert not THROTTLED & PASSING
    assert not FATAL & PASSING


@pytest.mark.parametrize("status", [200, 400, 401, 429, 500, 529])
@pytest.mark.parametrize(("code", "action"), ACTIONS.items())
def test_the_services_number_decides_whatever_the_status(service: Service, code: int, action: str, status: int) -> None:
    assert verdict(service, refuses(code, status=status))[:2] == (action, code)


@pytest.mark.parametrize("kind", [openai.OpenAI, Client])
@pytest.mark.parametrize(
    ("status", "body", "action"),
    [
        (429, {}, "wait"),
        (429, {"error": {"message": "Rate limit reached. Add a payment method: https://x.com/billing"}}, "wait"),
        (429, {"error": {"message": "our load balancer is busy"}}, "wait"),
        (429, {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}, "stop"),
        (429, {"error": {"message": "insufficient balance"}}, "stop"),
        (429, {"error": {"message": "账户余额不足"}}, "stop"),
        (400, {}, "row"),
        (400, {"error": {"message": "maximum context length is 8192 tokens"}}, "row"),
        (401, {"detail": "no"}, "stop"),
        (402, {}, "stop"),
        (403, {}, "stop"),
        (404, {}, "stop"),
        (408, {}, "again"),
        (413, {}, "row"),
        (422, {}, "row"),
        (500, {}, "again"),
        (501, {}, "stop"),
        (502, b"<html>oops", "again"),
        (503, {}, "again"),
        (529, {}, "again"),
    ],
)
def test_without_a_number_the_status_decides(service: Service, kind: Any, status: int, body: Any, action: str) -> None:
    assert verdict(service, Said(body, status), kind)[:2] == (action, status)


@pytest.mark.parametrize(
    ("headers", "pause_s"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "Retry-After": "9"}, 0.25),
        ({"Retry-After": "86400"}, 3600.0),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_the_service_may_say_how_long_to_wait(
    service: Service, headers: dict[str, str], pause_s: float | None, status: int
) -> None:
    assert verdict(service, Said({}, status, headers)).pause_s == pause_s


def test_it_may_say_so_by_a_date(service: Service) -> None:
    pause_s = verdict(service, Said({}, 429, {"Retry-After": formatdate(time.time() + 100, usegmt=True)})).pause_s
    assert pause_s is not None
    assert 50 < pause_s <= 100


@pytest.mark.parametrize("wrong_s", [-86_400, 0, 86_400])
def test_a_date_is_read_by_the_clock_of_the_service(service: Service, wrong_s: int) -> None:
    now = time.time() + wrong_s
    headers = {"Date": formatdate(now, usegmt=True), "Retry-After": formatdate(now + 100, usegmt=True)}
    assert verdict(service, Said({}, 429, headers)).pause_s == 100.0
    assert verdict(service, Said({}, 429, {**headers, "Retry-After": headers["Date"]})).pause_s is None


def test_a_connection_that_fails_is_tried_again(service: Service) -> None:
    assert verdict(service, Said(says("x").body, cut=True)) == ("again", None, None)
    request = httpx.Request("POST", "http://127.0.0.1")
    for error in (
        openai.APIConnectionError(request=request),
        openai.APITimeoutError(request),
        httpx.ConnectError("refused"),
        ConnectionResetError(),
        TimeoutError(),
        StreamCutError("cut"),
        StreamFormatError("no completion"),
    ):
        assert judge(error) == ("again", None, None), error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (HistoryError("bad"), ("row", 2013, None)),
        (ToolError("bad"), ("row", None, None)),
        (ValueError("bad"), ("row", None, None)),
        (StreamServiceError("busy (1002)", code=1002), ("wait", 1002, None)),
        (StreamServiceError("busy", code=429), ("wait", 429, None)),
        (StreamServiceError("bad", code=400), ("row", 400, None)),
        (StreamServiceError("bad", code=4711), ("row", 4711, None)),
        (StreamServiceError("something"), ("again", None, None)),
    ],
    ids=range(8),
)
def test_other_errors(error: Exception, expected: tuple[Any, ...]) -> None:
    assert judge(error) == expected


def test_what_is_waited_for_is_said_in_a_few_words() -> None:
    assert Verdict("wait", 1002).reason == "1002 rate limit"
    assert Verdict("wait", 429).reason == "429 rate limit"
    assert Verdict("wait", 4711).reason == "4711 too many requests"
