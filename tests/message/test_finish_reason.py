"""What a finish reason says: whole, at its limit, or broken off."""

from __future__ import annotations

import pytest

import minimax_nb as mm
from minimax_nb.message.finish_reason import ending
from minimax_nb.render.bundle import bundle

from ..support.wire import chunk, completion


@pytest.mark.parametrize("reason", [None, "", "stop", "tool_calls", "STOP", "end_turn", "eos_token", "function_call"])
def test_a_whole_reply_is_whole(reason: str | None) -> None:
    assert ending(reason) == (None, None)


@pytest.mark.parametrize("reason", ["length", "max_tokens", "MAX_TOKENS", "model_length", "max-output-tokens"])
def test_every_spelling_of_the_token_limit_is_one(reason: str) -> None:
    kind, words = ending(reason)
    assert kind == "length"
    assert reason in (words or "")


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("content", ["", "As far as it"], ids=["empty", "with text"])
@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("content_filter", "content filter"),
        ("SAFETY", "content filter"),
        ("sensitive", "content filter"),
        ("insufficient_system_resource", "resources"),
        ("abort", "broke the reply off"),
        ("network_error", "lost its model"),
        ("error", "failed midway"),
        ("something_new", "not known here"),
    ],
)
def test_an_ending_that_is_none_is_said_on_show(reason: str, words: str, content: str, streamed: bool) -> None:
    message = {"role": "assistant", "content": content}
    source = [chunk(message), chunk({}, reason)] if streamed else completion(message, reason)
    reply = mm.collect(source)
    assert (reply.complete, reply.partial_reason, reply.finish_reason) == (False, "error", reason)
    assert words in (reply.problem or "")
    for form in bundle(reply).values():
        assert "No answer" not in form
        assert words in form.replace("&#x27;", "'")


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "whole"])
def test_a_refusal_is_shown_as_what_it_is(streamed: bool) -> None:
    pieces = ["I cannot ", "help with that."]
    deltas = [chunk({"role": "assistant", "refusal": piece}) for piece in pieces]
    message = {"role": "assistant", "content": None, "refusal": "".join(pieces)}
    reply = mm.collect([*deltas, chunk({}, "stop")] if streamed else completion(message))
    assert reply.message["refusal"] == "I cannot help with that."
    assert reply.complete
    for form in bundle(reply).values():
        assert "declines" in form
        assert "I cannot help with that." in form
        assert "No answer" not in form


@pytest.mark.parametrize("reason", ["content_filter", "length", None])
def test_a_refusal_is_shown_beside_the_mark_of_a_partial_reply(reason: str | None) -> None:
    reply = mm.collect([chunk({"refusal": "I cannot help."}), *([chunk({}, reason)] if reason else [])])
    assert not reply.complete
    for form in bundle(reply).values():
        assert "I cannot help." in form


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"content": None, "audio": {"id": "a", "transcript": "Hello there", "data": "AA"}}, "Hello there"),
        ({"content": None, "audio": {"id": "a", "data": "AA"}}, "audio"),
        ({"content": [{"type": "refusal", "refusal": "I cannot."}]}, "I cannot."),
    ],
)
def test_what_came_in_the_place_of_text_is_said(message: dict[str, object], words: str) -> None:
    reply = mm.collect(completion({"role": "assistant", **message}))
    for form in bundle(reply).values():
        assert words in form
        assert "No answer" not in form


def test_a_refusal_can_go_back_with_the_history() -> None:
    part = {"role": "assistant", "content": [{"type": "refusal", "refusal": "I cannot."}]}
    question = {"role": "user", "content": "Q"}
    assert mm.check_history([question, part, question]) == []
    bare = {"role": "assistant", "content": "", "refusal": "I cannot."}
    assert mm.repair_history([question, bare, question])[1]["content"] == "I cannot."
