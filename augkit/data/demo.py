"""The source ``demo``: small data that are there without a network. Plugins register them: ``registry.demo``."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from augkit.data.source import Source
from augkit.errors import AugkitError, FieldError
from augkit.fields import Checked, Limits, check_names
from augkit.plugins import catalogue
from augkit.words import suggestion


class DemoFields(Checked):
    """What a recipe may say of every demo; each states the rest itself."""

    name: Annotated[str, Limits(doc="which of the demos")]


class Demo:
    """``demo: NAME`` or ``demo: {name: NAME, …}``: the source that a plugin registered as the demo of that name."""

    fields_type = DemoFields
    shorthand = "name"

    @classmethod
    def fields_for(cls, given: Mapping[str, Any]) -> type[Checked]:
        """What the demo that is named takes beside its name; FieldError with the nearest name where there is none."""
        declared: type[Checked] = _named(given).fields_type
        return declared

    @classmethod
    def variants(cls) -> dict[str, type[Checked]]:
        """By each name that the shorthand may have, what goes beside it; without what cannot be imported here."""
        found = {}
        for name in catalogue().names("demo"):
            with suppress(AugkitError):
                found[name] = cls.fields_for({cls.shorthand: name})
        return found

    @classmethod
    def from_fields(cls, given: Mapping[str, Any], base: Path) -> Source:
        """The demo as a recipe names it."""
        check_names(DemoFields, {name: given[name] for name in given if name == cls.shorthand})
        source: Source = _named(given).from_fields({n: v for n, v in given.items() if n != cls.shorthand}, base)
        return source


def _named(given: Mapping[str, Any]) -> Any:
    name, known = given.get("name"), catalogue().names("demo")
    if name not in known:
        raise FieldError(
            f"name: there is no demo {name!r}.{suggestion(str(name), known)} There are: {', '.join(known)}.", "name"
        )
    return catalogue().load("demo", str(name))
