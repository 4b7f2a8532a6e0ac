"""Functions whose arguments say more than a type: ``Field``, ``Doc``, defaults of None."""

from __future__ import annotations

import asyncio
import functools
import json
import threading
from typing import Annotated, Any, Literal, Optional

import annotated_types
import pydantic
import pytest
from pydantic import AliasChoices, AliasPath, Field
from pydantic.fields import FieldInfo
from typing_extensions import Doc

from minimax_nb.errors import ToolArgumentsError, ToolError
from minimax_nb.tools.tool import Tool

LATER: Any = object()
Days = Annotated[int, Field(description="of the alias", ge=1)]


def taking(annotation: Any, default: Any = LATER) -> Any:
    """A function of one argument; without annotation or default where there is none."""
    if default is LATER:

        def take(days) -> Any:  # type: ignore[no-untyped-def]
            return days
    else:

        def take(days=default) -> Any:  # type: ignore[no-untyped-def]
            return days

    if annotation is not LATER:
        take.__annotations__["days"] = annotation
    return take


def parameters(function: Any) -> dict[str, Any]:
    found = Tool.of(function).schema["function"]["parameters"]
    assert isinstance(found, dict)
    json.dumps(found)
    return found


NULLABLE = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
# The function; its argument in the schema; whether it is required; what the function gets when it is left out.
FIELDS: dict[str, tuple[Any, dict[str, Any], bool, Any]] = {
    "a default in a Field": (
        taking(int, Field(3, description="how many")),
        {"type": "integer", "default": 3, "description": "how many"}, False, 3,
    ),
    "a default by name": (taking(int, Field(default=3)), {"type": "integer", "default": 3}, False, 3),
    "a default that only the Field types": (taking(LATER, Field(3)), {"type": "integer", "default": 3}, False, 3),
    "required by an ellipsis": (
        taking(int, Field(..., description="how many")), {"type": "integer", "description": "how many"}, True, None,
    ),
    "required by silence": (taking(int, Field(description="x")), {"type": "integer", "description": "x"}, True, None),
    "an ellipsis alone": (taking(int, ...), {"type": "integer"}, True, None),
    "a factory": (
        taking(list[int], Field(default_factory=lambda: [1])),
        {"type": "array", "items": {"type": "integer"}}, False, [1],
    ),
    "a default inside Annotated": (
        taking(Annotated[int, Field(default=3, description="d")]),
        {"type": "integer", "default": 3, "description": "d"}, False, 3,
    ),
    "a factory inside Annotated": (
        taking(Annotated[list[str], Field(default_factory=list)]),
        {"type": "array", "items": {"type": "string"}}, False, [],
    ),
    "Annotated, and required": (
        taking(Annotated[int, Field(..., description="d")]), {"type": "integer", "description": "d"}, True, None,
    ),
    "Annotated, and a default": (
        taking(Annotated[int, Field(description="d", le=9)], 4),
        {"type": "integer", "default": 4, "description": "d", "maximum": 9}, False, 4,
    ),
    "Annotated with a default, and another": (
        taking(Annotated[int, Field(default=3)], 4), {"type": "integer", "default": 4}, False, 4,
    ),
    "two Fields": (
        taking(Annotated[int, Field(description="inner", ge=0)], Field(5, description="outer")),
        {"type": "integer", "default": 5, "description": "outer", "minimum": 0}, False, 5,
    ),
    "an alias of a type": (
        taking(Days, 2), {"type": "integer", "default": 2, "description": "of the alias", "minimum": 1}, False, 2,
    ),
    "constraints of annotated_types": (
        taking(Annotated[int, annotated_types.Interval(ge=1, le=3)], Field(2)),
        {"type": "integer", "default": 2, "minimum": 1, "maximum": 3}, False, 2,
    ),
    "constraints": (
        taking(str, Field("abc", min_length=2, max_length=5, pattern="^a", examples=["ab"])),
        {"type": "string", "default": "abc", "minLength": 2, "maxLength": 5, "pattern": "^a", "examples": ["ab"]},
        False, "abc",
    ),
    "a default that is checked": (
        taking(int, Field("3", validate_default=True)), {"type": "integer", "default": "3"}, False, 3,
    ),
    "a deprecated one": (
        taking(int, Field(3, deprecated=True)), {"type": "integer", "default": 3, "deprecated": True}, False, 3,
    ),
    "a literal": (
        taking(Literal["a", "b"], Field("a", description="d")),
        {"type": "string", "enum": ["a", "b"], "default": "a", "description": "d"}, False, "a",
    ),
    "a Doc": (taking(Annotated[str, Doc("which")]), {"type": "string", "description": "which"}, True, None),
    "a Doc and a default": (
        taking(Annotated[str, Doc("which")], "x"),
        {"type": "string", "default": "x", "description": "which"}, False, "x",
    ),
    "a text": (taking(Annotated[str, "which"]), {"type": "string", "description": "which"}, True, None),
    "a Doc and a Field": (
        taking(Annotated[str, Doc("doc"), Field(min_length=1)], Field(description="field")),
        {"type": "string", "description": "field", "minLength": 1}, True, None,
    ),
    "a Doc inside Optional": (
        taking(Optional[Annotated[str, Doc("which")]], None), {**NULLABLE, "description": "which"}, False, None,  # noqa: UP045
    ),
    "None for a text": (taking(str, None), NULLABLE, False, None),
    "None in a Field": (taking(str, Field(None, description="d")), {**NULLABLE, "description": "d"}, False, None),
    "None in a Field by name": (taking(str, Field(default=None)), NULLABLE, False, None),
    "None inside Annotated": (taking(Annotated[str, Field(default=None)]), NULLABLE, False, None),
    "None for an Annotated": (taking(Annotated[str, Doc("d")], None), {**NULLABLE, "description": "d"}, False, None),
    "None for one that takes it": (taking(Optional[str], None), NULLABLE, False, None),  # noqa: UP045
    "None for a union": (taking(str | None, Field(None)), NULLABLE, False, None),
    "None for anything": (taking(Any, None), {"default": None}, False, None),
    "None for no type": (taking(LATER, None), {"default": None}, False, None),
    "None beside constraints": (
        taking(Annotated[str, Field(min_length=2)], None),
        {"anyOf": [{"type": "string", "minLength": 2}, {"type": "null"}], "default": None}, False, None,
    ),
    "None beside inner constraints": (
        taking(Annotated[str, annotated_types.MinLen(2)], None),
        {"anyOf": [{"type": "string", "minLength": 2}, {"type": "null"}], "default": None}, False, None,
    ),
    "None for a list": (
        taking(list[int], None),
        {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}], "default": None}, False, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("function", "shown", "required", "value"), FIELDS.values(), ids=FIELDS)
def test_an_argument_is_what_pydantic_means(function: Any, shown: dict[str, Any], required: bool, value: Any) -> None:
    found = parameters(function)
    assert found["properties"] == {"days": shown}
    assert found.get("required", []) == ["days"] * required
    tool = Tool.of(function)
    if required:
        with pytest.raises(ToolArgumentsError, match="argument 'days' is missing"):
            tool.call("{}")
    else:
        for arguments in ("{}", "", "null"):
            assert tool.call(arguments) == value
        if value is None:
            assert tool.call({"days": None}) is None


@pytest.mark.parametrize(
    "annotation", [str, Annotated[str, Field(min_length=2)], Annotated[str, annotated_types.MinLen(2)]]
)
def test_null_may_be_sent_where_it_is_the_default(annotation: Any) -> None:
    tool = Tool.of(taking(annotation, None))
    assert (tool.call({"days": None}), tool.call({"days": "abc"})) == (None, "abc")
    with pytest.raises(ToolArgumentsError, match="argument 'days'"):
        tool.call({"days": [1]})


@pytest.mark.parametrize(
    ("function", "sent"),
    [
        (taking(int, Field(3, ge=1)), 0),
        (taking(Days), 0),
        (taking(Days, None), 0),
        (taking(Annotated[int, Field(ge=1)], Field(3, le=5)), 6),
        (taking(int, Field(3, strict=True)), 3.5),
        (taking(int, 3), None),
        (taking(str, Field("a", max_length=2)), "abc"),
    ],
)
def test_constraints_are_kept(function: Any, sent: Any) -> None:
    with pytest.raises(ToolArgumentsError, match="argument 'days'"):
        Tool.of(function).call({"days": sent})


ALIASES = [
    (Field(3, alias="dayCount"), "dayCount", ["dayCount"]),
    (Field(3, validation_alias="dayCount"), "dayCount", ["dayCount"]),
    (Field(3, validation_alias=AliasChoices("dayCount", "n")), "dayCount", ["dayCount", "n"]),
    (Field(3, validation_alias=AliasChoices("dayCount", AliasPath("more", 0))), "dayCount", ["dayCount"]),
    (Field(3, serialization_alias="out"), "days", ["days"]),
]


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize(("field", "shown", "taken"), ALIASES)
def test_an_alias_is_what_the_model_sees(field: Any, shown: str, taken: list[str], inside: bool) -> None:
    function = taking(Annotated[int, field]) if inside else taking(int, field)
    assert list(parameters(function)["properties"]) == [shown]
    for name in taken:
        assert Tool.of(function).call({name: 5}) == 5
    assert Tool.of(function).call() == 3
    if "days" not in taken:
        with pytest.raises(ToolArgumentsError, match="there is no argument 'days'"):
            Tool.of(function).call({"days": 5})


def test_a_factory_sees_the_other_arguments() -> None:
    def take(days: int, nights: int = Field(default_factory=lambda data: data["days"] - 1)) -> Any:
        return days, nights

    assert Tool.of(take).call({"days": 3}) == (3, 2)
    assert Tool.of(take).call({"days": 3, "nights": 3}) == (3, 3)


def test_a_default_is_the_functions_own_each_time() -> None:
    def take(items: list[int] = Field([])) -> list[int]:  # noqa: B008
        items.append(1)
        return items

    assert Tool.of(take).call() == Tool.of(take).call() == [1]


def test_a_default_that_json_cannot_hold_is_the_same_object() -> None:
    marker, lock = object(), threading.Lock()

    def take(a: Any = Field(marker), b: Any = Field(default_factory=lambda: lock)) -> bool:  # noqa: B008
        return a is marker and b is lock

    assert Tool.of(take).call() is True


def test_the_docstring_goes_after_what_the_argument_says() -> None:
    def take(a: int = Field(1), b: int = Field(2, description="field"), c: Annotated[int, Doc("doc")] = 3) -> None:
        """Take.

        Args:
            a: docstring
            b: docstring
            c: docstring
        """

    shown = parameters(take)["properties"]
    assert [each["description"] for each in shown.values()] == ["docstring", "field", "doc"]


def test_every_kind_of_callable_gets_values() -> None:
    def plain(a: int, days: int = Field(3), *, name: str = None, unit: str = Field("C")) -> Any:  # type: ignore[assignment]  # noqa: RUF013
        return a, days, name, unit

    async def awaited(a: int, days: int = Field(3), *, name: str = None, unit: str = Field("C")) -> Any:  # type: ignore[assignment]  # noqa: RUF013
        return plain(a, days, name=name, unit=unit)

    class Shop:
        def method(self, a: int, days: int = Field(3), name: str = None, unit: str = Field("C")) -> Any:  # type: ignore[assignment]  # noqa: RUF013
            return plain(a, days, name=name, unit=unit)

        async def amethod(self, a: int, days: int = Field(3), name: str = None, unit: str = Field("C")) -> Any:  # type: ignore[assignment]  # noqa: RUF013
            return plain(a, days, name=name, unit=unit)

        @classmethod
        def of_class(cls, a: int, days: int = Field(3), name: str = None, unit: str = Field("C")) -> Any:  # type: ignore[assignment]  # noqa: RUF013
            return plain(a, days, name=name, unit=unit)

        @staticmethod
        def static(a: int, days: int = Field(3), name: str = None, unit: str = Field("C")) -> Any:  # type: ignore[assignment]  # noqa: RUF013
            return plain(a, days, name=name, unit=unit)

        __call__ = method

    shop = Shop()
    for source in (plain, awaited, shop.method, shop.amethod, shop.of_class, shop.static, shop):
        tool = Tool.of(source)
        for got in (tool.call({"a": 1}), asyncio.run(tool.acall({"a": 1}))):
            assert got == (1, 3, None, "C")
        assert tool.call({"a": 1, "days": "5", "name": "x", "unit": "F"}) == (1, 5, "x", "F")
    fixed = Tool.of(functools.partial(plain, unit="K"))
    assert fixed.call({"a": 1}) == (1, 3, None, "K")
    assert "unit" not in fixed.schema["function"]["parameters"]["properties"]
    assert Tool.of(functools.partial(plain, 7)).call() == (7, 3, None, "C")


@pytest.mark.parametrize("name", ["schema", "copy", "json", "_hidden", "model_config", "model_fields", "argument_0_"])
def test_a_name_that_pydantic_needs_may_have_a_field(name: str) -> None:
    names: dict[str, Any] = {"Field": Field}
    exec(f"def take({name}: int = Field(3), *, other: int = Field(4)): return {name}, other", names)
    tool = Tool.of(names["take"])
    assert tool.call() == (3, 4)
    assert tool.call({name: "5"}) == (5, 4)


def test_a_field_that_does_not_fit_its_type_fails_when_the_tool_is_made() -> None:
    with pytest.raises(ToolError, match=r"argument 'days' has a Field\(…\) that its type cannot keep"):
        Tool.of(taking(int, Field(3, ge="a")))  # type: ignore[arg-type]


def test_validators_beside_none_are_for_values() -> None:
    upper = pydantic.AfterValidator(str.upper)
    tool = Tool.of(taking(Annotated[str, upper], None))
    assert (tool.call(), tool.call({"days": None}), tool.call({"days": "x"})) == (None, None, "X")


def test_no_function_ever_sees_a_field() -> None:
    for function, *_ in FIELDS.values():
        tool = Tool.of(function)
        if not tool.schema["function"]["parameters"].get("required"):
            assert not isinstance(tool.call(), FieldInfo)
