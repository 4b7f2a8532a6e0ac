"""recording and replaying, as a notebook uses them; a second server of ours poses as the service."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openai
import pytest

import minimax_nb as mm
from minimax_nb.client import configure as configured
from minimax_nb.client import taping
from minimax_nb.server.app import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "service-key-1f0e9d8c7b6a"
NAMES = ("OPENAI_BASE_URL", "OPENAI_API_KEY", "NO_PROXY", "no_proxy")
HI: Any = {"model": "MiniMax-M2.7", "messages": [{"role": "user", "content": "Hi, how are you?"}]}


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(speed="max", key=KEY) as server:
        yield server


@pytest.fixture
def service(running: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> EmbeddedServer:
    """What the user's variables lead to."""
    monkeypatch.setenv("OPENAI_BASE_URL", running.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("MINIMAX_NB_SPEED", "max")
    return running


def now() -> list[str | None]:
    return [os.environ.get(name) for name in NAMES]


def ask(**more: Any) -> mm.Reply:
    with openai.OpenAI(max_retries=0, timeout=20) as client:
        return mm.collect(client.chat.completions.create(**{**HI, "stream": True, **more}))


def kind_of(reply: mm.Reply) -> str | None:
    return reply.origin.kind if reply.origin else None


def forget_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES[:2]:
        monkeypatch.delenv(name, raising=False)


def test_what_was_recorded_is_replayed_without_a_key(
    service: EmbeddedServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with mm.recording("tapes"):
        live = ask()
    assert capsys.readouterr().err == (
        "minimax_nb: requests go to 127.0.0.1 with the key from OPENAI_API_KEY; what\n"
        "  comes back is recorded in tapes.\n"
    )
    forget_key(monkeypatch)
    with mm.replaying("tapes"):
        again = ask()
    assert capsys.readouterr().err == ("minimax_nb: the tapes in tapes answer; nothing is sent anywhere.\n")
    assert replace(again, origin=None) == replace(live, origin=None)
    assert again.origin is not None
    assert (again.origin.kind, again.origin.host) == ("recorded", "127.0.0.1")
    assert again.content
    assert KEY not in "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "tapes").iterdir())


def test_connected_clients_of_both_kinds_go_through_the_recorder(service: EmbeddedServer, tmp_path: Path) -> None:
    async def main() -> mm.Reply:
        async with mm.aconnect(max_retries=0) as client:
            return await mm.acollect(client.chat.completions.create(**HI, stream=True))

    with mm.recording(tmp_path):
        with mm.connect(max_retries=0) as client:
            mm.collect(client.chat.completions.create(**HI))
        with ThreadPoolExecutor(1) as pool:  # a loop of its own, whatever this thread is busy with
            pool.submit(asyncio.run, main()).result(timeout=30)
    (file,) = tmp_path.iterdir()
    assert file.read_text(encoding="utf-8").count('"recorded": {') == 2


def test_arguments_given_inside_lead_to_a_recorder_of_their_own(service: EmbeddedServer, tmp_path: Path) -> None:
    with EmbeddedServer(speed="max", key="another-key-1234") as other, mm.recording(tmp_path):
        ask()
        with mm.connect(base_url=other.base_url, api_key="another-key-1234", max_retries=0) as client:
            mm.collect(client.chat.completions.create(**HI))
    assert len(list(tmp_path.iterdir())) == 2


def test_the_key_of_an_earlier_configure_is_enough(
    service: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_key(monkeypatch)
    mm.configure(base_url=service.base_url, api_key=KEY)
    with mm.recording(tmp_path):
        ask()
    assert now()[:2] == [service.base_url, KEY]


def test_without_an_endpoint_there_is_nothing_to_record(tmp_path: Path) -> None:
    before = now()
    with (
        pytest.raises(mm.ConfigurationError, match="expected a real endpoint to record, found no key"),
        mm.recording(tmp_path / "tapes"),
    ):
        pass
    assert now() == before
    assert not (tmp_path / "tapes").exists()


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_asked(
    service: EmbeddedServer, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    before = now()
    with pytest.raises(mm.ConfigurationError, match=r"expected to record in .*file"), mm.recording(tmp_path / "file"):
        pass
    assert now() == before


def test_a_block_that_records_nothing_says_so(service: EmbeddedServer, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="nothing was recorded") as caught, mm.recording(tmp_path):
        pass
    assert caught[0].filename == __file__


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_inside_comes_out_and_what_was_recorded_stays(
    service: EmbeddedServer, tmp_path: Path, error: type[BaseException]
) -> None:
    before = now()
    with pytest.raises(error), mm.recording(tmp_path):  # noqa: PT012 (it is the second that is raised)
        ask()
        raise error
    assert now() == before
    with mm.replaying(tmp_path):
        assert ask().complete


def test_a_miss_names_the_nearest_tape_and_the_field(service: EmbeddedServer, tmp_path: Path) -> None:
    with mm.recording(tmp_path):
        ask()
    other = {"messages": [{"role": "user", "content": "Hi, who are you?"}]}
    words = r"nearest is turn 0 of 'recorded-.*messages\[0\]\.content = 'Hi, how are you\?' where the request has"
    with mm.replaying(tmp_path):
        with pytest.raises(openai.NotFoundError, match=words):
            ask(**other)
        with mm.connect() as client, pytest.raises(mm.NoMatchError, match=words) as caught:
            client.chat.completions.create(**{**HI, **other})
    assert isinstance(caught.value, openai.NotFoundError)
    with mm.replaying(tmp_path, strict=False):
        rehearsed = ask(**other)
    assert kind_of(rehearsed) == "practice"


def test_an_async_miss_is_the_same_error(service: EmbeddedServer, tmp_path: Path) -> None:
    async def main() -> None:
        async with mm.aconnect(max_retries=0) as client:
            await client.chat.completions.create(**HI)

    with mm.replaying(tmp_path), ThreadPoolExecutor(1) as pool, pytest.raises(mm.NoMatchError, match="no tapes"):
        pool.submit(asyncio.run, main()).result(timeout=30)


def test_replaying_sends_nothing_whatever_is_configured(service: EmbeddedServer, tmp_path: Path) -> None:
    with mm.recording(tmp_path):
        ask()
    with mm.replaying(tmp_path), mm.connect(api_key="minimax-key-abcdef") as client:
        assert str(client.base_url) != f"{service.base_url}/"
        assert client.api_key != "minimax-key-abcdef"
        assert mm.collect(client.chat.completions.create(**HI, stream=True)).complete


@pytest.mark.parametrize(("name", "words"), [("missing", "expected a folder of tapes"), ("broken", "expected JSON")])
def test_a_missing_folder_and_a_broken_tape_are_told(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.json").write_text("{", encoding="utf-8")
    before = now()
    with pytest.raises(mm.TapeFormatError, match=words), mm.replaying(tmp_path / name):
        pass
    assert now() == before


def test_blocks_may_be_nested_and_the_inner_one_holds(service: EmbeddedServer, tmp_path: Path) -> None:
    with mm.recording(tmp_path / "a"):
        ask()
    outside = now()
    with mm.recording(tmp_path / "b"):
        ask()
        outer = now()
        with mm.replaying(tmp_path / "a"):
            assert kind_of(ask()) == "recorded"
            with mm.recording(tmp_path / "c"):
                assert kind_of(ask()) == "authored"
            assert kind_of(ask()) == "recorded"
        assert now() == outer
        ask(model="MiniMax-M2")
    assert now() == outside
    counts = [path.read_text(encoding="utf-8").count('"recorded": {') for path in sorted(tmp_path.glob("*/*.json"))]
    assert counts == [1, 2, 1]


def test_blocks_that_end_in_the_wrong_order_leave_all_as_it_was(service: EmbeddedServer, tmp_path: Path) -> None:
    with mm.recording(tmp_path):
        ask()
    outside = now()
    first, second = mm.replaying(tmp_path), mm.replaying(tmp_path)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert ask().complete
    second.__exit__(None, None, None)
    assert now() == outside
    assert configured.user_environment()["OPENAI_BASE_URL"] == service.base_url


def test_configuring_inside_ends_with_the_block_and_what_the_user_sets_stays(
    service: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mm.recording(tmp_path):
        ask()
        mm.configure(base_url="http://127.0.0.1:1/v1", api_key="some-other-key")
    assert now()[:2] == [service.base_url, KEY]
    with mm.replaying(tmp_path):
        monkeypatch.setenv("OPENAI_API_KEY", "set-by-the-user")
    assert now()[:2] == [service.base_url, "set-by-the-user"]


def test_a_proxy_does_not_come_between(
    service: EmbeddedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    before = now()
    with mm.recording(tmp_path):
        assert ask().complete
    assert now() == before


def test_a_tool_loop_is_recorded_round_by_round(service: EmbeddedServer, tmp_path: Path) -> None:
    def get_weather(location: str) -> str:
        """Get weather of a location.

        Args:
            location: city and country
        """
        return f"24℃, sunny in {location}"

    def run() -> str:
        messages: list[Any] = [{"role": "user", "content": "How's the weather in San Francisco?"}]
        with mm.connect(max_retries=0) as client:
            for _ in mm.run_tools(client.chat.completions.create, messages, [get_weather], model="MiniMax-M2.7"):
                pass
        return str(messages[-1]["content"])

    with mm.recording(tmp_path):
        live = run()
    with mm.replaying(tmp_path):
        again = run()
    assert again == live
    assert "24℃" in live
    (file,) = tmp_path.iterdir()
    assert file.read_text(encoding="utf-8").count('"recorded": {') == 2


@pytest.fixture
def tape(service: EmbeddedServer, tmp_path: Path) -> Iterator[Path]:
    """A folder with a tape of one question; what a test has started is stopped."""
    with mm.recording(tmp_path / "tape"):
        ask()
    yield tmp_path / "tape"
    taping._stop_started()


def test_tapes_are_switched_on_for_a_whole_notebook_and_off(tape: Path) -> None:
    outside = now()
    tapes = mm.replaying(tape).start()
    assert kind_of(ask()) == "recorded"
    assert repr(tapes) == f"mm.replaying({str(tape)!r}) (on)"
    tapes.stop()
    assert repr(tapes).endswith("(off)")
    assert now() == outside
    tapes.stop()  # is off
    with tapes:  # and may be on again
        assert kind_of(ask()) == "recorded"
    assert now() == outside


def test_a_cell_that_starts_may_be_run_again(tape: Path) -> None:
    outside = now()
    first = mm.replaying(tape).start()
    assert first.start() is first
    second = mm.replaying(tape).start()
    assert repr(first).endswith("(off)")
    second.stop()
    assert now() == outside


def test_the_start_of_another_ends_the_one_before(tape: Path, tmp_path: Path) -> None:
    outside = now()
    recording = mm.recording(tmp_path / "new").start()
    ask()
    replaying = mm.replaying(tmp_path / "new").start()
    assert kind_of(ask()) == "recorded"
    recording.stop()  # has ended
    replaying.stop()
    assert now() == outside
    assert len(list((tmp_path / "new").glob("*.json"))) == 1


def test_the_same_written_once_more_stops_it(tape: Path) -> None:
    tapes = mm.replaying(tape).start()
    with pytest.raises(mm.ConfigurationError, match=r"to be on, it never was; on is mm\.replaying\('.*tape'\)"):
        mm.replaying("other").stop()
    mm.replaying(tape).stop()
    assert repr(tapes).endswith("(off)")
    with pytest.raises(mm.ConfigurationError, match="to be on, it never was; nothing is"):
        mm.replaying(tape).stop()


def test_one_that_is_on_cannot_be_a_block_as_well(tape: Path) -> None:
    outside = now()
    with mm.replaying(tape) as tapes:
        with pytest.raises(mm.ConfigurationError, match=r"expected .* to be off, it is on already"), tapes:
            pass
        assert tapes.start() is tapes
        assert kind_of(ask()) == "recorded"
        tapes.stop()
        assert now() == outside
    assert now() == outside


def test_a_block_inside_of_what_was_started_holds_until_its_end(tape: Path, tmp_path: Path) -> None:
    tapes = mm.replaying(tape).start()
    with mm.recording(tmp_path / "new"):
        assert kind_of(ask()) == "authored"
    assert kind_of(ask()) == "recorded"
    tapes.stop()
    assert kind_of(ask()) == "authored"


def test_what_cannot_start_leaves_all_off(tape: Path, tmp_path: Path) -> None:
    outside = now()
    tapes = mm.replaying(tmp_path / "missing")
    for _ in range(2):
        with pytest.raises(mm.TapeFormatError):
            tapes.start()
    assert repr(tapes).endswith("(off)")
    assert now() == outside


def test_what_is_being_recorded_is_on_its_tape_when_the_process_ends(tape: Path, tmp_path: Path) -> None:
    mm.recording(tmp_path / "new").start()
    ask()
    taping._stop_started()
    (file,) = (tmp_path / "new").iterdir()
    assert file.suffix == ".json"


def test_stopping_a_recording_of_nothing_says_so(tape: Path, tmp_path: Path) -> None:
    recording = mm.recording(tmp_path / "new").start()
    with pytest.warns(UserWarning, match="nothing was recorded") as caught:
        recording.stop()
    assert caught[0].filename == __file__
