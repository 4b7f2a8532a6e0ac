"""Located values: a value in a tape with the path to it, so that an error can name its place.

Models of pydantic would need more code than this: its errors tell neither what else could have stood in a place nor
which fields an object may have, and what holds from one event to the next would have to be raised by hand all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from minimax_nb.errors import TapeFormatError


@dataclass(frozen=True, slots=True)
class Located:
    """Value in a tape, with the path to it.

    Attributes:
        tape: the tape's name.
        path: how to get there from the top, such as ``turns[0].reply.content``.
        value: what stands there.
    """

    tape: str
    path: str
    value: Any

    def wrong(self, expected: str) -> TapeFormatError:
        """Make the error that says what was expected here and what came."""
        got = repr(self.value)
        got = got if len(got) <= 60 else got[:60] + "…"
        where = self.path or "top level"
        return TapeFormatError(f"tape {self.tape!r}, {where}: expected {expected}, got {got}", path=self.path)

    def need(self, *types: type) -> Located:
        """Return this value, which must be of one of the types."""
        if not isinstance(self.value, types) or (isinstance(self.value, bool) and bool not in types):
            raise self.wrong(" or ".join(_NAMES[type_] for type_ in types))
        return self

    def get(self, key: str, *types: type) -> Located:
        """Return a field that must be there, of one of the types."""
        self.need(dict)
        if key not in self.value:
            raise self.wrong(f"a field {key!r}")
        return Located(self.tape, f"{self.path}.{key}".lstrip("."), self.value[key]).need(*types)

    def maybe(self, key: str, *types: type) -> Any:
        """Return the value of a field that may be missing: then None."""
        return self.get(key, *types).value if key in self.value else None

    def items(self) -> list[Located]:
        """Return the entries of a list."""
        return [Located(self.tape, f"{self.path}[{n}]", item) for n, item in enumerate(self.value)]

    def only(self, *keys: str) -> None:
        """Check that an object has no other fields: a misspelled one would be passed over."""
        self.need(dict)
        for key in self.value:
            if key not in keys:
                raise self.wrong(f"only the fields {', '.join(keys)}; {key!r} is none of them")


_NAMES: dict[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}
