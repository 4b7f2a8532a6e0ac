"""Budget of one rehearsed call: whatever its schema asks for, it is made in an instant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class BudgetSpentError(Exception):
    """Budget that is used up; what has been made until now is the result."""


@dataclass(slots=True)
class Budget:
    """Budget that is left for one call.

    Attributes:
        values: values that may still be made.
        characters: characters that may still be written.
        steps: looks at the schema that may still be taken.
        matching: steps of holding texts against patterns; without them patterns are passed over.
    """

    values: int = 500
    characters: int = 20_000
    steps: int = 50_000
    matching: int = 60_000

    def spend_value(self) -> None:
        """Take one value.

        Raises:
            BudgetSpentError: there is none left.
        """
        if self.values <= 0:
            raise BudgetSpentError
        self.values -= 1

    def spend_steps(self, steps: int = 1) -> None:
        """Take so many steps.

        Raises:
            BudgetSpentError: there are none left.
        """
        self.steps -= steps
        if self.steps <= 0:
            raise BudgetSpentError

    def spend_characters(self, characters: int) -> None:
        """Take so many characters.

        Raises:
            BudgetSpentError: there are not as many left.
        """
        if characters > self.characters:
            raise BudgetSpentError
        self.characters -= characters

    def copy_of(self, value: Any) -> Any:
        """Return a value that stands in the schema, at the cost of its size.

        Raises:
            BudgetSpentError: it is larger than what is left.
        """
        waiting = [value]
        while waiting:
            each = waiting.pop()
            self.spend_characters(len(each) + 2 if isinstance(each, str) else 8)
            if isinstance(each, dict):
                self.spend_characters(sum(map(len, each)))
                waiting += each.values()
            elif isinstance(each, list):
                self.spend_steps(len(each))
                waiting += each
        return value
