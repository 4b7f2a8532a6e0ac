"""How much work one rehearsed call may cost: whatever its schema asks for, it is made in an instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class SpentError(Exception):
    """The budget is used up; what has been made until now is the result."""


@dataclass(slots=True)
class Budget:
    """What is left for one call.

    Attributes:
        values: values that may still be made.
        signs: characters that may still be written.
        steps: looks at the schema that may still be taken.
        matching: steps of holding texts against patterns; without them patterns are passed over.
    """

    values: int = 500
    signs: int = 20_000
    steps: int = 50_000
    matching: int = 60_000

    def value(self) -> None:
        """Take one value.

        Raises:
            SpentError: there is none left.
        """
        if self.values <= 0:
            raise SpentError
        self.values -= 1

    def look(self, steps: int = 1) -> None:
        """Take so many steps.

        Raises:
            SpentError: there are none left.
        """
        self.steps -= steps
        if self.steps <= 0:
            raise SpentError

    def write(self, signs: int) -> None:
        """Take so many characters.

        Raises:
            SpentError: there are not as many left.
        """
        if signs > self.signs:
            raise SpentError
        self.signs -= signs

    def copy_of(self, value: Any) -> Any:
        """A value that stands in the schema, at the cost of its size.

        Raises:
            SpentError: it is larger than what is left.
        """
        waiting = [value]
        while waiting:
            each = waiting.pop()
            self.write(len(each) + 2 if isinstance(each, str) else 8)
            if isinstance(each, dict):
                self.write(sum(map(len, each)))
                waiting += each.values()
            elif isinstance(each, list):
                self.look(len(each))
                waiting += each
        return value
