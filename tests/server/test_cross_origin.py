"""A web page in a browser on this machine cannot use the server: tried in Chromium, with a rebound host name too."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from ..support.chromium import FLAGS, find_or_skip
from ..support.servers import Answer, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minimax_nb.server.app import EmbeddedServer

pytestmark = [pytest.mark.browser, pytest.mark.port]
REBOUND = "--host-resolver-rules=MAP evil.example 127.0.0.1"
BODY = json.dumps({"model": "MiniMax-M2", "messages": [{"role": "user", "content": "Hi, how are you?"}]})
TRY = """async ([url, options]) => {
  try {
    const response = await fetch(url, options);
    return { type: response.type, status: response.status, text: await response.text() };
  } catch (error) { return { failed: String(error) }; }
}"""


@pytest.fixture
def site() -> Iterator[int]:
    """The port of another site, with an empty page."""
    page = Answer(b"<!doctype html><title>evil</title>", content_type="text/html")
    with serving(lambda _: page) as port:
        yield port


def outcomes(
    chromium: str, page_url: str, attempts: dict[str, tuple[str, dict[str, Any]]]
) -> dict[str, dict[str, Any]]:
    """What a page got from each attempt; in a thread of its own, for Playwright keeps an event loop in its thread."""

    def browse() -> dict[str, dict[str, Any]]:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, REBOUND])
            page = browser.new_page()
            page.goto(page_url)
            found = {name: page.evaluate(TRY, list(attempt)) for name, attempt in attempts.items()}
            browser.close()
            return found

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(browse).result(timeout=90)


@pytest.fixture
def chromium() -> str:
    """Chromium's path."""
    return find_or_skip()


def test_a_page_can_neither_use_nor_read_the_server(server: EmbeddedServer, site: int, chromium: str) -> None:
    url = f"{server.base_url}/chat/completions"
    key = {"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"}
    found = outcomes(
        chromium,
        f"http://evil.example:{site}/",
        {
            "simple": (url, {"method": "POST", "body": BODY, "headers": {"Content-Type": "text/plain"}}),
            "opaque": (url, {"method": "POST", "body": BODY, "mode": "no-cors"}),
            "preflighted": (url, {"method": "POST", "body": BODY, "headers": key}),
            "get": (f"{server.base_url}/models", {"headers": {"Authorization": key["Authorization"]}}),
        },
    )
    for name in ("simple", "preflighted", "get"):
        assert "Failed to fetch" in found[name]["failed"], name
    assert (found["opaque"]["type"], found["opaque"]["text"]) == ("opaque", "")


def test_a_rebound_name_is_turned_away_even_with_the_key(server: EmbeddedServer, chromium: str) -> None:
    """The page's name now points at this machine and at the server's port: all is same-origin, and still refused."""
    here = f"http://evil.example:{server.port}/"
    key = {"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"}
    found = outcomes(
        chromium,
        here,
        {
            "post": (f"{here}v1/chat/completions", {"method": "POST", "body": BODY, "headers": key}),
            "get": (f"{here}v1/models", {"headers": key}),
        },
    )
    assert [each["status"] for each in found.values()] == [403, 403]
    assert all("127.0.0.1 and localhost alone" in each["text"] for each in found.values())
