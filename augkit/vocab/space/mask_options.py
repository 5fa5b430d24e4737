"""What a recipe may say of a mask: which number is no class, and what the others are called."""

from __future__ import annotations

from collections.abc import Mapping

from augkit.errors import FieldError
from augkit.sample import Options


class MaskOptions(Options):
    """``ignore_index``: the class that pixels from outside the frame get (255 by the field's custom, which is 127 in
    int8; a bool mask gets False).

    ``classes``: the names of the classes that training learns, a list of which the first is number 0, or a mapping
    from name to number, ``{background: 0, cell: 200}``. Without it, the numbers that the training masks hold.
    """

    ignore_index: int = 255
    classes: tuple[str, ...] | Mapping[str, int] | None = None

    def validate(self) -> None:
        """Refuse names and numbers that are there twice, and a class that is to be ignored."""
        named = self.numbers()
        odd = next((name for name, number in named.items() if type(number) is not int), None)
        if odd is not None:
            raise FieldError(f"classes: {odd}: got {named[odd]!r}; expected the class's whole number.", "classes")
        if self.classes is not None and not len(set(named.values())) == len(self.classes) >= 2:
            raise FieldError(
                f"classes: got {self.classes!r}; expected two classes or more, each with a name and a number of its "
                "own: [background, cell] or {background: 0, cell: 200}.",
                "classes",
            )
        if self.ignore_index in named.values():
            raise FieldError(
                f"classes: {self.ignore_index} is the `ignore_index`, which is no class. Where the masks mean one by "
                f"it, ignore another number: ignore_index: {254 if self.ignore_index == 255 else 255}.",
                "classes",
            )

    def numbers(self) -> dict[str, int]:
        """Name → number of the classes that are named."""
        named = self.classes
        return dict(named) if isinstance(named, Mapping) else {name: n for n, name in enumerate(named or ())}
