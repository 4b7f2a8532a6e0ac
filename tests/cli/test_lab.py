"""``minimax-nb lab``: what JupyterLab is told, and the real thing on a machine where 8888 is taken."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.cli import lab
from minimax_nb.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTIFICATION = "@jupyterlab/apputils-extension:notification"
SECRET = "sk-very-secret-key-0123456789"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """What JupyterLab is told, which does not run; the working folder is an empty one."""
    calls: list[list[str]] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    monkeypatch.setattr(lab, "_run_jupyterlab", calls.append)
    return calls


def test_lab_is_the_default_and_opens_the_first_lesson(
    told: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    folder = tmp_path / "minimax-lessons"
    assert (folder / "00_start_here.ipynb").is_file()
    assert f"--ServerApp.root_dir={folder}" in told[0]
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in told[0]
    assert "--ServerApp.port_retries=50" in told[0]
    assert "--no-browser" not in told[0]
    out = capsys.readouterr().out
    assert "no key found" in out
    assert "Ctrl-C" in out


def test_the_options_are_handed_on(told: list[list[str]], tmp_path: Path) -> None:
    assert main(["--no-browser", "--folder", "my lessons", "--port", "9999", "--", "--ServerApp.token=abc"]) == 0
    assert f"--ServerApp.root_dir={tmp_path / 'my lessons'}" in told[0]
    assert told[0][-1] == "--ServerApp.token=abc"
    for option in ("--no-browser", "--ServerApp.port=9999", "--ServerApp.port_retries=0"):
        assert option in told[0]


def test_jupyterlab_asks_nothing_and_what_the_reader_has_set_holds(
    told: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jupyterlab.commands import get_app_dir
    from jupyterlab_server.settings_utils import _get_overrides, get_settings

    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path / "theirs"))
    for _ in range(2):
        assert main(["lab"]) == 0
    assert not any("news" in option for option in told[0])
    path = os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert (path[0], len(path)) == (str(tmp_path / "theirs"), 2)

    def fetched(folder: Path) -> str:
        overrides, error = _get_overrides(str(tmp_path / "none"))
        assert not error
        found, _ = get_settings(
            str(tmp_path / "none"),
            str(Path(get_app_dir()) / "schemas"),
            str(folder),
            schema_name=NOTIFICATION,
            overrides=overrides,
        )
        return str(json.loads(found["raw"]).get("fetchNews", found["schema"]["properties"]["fetchNews"]["default"]))

    assert fetched(tmp_path / "settings") == "false"
    chosen = tmp_path / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    chosen.parent.mkdir(parents=True)
    chosen.write_text('{"fetchNews": "true"}')
    assert fetched(tmp_path / "settings") == "true"


@pytest.mark.parametrize("offline", [False, True])
def test_a_key_reaches_the_kernels_unless_offline(
    offline: bool, told: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", SECRET)
    monkeypatch.setenv("MINIMAX_REGION", "china")
    assert main(["lab", *(["--offline"] if offline else [])]) == 0
    out = capsys.readouterr().out
    assert os.environ.get("MINIMAX_API_KEY") == (None if offline else SECRET)
    assert ("no key found" if offline else "requests go to api.minimaxi.com") in out
    assert not any(name.startswith("OPENAI_") for name in os.environ)
    assert SECRET not in out + " ".join(told[0])


def test_a_wrong_configuration_stops_it_before_anything_is_copied(
    told: list[list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://example.com/{SECRET}")
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    assert main(["lab"]) == 1
    err = capsys.readouterr().err
    assert "minimax-nb lab --offline" in err
    assert SECRET not in err
    assert not told
    assert not list(tmp_path.iterdir())


def test_without_jupyterlab_it_says_how_to_get_it(
    told: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    assert main(["lab"]) == 1
    assert "pip install 'minimax-nb[lab]'" in capsys.readouterr().err
    assert not told


@contextlib.contextmanager
def taken(port: int) -> Iterator[None]:
    """Somebody listens on this port: we, or whoever did already."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # past what has just been closed
        with contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            listener.listen()
        yield


def wait_for(condition: Any, process: subprocess.Popen[str]) -> Any:
    """What ``condition`` gives as soon as it gives something."""
    for _ in range(240):
        if found := condition():
            return found
        if process.poll() is not None:
            break
        time.sleep(0.25)
    raise AssertionError(f"it ended with {process.poll()} or took too long")


def started_kernel(url: str) -> str | None:
    """The id of a new kernel; None while nobody answers."""
    headers = {"authorization": "token only-for-tests", "content-type": "application/json"}
    request = urllib.request.Request(f"{url}api/kernels", b'{"name": "python3"}', headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["id"]
    except urllib.error.URLError:
        return None


def is_ready(client: Any) -> bool:
    """Whether a kernel answers; on a busy machine its heart is slow to begin."""
    try:
        client.wait_for_ready(timeout=30)
    except RuntimeError:
        return False
    return True


def test_jupyterlab_runs_where_8888_is_taken_and_its_kernels_run_the_lessons(tmp_path: Path) -> None:
    from jupyter_client import BlockingKernelClient

    runtime = tmp_path / "runtime"
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "IPYTHONDIR": str(tmp_path),
        "JUPYTER_RUNTIME_DIR": str(runtime),
    }
    environment |= {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "DATA")}
    command = [sys.executable, "-m", "minimax_nb", "lab", "--no-browser", "--", "--ServerApp.token=only-for-tests"]
    with taken(8888), (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=log, stderr=log, text=True)
        try:
            server = json.loads(wait_for(lambda: next(runtime.glob("jpserver-*.json"), None), process).read_text())
            assert server["port"] != 8888
            assert Path(server["root_dir"]) == tmp_path / "minimax-lessons"
            kernel = wait_for(lambda: started_kernel(server["url"]), process)
            client = BlockingKernelClient(connection_file=str(runtime / f"kernel-{kernel}.json"))
            client.load_connection_file()
            client.start_channels()
            try:
                said = []
                wait_for(lambda: is_ready(client), process)
                client.execute_interactive(
                    "import os; print([name for name in os.environ if name.startswith('OPENAI_')])\n"
                    "import minimax_nb; minimax_nb.configure()",
                    timeout=60,
                    output_hook=lambda message: said.append(message["content"].get("text", "")),
                )
            finally:
                client.stop_channels()
        finally:
            process.terminate()
            process.wait(30)
    assert "".join(said).startswith("[]\nminimax_nb: no key found; requests go to the embedded server")
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_port_that_was_asked_for_and_is_taken_ends_with_1(tmp_path: Path) -> None:
    environment = {**os.environ, "HOME": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        command = [sys.executable, "-m", "minimax_nb", "lab", "--no-browser", "--port", str(port)]
        ended = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    assert ended.returncode == 1
    assert f"port {port} is not available" in ended.stderr
    assert "Traceback" not in ended.stderr
