from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import types
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING

import openai
import pytest

import minimax_nb as mm
from minimax_nb.client import configure as client
from minimax_nb.client.sdk import AsyncClient, Client
from minimax_nb.server.app import stop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OPENAI_KEY = "sk-openai-5e2f0c"
MINIMAX_KEY = "mm-key-9d41ab77"
GIVEN_KEY = "given-key-77c3b0"
GLOBAL, CHINA = "https://api.minimax.io/v1", "https://api.minimaxi.com/v1"
EMBEDDED = "requests go to the embedded server on this machine.\n"
EMBEDDED_LINE = f"minimax_nb: no key found; {EMBEDDED}"


@dataclass
class Pretend:
    """What ``start`` of the embedded server gives back."""

    base_url: str = "http://127.0.0.1:45678/v1"
    api_key: str = "embedded-key-1c0ffee"


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> Pretend:
    """An embedded server that is not really there: these tests send nothing."""
    server = Pretend()
    module = types.ModuleType("minimax_nb.server.app")
    module.start = lambda: server  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "minimax_nb.server.app", module)
    return server


def now() -> tuple[str | None, str | None]:
    return os.environ.get("OPENAI_BASE_URL"), os.environ.get("OPENAI_API_KEY")


def test_without_a_key_a_plain_client_goes_to_the_embedded_server(
    embedded: Pretend, capsys: pytest.CaptureFixture[str]
) -> None:
    mm.configure()
    assert capsys.readouterr() == ("", EMBEDDED_LINE)
    with openai.OpenAI() as plain:
        assert (str(plain.base_url), plain.api_key) == (embedded.base_url + "/", embedded.api_key)


def test_with_a_key_a_plain_client_goes_to_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", MINIMAX_KEY)
    mm.configure(region="china")
    assert now() == (CHINA, MINIMAX_KEY)


def test_what_was_said_is_not_said_again_and_the_clients_are_openais_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", MINIMAX_KEY)
    mm.configure()
    line = capsys.readouterr().err
    assert line == "minimax_nb: requests go to api.minimax.io with the key from MINIMAX_API_KEY.\n"
    with mm.connect() as made:
        assert isinstance(made, openai.OpenAI)
        assert (str(made.base_url), made.api_key) == (GLOBAL + "/", MINIMAX_KEY)
    async_made = mm.aconnect()
    assert isinstance(async_made, openai.AsyncOpenAI)
    assert (str(async_made.base_url), async_made.api_key) == (GLOBAL + "/", MINIMAX_KEY)
    assert capsys.readouterr().err == "", "nothing has changed"
    mm.configure(region="china")
    mm.configure(region="global")
    assert capsys.readouterr().err == line.replace("api.minimax.io", "api.minimaxi.com") + line
    assert now() == (GLOBAL, MINIMAX_KEY)
    asyncio.run(async_made.close())


def test_options_go_to_the_client_and_the_rest_stays_the_sdks(embedded: Pretend) -> None:
    with mm.connect(timeout=7, max_retries=5, default_headers={"X-Lesson": "1"}) as made:
        assert (made.timeout, made.max_retries) == (7, 5)
        assert made.default_headers["X-Lesson"] == "1"
    with mm.connect() as made, openai.OpenAI() as plain:
        assert (made.timeout, made.max_retries) == (plain.timeout, plain.max_retries)


@pytest.mark.parametrize("calls", [2, 3])
def test_configuring_again_does_not_take_our_settings_for_the_users(
    embedded: Pretend, capsys: pytest.CaptureFixture[str], calls: int
) -> None:
    for _ in range(calls):
        mm.configure()
        mm.connect().close()
    assert capsys.readouterr().err == EMBEDDED_LINE
    os.environ["MINIMAX_API_KEY"] = MINIMAX_KEY
    mm.configure()
    assert now() == (GLOBAL, MINIMAX_KEY)
    del os.environ["MINIMAX_API_KEY"]
    mm.configure()
    assert now() == (embedded.base_url, embedded.api_key)
    os.environ["OPENAI_API_KEY"] = OPENAI_KEY
    mm.configure()
    assert now() == (embedded.base_url, embedded.api_key), "a lone OPENAI_API_KEY beside our own URL"
    assert "OPENAI_API_KEY without OPENAI_BASE_URL" in capsys.readouterr().err
    os.environ.update(OPENAI_BASE_URL=CHINA, OPENAI_API_KEY=OPENAI_KEY)
    mm.configure()
    assert now() == (CHINA, OPENAI_KEY)


def test_a_client_that_nobody_asked_for_says_only_what_is_new(
    embedded: Pretend, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        client.default_client().close()
    assert capsys.readouterr().err == EMBEDDED_LINE
    mm.connect().close()
    client.default_client().close()
    assert capsys.readouterr().err == ""
    os.environ["MINIMAX_API_KEY"] = MINIMAX_KEY
    with client.default_client() as made:
        assert made.api_key == MINIMAX_KEY
    assert "api.minimax.io" in capsys.readouterr().err


@pytest.mark.parametrize("connect", [mm.connect, mm.aconnect])
def test_a_key_without_its_name_is_refused_and_not_shown(connect: Callable[..., object]) -> None:
    with pytest.raises(TypeError, match=r"connect\(api_key=…\)") as caught:
        connect(MINIMAX_KEY)
    assert MINIMAX_KEY not in str(caught.value)


@pytest.mark.parametrize("environ", [{}, {"OPENAI_API_KEY": "sk-1"}, {"MINIMAX_API_HOST": "https://api.minimax.io"}])
def test_no_line_is_wider_than_eighty_characters(
    environ: dict[str, str], embedded: Pretend, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    mm.connect().close()
    lines = capsys.readouterr().err.splitlines()
    assert lines
    assert max(map(len, lines)) <= 80


def test_a_lone_openai_key_is_kept_and_comes_back_when_its_url_does(
    embedded: Pretend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", OPENAI_KEY)
    mm.configure()
    mm.configure()
    assert client.user_environment()["OPENAI_API_KEY"] == OPENAI_KEY
    assert "OPENAI_BASE_URL" not in client.user_environment()
    os.environ["OPENAI_BASE_URL"] = "https://gateway.example/v1"
    mm.configure()
    assert now() == ("https://gateway.example/v1", OPENAI_KEY)


def test_arguments_hold_for_later_connections_until_configure_is_called_without_any(embedded: Pretend) -> None:
    mm.configure(api_key=GIVEN_KEY, region="china")
    for made in (mm.connect(), mm.connect(timeout=3)):
        assert (str(made.base_url), made.api_key) == (CHINA + "/", GIVEN_KEY)
        made.close()
    with mm.connect(api_key=MINIMAX_KEY) as made:
        assert (str(made.base_url), made.api_key) == (GLOBAL + "/", MINIMAX_KEY)
    mm.configure()
    with mm.connect() as made:
        assert made.api_key == embedded.api_key


@pytest.mark.parametrize(
    "wrong",
    [
        {"region": "mars"},
        {"base_url": "nonsense"},
        {"api_key": f'"{GIVEN_KEY}"'},
        {"base_url": "https://gateway.example/v1"},
    ],
)
def test_a_call_that_is_refused_changes_nothing(
    embedded: Pretend, capsys: pytest.CaptureFixture[str], wrong: dict[str, str]
) -> None:
    mm.configure(api_key=MINIMAX_KEY)
    before = dict(os.environ)
    capsys.readouterr()
    for call in (mm.configure, mm.connect, mm.aconnect):
        with pytest.raises(mm.ConfigurationError):
            call(**wrong)
    assert dict(os.environ) == before
    assert capsys.readouterr() == ("", "")
    with mm.connect() as made:
        assert made.api_key == MINIMAX_KEY


def test_a_speed_that_is_none_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    stop()  # another test may have started it
    monkeypatch.setenv("MINIMAX_NB_SPEED", "warp")
    with pytest.raises(mm.ConfigurationError, match=r"got 'warp'\. Unset MINIMAX_NB_SPEED, or set it to a number"):
        mm.configure()
    assert now() == (None, None)


@pytest.mark.parametrize(
    "trouble", [OSError(98, "Address already in use"), PermissionError("no sockets"), RuntimeError("did not start")]
)
def test_an_embedded_server_that_cannot_start_is_a_clear_error(
    embedded: Pretend, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fail() -> None:
        raise trouble

    monkeypatch.setattr(sys.modules["minimax_nb.server.app"], "start", fail)
    with pytest.raises(mm.ConfigurationError, match="embedded server cannot start") as caught:
        mm.connect()
    assert str(trouble) in str(caught.value)
    assert "MINIMAX_API_KEY" in str(caught.value)
    assert now() == (None, None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {}),
        ({"HTTP_PROXY": "http://proxy.example:3128"}, {"NO_PROXY": "127.0.0.1"}),
        ({"all_proxy": "http://p:1", "no_proxy": "corp.example, "}, {"no_proxy": "corp.example,127.0.0.1"}),
        ({"https_proxy": "http://p:1", "NO_PROXY": "127.0.0.1"}, {"NO_PROXY": "127.0.0.1"}),
        ({"HTTP_PROXY": "http://p:1", "NO_PROXY": "*"}, {"NO_PROXY": "*"}),
        ({"HTTP_PROXY": ""}, {}),
    ],
)
def test_no_proxy_stands_between_us_and_the_embedded_server(
    embedded: Pretend, before: dict[str, str], after: dict[str, str]
) -> None:
    os.environ.update(before)
    mm.configure()
    mm.configure()
    assert {name: os.environ[name] for name in ("NO_PROXY", "no_proxy") if name in os.environ} == after


def test_the_service_is_reached_through_the_users_proxy() -> None:
    os.environ["HTTPS_PROXY"] = "http://proxy.example:3128"
    mm.configure(api_key=GIVEN_KEY)
    assert "NO_PROXY" not in os.environ


def test_openai_account_headers_stay_at_home_unless_asked_for(embedded: Pretend) -> None:
    os.environ.update(OPENAI_ORG_ID="org-secret", OPENAI_PROJECT_ID="proj-secret")
    with mm.connect(default_headers={"X-Lesson": "1"}) as made:
        built = made._build_request(openai._models.FinalRequestOptions(method="get", url="/models"))
        assert "secret" not in str(dict(built.headers))
        assert built.headers["X-Lesson"] == "1"
        copied = made.with_options(timeout=1)
        built = copied._build_request(openai._models.FinalRequestOptions(method="get", url="/models"))
        assert "secret" not in str(dict(built.headers))
    with mm.connect(organization="org-mine") as made:
        assert made.default_headers["OpenAI-Organization"] == "org-mine"


def test_no_key_shows_in_anything_that_is_printed_or_shown(embedded: Pretend) -> None:
    os.environ.update(OPENAI_API_KEY=OPENAI_KEY, MINIMAX_API_KEY=MINIMAX_KEY)
    shown = io.StringIO()
    with redirect_stdout(shown), redirect_stderr(shown):
        for arguments in ({}, {"region": "china"}, {"api_key": GIVEN_KEY}, {"base_url": "https://api.minimax.cn/v1"}):
            print(mm.configure(**arguments), mm.connect(**arguments), [mm.aconnect(**arguments)])
        for name in ("OPENAI_API_KEY", "MINIMAX_API_KEY"):
            del os.environ[name]
        print(mm.configure(), mm.connect(), repr(mm.aconnect()))
    for secret in (OPENAI_KEY, MINIMAX_KEY, GIVEN_KEY, embedded.api_key, "45678"):
        assert secret not in shown.getvalue()
    assert isinstance(mm.connect(), Client)
    assert isinstance(mm.aconnect(), AsyncClient)


def test_a_child_process_inherits_the_way_to_the_embedded_server(embedded: Pretend) -> None:
    mm.configure()
    code = "import minimax_nb as mm; print(mm.connect().base_url)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == f"{embedded.base_url}/\n", "what a script prints is its own"
    assert done.stderr == "minimax_nb: requests go to 127.0.0.1 with the key from OPENAI_API_KEY.\n"


def test_the_destination_is_told_without_starting_anything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from minimax_nb.client.configure import destination

    assert destination() is None
    assert "OPENAI_BASE_URL" not in os.environ
    monkeypatch.setenv("MINIMAX_API_KEY", "k")
    assert destination() == "api.minimax.io"
    mm.configure(base_url="https://api.minimax.cn/v1", api_key="k")
    assert destination() == "api.minimax.cn"
    with mm.replaying(tmp_path):
        assert destination() == "tapes"
    assert destination() == "api.minimax.cn"
