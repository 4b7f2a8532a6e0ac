"""No proxy of the environment stands between a client and this machine; one that cannot work is named."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import openai
import pytest

import minimax_nb as mm
from minimax_nb.cli.main import main
from minimax_nb.client.proxies import changes_for, check_proxies, proxy_before, unusable
from minimax_nb.server.app import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "given-key-77c3b0"
PASSWORD = "hunter2-very-secret"


@pytest.fixture(autouse=True)
def without_socksio(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a plain installation of openai."""
    monkeypatch.setitem(sys.modules, "socksio", None)


@pytest.fixture
def trap() -> Iterator[socket.socket]:
    """A proxy that nobody may come to."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(speed="max") as running:
        yield running


def _names(client: Any) -> list[str]:
    return [model.id for model in client.models.list().data]


async def _async_names() -> list[str]:
    async with mm.aconnect() as client:
        return [model.id async for model in client.models.list()]


PROXIES = [
    {"HTTP_PROXY": "http://TRAP"},
    {"http_proxy": "TRAP"},
    {"HTTP_PROXY": f"http://me:{PASSWORD}@TRAP", "HTTPS_PROXY": "http://TRAP"},
    {"ALL_PROXY": "http://TRAP", "NO_PROXY": "corp.example"},
    {"all_proxy": "http://TRAP", "no_proxy": "", "NO_PROXY": "127.0.0.1"},
    {"ALL_PROXY": "http://TRAP", "NO_PROXY": "http://[ , ;;;"},
    {"ALL_PROXY": "http://TRAP", "NO_PROXY": "localhost"},
    {"ALL_PROXY": "socks5://TRAP"},
    {"all_proxy": "socks5://TRAP"},
    {"all_proxy": "socks5h://TRAP", "ALL_PROXY": "socks5h://TRAP"},
    {"ALL_PROXY": "socks://TRAP"},
    {"all_proxy": "socks4a://TRAP", "http_proxy": "http://TRAP"},
    {"HTTP_PROXY": f"socks5://me:{PASSWORD}@TRAP", "NO_PROXY": "127.0.0.1"},
    {"https_proxy": "http://[TRAP"},
    {"ALL_PROXY": "socks5://TRAP", "NO_PROXY": "*"},
]


@pytest.mark.heavy
@pytest.mark.parametrize("proxies", PROXIES, ids=str)
@pytest.mark.parametrize("said", [True, False], ids=["given", "in the environment"])
def test_no_client_of_this_machine_goes_through_a_proxy(
    proxies: dict[str, str], said: bool, trap: socket.socket, server: EmbeddedServer
) -> None:
    address = f"127.0.0.1:{trap.getsockname()[1]}"
    user = {name: value.replace("TRAP", address) for name, value in proxies.items()}
    os.environ.update(user)
    given = {"base_url": server.base_url, "api_key": server.api_key} if said else {}
    if not said:
        os.environ.update(OPENAI_BASE_URL=server.base_url, OPENAI_API_KEY=server.api_key)
    mm.configure(**given)
    with openai.OpenAI(max_retries=0) as plain, mm.connect(max_retries=0) as ours, ours.with_options(timeout=9) as copy:
        assert len(_names(plain)) == len(_names(ours)) == len(_names(copy)) == 9
    assert len(asyncio.run(_async_names())) == 9
    assert len(asyncio.run(_answers())) == 2
    with pytest.raises(BlockingIOError):
        trap.accept()
    mm.configure(base_url="https://api.minimax.io/v1", api_key=KEY) if not unusable(user) else None
    if not unusable(user):
        assert {name: os.environ[name] for name in user} == user, "the user's own come back"


async def _answers() -> Any:
    """Ask twice through the twin that an async caller gets of a synchronous client."""
    comparison = await mm.acompare("Hi", ["MiniMax-M2.7", "MiniMax-M3"], client=mm.connect(), display=False)
    assert not comparison.errors
    return comparison


@pytest.mark.port
def test_a_child_process_reaches_the_server_too(server: EmbeddedServer) -> None:
    os.environ["ALL_PROXY"] = "socks://127.0.0.1:9"
    mm.configure(base_url=server.base_url, api_key=server.api_key)
    code = "import openai; print(len(openai.OpenAI().models.list().data))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "9"


@pytest.mark.parametrize(
    ("environ", "changes"),
    [
        ({}, {}),
        ({"HTTP_PROXY": ""}, {}),
        ({"HTTP_PROXY": "http://p:1"}, {"NO_PROXY": "127.0.0.1"}),
        ({"HTTP_PROXY": "http://p:1", "http_proxy": ""}, {}),
        (
            {"all_proxy": "http://p:1", "no_proxy": "a, ", "NO_PROXY": "b"},
            {"no_proxy": "a,127.0.0.1", "NO_PROXY": "b,127.0.0.1"},
        ),
        ({"HTTP_PROXY": "socks5://p:1", "NO_PROXY": "a,*"}, {}),
        ({"ALL_PROXY": "socks5://p:1", "NO_PROXY": "127.0.0.1"}, {"all_proxy": ""}),
        ({"all_proxy": "socks5://p:1", "NO_PROXY": "127.0.0.1"}, {"all_proxy": "", "ALL_PROXY": "socks5://p:1"}),
        ({"FTP_PROXY": "socks5://p:1"}, {}),
    ],
)  # fmt: skip
@pytest.mark.skipif(os.name == "nt", reason="Windows has one name for both spellings")
def test_what_is_set_for_a_plain_client(environ: dict[str, str], changes: dict[str, str]) -> None:
    assert changes_for("127.0.0.1", environ) == changes


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"ALL_PROXY": f"socks5://me:{PASSWORD}@p:1"}, "for the SOCKS proxy in ALL_PROXY, found none. Install it, pip"),
        ({"ALL_PROXY": "socks5://p:1"}, 'pip install "httpx[socks]", or unset ALL_PROXY'),
        ({"all_proxy": "socks5h://p:1"}, "for the SOCKS proxy in all_proxy"),
        ({"http_proxy": "socks5://p:1"}, "for the SOCKS proxy in http_proxy"),
        ({"ALL_PROXY": f"socks://{PASSWORD}:1"}, "got one that begins with socks://. Write socks5://"),
        ({"HTTPS_PROXY": "socks4://p:1"}, "expected HTTPS_PROXY to be the URL of a proxy"),
        ({"HTTPS_PROXY": "ftp://p:1"}, "Mend it or unset HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://p:port"}, "got a broken URL. Mend it or unset HTTPS_PROXY"),
        ({"ALL_PROXY": "socks5://p:1", "NO_PROXY": "api.minimax.io"}, "socksio"),
    ],
)  # fmt: skip
def test_a_proxy_that_cannot_work_is_named_before_anything_changes(
    environ: dict[str, str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    os.environ.update(environ)
    before = dict(os.environ)
    for call in (mm.configure, mm.connect, mm.aconnect):
        with pytest.raises(mm.ConfigurationError) as caught:
            call(api_key=KEY)
        assert says in str(caught.value)
        assert PASSWORD not in str(caught.value)
    assert dict(os.environ) == before
    mm.connect(api_key=KEY, http_client=openai.DefaultHttpxClient(trust_env=False)).close()
    os.environ["MINIMAX_API_KEY"] = KEY
    with pytest.raises(mm.ConfigurationError), mm.recording("nowhere"):
        pass
    assert main(["doctor"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert " ".join(says.split()[:4]) in said
    assert main(["record", "-o", "nowhere"]) == 1


def test_doctor_tells_of_it_where_only_this_machine_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    os.environ["ALL_PROXY"] = "socks5://127.0.0.1:9"
    assert main(["doctor"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert 'pip install "httpx[socks]"' in out
    assert "9 models" in out


@pytest.mark.parametrize(
    "environ", [{"HTTPS_PROXY": "http://p:1", "ALL_PROXY": "p:2"}, {"ALL_PROXY": "socks5://p", "NO_PROXY": "*"}]
)
def test_proxies_that_work_are_no_matter(environ: dict[str, str]) -> None:
    check_proxies(environ)


@pytest.mark.parametrize(
    ("url", "environ", "proxy"),
    [
        ("https://api.minimax.io/v1", {}, ""),
        ("https://api.minimax.io/v1", {"HTTPS_PROXY": f"http://me:{PASSWORD}@p:3128"}, "p:3128 (HTTPS_PROXY)"),
        ("https://api.minimax.io/v1", {"http_proxy": "p:3128"}, ""),
        ("https://api.minimax.io/v1", {"http_proxy": "p:1", "all_proxy": "socks5://q:2"}, "q:2 (all_proxy)"),
        ("https://api.minimax.io/v1", {"ALL_PROXY": "p:1", "NO_PROXY": "minimax.io"}, ""),
        ("https://api.minimax.io/v1", {"ALL_PROXY": "p:1", "NO_PROXY": "*"}, ""),
        ("http://127.0.0.1:80/v1", {"ALL_PROXY": "p:1", "NO_PROXY": "a, 127.0.0.1"}, ""),
    ],
)
def test_the_proxy_on_the_way_is_known(url: str, environ: dict[str, str], proxy: str) -> None:
    assert proxy_before(url, environ) == proxy
