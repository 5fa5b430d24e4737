"""The source ``demo``: small data that are there without a network, for trying a recipe out. Plugins bring them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar

from augkit.data.source import Source
from augkit.errors import FieldError
from augkit.fields import Checked, Limits, check_names, fields_of
from augkit.plugins import catalogue
from augkit.words import suggestion


class DemoFields(Checked):
    """What a recipe may say of a demo; which of the sizes there are depends on the demo."""

    name: Annotated[str, Limits(doc="which demo: digits, shapes (images), sound_scenes, or a plugin's")]
    count: Annotated[int | None, Limits(1, doc="how many samples")] = None
    size: Annotated[int | None, Limits(1, unit="px", doc="side of a picture")] = None
    seconds: Annotated[float | None, Limits(0, unit="s", doc="length of a sound")] = None
    rate: Annotated[int | None, Limits(1, unit="Hz", doc="samples a second of a sound")] = None

    def validate(self) -> None:
        names = catalogue().names("demo")
        if self.name not in names:
            hint = suggestion(self.name, names)
            raise FieldError(f"name: got {self.name!r}.{hint} Expected one of {', '.join(names)}.", "name")
        cls = catalogue().load("demo", self.name)
        check_names(cls.fields_type, self.given())
        cls.fields_type(**self.given())

    def given(self) -> dict[str, Any]:
        """What was said beside the name."""
        said = {name: getattr(self, name) for name in fields_of(type(self)) if name != "name"}
        return {name: value for name, value in said.items() if value is not None}


class Demo:
    """``demo: digits``, ``demo: {name: shapes, size: 64}``: opens the source that a plugin registers as this demo."""

    fields_type: ClassVar[type[Checked]] = DemoFields
    shorthand: ClassVar[str] = "name"

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Source:
        """The demo as a recipe names it."""
        check_names(DemoFields, given)
        fields = DemoFields(**given)
        made: Source = catalogue().load("demo", fields.name).from_fields(fields.given(), base)
        return made
