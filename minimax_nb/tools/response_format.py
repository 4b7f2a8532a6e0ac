"""A Python type as the form of an answer: said in the prompt, read out of what the model wrote, validated.

MiniMax's M2 models ignore ``response_format`` and M3 has no such field (model pages, November 2026), so the schema goes
into the prompt, and the answer is read past fences and prose.
"""

from __future__ import annotations

import inspect
import json
import re
import types
import typing
import warnings
from typing import Any

import pydantic
import typing_extensions
from pydantic_core import from_json

from minimax_nb.errors import ResponseFormatError, short
from minimax_nb.message.calls import BROKEN, json_text
from minimax_nb.message.notation import Notation, read_value

from .schemas import inlined_schema
from .signature import first_line

_FENCE = re.compile(r"^[ \t]*+(`{3,}+|~{3,}+)[^\n]*+\n(.*?)^[ \t]*\1", re.DOTALL | re.MULTILINE)
_QUALIFIERS = (typing_extensions.Required, typing_extensions.NotRequired, typing_extensions.ReadOnly)
_MOST_TRIES = 50
_MOST_FAULTS = 5
_AROUND = "`\"'* "
_INTRODUCTION = "Answer with JSON alone, without any other text, that fits this JSON schema:"


class ResponseFormat:
    """The form that an answer is to have.

    Args:
        wanted: a pydantic model, dataclass, TypedDict, ``list[…]``, ``Literal``, or another type that JSON can carry.

    Attributes:
        name: the type in words.
        schema: its JSON schema, references written out.

    Raises:
        TypeError: it is no type that JSON can carry.
    """

    def __init__(self, wanted: Any) -> None:
        self.name = getattr(wanted, "__name__", None) or str(wanted)
        self.name = str(wanted) if typing.get_origin(wanted) else self.name
        try:
            if inspect.isroutine(wanted):  # pydantic would take its arguments for fields
                raise TypeError("it is a function")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._adapter: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(_modern(wanted))
                self.schema = inlined_schema(self._adapter)
        except Exception as error:  # a type's own hooks may raise anything
            raise TypeError(
                f"expected a type that JSON can carry (a pydantic model, dataclass, TypedDict, list[…], Literal, …), "
                f"got {self.name:.80}: {first_line(error)}"
            ) from error

    @property
    def instructions(self) -> str:
        """What the model is told."""
        return f"{_INTRODUCTION}\n{json.dumps(self.schema, ensure_ascii=False)}"

    def read(self, answer: str) -> Any:
        """The value in an answer.

        Of several that fit, the longest counts: a draft or an example is shorter.

        Args:
            answer: the content of a reply, without its thinking.

        Raises:
            ResponseFormatError: nothing in it fits; the message says why.
        """
        found, fault = self._validated(answer.strip())
        if fault is None:
            return found
        faults = []
        fits = []
        for length, value in _candidates(answer):
            text = json_text(value)
            read, fault_here = self._validated(text) if text is not None else (None, "holds what JSON cannot")
            if fault_here is None:
                fits.append((length, read))
            else:
                faults.append((length, fault_here))
        if fits:
            return max(fits, key=lambda one: one[0])[1]
        whole = answer.strip()
        for bare in filter(None, (whole, whole.strip(_AROUND).rstrip(".").strip(_AROUND))):
            read, fault_here = self._validated(json.dumps(bare, ensure_ascii=False))
            if fault_here is None:
                return read
        if faults:
            fault = max(faults)[1]
        elif not _is_json(whole):
            fault = f"there is no JSON in {short(whole, 80)}" if whole else "it is empty"
        raise ResponseFormatError(f"expected an answer that fits {self.name}: {fault}")

    def asked_with(self, question: str | list[Any]) -> str | list[Any]:
        """A question that says which form its answer is to have.

        Args:
            question: the text, or content parts.
        """
        if isinstance(question, str):
            return f"{question}\n\n{self.instructions}"
        return [*question, {"type": "text", "text": self.instructions}]

    def again(self, fault: str) -> str:
        """What the model is told about an answer that does not fit.

        Args:
            fault: why it does not.
        """
        return f"That answer was not taken: {fault}\nAnswer again, with the corrected JSON alone."

    def _validated(self, text: str) -> tuple[Any, str | None]:
        """The value of a JSON text and None, or nothing and why it does not fit."""
        try:
            return self._adapter.validate_json(text), None
        except pydantic.ValidationError as error:
            faults = error.errors(include_url=False, include_context=False, include_input=False)
        except ValueError as error:  # a validator of the user's
            return None, str(error)
        told = [f"{'.'.join(map(str, fault['loc'])) or 'the value'}: {fault['msg']}" for fault in faults[:_MOST_FAULTS]]
        more = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
        return None, "; ".join(told) + more


def _is_json(text: str) -> bool:
    try:
        from_json(text)
    except ValueError:
        return False
    return True


def _candidates(answer: str) -> list[tuple[int, Any]]:
    """The JSON values in a text, in fences or in prose, each with the length of its text."""
    found: list[tuple[int, Any]] = []
    for fence in _FENCE.finditer(answer):
        value = read_value(fence[2].strip())
        if value is not BROKEN:
            found.append((len(fence[2]), value))
    start = 0
    for _ in range(_MOST_TRIES):
        starts = [at for at in (answer.find("{", start), answer.find("[", start)) if at >= 0]
        if not starts:
            break
        begun = min(starts)
        notation = Notation(answer, begun)
        value = notation.value()
        if value is BROKEN:
            start = begun + 1
            continue
        start = notation.end
        found.append((start - begun, value))
    return found


def _modern(wanted: Any) -> Any:
    """The type with each ``TypedDict`` of ``typing`` made anew: before Python 3.12 pydantic does not take them."""
    if isinstance(wanted, type) and typing.is_typeddict(wanted) and type(wanted).__module__ == "typing":
        hints = typing_extensions.get_type_hints(wanted, include_extras=True)
        fields = {name: _field(hint, name in wanted.__required_keys__) for name, hint in hints.items()}  # type: ignore[attr-defined]
        made: Any = typing_extensions.TypedDict(wanted.__name__, fields)  # type: ignore[misc]
        made.__doc__ = wanted.__doc__
        return made
    inner = typing.get_args(wanted)
    if not inner or typing.get_origin(wanted) is typing.Literal:
        return wanted
    modern = tuple(_modern(one) if not isinstance(one, list) else one for one in inner)
    if modern == inner:
        return wanted
    if typing.get_origin(wanted) in (typing.Union, types.UnionType):
        return typing.Union[modern]  # noqa: UP007 - of types that are not known here
    return wanted.copy_with(modern) if hasattr(wanted, "copy_with") else typing.get_origin(wanted)[modern]


def _field(hint: Any, is_required: bool) -> Any:
    """The type of a field, with its own word on whether it is required before the class's, which texts are lost on."""
    while (origin := typing.get_origin(hint)) in _QUALIFIERS:
        if origin is not typing_extensions.ReadOnly:
            is_required = origin is typing_extensions.Required
        hint = typing.get_args(hint)[0]
    return (typing_extensions.Required if is_required else typing_extensions.NotRequired)[_modern(hint)]
