"""Roles of a history, as the service takes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ...support.chat_requests import USER

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("role", ["root", "developer", "moderator", "user_system", "Root"])
@pytest.mark.parametrize("messages", [["role"], ["role", "user"], ["user", "assistant", "role"]])
@pytest.mark.parametrize("stream", [True, False])
def test_m3_takes_roles_that_openai_does_not_know(
    ask: Callable[..., Any], role: str, messages: list[str], stream: bool
) -> None:
    said = [{"role": role if each == "role" else each, "content": f"Who are you, {each}?"} for each in messages]
    response = ask(model="MiniMax-M3", messages=said, stream=stream, reasoning_split=True)
    assert response.status == 200
    if not stream:
        content = json.loads(response.body)["choices"][0]["message"]["content"]
        assert "Who are you" in content
    assert ask(model="MiniMax-M2.7", messages=said).status == 400


@pytest.mark.parametrize("role", ["invalid_role", "", " ", None, 7, [], {}])
@pytest.mark.parametrize("model", ["MiniMax-M3", "MiniMax-M2.7"])
def test_a_role_that_is_none_is_refused(ask: Callable[..., Any], role: Any, model: str) -> None:
    response = ask(model=model, messages=[{"role": role, "content": "a"}, USER])
    assert response.status == 400
    assert "chat content has invalid message role" in json.loads(response.body)["error"]["message"]
