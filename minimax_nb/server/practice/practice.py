"""Practice mode: an honest rehearsal for whatever no tape answers. Rules, no model; the same for the same request.

It thinks first, calls the tools that are offered with arguments that fit, uses their results, holds a conversation, and
answers in the question's language (English or Chinese) with Markdown that shows what a display can do.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from minimax_nb.server.answer.answer import Answer, Call, TokenSpeed, completion_tokens
from minimax_nb.server.tape.match import text_of, text_without_media

from .arguments import arguments
from .forms import filled_form, wanted_schema
from .hints import about, hints, together
from .media import received
from .phrases import CHINESE, ENGLISH
from .quoting import code, literal, one_line, stressed

if TYPE_CHECKING:
    from minimax_nb.server.service.models import ServedModel

    from .phrases import Phrases

_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z]{3,}|[\u4e00-\u9fff]{2}")
# Words of courtesy need no tool.
_COURTESY = re.compile(
    r"(?:hi|hello|hey|thanks|thank you|bye|goodbye|你好|您好|谢谢|再见)[^?？]{0,30}\Z", re.IGNORECASE
)
_ORIGIN = {"kind": "practice"}
_MOST_CALLS = 4
_LONGEST_S = 8.0
_DULL = {"the", "and", "for", "with", "get", "give", "thi", "that", "what", "how", "from", "are", "you", "can", "use"}
_DULL |= {"set", "run", "tool", "please", "user", "should"}


def rehearse(request: dict[str, Any], model: ServedModel) -> Answer:
    """Rehearse the answer to a request that has passed the rules.

    Args:
        request: the parsed body.
        model: the model that is asked for.
    """
    messages = request["messages"]
    at = _last_question(messages)
    question = text_without_media(messages[at].get("content")) if at >= 0 else ""
    say = CHINESE if _is_chinese(question) else ENGLISH
    nth = sum(message["role"] == "user" for message in messages)
    since = messages[at + 1 :]
    quiet = request.get("tool_choice") == "none" or _COURTESY.match(question.strip())
    calls = () if quiet else _calls(request.get("tools") or [], question, since)
    results = [message for message in since if message["role"] == "tool"]
    shown = literal(one_line(question))
    if calls:
        thinking = say.plan(shown, [_shown_name(call.name) for call in calls], len(results))
        return _answer(model, "", thinking, calls)
    if results and wanted_schema(messages) is None:
        named = _names(since)
        told = [
            (_shown_name(named.get(str(m.get("tool_call_id")), "tool")), _said(m.get("content"), say)) for m in results
        ]
        report = say.report([(code(name), text) for name, text in told], model.id)
        return _answer(model, report, say.weigh([name for name, _ in told]))
    if (schema := wanted_schema(messages)) is not None:
        return _answer(model, filled_form(schema, question), say.form.format(question=shown))
    before = [text_without_media(m.get("content")) for m in messages[: max(at, 0)] if m["role"] == "user"]
    earlier = stressed(one_line(before[-1])) if before else ""
    came = say.came([(code(kind), size) for kind, size in received(messages[at].get("content"))]) if at >= 0 else ""
    content = say.sample(stressed(one_line(question, 200)), model.id, nth, earlier, _order(question), came)
    return _answer(model, content, say.think(shown, nth))


def _said(content: Any, say: Phrases) -> str:
    """A result as it is repeated: its text, and what pictures came with it."""
    text = literal(one_line(text_without_media(content) if isinstance(content, list) else text_of(content), 300))
    came = say.came([(code(kind), size) for kind, size in received(content)])
    return f"{text} {came}".strip()


def _last_question(messages: list[dict[str, Any]]) -> int:
    """Find the last question: the user's, or where there is none that of a role that OpenAI does not know."""
    by_user = [number for number, message in enumerate(messages) if message["role"] == "user"]
    by_others = [
        number
        for number, message in enumerate(messages)
        if message["role"] not in ("system", "assistant", "tool") and text_without_media(message.get("content")).strip()
    ]
    return (by_user or by_others or [-1])[-1]


def _shown_name(name: str) -> str:
    return one_line(name, 64)


def _answer(model: ServedModel, content: str, thinking: str, calls: tuple[Call, ...] = ()) -> Answer:
    finish = "tool_calls" if calls else "stop"
    answer = Answer(content, thinking, calls, finish, TokenSpeed(first_token_s=0.4), origin=_ORIGIN)
    # A long rehearsal is not worth waiting for: it comes faster than the model would.
    rate = completion_tokens(answer)[0] / _LONGEST_S
    if rate > model.tokens_per_s:
        answer = replace(answer, speed=TokenSpeed(first_token_s=0.4, tokens_per_s=rate))
    return answer


def _is_chinese(text: str) -> bool:
    """Return whether Han signs make up a fair part of a text (one sign says about as much as a word)."""
    return len(_HAN.findall(text[:4000])) * 3 > len(re.findall(r"[A-Za-z]", text[:4000]))


def _calls(tools: list[dict[str, Any]], question: str, since: list[dict[str, Any]]) -> tuple[Call, ...]:
    """Make the calls of this round: the tools the question speaks of, the best first, each in a round of its own."""
    done = set(_names(since).values())
    offered = [tool["function"] for tool in tools]
    words = _words(question)
    scores = [_fit(tool, words) for tool in offered]
    left = [
        (score, tool)
        for score, tool in zip(scores, offered, strict=True)
        if tool["name"] not in done and (score or not done)
    ]
    if not left:
        return ()
    _, best = max(left, key=lambda pair: pair[0])
    given = hints(question, _topic(best))
    # A question about several things in the same breath gets parallel calls, one for each.
    several = together(given)[:_MOST_CALLS]
    each_about = [about(given, name) for name in several] if len(several) > 1 else [given]
    made: list[dict[str, Any]] = []
    for one in each_about:
        values = arguments(best["parameters"], one)
        if values not in made:
            made.append(values)
    return tuple(Call(best["name"], json.dumps(each, ensure_ascii=False)) for each in made)


def _fit(tool: dict[str, Any], words: set[str]) -> int:
    """Count the words of the question that stand in a tool's name or description; the name's count double."""
    return 2 * len(words & _words(_name_apart(tool))) + len(words & _words(str(tool.get("description", ""))))


def _topic(tool: dict[str, Any]) -> set[str]:
    """Return the words that say what a tool does: a question has them in common with every other question to it."""
    properties = tool["parameters"].get("properties")
    named = " ".join([_name_apart(tool), *(list(properties)[:100] if isinstance(properties, dict) else ())])
    said = re.findall(r"\b[a-z]{3,}\b", str(tool.get("description", ""))[:2000])
    return {*re.findall(r"[a-z]+", named[:2000].lower()), *said}


def _name_apart(tool: dict[str, Any]) -> str:
    """Split a tool's name into words: get_weather, getWeather."""
    return re.sub(r"([a-z])([A-Z])", r"\1 \2", tool["name"][:200]).replace("_", " ")


def _words(text: str) -> set[str]:
    """Return the words of a text, without the dull ones; Chinese text by overlapping pairs of signs."""
    text = text[:4000].lower()
    pairs = {text[n : n + 2] for n in range(len(text) - 1) if _HAN.match(text[n]) and _HAN.match(text[n + 1])}
    return ({word.removesuffix("s") for word in _WORD.findall(text)} - _DULL) | pairs


def _names(messages: list[dict[str, Any]]) -> dict[str, str]:
    """Return the tool that each call id of these messages belongs to."""
    return {
        str(call.get("id")): str(call["function"]["name"])
        for message in messages
        if message["role"] == "assistant"
        for call in message.get("tool_calls") or ()
    }


def _order(question: str) -> str:
    """Choose which part of the sample comes first: "code", "table", "formula" or "list"."""
    lower = question.lower()
    for part, signs in _SIGNS.items():
        if any(sign in lower for sign in signs):
            return part
    return "list"


_SIGNS = {
    "code": ("code", "python", "function", "program", "script", "代码", "程序", "函数"),
    "table": ("table", "compare", "difference", " vs", "表格", "比较", "对比", "区别"),
    "formula": ("formula", "equation", "math", "proof", "prove", "sum ", "integral", "公式", "方程", "数学", "证明"),
}
