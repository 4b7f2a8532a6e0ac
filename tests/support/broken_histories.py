"""Broken histories: each with what is found in it, and with what it is mended to."""

from __future__ import annotations

import copy
from typing import Any

from minimax_nb.history.check import check_history, repair_history
from minimax_nb.history.repair import NO_RESULT
from minimax_nb.history.thinkform import NO_ANSWER
from minimax_nb.tools.results import NO_OUTPUT

from .histories import Message, answer, call, calls, details, result, system, user

Case = tuple[list[Any], list[tuple[int | None, str]], list[Message]]
"""The messages, the findings as (index, code), and the mended list."""

SHAPES: dict[str, Case] = {
    "no message": ([], [(None, "no-messages")], []),
    "not a message": (
        [user(), "hi", None, 3],
        [(1, "not-a-message"), (2, "not-a-message"), (3, "not-a-message")],
        [user()],
    ),
    "no role": ([{"content": "Hello"}], [(0, "unknown-role")], [user("Hello")]),
    "role root": ([{"role": "root", "content": "Hello"}], [(0, "unknown-role")], [user("Hello")]),
    "role developer": (
        [{"role": "developer", "content": "Be brief."}, user()],
        [(0, "unknown-role")],
        [system(), user()],
    ),
    "a role that is a list": ([{"role": ["user"], "content": "Hello"}], [(0, "unknown-role")], [user("Hello")]),
    "empty user message": ([user(), answer(), user("")], [(2, "empty-message")], [user(), answer()]),
    "empty assistant message": ([user(), answer(""), user()], [(1, "empty-message")], [user(), user()]),
    "null content": ([user(), answer(None), user()], [(1, "empty-message")], [user(), user()]),
    "no content": ([user(), {"role": "assistant"}, user()], [(1, "empty-message")], [user(), user()]),
    "empty parts": (
        [user(), {"role": "user", "content": [{"type": "text", "text": ""}]}],
        [(1, "empty-message")],
        [user()],
    ),
    "thinking without an answer": (
        [user(), answer("", reasoning_details=details()), user()],
        [(1, "empty-message")],
        [user(), answer(NO_ANSWER, reasoning_details=details()), user()],
    ),
    "content an object": ([user({"a": 1})], [(0, "content-type")], [user('{"a": 1}')]),  # type: ignore[arg-type],
    "result an object": (
        [user(), calls(call()), result(content={"t": 24})],
        [(2, "content-type")],
        [user(), calls(call()), result(content='{"t": 24}')],
    ),
    "result null": (
        [user(), calls(call()), result(content=None)],
        [(2, "content-type")],
        [user(), calls(call()), result(content=NO_OUTPUT)],
    ),
    "result empty": (
        [user(), calls(call()), result(content="")],
        [(2, "empty-result")],
        [user(), calls(call()), result(content=NO_OUTPUT)],
    ),
    "result without parts": (
        [user(), calls(call()), result(content=[])],
        [(2, "empty-result")],
        [user(), calls(call()), result(content=NO_OUTPUT)],
    ),
    "result with empty parts": (
        [user(), calls(call("a"), call("b")), result("a"), result("b", [{"type": "text", "text": ""}])],
        [(3, "empty-result")],
        [user(), calls(call("a"), call("b")), result("a"), result("b", NO_OUTPUT)],
    ),
    "an odd part": (
        [{"role": "user", "content": ["Hello", {"type": "text", "text": "there"}, {"type": "input_audio"}]}],
        [(0, "unsupported-part"), (0, "unsupported-part")],
        [
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "Hello"},
                    {"type": "text", "text": "there"},
                    {"type": "text", "text": "[input_audio left out by repair_history: audio, which no model takes]"},
                ],
            }
        ],
    ),
    "an address that stands as text": (
        [{"role": "user", "content": [{"type": "image_url", "image_url": "https://a.example/b.png"}]}],
        [(0, "broken-media")],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]}],
    ),
    "late system message": ([user(), system()], [(1, "late-system")], [system(), user()]),
    "late and several": (
        [user(), system("One."), system("Two.")],
        [(1, "late-system"), (2, "several-systems")],
        [system("One.\n\nTwo."), user()],
    ),
    "function_call": (
        [
            user(),
            answer(None, function_call={"name": "f", "arguments": "{}"}),
            {"role": "function", "name": "f", "content": "1"},
        ],
        [(1, "empty-message"), (1, "function-call"), (2, "unknown-role")],
        [
            user(),
            answer(None, tool_calls=[call("call_repaired_f1", "f", "{}")]),
            {"role": "tool", "name": "f", "content": "1", "tool_call_id": "call_repaired_f1"},
        ],
    ),
    "tool_calls no list": ([user(), answer(tool_calls="f")], [(1, "calls-type")], [user(), answer()]),
    "a call that is none": (
        [user(), calls(call(), {"id": "x"}, "f"), result()],  # type: ignore[arg-type]
        [(1, "calls-type"), (1, "calls-type")],
        [user(), calls(call()), result()],
    ),
    "a call without name": (
        [user(), calls(call("a"), call("b", "")), result("a"), result("b")],
        [(1, "call-without-name")],
        [user(), calls(call("a")), result("a")],
    ),
}
"""Messages, contents, calls and system messages of a wrong shape."""

PAIRS: dict[str, Case] = {
    "calls without ids": (
        [user(), calls(call(""), call(None)), result("", "1"), result(None, "2")],
        [(1, "call-without-id"), (1, "call-without-id")],
        [
            user(),
            calls(call("call_repaired_1"), call("call_repaired_2")),
            result("call_repaired_1", "1"),
            result("call_repaired_2", "2"),
        ],
    ),
    "two calls of one id": (
        [user(), calls(call("a"), call("a")), result("a", "1"), result("a", "2")],
        [(1, "duplicate-call-id")],
        [user(), calls(call("a"), call("call_repaired_1")), result("a", "1"), result("call_repaired_1", "2")],
    ),
    "an id used again": (
        [user(), calls(call("a")), result("a", "1"), calls(call("a")), result("a", "2")],
        [(3, "reused-call-id")],
        [user(), calls(call("a")), result("a", "1"), calls(call("call_repaired_1")), result("call_repaired_1", "2")],
    ),
    "missing result": (
        [user(), calls(call("a"), call("b")), result("a"), user()],
        [(1, "missing-result")],
        [user(), calls(call("a"), call("b")), result("a"), result("b", NO_RESULT), user()],
    ),
    "missing result at the end": (
        [user(), calls(call("a"))],
        [(1, "missing-result")],
        [user(), calls(call("a")), result("a", NO_RESULT)],
    ),
    "result after another message": (
        [user(), calls(call("a")), user("Hurry."), result("a")],
        [(3, "misplaced-result")],
        [user(), calls(call("a")), result("a"), user("Hurry.")],
    ),
    "result before its call": (
        [user(), result("a"), calls(call("a"))],
        [(1, "misplaced-result")],
        [user(), calls(call("a")), result("a")],
    ),
    "results swapped": (
        [user(), calls(call("a"), call("b")), result("b"), result("a")],
        [(2, "results-out-of-order")],
        [user(), calls(call("a"), call("b")), result("a"), result("b")],
    ),
    "orphan": ([user(), answer(), result("x"), user()], [(2, "orphan-result")], [user(), answer(), user()]),
    "result without id": (
        [user(), calls(call("a")), {"role": "tool", "content": "1"}],
        [(2, "result-without-id")],
        [user(), calls(call("a")), {"role": "tool", "content": "1", "tool_call_id": "a"}],
    ),
    "result without id or call": ([user(), {"role": "tool", "content": "1"}], [(1, "result-without-id")], [user()]),
    "two results of one call": (
        [user(), calls(call("a")), result("a", "1"), result("a", "2")],
        [(3, "duplicate-result")],
        [user(), calls(call("a")), result("a", "1")],
    ),
}
"""Calls and results that do not find each other."""

THOUGHTS: dict[str, Case] = {
    "unclosed think": (
        [user(), answer("<think>\nHm."), user()],
        [(1, "think-unclosed")],
        [user(), answer("<think>\nHm.\n</think>\n\n"), user()],
    ),
    "unopened think": (
        [user(), answer("Hm.\n</think>\n\nWarm."), user()],
        [(1, "think-unopened")],
        [user(), answer("<think>\nHm.\n</think>\n\nWarm."), user()],
    ),
    "details an object": (
        [user(), answer(reasoning_details=details()[0]), user()],
        [(1, "details-type")],
        [user(), answer(reasoning_details=details()), user()],
    ),
    "details a text": (
        [user(), answer(reasoning_details="Let me see."), user()],
        [(1, "details-type")],
        [user(), answer(reasoning_details=details()), user()],
    ),
    "details without text": (
        [user(), answer(reasoning_details=details("")), user()],
        [(1, "details-without-text")],
        [user(), answer(), user()],
    ),
    "details without text beside reasoning_content": (
        [user(), answer(reasoning_details=[{"type": "reasoning.text"}], reasoning_content="Let me see."), user()],
        [(1, "details-without-text")],
        [user(), answer(reasoning_details=details(), reasoning_content="Let me see."), user()],
    ),
    "bare details": (
        [user(), answer(reasoning_details=[{"text": "Let me see."}]), user()],
        [(1, "details-bare")],
        [user(), answer(reasoning_details=details()), user()],
    ),
    "details of a generic merge": (
        [user(), answer(reasoning_details=details(type="reasoning.text" * 3, id="reasoning-text-1" * 3)), user()],
        [(1, "details-corrupted")],
        [user(), answer(reasoning_details=details()), user()],
    ),
    "shortened details": (
        [user(), answer(reasoning_details=details("Let me"), reasoning_content="Let me see."), user()],
        [(1, "details-mismatch")],
        [user(), answer(reasoning_details=details(), reasoning_content="Let me see."), user()],
    ),
    "details and reasoning_content differ": (
        [user(), answer(reasoning_details=details(), reasoning_content="No."), user()],
        [(1, "details-mismatch")],
        [user(), answer(reasoning_details=details(), reasoning_content="Let me see."), user()],
    ),
}
"""Thinking whose tags or entries are broken."""

FORMS: dict[str, Case] = {
    "native among split": (
        [user(), answer("<think>\nLet me see.\n</think>\n\nWarm."), user(), answer(reasoning_details=details("Ah."))],
        [(1, "formats-mixed")],
        [user(), answer("Warm.", reasoning_details=details()), user(), answer(reasoning_details=details("Ah."))],
    ),
    "split among native": (
        [user(), answer("Warm.", reasoning_details=details()), user(), answer("<think>\nAh.\n</think>\n\nDry.")],
        [(1, "formats-mixed")],
        [user(), answer("<think>\nLet me see.\n</think>\n\nWarm."), user(), answer("<think>\nAh.\n</think>\n\nDry.")],
    ),
    "reasoning_content among reasoning": (
        [user(), answer(reasoning_content="A."), user(), answer(reasoning="B.")],
        [(1, "formats-mixed")],
        [user(), answer(reasoning="A."), user(), answer(reasoning="B.")],
    ),
}
"""Thinking in more than one form."""

BAD = {**SHAPES, **PAIRS, **THOUGHTS, **FORMS}
ARGUMENTS: list[tuple[Any, str, Any]] = [
    ('{"a": ', "broken-arguments", {"a": None}),
    ('{"a": "x', "broken-arguments", {"a": "x"}),
    ('{"a": "x\\', "broken-arguments", {"a": "x"}),
    ('{"a": "x\\u00', "broken-arguments", {"a": "x"}),
    ('{"a": [1, {"b": "x"', "broken-arguments", {"a": [1, {"b": "x"}]}),
    ('{"a": 1, "b', "broken-arguments", {"a": 1}),
    ('{"a": 1,', "broken-arguments", {"a": 1}),
    ('{"a": "one\ntwo"}', "broken-arguments", {"a": "one\ntwo"}),
    ('{"a": NaN}', "broken-arguments", {"a": None}),
    ('{}{"a": 1}', "broken-arguments", {"a": 1}),
    ('```json\n{"a": 1}\n```', "broken-arguments", {"a": 1}),
    ("{'a': True, 'b': None}", "broken-arguments", {"a": True, "b": None}),
    ("", "broken-arguments", {}),
    ("oops", "broken-arguments", {}),
    (None, "broken-arguments", {}),
    ("[" * 100_000, "broken-arguments", {}),
    ('{"a":' * 100_000, "broken-arguments", {}),
    ('"{\\"a\\": 1}"', "double-encoded-arguments", {"a": 1}),
    ("[1]", "arguments-not-object", {}),
    ("null", "arguments-not-object", {}),
    ('"Ulm"', "arguments-not-object", {}),
    ({"a": 1}, "arguments-not-text", {"a": 1}),
    ({"a": {1, 2}}, "arguments-not-text", {}),
    (["a"], "arguments-not-text", {}),
]


def assert_mended(messages: list[Any], found: list[tuple[int | None, str]], mended: list[Message]) -> None:
    """Check a history: what is found, what it is mended to, that this checks clean and that nothing was changed."""
    before = copy.deepcopy(messages)
    assert [(finding.index, finding.code) for finding in check_history(messages)] == found
    assert repair_history(messages) == mended
    assert messages == before
    if mended:
        assert check_history(mended) == []
