"""Messages of a history, written short; and any history at all, good or broken."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from . import scripted

Message = dict[str, Any]
M3 = "MiniMax-M3"
M2 = "MiniMax-M2.7"


def system(text: str = "Be brief.") -> Message:
    return {"role": "system", "content": text}


def user(text: str = "How warm is it?") -> Message:
    return {"role": "user", "content": text}


def call(call_id: Any = "c1", name: Any = "get_weather", arguments: Any = '{"city": "Ulm"}') -> Message:
    return scripted.call(name, arguments, call_id)


def calls(*entries: Message, content: Any = None, **more: Any) -> Message:
    return {"role": "assistant", "content": content, "tool_calls": list(entries), **more}


def result(call_id: Any = "c1", content: Any = "24 degrees") -> Message:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def answer(content: Any = "It is warm.", **more: Any) -> Message:
    return {"role": "assistant", "content": content, **more}


def details(text: str = "Let me see.", **more: Any) -> list[Message]:
    return [
        {
            "type": "reasoning.text",
            "id": "reasoning-text-1",
            "format": "MiniMax-response-v1",
            "index": 0,
            "text": text,
            **more,
        }
    ]


texts = st.text(max_size=8) | st.sampled_from(
    ["Hello.", "<think>a", "a</think>b", "<think>\na\n</think>\n\nb", "</mm:think>", "`</think>`", " ", "\u200b"]
)
junk = (
    st.none()
    | st.booleans()
    | st.integers()
    | texts
    | st.lists(texts, max_size=2)
    | st.dictionaries(texts, texts, max_size=2)
)
ids = st.sampled_from(["a", "b", "c", "", "call_repaired_1"])
some_arguments = st.sampled_from(["{}", '{"a": 1}', '{"a": "x', '"{}"', "[]", "", "{'a': 1}", "{}{}"]) | junk
some_details = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["reasoning.text", "reasoning.text" * 2, "reasoning.encrypted"]),
            "id": st.sampled_from(["reasoning-text-1", "reasoning-text-1" * 4]),
            "text": texts,
            "index": st.integers(0, 1),
        },
    ),
    max_size=3,
)
broken_calls = st.lists(
    st.builds(call, ids | junk, st.sampled_from(["f", "g", ""]) | junk, some_arguments)
    | st.fixed_dictionaries(
        {"custom": st.fixed_dictionaries({}, optional={"name": st.just("f") | junk, "input": texts | junk})},
        optional={"id": ids | junk},
    )
    | junk,
    max_size=3,
)
MEDIA_URLS = ["https://a.example/b.png", "HTTP://a.example", "mm_file://1", "", "a.png", "data:…", "ftp://a.example"]
MEDIA_URLS += [
    f"data:{format_}{coding},{data}"
    for format_ in ("image/png", "IMAGE/GIF", "image/bmp", "video/mp4", "video/ogg", "", "image/png;charset=x")
    for coding in ("", ";base64", ";BASE64")
    for data in ("", "QUJD", "QUJ", "QUI=", "QQ==", "QQ===", "Q===", "====", "Q!JD", "QU%4aD", "QU\r\nJD", "QUJD\udc00")
]
FRAMES = [0.2, 1, 5, 5.01, 0.19, -1, float("nan"), float("inf"), True, "2", None]
media_parts = st.builds(
    lambda kind, inner: {"type": kind, **({} if inner == "none at all" else {kind: inner})},
    st.sampled_from(["image_url", "video_url"]),
    st.just("none at all")
    | st.sampled_from(MEDIA_URLS)
    | junk
    | st.fixed_dictionaries(
        {},
        optional={
            "url": st.sampled_from(MEDIA_URLS) | junk,
            "fps": st.sampled_from(FRAMES) | junk,
            "detail": junk,
        },
    )
    | st.fixed_dictionaries({"url": st.sampled_from(MEDIA_URLS)}, optional={"fps": st.sampled_from(FRAMES)}),
)
broken_messages = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["system", "user", "assistant", "assistant", "tool", "tool", "function", "root"])
        | junk,
        "content": texts
        | junk
        | st.lists(media_parts, min_size=1, max_size=2)
        | st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": texts | junk}), max_size=2),
        "tool_calls": broken_calls | junk,
        "tool_call_id": ids | junk,
        "function_call": junk | st.just({"name": "f", "arguments": "{}"}),
        "reasoning_details": some_details | junk,
        "reasoning_content": texts | junk,
        "reasoning": texts | junk,
        "name": junk,
    },
)
models = st.sampled_from([None, M2, M3])
