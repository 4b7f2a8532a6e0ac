"""Practice mode: an honest rehearsal for whatever no tape answers. Rules, no model; the same for the same request.

It thinks first, calls the tools that are offered with arguments that fit, uses their results, holds a conversation, and
answers in the question's language (English or Chinese) with Markdown that shows what a display can do.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from minimax_nb.server.answer.answer import Answer, Call, Pace
from minimax_nb.server.tape.match import text_of, words_of

from .arguments import arguments, hints, together
from .phrases import CHINESE, ENGLISH

if TYPE_CHECKING:
    from minimax_nb.server.service.models import Served

_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z]{3,}|[\u4e00-\u9fff]{2}")
# Words of courtesy need no tool.
_COURTESY = re.compile(
    r"(?:hi|hello|hey|thanks|thank you|bye|goodbye|你好|您好|谢谢|再见)[^?？]{0,30}\Z", re.IGNORECASE
)
_ORIGIN = {"kind": "practice"}
_MOST_CALLS = 4
_DULL = {"the", "and", "for", "with", "get", "give", "thi", "that", "what", "how", "from", "are", "you", "can", "use"}
_DULL |= {"set", "run", "tool", "please", "user", "should"}


def rehearse(request: dict[str, Any], model: Served) -> Answer:
    """The rehearsed reply to a request that has passed the rules.

    Args:
        request: the parsed body.
        model: the model whose part is played.
    """
    messages = request["messages"]
    asked = max((n for n, message in enumerate(messages) if message["role"] == "user"), default=-1)
    question = words_of(messages[asked].get("content")) if asked >= 0 else ""
    say = CHINESE if _is_chinese(question) else ENGLISH
    turn = sum(message["role"] == "user" for message in messages)
    since = messages[asked + 1 :]
    quiet = request.get("tool_choice") == "none" or _COURTESY.match(question.strip())
    calls = () if quiet else _calls(request.get("tools") or [], question, since)
    results = [message for message in since if message["role"] == "tool"]
    if calls:
        thinking = say.plan(_short(question), [call.name for call in calls], len(results))
        return _answer("", thinking, calls)
    if results:
        named = _names(since)
        shown = [
            (named.get(str(m.get("tool_call_id")), "tool"), _short(text_of(m.get("content")), 300)) for m in results
        ]
        return _answer(say.report(shown, model.id), say.weigh([name for name, _ in shown]))
    before = [words_of(m.get("content")) for m in messages[:asked] if m["role"] == "user"]
    topic = _short(question, 200)
    content = say.sample(topic, model.id, turn, _short(before[-1]) if before else "", _order(question))
    return _answer(content, say.think(_short(question), turn))


def _answer(content: str, thinking: str, calls: tuple[Call, ...] = ()) -> Answer:
    finish = "tool_calls" if calls else "stop"
    pace = Pace(first_token_s=0.4)
    return Answer(content, thinking, calls, finish, pace, origin=_ORIGIN)


def _is_chinese(text: str) -> bool:
    """Whether Han signs make up a fair part of a text (one sign says about as much as a word)."""
    return len(_HAN.findall(text[:4000])) * 3 > len(re.findall(r"[A-Za-z]", text[:4000]))


def _calls(tools: list[dict[str, Any]], question: str, since: list[dict[str, Any]]) -> tuple[Call, ...]:
    """The calls of this round: the tools the question speaks of, the best first, each in a round of its own."""
    done = set(_names(since).values())
    offered = [tool["function"] for tool in tools]
    scores = {tool["name"]: _fit(tool, question) for tool in offered}
    left = [tool for tool in offered if tool["name"] not in done and (scores[tool["name"]] or not done)]
    if not left:
        return ()
    best = max(left, key=lambda tool: scores[tool["name"]])
    given = hints(question)
    made = [arguments(best["parameters"], given)]
    # A question about several things in the same breath gets parallel calls, one for each.
    for name in together(given)[1:_MOST_CALLS]:
        other = arguments(best["parameters"], type(given)(given.question, (name,), given.numbers))
        if other not in made:
            made.append(other)
    return tuple(Call(best["name"], json.dumps(each, ensure_ascii=False)) for each in made)


def _fit(tool: dict[str, Any], question: str) -> int:
    """How many words of the question stand in a tool's name or description; the name's count double."""
    words = _words(question)
    name = _words(re.sub(r"([a-z])([A-Z])", r"\1 \2", tool["name"]).replace("_", " "))
    return 2 * len(words & name) + len(words & _words(str(tool.get("description", ""))))


def _words(text: str) -> set[str]:
    """Its words, without the dull ones; Chinese text by overlapping pairs of signs."""
    text = text[:4000].lower()
    pairs = {text[n : n + 2] for n in range(len(text) - 1) if _HAN.match(text[n]) and _HAN.match(text[n + 1])}
    return ({word.removesuffix("s") for word in _WORD.findall(text)} - _DULL) | pairs


def _names(messages: list[dict[str, Any]]) -> dict[str, str]:
    """The tool that each call id of these messages belongs to."""
    return {
        str(call.get("id")): str(call["function"]["name"])
        for message in messages
        if message["role"] == "assistant"
        for call in message.get("tool_calls") or ()
    }


def _order(question: str) -> str:
    """Which part of the sample comes first: "code", "table", "formula" or "list"."""
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


def _short(text: str, limit: int = 80) -> str:
    """A text on one line, cut to a limit, harmless inside Markdown emphasis and tables."""
    line = re.sub(r"[\s|`*_<>$\\\[\]]+", " ", text[: 4 * limit]).strip()
    return line if len(line) <= limit else line[:limit].rstrip() + "…"
