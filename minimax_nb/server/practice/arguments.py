"""Arguments of a rehearsed tool call: whatever the schema wants, taken from the question where it can be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from .budget import Budget, BudgetSpentError
from .texts import number_of, text

if TYPE_CHECKING:
    from .hints import Hints

_DEEP = 6
"""From this depth on a schema is satisfied as shortly as possible, for it may be defined by itself."""
_DEEPEST = 40
_MOST_OPTIONS = 1000


def arguments(parameters: dict[str, Any], given: Hints) -> dict[str, Any]:
    """Make arguments that fit a tool's schema.

    All required properties, and of the others those that the question mentions. A schema that asks for more than a
    call may cost is satisfied as far as that goes.

    Args:
        parameters: the tool's JSON schema.
        given: what the question offers.
    """
    try:
        value = _Maker(parameters, given).value(parameters, "", 0)
    except BudgetSpentError:
        return {}
    return value if isinstance(value, dict) else {}


def fitting_value(schema: dict[str, Any], given: Hints, vary: int = 0) -> Any:
    """Make a value that fits a schema, as far as it may cost.

    Args:
        schema: the JSON schema, of any type.
        given: what the question offers.
        vary: which of several choices that are as good to take.
    """
    try:
        return _Maker(schema, given, vary).value(schema, "", 0)
    except BudgetSpentError:
        return None


class _Maker:
    """Maker of the values of one call.

    Args:
        root: the tool's schema, into which references lead.
        given: what the question offers.
        vary: which of several choices that are as good to take.
    """

    def __init__(self, root: dict[str, Any], given: Hints, vary: int = 0) -> None:
        self._vary = vary
        self._root = root
        self._given = given
        self._numbers = list(given.numbers)
        self._budget = Budget()

    def value(self, schema: Any, name: str, depth: int) -> Any:
        """Make a value that fits a schema.

        Raises:
            BudgetSpentError: the budget is used up.
        """
        self._budget.spend_value()
        schema = self._decided(self._resolved(schema), depth)
        if depth > _DEEPEST:
            return None
        if "const" in schema:
            return self._budget.copy_of(schema["const"])
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            return self._budget.copy_of(self._chosen(schema["enum"]))
        kind = _type(schema)
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, name, depth)
        if kind in ("integer", "number"):
            return self._number(schema, name, whole=kind == "integer")
        if kind == "boolean":
            return schema["default"] if isinstance(schema.get("default"), bool) else True
        if kind == "null":
            return None
        return text(schema, name, self._given, self._budget)

    def _decided(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        """Return the schema with one of ``anyOf`` or ``oneOf`` chosen: the first that is not null, deep down null."""
        for _ in range(_DEEPEST):
            key = next((key for key in ("anyOf", "oneOf") if isinstance(schema.get(key), list) and schema[key]), None)
            if key is None:
                break
            options = map(self._resolved, schema[key][:_MOST_OPTIONS])
            wanted = next(
                (option for option in options if (option.get("type") == "null") is (depth >= _DEEP)),
                self._resolved(schema[key][0]),
            )
            self._budget.spend_steps(len(schema) + len(wanted))
            schema = self._resolved({**_without(schema, key), **wanted})
        return schema

    def _resolved(self, schema: Any) -> dict[str, Any]:
        """Return the schema with ``$ref`` into the document followed and ``allOf`` merged; {} where there is none."""
        for _ in range(_DEEPEST):
            self._budget.spend_steps()
            if not isinstance(schema, dict):
                return {}
            if isinstance(schema.get("$ref"), str):
                found = self._referred(schema["$ref"])
                self._budget.spend_steps(len(schema) + len(found))
                schema = {**found, **_without(schema, "$ref")}
            elif isinstance(schema.get("allOf"), list):
                folded = _without(schema, "allOf")
                for part in schema["allOf"]:
                    folded = self._folded(folded, self._resolved(part))
                schema = folded
            else:
                return schema
        return {}

    def _referred(self, pointer: str) -> dict[str, Any]:
        found: Any = self._root
        for step in filter(None, pointer.removeprefix("#").split("/")[:_DEEPEST]):
            self._budget.spend_steps()
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and key.isdecimal() and len(key) < 6 and int(key) < len(found):
                found = found[int(key)]
            else:
                found = found.get(key) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}

    def _folded(self, one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
        """Merge two schemas that both have to hold."""
        self._budget.spend_steps(len(one) + len(other))
        folded = {**one, **other}
        properties = [part["properties"] for part in (one, other) if isinstance(part.get("properties"), dict)]
        if len(properties) == 2:
            self._budget.spend_steps(sum(map(len, properties)))
            folded["properties"] = {**properties[0], **properties[1]}
        required = [name for part in (one, other) for name in _list(part.get("required"))]
        self._budget.spend_steps(len(required))
        if required:
            folded["required"] = required
        return folded

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        required = [name for name in _list(schema.get("required")) if isinstance(name, str)]
        made: dict[str, Any] = {}
        try:
            self._budget.spend_steps(len(required))
            needed = set(required)
            for name, inner in properties.items():
                self._budget.spend_steps()
                if name in needed or self._is_mentioned(inner):
                    self._budget.spend_characters(len(name))
                    made[name] = self.value(inner, name, depth + 1)
            for name in required:
                if name not in made:
                    self._budget.spend_characters(len(name))
                    made[name] = self.value(schema.get("additionalProperties"), name, depth + 1)
        except BudgetSpentError:
            pass
        return made

    def _array(self, schema: dict[str, Any], name: str, depth: int) -> list[Any]:
        made: list[Any] = []
        items = schema.get("items", {})
        most = number_of(schema, "maxItems", math.inf)
        fewest = max(number_of(schema, "minItems", 0), 1 if most and depth < _DEEP else 0)
        try:
            made.extend(self.value(item, name, depth + 1) for item in _list(schema.get("prefixItems")))
            # A list that cannot be whole is as short as can be, so that something is left for what stands beside it.
            wanted = fewest if fewest <= self._budget.values else 1
            while len(made) < wanted and isinstance(items, dict):
                made.append(self.value(items, name, depth + 1))
        except BudgetSpentError:
            pass
        return made

    def _number(self, schema: dict[str, Any], name: str, *, whole: bool) -> float:
        """Choose the question's number for it if it fits, else the default, else the nearest that fits."""
        wanted = self._asked(name)
        if wanted is None:
            wanted = schema.get("default")
        if isinstance(wanted, bool) or not isinstance(wanted, int | float):
            wanted = 1
        try:
            return _nearest(wanted, schema, whole=whole)
        except (ArithmeticError, TypeError, ValueError):  # bounds that no number can be held to
            return int(wanted) if whole else wanted

    def _asked(self, name: str) -> float | None:
        """Take the question's next number, but the one that stands beside the property's own word if there is one."""
        if not self._numbers:
            return None
        beside = self._given.counted.get(name.lower().removeprefix("num_").removesuffix("s"))
        number = beside if beside is not None and beside in self._numbers else self._numbers[0]
        self._numbers.remove(number)
        return number

    def _chosen(self, options: list[Any]) -> Any:
        """Choose an option that the question mentions, else any; the first of them, if nothing says otherwise."""
        if not self._vary:
            return next((option for option in options[:_MOST_OPTIONS] if self._is_named(option)), options[0])
        listed = options[:_MOST_OPTIONS]
        good = [option for option in listed if self._is_named(option)] or listed
        return good[self._vary % len(good)]

    def _is_mentioned(self, schema: Any) -> bool:
        options = self._resolved(schema).get("enum")
        return any(self._is_named(option) for option in _list(options)[:_MOST_OPTIONS])

    def _is_named(self, option: Any) -> bool:
        self._budget.spend_steps()
        return isinstance(option, str) and 0 < len(option) < 100 and option.lower() in self._given.lower


def _nearest(wanted: float, schema: dict[str, Any], *, whole: bool) -> float:
    """Find the number within the schema's bounds that is nearest to the one that is wanted."""
    step = schema.get("multipleOf") or (1 if whole else 0)
    low, high = schema.get("minimum"), schema.get("maximum")
    gap = step or 0.5
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if isinstance(above, int | float) and not isinstance(above, bool):
        low = max(above + gap, low if low is not None else -math.inf)
    if isinstance(below, int | float) and not isinstance(below, bool):
        high = min(below - gap, high if high is not None else math.inf)
    if high is not None:
        wanted = min(wanted, math.floor(high / step) * step if step else high)
    if low is not None:
        wanted = max(wanted, math.ceil(low / step) * step if step else low)
    if step:
        wanted = round(wanted / step) * step
    return int(wanted) if whole or float(wanted).is_integer() else wanted


def _without(schema: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != key}


def _type(schema: dict[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((each for each in kind if each != "null"), "null")
    if isinstance(kind, str):
        return kind
    return "object" if "properties" in schema else "array" if "items" in schema else "string"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
