"""Every recorded reply, fed as it lies there: as a body of bytes, as dicts, as SDK objects, and over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletionChunk

import minimax_nb as mm
from minimax_nb.message.reply import Reply, Usage

from .support.recordings import document, documents, missing, names, read
from .support.sse_server import event, serve

pytestmark = missing

STREAMS = [
    name for name in names(".sse", ".jsonl") if not name.startswith(("errors_", "vectors_", "magpie_think_split"))
]
REFUSED = "devrix_stream_error_event_2013.sse"
COMPLETIONS = names("nonstream.json", "nonstream_zh.json", "tool_use.json", "minimal-2026-04-28.json")
ELSEWHERE = {
    "README.md": "about the folder",
    "ccskills_errors-E400-missing-messages-2026-04-28.json": "an HTTP error",
    "ccskills_errors-E401-chat-bad-key-2026-04-28.json": "an HTTP error",
    "ccskills_models-list-locked.json": "a list of models",
    "errors_observed.jsonl": "HTTP errors",
    "vectors_minimax_m2_toolparser.jsonl": "text before the service has parsed it",
}


def joined(chunks: list[Any], key: str) -> str:
    """The texts under one key of the deltas, end to end."""
    deltas = [choice.get("delta") or {} for chunk in chunks for choice in chunk["choices"]]
    return "".join(delta.get(key) or "" for delta in deltas)


def every_way(name: str) -> list[Reply]:
    """The reply that a recorded stream gives, in each way in which it can come; equal but for times and host."""
    chunks = documents(name)
    replies = [mm.collect(chunks), mm.collect([ChatCompletionChunk.construct(**item) for item in chunks])]
    body = [read(name)] if name.endswith(".sse") else [event(item) for item in chunks]
    with serve(body) as server, OpenAI(base_url=server.base_url, api_key="k", max_retries=0, timeout=10) as client:
        request = {"model": "MiniMax-M2.7", "messages": [{"role": "user", "content": "Hi"}], "stream": True}
        stream: Any = client.chat.completions.create(**request)  # type: ignore[call-overload]
        replies.append(mm.collect(stream))
        if name.endswith(".sse"):
            replies.append(mm.collect(body))
    return replies


def the_reply(name: str) -> Reply:
    replies = every_way(name)
    for reply in replies:
        assert reply.message == replies[0].message
        assert (reply.reasoning, reply.content) == (replies[0].reasoning, replies[0].content)
        assert (reply.tool_calls, reply.finish_reason) == (replies[0].tool_calls, replies[0].finish_reason)
    return replies[-1]


def test_every_file_has_its_test() -> None:
    single = {
        "cherry_m2_toolcall_chunk_no_index.json",
        "issue_m25_empty_role_chunk.json",
        "kosong_m2_final_chunk_delta_none.json",
        "magpie_think_split_expectations.jsonl",
    }
    assert set(names("")) == {*STREAMS, *COMPLETIONS, *ELSEWHERE, *single}


@pytest.mark.parametrize("name", [name for name in STREAMS if name != REFUSED])
def test_a_stream_gives_the_same_reply_in_every_way_it_can_come(name: str) -> None:
    the_reply(name)


@pytest.mark.parametrize("name", COMPLETIONS)
def test_a_completion_goes_back_as_it_came(name: str) -> None:
    data = document(name)
    reply = mm.collect(data)
    message = data["choices"][0]["message"]
    assert json.dumps(reply.message) == json.dumps(message)
    assert reply.complete
    assert reply.finish_reason == data["choices"][0]["finish_reason"]
    assert reply.usage.total_tokens == data["usage"]["total_tokens"]
    assert reply.reasoning
    assert "<think>" not in reply.content
    details = message.get("reasoning_details")
    assert reply.reasoning == (details[0]["text"] if details else reply.reasoning)
    assert [call.parsed for call in reply.tool_calls] == [
        json.loads(call["function"]["arguments"]) for call in message.get("tool_calls", ())
    ]


def test_split_increments_with_usage_in_a_chunk_of_its_own() -> None:
    name = "gomodel_m27_split_stream.sse"
    chunks, reply = documents(name), the_reply(name)
    thinking = joined(chunks, "reasoning_content")
    assert reply.reasoning == thinking
    assert reply.content == joined(chunks, "content")
    assert reply.usage == Usage(769, 116, 37, 443, 885)
    detail = chunks[0]["choices"][0]["delta"]["reasoning_details"][0]
    assert reply.message == {
        "content": joined(chunks, "content"),
        **{key: chunks[0]["choices"][0]["delta"][key] for key in ("role", "name", "audio_content")},
        "reasoning_content": thinking,
        "reasoning_details": [{**detail, "text": thinking}],
    }
    assert list(reply.message) == list(document("llmapi_m25_split_nonstream_zh.json")["choices"][0]["message"])


def test_native_thinking_of_m3() -> None:
    name = "official_openapi_m3_stream_think.jsonl"
    reply, whole = the_reply(name), joined(documents(name), "content")
    assert reply.message["content"] == whole
    assert whole == f"<think>\n{reply.reasoning}\n</think>\n{reply.content}"
    assert reply.finish_reason == "stop"


def test_a_tag_cut_in_two() -> None:
    reply = the_reply("magpie_think_tag_split_across_chunks.sse")
    assert (reply.reasoning[:9], reply.content) == ("The user ", "Hello!")
    assert reply.usage.total_tokens == 40


def test_no_end_but_a_finish_reason() -> None:
    reply = the_reply("halro_m3_short_stream_no_done.sse")
    assert reply.message == {"content": "OK", "role": "assistant"}
    assert (reply.complete, reply.usage) == (True, Usage(165, 2, None, None, 167))


def test_a_last_event_that_repeats_the_whole_message() -> None:
    name = "official_textpost_legacy_stream_full_final_message.jsonl"
    chunks, reply = documents(name), the_reply(name)
    assert reply.message == chunks[-1]["choices"][0]["message"]
    assert reply.usage == Usage(total_tokens=73)


def test_a_last_chunk_whose_delta_is_null() -> None:
    choice = document("kosong_m2_final_chunk_delta_none.json")["choice"]
    reply = mm.collect([{"choices": [{"index": 0, "delta": {"content": "Hi"}}]}, {"choices": [choice]}])
    assert (reply.message, reply.finish_reason) == ({"content": "Hi", "role": "assistant"}, "stop")
    alone = mm.collect([{"choices": [choice]}])
    assert alone.message == choice["message"]


def test_an_empty_role() -> None:
    reply = mm.collect([document("issue_m25_empty_role_chunk.json")])
    assert reply.message["role"] == "assistant"
    assert (reply.usage, reply.partial_reason) == (Usage(), "cut")


def test_a_whole_call_without_an_index() -> None:
    chunk = document("cherry_m2_toolcall_chunk_no_index.json")
    sent = chunk["choices"][0]["delta"]["tool_calls"][0]
    reply = mm.collect([chunk])
    assert reply.message["tool_calls"] == [sent]
    assert reply.tool_calls[0].parsed == json.loads(sent["function"]["arguments"])
    assert reply.complete


def test_two_calls_with_one_index() -> None:
    reply = the_reply("devrix_m27_parallel_same_index.sse")
    assert [(call.id, call.name) for call in reply.tool_calls] == [
        ("call_function_aaa", "bash"),
        ("call_function_bbb", "glob"),
    ]
    assert all(call.parsed for call in reply.tool_calls)


def test_a_piece_of_a_call_that_began_before_the_recording() -> None:
    reply = the_reply("rustagent_m27_toolcall_fragment_chunks.jsonl")
    assert [call.name for call in reply.tool_calls] == ["", "read_file"]
    assert reply.tool_calls[1].parsed == {"paths": ["src/providers/minimax.rs"]}


def test_two_documents_in_one_event_and_a_late_piece_for_the_first_call() -> None:
    reply = the_reply("supervisorproxy_m25_two_json_in_one_event.sse")
    assert [call.name for call in reply.tool_calls] == ["grep", "", "grep", "grep"]
    assert [call.id for call in reply.tool_calls][2:] == ["call_function_gc0z3psriw4p_2", "call_2"]
    assert reply.partial_reason == "cut"
    kept = [json.loads(call["function"]["arguments"]) for call in reply.message["tool_calls"]]
    assert [type(arguments) for arguments in kept] == [dict, dict, dict]


def test_content_in_increments_beside_thinking_in_snapshots() -> None:
    reply = the_reply("ohmypi_m3_mirrored_cumulative_reasoning.sse")
    assert (reply.reasoning, reply.content) == ("The user just said hi.", "Hello! How can I help?")
    assert reply.message["reasoning_content"] == reply.reasoning


def test_every_field_a_growing_snapshot() -> None:
    reply = the_reply("devpad_cumulative_split_vector.sse")
    assert (reply.reasoning, reply.content) == ("Plan more", "Hello world")


def test_an_error_event_inside_a_stream() -> None:
    for source in ([read(REFUSED)], documents(REFUSED)):
        with pytest.raises(mm.StreamServiceError) as caught:
            mm.collect(source)
        assert caught.value.code == 2013


@pytest.mark.parametrize("case", documents("magpie_think_split_expectations.jsonl") if names("") else [])
def test_think_tags_cut_anywhere(case: dict[str, Any]) -> None:
    chunks = [{"choices": [{"index": 0, "delta": {"content": part}}]} for part in case["parts"]]
    reply = mm.collect(chunks)
    assert (reply.reasoning, reply.content) == (case["think"], case["text"])
    assert reply.message["content"] == "".join(case["parts"])
