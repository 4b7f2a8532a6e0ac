"""Arguments for a tool call in a rehearsal: whatever the schema wants, taken from the question where it can be."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

_DEEPEST = 6
_FORMATS = {
    "date": "2026-01-15",
    "date-time": "2026-01-15T09:00:00Z",
    "time": "09:00:00Z",
    "duration": "PT1H",
    "email": "reader@example.com",
    "uri": "https://example.com/",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000001",
}
_PLACES = ("city", "location", "place", "town", "destination", "origin", "country", "region", "address")
_TEXTS = ("query", "question", "text", "prompt", "message", "input", "search", "keyword", "topic", "content")
_SUMS = ("expression", "formula", "calculation", "equation")
_SUM = re.compile(r"\d[\d\s.+*/()^×÷-]*[\d)]")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_NAME = re.compile(r"\b[A-Z][\w'-]*(?: [A-Z][\w'-]*)*")
# Words that stand at the head of a sentence and name nothing.
_NO_NAMES = re.compile(
    r"(?:What|How|Is|Are|Was|Were|Do|Does|Did|Can|Could|Will|Would|Should|Please|Tell|Give|Show|Compare|Find|Search|Get|"
    r"Which|Who|When|Where|Why|The|An?|I|In|On|At|And|Or|Now|Then|Use|Calculate|Compute|Add|It|My|Let|Look|Check|Write|"
    r"Explain|List|Make|Plan|Book|Convert|If|For|To|Of|From|With|Using|Both|Also|Thanks|Hi|Hello)(?:'\w+)?"
)
_CHINESE_PLACES = (
    "北京",
    "上海",
    "广州",
    "深圳",
    "杭州",
    "成都",
    "香港",
    "台北",
    "东京",
    "旧金山",
    "纽约",
    "伦敦",
    "巴黎",
)


@dataclass(frozen=True, slots=True)
class Hints:
    """What a question offers to fill arguments with.

    Attributes:
        question: its text.
        names: names in it, in order; for a call about one of several, that one alone.
        numbers: numbers in it, in order.
    """

    question: str
    names: tuple[str, ...]
    numbers: tuple[float, ...]


def hints(question: str) -> Hints:
    """Read names and numbers off a question."""
    question = question[:2000]
    names = [name for name in map(_trimmed, _NAME.findall(question)) if name]
    names += sorted((place for place in _CHINESE_PLACES if place in question), key=question.index)
    return Hints(question, tuple(dict.fromkeys(names)), tuple(float(number) for number in _NUMBER.findall(question)))


def together(given: Hints) -> list[str]:
    """The names at the head of the question's list of them: those that "and", a comma and the like hold together."""
    found = list(given.names[:1])
    for name in given.names[1:]:
        link = (
            re.escape(found[-1])
            + r"\s*(?:,|、|&|(?:,\s*)?\b(?:and|or|vs\.?|versus|with|to)\b|和|与|跟|或)\s*"
            + re.escape(name)
        )
        if not re.search(link, given.question):
            break
        found.append(name)
    return found


def arguments(parameters: dict[str, Any], given: Hints) -> dict[str, Any]:
    """Arguments that fit a tool's schema.

    All required properties, and of the others those that the question mentions.

    Args:
        parameters: the tool's JSON schema.
        given: what the question offers.
    """
    try:
        value = _value(parameters, "", given, list(given.numbers), parameters, 0)
    except (TypeError, ValueError, ArithmeticError):  # no JSON schema: the service would not mind either
        return {}
    return value if isinstance(value, dict) else {}


def _trimmed(name: str) -> str:
    words = name.removesuffix("'s").split(" ")
    while words and _NO_NAMES.fullmatch(words[0]):
        words.pop(0)
    return " ".join(words)


def _value(schema: Any, name: str, given: Hints, numbers: list[float], root: dict[str, Any], depth: int) -> Any:
    schema = _resolved(schema, root)
    if depth > 2 * _DEEPEST:  # a schema that is defined by itself
        return None
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return _chosen(schema["enum"], given)
    for key in ("anyOf", "oneOf"):
        for option in schema.get(key) or ():
            if _resolved(option, root).get("type") != "null":
                return _value(
                    {**_without(schema, key), **_resolved(option, root)}, name, given, numbers, root, depth + 1
                )
    kind = _type(schema)
    if kind == "object":
        return _object(schema, given, numbers, root, depth)
    if kind == "array":
        return _array(schema, name, given, numbers, root, depth)
    if kind in ("integer", "number"):
        return _number(schema, numbers, whole=kind == "integer")
    if kind == "boolean":
        return schema.get("default", True)
    if kind == "null":
        return None
    return _text(schema, name.lower(), given)


def _resolved(schema: Any, root: dict[str, Any]) -> dict[str, Any]:
    """The schema with ``$ref`` into the document followed and ``allOf`` folded in; {} where it is not to be had."""
    for _ in range(_DEEPEST):
        if not isinstance(schema, dict):
            return {}
        if isinstance(schema.get("$ref"), str):
            found: Any = root
            for step in schema["$ref"].removeprefix("#").strip("/").split("/"):
                found = found.get(step) if isinstance(found, dict) else None
            schema = {**(found if isinstance(found, dict) else {}), **_without(schema, "$ref")}
        elif isinstance(schema.get("allOf"), list):
            folded = _without(schema, "allOf")
            for part in filter(_is_object, schema["allOf"]):
                both = {key: {**folded[key], **part[key]} for key in ("properties",) if key in folded and key in part}
                needed = [*folded.get("required", ()), *part.get("required", ())]
                folded = {**folded, **part, **both, **({"required": needed} if needed else {})}
            schema = folded
        else:
            return schema
    return {}


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _without(schema: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != key}


def _type(schema: dict[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if isinstance(kind, str):
        return kind
    return "object" if "properties" in schema else "array" if "items" in schema else "string"


def _object(
    schema: dict[str, Any], given: Hints, numbers: list[float], root: dict[str, Any], depth: int
) -> dict[str, Any]:
    properties = schema.get("properties")
    required = schema.get("required") or ()
    if not isinstance(properties, dict) or depth >= _DEEPEST:
        return {}
    return {
        name: _value(inner, name, given, numbers, root, depth + 1)
        for name, inner in properties.items()
        if name in required or _mentioned(_resolved(inner, root), given)
    }


def _array(
    schema: dict[str, Any], name: str, given: Hints, numbers: list[float], root: dict[str, Any], depth: int
) -> list[Any]:
    first = schema.get("prefixItems") or ()
    made = [_value(item, name, given, numbers, root, depth + 1) for item in first]
    fewest = max(int(schema.get("minItems", 0)), 1 if schema.get("maxItems", 1) else 0)
    if depth < _DEEPEST:
        while len(made) < min(fewest, 20) and isinstance(schema.get("items", {}), dict):
            made.append(_value(schema.get("items", {}), name, given, numbers, root, depth + 1))
    return made


def _number(schema: dict[str, Any], numbers: list[float], *, whole: bool) -> float:
    """The question's next number if it fits, else the default, else the nearest that fits."""
    asked = numbers.pop(0) if numbers else None
    wanted = asked if asked is not None else schema.get("default", 1)
    wanted = wanted if isinstance(wanted, int | float) and not isinstance(wanted, bool) else 1
    step = schema.get("multipleOf") or (1 if whole else 0)
    low, high = schema.get("minimum"), schema.get("maximum")
    gap = step or 0.5
    if isinstance(schema.get("exclusiveMinimum"), int | float):
        low = max(schema["exclusiveMinimum"] + gap, low if low is not None else -math.inf)
    if isinstance(schema.get("exclusiveMaximum"), int | float):
        high = min(schema["exclusiveMaximum"] - gap, high if high is not None else math.inf)
    if high is not None:
        wanted = min(wanted, math.floor(high / step) * step if step else high)
    if low is not None:
        wanted = max(wanted, math.ceil(low / step) * step if step else low)
    if step:
        wanted = round(wanted / step) * step
    return int(wanted) if whole or float(wanted).is_integer() else wanted


def _text(schema: dict[str, Any], name: str, given: Hints) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    for known in (*_list(schema.get("examples")), schema.get("default")):
        if isinstance(known, str):
            return known
    text = _wording(name, given)
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        text = _fitting(pattern, [text, *given.names, *re.findall(r"\S+", given.question)[:200]]) or text
    fewest, most = schema.get("minLength", 0), schema.get("maxLength")
    text = text.ljust(min(int(fewest), 1000), "…") if len(text) < fewest else text
    return text[: int(most)] if most is not None else text


def _wording(name: str, given: Hints) -> str:
    if any(word in name for word in _PLACES):
        return given.names[0] if given.names else "San Francisco"
    if any(word in name for word in _SUMS):
        found = _SUM.search(given.question)
        return found.group().strip() if found else "6 * 7"
    if any(word in name for word in _TEXTS):
        return given.question
    if "date" in name or name == "day":
        return _FORMATS["date"]
    if "url" in name or "link" in name:
        return _FORMATS["uri"]
    if "mail" in name:
        return _FORMATS["email"]
    if "code" in name or "script" in name:
        return "print(6 * 7)"
    return given.names[0] if given.names else "example"


def _fitting(pattern: str, candidates: list[str]) -> str | None:
    try:
        wanted = re.compile(pattern)
    except re.error:
        return None
    common = ["A1", "a", "1", "AB", "ABC", "abc", "123", "1234", "example", "2026-01-15", "USD", "en", "en-US"]
    return next((text for text in [*candidates, *common] if len(text) < 100 and wanted.search(text)), None)


def _chosen(options: list[Any], given: Hints) -> Any:
    """The option that the question mentions, else the first."""
    question = given.question.lower()
    return next((option for option in options if isinstance(option, str) and option.lower() in question), options[0])


def _mentioned(schema: dict[str, Any], given: Hints) -> bool:
    question = given.question.lower()
    return any(isinstance(option, str) and option.lower() in question for option in _list(schema.get("enum")))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
