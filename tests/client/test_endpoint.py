from __future__ import annotations

import pytest

from minimax_nb import ConfigurationError
from minimax_nb.client.endpoint import Endpoint, checked_key, checked_url, describe, host_behind, is_minimax, resolve

GLOBAL = "https://api.minimax.io/v1"
CHINA = "https://api.minimaxi.com/v1"
NEW_CHINA = "https://api.minimax.cn/v1"
OWN = "http://127.0.0.1:8000/v1"
OTHER = "https://gateway.example/v1"

# Keys that a search finds: none of them may ever be shown.
OPENAI_KEY = "sk-openai-5e2f0c"
MINIMAX_KEY = "mm-key-9d41ab"
GIVEN_KEY = "given-key-77c3"
SECRETS = (OPENAI_KEY, MINIMAX_KEY, GIVEN_KEY)

ON_THIS_MACHINE = "requests go to the embedded server on this machine."
NOT_SENT = "belongs to another service and is not sent to MiniMax"

EMBEDDED = None
REFUSED = "refused"


def env(
    *, url: str = "", openai: bool = False, minimax: bool = False, region: str = "", base: str = "", host: str = ""
) -> dict[str, str]:
    values = {
        "MINIMAX_BASE_URL": base,
        "MINIMAX_API_HOST": host,
        "OPENAI_BASE_URL": url,
        "OPENAI_API_KEY": OPENAI_KEY if openai else "",
        "MINIMAX_API_KEY": MINIMAX_KEY if minimax else "",
        "MINIMAX_REGION": region,
    }
    return {name: value for name, value in values.items() if value}


# What is set, what is given, where it goes and whose key is sent.
TABLE = [
    # The environment alone: URL (none, MiniMax's, another, on this machine) x OPENAI_API_KEY x MINIMAX_API_KEY.
    (env(), {}, EMBEDDED),
    (env(openai=True), {}, EMBEDDED),
    (env(minimax=True), {}, (GLOBAL, MINIMAX_KEY)),
    (env(openai=True, minimax=True), {}, (GLOBAL, MINIMAX_KEY)),
    (env(url=GLOBAL), {}, REFUSED),
    (env(url=GLOBAL, openai=True), {}, (GLOBAL, OPENAI_KEY)),
    (env(url=NEW_CHINA, minimax=True), {}, (NEW_CHINA, MINIMAX_KEY)),
    (env(url=CHINA, openai=True, minimax=True), {}, (CHINA, OPENAI_KEY)),
    (env(url=OTHER), {}, REFUSED),
    (env(url=OTHER, openai=True), {}, (OTHER, OPENAI_KEY)),
    (env(url=OTHER, minimax=True), {}, REFUSED),
    (env(url=OTHER, openai=True, minimax=True), {}, (OTHER, OPENAI_KEY)),
    (env(url=OWN), {}, REFUSED),
    (env(url=OWN, openai=True), {}, (OWN, OPENAI_KEY)),
    (env(url=OWN, minimax=True), {}, REFUSED),
    # The region's variable.
    (env(minimax=True, region="china"), {}, (CHINA, MINIMAX_KEY)),
    (env(minimax=True, region=" Global "), {}, (GLOBAL, MINIMAX_KEY)),
    (env(minimax=True, region="mars"), {}, REFUSED),
    (env(region="mars"), {}, EMBEDDED),
    (env(openai=True, url=OTHER, region="mars"), {}, (OTHER, OPENAI_KEY)),
    # A region given.
    (env(), {"region": "china"}, EMBEDDED),
    (env(openai=True), {"region": "global"}, EMBEDDED),
    (env(minimax=True), {"region": "china"}, (CHINA, MINIMAX_KEY)),
    (env(minimax=True, region="china"), {"region": "global"}, (GLOBAL, MINIMAX_KEY)),
    (env(minimax=True, region="mars"), {"region": "global"}, (GLOBAL, MINIMAX_KEY)),
    (env(url=OTHER, openai=True, minimax=True), {"region": "china"}, (CHINA, MINIMAX_KEY)),
    (env(url=GLOBAL, minimax=True), {"region": "china"}, (CHINA, MINIMAX_KEY)),
    (env(url=NEW_CHINA, openai=True), {"region": "china"}, (NEW_CHINA, OPENAI_KEY)),
    (env(url=GLOBAL, openai=True), {"region": "china"}, REFUSED),
    (env(url=OTHER, openai=True), {"region": "china"}, REFUSED),
    (env(minimax=True), {"region": "mars"}, REFUSED),
    (env(), {"region": ""}, REFUSED),
    # A key given.
    (env(), {"api_key": GIVEN_KEY}, (GLOBAL, GIVEN_KEY)),
    (env(), {"api_key": f" {GIVEN_KEY}\n"}, (GLOBAL, GIVEN_KEY)),
    (env(), {"api_key": GIVEN_KEY, "region": "china"}, (CHINA, GIVEN_KEY)),
    (env(region="china"), {"api_key": GIVEN_KEY}, (CHINA, GIVEN_KEY)),
    (env(url=OTHER, openai=True, minimax=True), {"api_key": GIVEN_KEY}, (GLOBAL, GIVEN_KEY)),
    (env(url=NEW_CHINA), {"api_key": GIVEN_KEY}, (NEW_CHINA, GIVEN_KEY)),
    (env(minimax=True), {"api_key": ""}, REFUSED),
    # A URL given.
    (env(), {"base_url": GLOBAL}, REFUSED),
    (env(openai=True), {"base_url": GLOBAL}, REFUSED),
    (env(openai=True, url=OTHER), {"base_url": GLOBAL}, REFUSED),
    (env(openai=True), {"base_url": OTHER}, REFUSED),
    (env(minimax=True), {"base_url": OTHER}, REFUSED),
    (env(minimax=True), {"base_url": "https://api.minimax.io.evil.example/v1"}, REFUSED),
    (env(minimax=True), {"base_url": NEW_CHINA}, (NEW_CHINA, MINIMAX_KEY)),
    (env(url=OTHER, openai=True), {"base_url": OTHER + "/"}, (OTHER, OPENAI_KEY)),
    (env(url="nonsense", openai=True, minimax=True), {"base_url": CHINA}, (CHINA, MINIMAX_KEY)),
    (env(url="nonsense", openai=True), {}, REFUSED),
    (env(), {"base_url": OWN, "api_key": GIVEN_KEY}, (OWN, GIVEN_KEY)),
    (env(minimax=True), {"base_url": CHINA, "region": "china"}, (CHINA, MINIMAX_KEY)),
    (env(minimax=True), {"base_url": NEW_CHINA, "region": "china"}, (NEW_CHINA, MINIMAX_KEY)),
    (env(minimax=True), {"base_url": CHINA, "region": "global"}, REFUSED),
    (env(), {"base_url": OWN, "api_key": GIVEN_KEY, "region": "global"}, REFUSED),
    # MiniMax's own variables for the address, beside its key.
    (env(minimax=True, host="https://api.minimaxi.com"), {}, (CHINA, MINIMAX_KEY)),
    (env(minimax=True, host="https://api.minimaxi.com/"), {}, (CHINA, MINIMAX_KEY)),
    (env(minimax=True, host="https://api.minimaxi.com/v1"), {}, (CHINA, MINIMAX_KEY)),
    (env(minimax=True, host="api.minimaxi.com"), {}, (CHINA, MINIMAX_KEY)),
    (env(minimax=True, host=" api.minimax.cn/v1/ "), {}, (NEW_CHINA, MINIMAX_KEY)),
    (env(minimax=True, base="https://api.minimaxi.com/v1"), {}, (CHINA, MINIMAX_KEY)),
    (env(minimax=True, base="https://api.minimaxi.com"), {}, (CHINA, MINIMAX_KEY)),
    (env(minimax=True, base="api.minimaxi.com/v1/"), {}, (CHINA, MINIMAX_KEY)),
    (env(minimax=True, base=CHINA, host=GLOBAL), {}, (CHINA, MINIMAX_KEY)),
    (env(minimax=True, base=CHINA, region="global"), {}, (CHINA, MINIMAX_KEY)),
    (env(minimax=True, host=CHINA, region="mars"), {}, (CHINA, MINIMAX_KEY)),
    (env(minimax=True, base="https://gateway.example"), {}, (OTHER, MINIMAX_KEY)),
    (env(minimax=True, base="https://gateway.example/mm"), {}, ("https://gateway.example/mm", MINIMAX_KEY)),
    (env(minimax=True, host="gateway.example/mm"), {}, ("https://gateway.example/mm/v1", MINIMAX_KEY)),
    (env(minimax=True, host="localhost:8000"), {}, ("http://localhost:8000/v1", MINIMAX_KEY)),
    (env(minimax=True, host="127.0.0.1:8000/v1"), {}, (OWN, MINIMAX_KEY)),
    (env(minimax=True, base=" ", host=" "), {}, (GLOBAL, MINIMAX_KEY)),
    (env(base=CHINA), {}, EMBEDDED),
    (env(host="api.minimaxi.com", openai=True), {}, EMBEDDED),
    (env(minimax=True, openai=True, url=OTHER, base=CHINA), {}, (OTHER, OPENAI_KEY)),
    (env(minimax=True, base="https://api.minimax.io/anthropic"), {}, REFUSED),
    (env(minimax=True, base="http://gateway.example/v1"), {}, REFUSED),
    (env(minimax=True, base="ftp://api.minimax.io"), {}, REFUSED),
    (env(minimax=True, host=GIVEN_KEY), {}, REFUSED),
    # A MiniMax key that was set beside a host goes nowhere else.
    (env(minimax=True, base=OTHER), {"base_url": OTHER}, (OTHER, MINIMAX_KEY)),
    (env(minimax=True, base=OTHER), {"base_url": CHINA}, REFUSED),
    (env(minimax=True, base=OTHER), {"region": "china"}, REFUSED),
    (env(minimax=True, base=OTHER, url=GLOBAL), {}, REFUSED),
    (env(minimax=True, base=OTHER), {"base_url": "https://gateway.example:8443/v1"}, REFUSED),
    (env(minimax=True, base=CHINA), {"region": "global"}, (GLOBAL, MINIMAX_KEY)),
    (env(minimax=True, base=CHINA), {"base_url": GLOBAL}, (GLOBAL, MINIMAX_KEY)),
    (env(minimax=True, base=CHINA), {"base_url": OTHER}, REFUSED),
    # A key that is given alone is a MiniMax key.
    (env(base=CHINA), {"api_key": GIVEN_KEY}, (CHINA, GIVEN_KEY)),
    (env(host="api.minimaxi.com", region="global"), {"api_key": GIVEN_KEY}, (CHINA, GIVEN_KEY)),
    (env(base=OTHER), {"api_key": GIVEN_KEY}, (GLOBAL, GIVEN_KEY)),
]


@pytest.mark.parametrize(("environ", "given", "expected"), TABLE)
def test_requests_go_where_the_table_says(environ: dict[str, str], given: dict[str, str], expected: object) -> None:
    if expected == REFUSED:
        with pytest.raises(ConfigurationError) as caught:
            resolve(environ, **given)
        assert not [secret for secret in SECRETS if secret in f"{caught.value!r} {caught.value}"]
        return
    found = resolve(environ, **given)
    assert (found and (found.base_url, found.api_key)) == expected
    line = describe(found, environ)
    assert "\n" not in line
    assert not [secret for secret in SECRETS if secret in f"{found!r} {line}"]
    assert "8000" not in line


@pytest.mark.parametrize(
    ("environ", "given", "line"),
    [
        (
            env(),
            {},
            f"minimax_nb: no key found; {ON_THIS_MACHINE}",
        ),
        (
            env(openai=True),
            {},
            f"minimax_nb: OPENAI_API_KEY without OPENAI_BASE_URL {NOT_SENT}; {ON_THIS_MACHINE}",
        ),
        (
            env(host="api.minimaxi.com"),
            {},
            f"minimax_nb: no key found beside MINIMAX_API_HOST (MINIMAX_API_KEY is not set); {ON_THIS_MACHINE}",
        ),
        (env(minimax=True), {}, "minimax_nb: requests go to api.minimax.io with the key from MINIMAX_API_KEY."),
        (env(url=OWN, openai=True), {}, "minimax_nb: requests go to 127.0.0.1 with the key from OPENAI_API_KEY."),
        (
            env(openai=True),
            {"api_key": GIVEN_KEY, "region": "china"},
            "minimax_nb: requests go to api.minimaxi.com with the key given.",
        ),
    ],
)
def test_one_line_says_where_requests_go(environ: dict[str, str], given: dict[str, str], line: str) -> None:
    assert describe(resolve(environ, **given), environ) == line


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://api.minimax.io", GLOBAL),
        ("https://api.minimax.io/", GLOBAL),
        ("https://API.MiniMax.io/v1/", GLOBAL),
        (" https://api.minimaxi.com/v1\n", CHINA),
        ("https://gateway.example:8443/minimax/v1//", "https://gateway.example:8443/minimax/v1"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000/v1/", "http://[::1]:8000/v1"),
        ("http://10.0.0.7:8000/v1", "http://10.0.0.7:8000/v1"),
        ("http://gpu-box:30000/v1", "http://gpu-box:30000/v1"),
        ("http://gpu.internal/v1", "http://gpu.internal/v1"),
        ("http://100.101.102.103:8000/v1", "http://100.101.102.103:8000/v1"),
        ("http://gpu.tail1a2b.ts.net:8000/v1", "http://gpu.tail1a2b.ts.net:8000/v1"),
        ("http://[fd7a:115c:a1e0::1]:8000/v1", "http://[fd7a:115c:a1e0::1]:8000/v1"),
        ("http://host.docker.internal:11434/v1", "http://host.docker.internal:11434/v1"),
    ],
)
def test_a_url_is_brought_to_its_plain_form(url: str, plain: str) -> None:
    assert checked_url(url, "base_url") == plain


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "without https://"),
        ("api.minimax.io/v1", "without https://"),
        ("minimax", "without https://"),
        ("ftp://api.minimax.io/v1", "without https://"),
        ("https:///v1", "without https://"),
        ("https://api.minimax.io /v1", "blanks"),
        ("https://api.minimax.io/v1\nX: y", "blanks"),
        ('"https://api.minimax.io/v1"', "quotes"),
        ("https://api.m\u0456nimax.io/v1", "odd characters"),
        ("https://api.minimax.io\\@evil.example/v1", "odd characters"),
        ("https://api.minimax.io:port/v1", "broken host or port"),
        ("https://api.minimax.io:99999/v1", "broken host or port"),
        ("https://[::1/v1", "broken host or port"),
        ("https://me:secret@api.minimax.io/v1", "a user"),
        ("https://api.minimax.io@evil.example/v1", "a user"),
        ("https://api.minimax.io/v1?key=secret", "'?…'"),
        ("https://api.minimax.io/v1#secret", "'#…'"),
        ("http://api.minimax.io/v1", "clear text"),
        ("http://gateway.example/v1", "clear text"),
        ("http://8.8.8.8/v1", "clear text"),
        ("http://134744072/v1", "clear text"),
        ("http://[::ffff:8.8.8.8]/v1", "clear text"),
        ("http://8.8.8.8/v1", "allow_http=True or MINIMAX_NB_ALLOW_HTTP=1"),
        ("https://api.minimax.io/anthropic", "end in /v1"),
        ("https://api.minimax.io/v1/text/chatcompletion_v2", "end in /v1"),
        ("https://api.minimax.io/v1/chat/completions", "before /chat/completions"),
        (f"{OWN}/chat/completions/", "before /chat/completions"),
    ],
)
def test_a_url_that_cannot_work_is_refused_with_the_reason(url: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match="expected") as caught:
        checked_url(url, "OPENAI_BASE_URL")
    assert says in str(caught.value)
    assert "OPENAI_BASE_URL" in str(caught.value)
    assert "secret" not in str(caught.value)


PLAIN = "http://gateway.example/v1"


@pytest.mark.parametrize(
    ("said", "given", "allowed"),
    [
        ("1", None, True),
        (" True ", None, True),
        ("yes", None, True),
        ("", True, True),
        ("0", True, True),
        ("", None, False),
        ("0", None, False),
        ("off", None, False),
        ("1", False, False),
        ("perhaps", None, False),
    ],
)
@pytest.mark.parametrize("place", ["base_url", "OPENAI_BASE_URL", "MINIMAX_BASE_URL"])
def test_clear_text_to_any_host_can_be_allowed(said: str, given: bool | None, allowed: bool, place: str) -> None:
    environ = {"MINIMAX_NB_ALLOW_HTTP": said, "OPENAI_API_KEY": OPENAI_KEY, "MINIMAX_API_KEY": MINIMAX_KEY}
    arguments: dict[str, str] = {"base_url": PLAIN, "api_key": GIVEN_KEY} if place == "base_url" else {}
    environ |= {place: PLAIN} if place != "base_url" else {}
    if allowed:
        found = resolve(environ, allow_http=given, **arguments)
        assert found is not None
        assert found.base_url == PLAIN
    else:
        with pytest.raises(ConfigurationError, match="MINIMAX_NB_ALLOW_HTTP"):
            resolve(environ, allow_http=given, **arguments)


@pytest.mark.parametrize("key", ["sk-9d41ab77c3", "eyJhbGciOiJSUzI1NiJ9.eyJHcm91cCI6ImEifQ.c2lnbmF0dXJlMTIzNDU2Nzg5"])
@pytest.mark.parametrize("place", ["MINIMAX_BASE_URL", "MINIMAX_API_HOST"])
def test_a_key_in_the_place_of_a_host_is_not_taken_for_one(key: str, place: str) -> None:
    with pytest.raises(ConfigurationError, match=f"expected {place} to be a URL") as caught:
        resolve({place: key, "MINIMAX_API_KEY": MINIMAX_KEY})
    assert key.lower() not in str(caught.value).lower()


@pytest.mark.parametrize(
    ("region", "meant"),
    [
        ("cn", "china"),
        ("CN", "china"),
        ("zh", "china"),
        ("chna", "china"),
        ("中国", "china"),
        ("zh_CN", "china"),
        ("ZH-cn", "china"),
        ("api.minimaxi.com", "china"),
        ("intl", "global"),
        ("international", "global"),
        ("globl", "global"),
        ("api.minimax.io", "global"),
        ("mars", ""),
        ("k" * 60, ""),
    ],
)
def test_a_wrong_region_is_told_with_or_without_a_key(region: str, meant: str) -> None:
    with pytest.raises(ConfigurationError, match="expected MINIMAX_REGION to be") as caught:
        resolve(env(minimax=True, region=region))
    for said in (
        str(caught.value),
        describe(None, env(region=region)),
        describe(None, env(region=region, openai=True)),
    ):
        assert "expected MINIMAX_REGION to be" in said
        assert (f"Did you mean '{meant}'?" in said) if meant else ("Did you mean" not in said)
        assert "k" * 60 not in said
    for right in ("", "china", " Global "):
        assert "MINIMAX_REGION" not in describe(None, env(region=right))


@pytest.mark.parametrize("swapped", [{"base_url": GIVEN_KEY}, {"region": GIVEN_KEY}, {"base_url": f"//{GIVEN_KEY}"}])
def test_a_key_in_the_wrong_place_is_not_repeated(swapped: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve({}, **swapped)
    assert GIVEN_KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ('"abc123"', "quotes"),
        ("'abc123'", "quotes"),
        ("“abc123”", "quotes"),
        ('abc123"', "quotes"),
        ("Bearer abc123", "Bearer"),
        ("<abc123>", "placeholder"),
        ("${abc123}", "placeholder"),
        ("abc 123", "blanks"),
        ("abc\n123", "line breaks"),
        ("abc123é", "non-ASCII"),
        ("abc123\x00", "blanks"),
    ],
)
def test_a_key_that_cannot_work_is_refused_without_showing_it(key: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        checked_key(key, "MINIMAX_API_KEY")
    assert says in str(caught.value)
    assert "MINIMAX_API_KEY" in str(caught.value)
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize("wrong", [{"api_key": 5}, {"base_url": 5}, {"region": 5}])
def test_an_argument_of_another_type_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError, match="int"):
        resolve({}, **wrong)  # type: ignore[arg-type]


def test_a_bad_region_names_the_good_ones_and_the_newer_address() -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve({}, region="europe")
    for said in ("'europe'", "'global'", "'china'", GLOBAL, CHINA, NEW_CHINA):
        assert said in str(caught.value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("api.minimax.io", True),
        ("api-uw.minimax.io", True),
        ("minimax.cn", True),
        ("notminimax.io", False),
        ("minimax.io.evil.example", False),
        ("", False),
    ],
)
def test_only_hosts_under_minimax_domains_are_minimax(host: str, expected: bool) -> None:
    assert is_minimax(host) is expected


def test_an_endpoint_keeps_its_key_out_of_its_repr() -> None:
    assert GIVEN_KEY not in repr(Endpoint(GLOBAL, GIVEN_KEY, "api_key"))


@pytest.mark.parametrize(
    ("url", "headers", "host"),
    [
        ("https://api.minimax.io/v1/models", {}, "api.minimax.io"),
        ("http://127.0.0.1:9/v1", {}, "127.0.0.1"),
        ("http://127.0.0.1:9/v1", {"minimax-nb-host": "api.minimax.io"}, "api.minimax.io"),
        ("https://evil.example/v1", {"minimax-nb-host": "api.minimax.io"}, "evil.example"),
        ("nonsense", {"minimax-nb-host": "api.minimax.io"}, ""),
    ],
)
def test_a_recorder_on_this_machine_says_who_has_answered(url: str, headers: dict[str, str], host: str) -> None:
    assert host_behind(url, headers) == host
