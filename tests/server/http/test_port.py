"""The server in its thread: one a process, its port, its end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading

import openai
import pytest

from minimax_nb.server import app
from minimax_nb.server.app import EmbeddedServer

from ...support.chat_requests import HI
from ...support.servers import DROPPED

pytestmark = pytest.mark.port


def test_a_port_in_use_is_told_with_the_way_out(server: EmbeddedServer) -> None:
    with pytest.raises(OSError, match=f"port {server.port} of 127.0.0.1.*choose another port, or 0"):
        EmbeddedServer(port=server.port).start()


def test_there_is_one_server_a_process_until_it_is_stopped() -> None:
    first = app.start()
    try:
        assert app.start() is first
        assert first.api_key not in repr(first)
    finally:
        app.stop()
    second = app.start()
    try:
        assert second is not first
        assert second.api_key != first.api_key
    finally:
        app.stop()


def test_stopping_ends_open_replies_and_frees_the_port() -> None:
    server = EmbeddedServer(speed="max").start()
    port = server.port
    with openai.OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0, timeout=20) as client:
        stream = iter(client.chat.completions.create(model="fault-hang:1", messages=HI, stream=True))  # type: ignore[arg-type]
        next(stream)
        server.stop()
        server.stop()
        with pytest.raises(DROPPED):
            next(stream)
    assert not any(thread.name == "minimax_nb embedded server" and thread is server for thread in threading.enumerate())
    with socket.create_server(("127.0.0.1", port)):
        pass


SCRIPT = """
import os, warnings
warnings.simplefilter("error")
import openai
from minimax_nb.server.app import start
hi = [{"role": "user", "content": "Hi, how are you?"}]
def ask(server):
    client = openai.OpenAI(base_url=server.base_url, api_key=server.api_key, timeout=20)
    return client.chat.completions.create(model="MiniMax-M2", messages=hi).choices[0].finish_reason
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SCRIPT + code]
    environment = {**os.environ, "MINIMAX_NB_SPEED": "max"}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)


def test_a_program_ends_quietly_with_the_server_running_and_a_reply_open() -> None:
    done = run("""
server = start()
print(ask(server))
client = openai.OpenAI(base_url=server.base_url, api_key=server.api_key)
stream = iter(client.chat.completions.create(model="fault-hang:1", messages=hi, stream=True))
next(stream)
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "stop\n", "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_gets_a_server_of_its_own_and_leaves_the_parents_alone() -> None:
    done = run("""
warnings.simplefilter("ignore")  # forking with threads is warned of; that it works is what is tested
server = start()
ask(server)
child = os.fork()
if child == 0:
    mine = start()
    os._exit(0 if mine is not server and mine.port != server.port and ask(mine) == "stop" else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), ask(server))
""")
    assert (done.stdout, done.stderr) == ("0 stop\n", "")
