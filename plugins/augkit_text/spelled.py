"""``demo: numbers``: numbers in English words, and the same in digits, which is their translation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from augkit.errors import FieldError
from augkit.fields import Checked, Limits, check_names
from augkit.rng import stream
from augkit_text.number_words import in_words


class NumbersFields(Checked):
    """What a recipe may say of the numbers."""

    count: Annotated[int, Limits(2, doc="how many numbers, all different")] = 1000
    below: Annotated[int, Limits(2, 1_000_000, doc="all are smaller")] = 10_000

    def validate(self) -> None:
        if self.count > self.below:
            raise FieldError(f"count: there are {self.below} numbers below {self.below}, got {self.count}.", "count")


class Numbers:
    """``demo: numbers``: *synthetic* pairs; fields ``text`` (``one hundred and five``) and ``digits`` (``105``).

    The numbers are drawn once, whatever a recipe's seed; a larger ``count`` begins with the same ones.
    """

    fields_type = NumbersFields
    shorthand = "count"
    root = Path()

    def __init__(self, count: int = 1000, below: int = 10_000) -> None:
        self.numbers = stream(0, 0, f"numbers/{below}").permutation(below)[:count]

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Self:
        """The demo as a recipe names it."""
        check_names(NumbersFields, given)
        fields = NumbersFields(**given)
        return cls(fields.count, fields.below)

    @property
    def fields(self) -> dict[str, Any]:
        return {"text": "text", "digits": {"translation_of": {"of": "text"}}}

    @property
    def keys(self) -> list[str]:
        return [f"numbers/{number}" for number in self.numbers]

    def meta(self, key: str) -> dict[str, Any]:
        """That it is synthetic."""
        return {"synthetic": True}

    def load(self, key: str) -> dict[str, Any]:
        number = int(key.rpartition("/")[2])
        return {"text": in_words(number), "digits": str(number)}
