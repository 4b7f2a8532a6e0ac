from __future__ import annotations

import asyncio
import json
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import openai
import pydantic
import pytest

import minimax_nb as mm
from minimax_nb import HistoryError, StreamServiceError, explain
from minimax_nb.client.sdk import AsyncClient, Client
from minimax_nb.server.app import stop

from ..support.servers import Answer, Received, closed_port, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "mm-key-9d41ab77"
HELLO: dict[str, Any] = {"model": "MiniMax-M2.7", "messages": [{"role": "user", "content": "Hi"}]}


@dataclass
class Service:
    """A server that answers every path as it is told, and remembers what was asked."""

    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def refuse(self, status: int, message: str, kind: str = "bad_request_error") -> None:
        error = {"type": kind, "message": message, "http_code": str(status)}
        self.answers["/v1/chat/completions"] = (status, {"type": "error", "error": error, "request_id": "0"})

    def serve(self, *names: str) -> None:
        models = [{"id": name, "object": "model", "created": 0, "owned_by": "minimax"} for name in names]
        self.answers["/v1/models"] = (200, {"object": "list", "data": models})


@pytest.fixture
def service() -> Iterator[Service]:
    told = Service()

    def answer(request: Received) -> Answer:
        told.asked.append((request.method, request.path))
        told.headers.append(request.headers)
        status, body = told.answers.get(request.path, (404, "nothing here"))
        if isinstance(body, str):
            return Answer(body.encode(), status, "text/plain")
        return Answer(json.dumps(body, ensure_ascii=False).encode(), status)

    with serving(answer) as port:
        told.url = f"http://127.0.0.1:{port}/v1"
        yield told


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    with Client(base_url=service.url, api_key=KEY, max_retries=0, timeout=5) as made:
        yield made


def failure(client: openai.OpenAI, **request: Any) -> openai.APIError:
    with pytest.raises(openai.APIError) as caught:
        client.chat.completions.create(**{**HELLO, **request})
    return caught.value


def async_failure(service: Service, **request: Any) -> openai.APIError:
    async def ask() -> openai.APIError:
        async with AsyncClient(base_url=service.url, api_key=KEY, max_retries=0, timeout=5) as client:
            with pytest.raises(openai.APIError) as caught:
                await client.chat.completions.create(**{**HELLO, **request})
            return caught.value

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("status", "message", "kind", "says"),
    [
        (
            400,
            "invalid params, tool call result does not follow tool call (2013)",
            openai.BadRequestError,
            "repair_history",
        ),
        (401, "login fail (1004)", openai.AuthenticationError, "minimax-nb serve"),
        (422, "input new_sensitive (1026)", openai.UnprocessableEntityError, "Rephrase"),
        (429, "usage limit exceeded (2056)", openai.RateLimitError, "window"),
        (429, "insufficient balance (1008)", openai.RateLimitError, "Top it up"),
        (500, "当前服务集群负载较高 (2064)", openai.InternalServerError, "overloaded"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_an_error_keeps_its_class_and_gains_a_hint(
    service: Service, client: Client, status: int, message: str, kind: type[openai.APIError], says: str, stream: bool
) -> None:
    service.refuse(status, message)
    error = failure(client, stream=stream)
    assert type(error) is kind
    assert message in str(error)
    assert says in error.hint  # type: ignore[attr-defined]
    assert str(error).endswith(f"\nHint: {error.hint}")  # type: ignore[attr-defined]
    assert error.message == str(error)
    assert explain(error) == error.hint  # type: ignore[attr-defined]


def test_an_async_error_gains_the_same_hint(service: Service, client: Client) -> None:
    service.refuse(429, "rate limit (1002)")
    assert str(async_failure(service)) == str(failure(client))
    assert "Hint: Too many requests" in str(async_failure(service, stream=True))


def test_an_error_of_a_plain_client_is_explained_too(service: Service) -> None:
    service.refuse(400, "invalid params, unknown model 'MiniMax-M2.7' (2013)")
    with openai.OpenAI(base_url=service.url, api_key=KEY, max_retries=0) as plain:
        error = failure(plain)
    assert "MiniMax-M2.1-highspeed" in explain(error)
    assert service.asked == [("POST", "/v1/chat/completions")]


def test_an_unknown_model_is_told_what_the_endpoint_serves(service: Service, client: Client) -> None:
    service.refuse(400, "invalid params, unknown model 'MiniMax-M2.7' (2013)")
    service.serve("MiniMax-M3", "MiniMax-M4")
    for error in (failure(client), failure(client), async_failure(service)):
        assert "127.0.0.1 serves MiniMax-M3, MiniMax-M4." in str(error)
    assert service.asked.count(("GET", "/v1/models")) == 2, "once for each client"


@pytest.mark.parametrize(
    "answer",
    [
        (404, "nothing here"),
        (200, "<html>"),
        (200, {"object": "list", "data": None}),
        (200, {"data": "MiniMax-M3"}),
        (200, []),
        (400, {"error": {"message": "unknown model 'x' (2013)"}}),
        (401, {"error": {"message": f"bad key {KEY} (1004)"}}),
    ],
)
def test_an_endpoint_that_does_not_say_what_it_serves_falls_back_to_the_catalogue(
    service: Service, client: Client, answer: tuple[int, Any]
) -> None:
    service.refuse(400, "invalid params, unknown model 'MiniMax-M9' (2013)")
    service.answers["/v1/models"] = answer
    assert "Known models are MiniMax-M2.7," in str(failure(client))
    assert "Known models are MiniMax-M2.7," in str(async_failure(service))


def test_asking_for_the_models_themselves_is_never_answered_by_asking_again(service: Service, client: Client) -> None:
    service.answers["/v1/models"] = (400, {"error": {"message": "unknown model 'x' (2013)"}})
    with pytest.raises(openai.BadRequestError):
        client.models.list()
    assert service.asked == [("GET", "/v1/models")]


@pytest.mark.parametrize("where", ["message", "body", "text"])
def test_a_key_that_the_service_repeats_is_taken_out(service: Service, client: Client, where: str) -> None:
    error = {"type": "e", "message": f"Incorrect key: {KEY} (1004)", "seen": [f"Bearer {KEY}"]}
    body: Any = {"message": {"error": error}, "body": {"wrong": KEY}, "text": f"{KEY} is no key"}[where]
    service.answers["/v1/chat/completions"] = (401, body)
    for raised in (failure(client), async_failure(service)):
        shown = "".join(traceback.format_exception(raised)) + repr(raised) + repr(raised.body) + str(vars(raised))
        assert KEY not in shown
        assert "[key]" in shown


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"detail": "Method takes no pictures"}, "Method takes no pictures"),
        ({"detail": [{"loc": ["body", "model"], "msg": "Field required"}]}, "Field required"),
        ({"error": "no such luck"}, "no such luck"),
        ({"error": {"msg": "no such luck"}}, "no such luck"),
        ({"object": "error", "message": {"detail": [{"msg": "too odd"}]}}, "too odd"),
        ({"message": "flat words"}, "flat words"),
        ("plain words", "plain words"),
        ({"detail": f"wrong key {KEY}"}, "wrong key [key]"),
    ],
)
def test_the_services_own_words_are_shown_wherever_they_stand(
    service: Service, client: Client, body: Any, words: str
) -> None:
    service.answers["/v1/chat/completions"] = (400, body)
    for raised in (failure(client), failure(client, stream=True), async_failure(service)):
        assert words in str(raised)
        assert KEY not in str(raised)


@pytest.mark.parametrize("body", ["<html><body>Bad gateway</body></html>", "", [], {}, {"error": None}, None, 5])
def test_a_body_without_words_adds_none(service: Service, client: Client, body: Any) -> None:
    service.answers["/v1/chat/completions"] = (502, body)
    assert str(failure(client)).count("\n") <= 1
    assert "None -" not in str(failure(client))


@pytest.mark.parametrize("key", ["x", "e", "none", "models"])
def test_a_short_key_leaves_the_words_of_an_error_alone(service: Service, key: str) -> None:
    service.refuse(400, "no model named x is served; there are none (2013)")
    with Client(base_url=service.url, api_key=key, max_retries=0, timeout=5) as client:
        assert "no model named x is served; there are none (2013)" in str(failure(client))


@pytest.mark.parametrize("key", ["x", "next"])
def test_a_short_key_leaves_the_words_of_a_stream_alone(service: Service, key: str) -> None:
    event = {"error": {"message": "the next box explodes"}}
    service.answers["/v1/chat/completions"] = (200, f"data: {json.dumps(event)}\n\n")
    with (
        Client(base_url=service.url, api_key=key, max_retries=0) as client,
        pytest.raises(StreamServiceError, match="the next box explodes"),
    ):
        mm.collect(client.chat.completions.create(**HELLO, stream=True))


def test_a_client_shows_its_host_but_neither_key_nor_port(service: Service, client: Client) -> None:
    async_client = AsyncClient(base_url=service.url, api_key=KEY)
    assert repr(client) == "<minimax_nb client of 127.0.0.1>"
    assert repr(async_client) == "<minimax_nb async client of 127.0.0.1>"
    asyncio.run(async_client.close())


def test_copies_of_a_client_give_hints_too(service: Service, client: Client) -> None:
    service.refuse(500, "unknown error (1000)")
    assert "Hint:" in str(failure(client.with_options(timeout=3)))
    with pytest.raises(openai.InternalServerError, match="Hint:"):
        client.chat.completions.with_raw_response.create(**HELLO)
    with (
        pytest.raises(openai.InternalServerError, match="Hint:"),
        client.chat.completions.with_streaming_response.create(**HELLO),
    ):
        pass


def test_retries_stay_those_of_the_sdk(service: Service, client: Client) -> None:
    service.refuse(500, "unknown error (1000)")
    service.answers["/v1/chat/completions"] = (500, {"error": {"message": "unknown error (1000)"}})
    failure(client.with_options(max_retries=1))
    assert service.asked == [("POST", "/v1/chat/completions")] * 2


def test_a_server_that_is_gone_says_how_to_come_back(service: Service) -> None:
    port = closed_port()
    with Client(base_url=f"http://127.0.0.1:{port}/v1", api_key=KEY, max_retries=0, timeout=5) as client:
        error = failure(client)
    assert type(error) is openai.APIConnectionError
    assert f"Hint: 127.0.0.1:{port} refused the connection: nothing listens there. Start the server" in str(error)
    assert "configure()" not in str(error)


def test_an_embedded_server_that_is_gone_says_how_to_come_back() -> None:
    with mm.connect(max_retries=0) as client:
        port = client.base_url.port
        stop()
        for raised in (failure(client), asyncio.run(_async_failure_of(str(client.base_url)))):
            assert f"Hint: 127.0.0.1:{port} refused the connection. Nothing listens there any more" in str(raised)
            assert "Call mm.configure() or mm.connect() again." in str(raised)


def test_a_wrong_key_for_the_embedded_server_says_how_to_get_it() -> None:
    with mm.connect() as right, Client(base_url=right.base_url, api_key=KEY, max_retries=0) as wrong:
        assert "Call mm.configure()" in str(failure(wrong))


async def _async_failure_of(url: str) -> openai.APIError:
    async with AsyncClient(base_url=url, api_key=KEY, max_retries=0, timeout=5) as client:
        with pytest.raises(openai.APIError) as caught:
            await client.models.list()
        return caught.value


def test_a_server_that_hangs_is_given_up_with_a_hint() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        with Client(base_url=url, api_key=KEY, max_retries=0, timeout=0.2) as client:
            error = failure(client)
    assert type(error) is openai.APITimeoutError
    assert "did not answer in time" in str(error)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (StreamServiceError("usage limit exceeded", code=2056), "window"),
        (StreamServiceError("cluster overload (2064)"), "overloaded"),
        (StreamServiceError("odd"), ""),
        (ValueError("bad (2013)"), ""),
        (KeyboardInterrupt(), ""),
        (openai.OpenAIError("Missing credentials"), ""),
    ],
)
def test_other_errors_are_explained_where_there_is_something_to_say(error: BaseException, says: str) -> None:
    assert says in explain(error)
    assert bool(explain(error)) is bool(says)


def test_an_error_inside_a_stream_is_explained(service: Service, client: Client) -> None:
    event = {"type": "error", "error": {"type": "overloaded_error", "message": "cluster overload (2064)"}}
    service.answers["/v1/chat/completions"] = (200, f"data: {json.dumps(event)}\n\n")
    with pytest.raises(openai.APIError) as caught:
        list(client.chat.completions.create(**HELLO, stream=True))
    assert "overloaded" in explain(caught.value)


def test_half_a_character_is_told_before_anything_is_sent() -> None:
    client = Client(api_key="k", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(HistoryError, match=r"half a character.*check_history"):
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "half \ud83d"}])


def test_half_a_character_is_told_by_an_async_client_too() -> None:
    async def ask() -> None:
        async with AsyncClient(api_key="k", base_url="http://127.0.0.1:9/v1") as client:
            await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "\udc00"}])

    with pytest.raises(HistoryError, match="half a character"):
        asyncio.run(ask())


class City(pydantic.BaseModel):
    name: str


@pytest.mark.parametrize(
    ("content", "thinks"),
    [
        ('<think>\nOslo.</think>\n{"name": "Oslo"}', True),
        ('\n <mm:think>Oslo.</mm:think>{"name": "Oslo"}', True),
        ("It is Oslo.", False),
        ('{"city": "Oslo"}', False),
        ('```json\n{"name": "Oslo"}\n```', False),
    ],
)
def test_an_answer_that_the_sdks_own_parse_cannot_read_says_what_to_do(
    service: Service, client: Client, content: str, thinks: bool
) -> None:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    body = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
    service.answers["/v1/chat/completions"] = (200, body)
    aclient = AsyncClient(base_url=service.url, api_key=KEY)
    asked = {**HELLO, "response_format": City}
    with pytest.raises(pydantic.ValidationError) as caught:
        client.chat.completions.parse(**asked)
    with pytest.raises(pydantic.ValidationError) as caught_async:
        asyncio.run(aclient.chat.completions.parse(**asked))
    for error in (caught.value, caught_async.value):
        (note,) = error.__notes__
        assert note == f"Hint: {explain(error)}"
        assert "chat(…, response=…)" in note
        assert ("reasoning_split" in note) == thinks
