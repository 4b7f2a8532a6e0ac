"""The Node SDK is served as well: another language, another reading of the same bytes.

Needs node and a folder in which ``npm install openai`` was run, named by the environment variable MINIMAX_NB_NODE.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from minimax_nb.server.app import EmbeddedServer

SCRIPT = """
import OpenAI from "openai";
const client = new OpenAI({ maxRetries: 0, timeout: 20000 });
const messages = [{ role: "user", content: "Hi, how are you?" }];
const said = {};
said.models = (await client.models.list()).data.map((model) => model.id);
const whole = await client.chat.completions.create({ model: "MiniMax-M2", messages, reasoning_split: true });
said.whole = whole.choices[0].message;
const stream = await client.chat.completions.create({
  model: "MiniMax-M2", messages, stream: true, reasoning_split: true, stream_options: { include_usage: true },
});
said.content = said.reasoning = "";
for await (const chunk of stream) {
  said.content += chunk.choices[0]?.delta?.content ?? "";
  said.reasoning += chunk.choices[0]?.delta?.reasoning_content ?? "";
  said.usage = chunk.usage;
}
try {
  await client.chat.completions.create({ model: "fault-rate-limit", messages });
} catch (error) {
  said.error = [error.constructor.name, error.status, error.message];
}
const helper = client.chat.completions.stream({ model: "MiniMax-M2", messages });
said.helper = await helper.finalContent();
console.log(JSON.stringify(said));
"""


@pytest.fixture
def said(server: EmbeddedServer) -> dict[str, Any]:
    """What the script saw."""
    node = shutil.which("node")
    home = os.environ.get("MINIMAX_NB_NODE", "")
    if node is None or not (Path(home) / "node_modules" / "openai").is_dir():
        pytest.skip("needs node, and MINIMAX_NB_NODE naming a folder where 'npm install openai' was run")
    environment = {**os.environ, "OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": server.api_key}
    command = [node, "--input-type=module", "--eval", SCRIPT]
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_the_node_sdk_reads_everything(said: dict[str, Any]) -> None:
    assert len(said["models"]) == 9
    assert said["content"] == said["whole"]["content"]
    assert said["reasoning"] == said["whole"]["reasoning_content"]
    assert said["usage"]["completion_tokens"] > 0
    assert said["error"][:2] == ["RateLimitError", 429]
    assert said["error"][2].endswith("(1002)")
    assert said["helper"].startswith("<think>")
