"""Text with holes: ``{name}`` and ``{name:format}`` filled with values, ``{{`` and ``}}`` for the braces themselves.

The rules are those of ``str.format`` with names alone: ``{reply.content}``, ``{rows[0]}`` and ``{name!r}`` work too.
What is filled in is not looked at again, so braces in a value stay as they are.
"""

from __future__ import annotations

import string
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LONGEST_SHOWN = 40
_LITERAL = "for the braces themselves write {{ and }}"


def fill(template: str, values: Mapping[str, Any]) -> str:
    """Fill the holes of a text.

    Args:
        template: the text.
        values: what the names stand for.

    Returns:
        The text with every hole filled.

    Raises:
        NameError: a hole names something that is not among the values.
        ValueError: braces do not pair, hold no name, or a value does not take its format or has no such part.
    """
    try:
        return _Filler(values).vformat(template, (), {})
    except NameError:
        raise
    except AttributeError as error:
        raise ValueError(f"a hole of the text asks for what its value does not have: {error}") from error
    except (ValueError, TypeError, LookupError) as error:
        raise ValueError(f"the text cannot be filled: {error}; {_LITERAL}") from error


class _Filler(string.Formatter):
    """``str.format`` that takes names alone and says what is wrong."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG002
        if not isinstance(key, str) or not key.isidentifier():
            shown = "nothing or a number" if isinstance(key, int) else repr(key[:_LONGEST_SHOWN])
            raise ValueError(f"expected a name between braces, got {shown}")
        if key not in self._values:
            raise NameError(_unknown(key, self._values))
        return self._values[key]

    def format_field(self, value: Any, format_spec: str) -> str:
        try:
            return str(super().format_field(value, format_spec))
        except (ValueError, TypeError) as error:
            kind = type(value).__name__
            raise ValueError(f"the format {format_spec[:_LONGEST_SHOWN]!r} does not fit a {kind} ({error})") from error


def _unknown(name: str, values: Mapping[str, Any]) -> str:
    near = get_close_matches(name, [str(known) for known in values], n=1)
    hint = f" Did you mean {{{near[0]}}}?" if near else ""
    return f"expected a value for {{{name}}}, found nothing of that name; {_LITERAL}.{hint}"
