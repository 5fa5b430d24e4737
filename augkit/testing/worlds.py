"""The worlds there are: those of the words in ``vocab``, and what plugins add with ``registry.world``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from augkit.errors import AugkitError, FieldError
from augkit.plugins import catalogue
from augkit.testing.cases import SPACE_WORLD, Marks, World
from augkit.testing.sounds import SPECTROGRAM_WORLD, TIME_WORLD
from augkit.testing.texts import TEXT_WORLD
from augkit.words import suggestion

WORLDS = (SPACE_WORLD, TIME_WORLD, SPECTROGRAM_WORLD, TEXT_WORLD)


def all_worlds() -> Iterator[World]:
    """Ours, and those that plugins register; one that cannot be imported is told by ``augkit test-plugin``."""
    yield from WORLDS
    for entry in catalogue().entries("world"):
        with suppress(AugkitError):
            yield entry.load()


def marks_of(kind: str) -> Marks:
    """How moments are marked in carriers of this kind; FieldError where nobody has said."""
    known = {world.marks.field: world.marks for world in all_worlds() if world.marks}
    if kind not in known:
        raise FieldError(
            f"on: nobody has said how places are marked in a {kind!r}.{suggestion(kind, ['image', *known])} There are: "
            f"{', '.join(['image', *known])}. A plugin gives its augkit.testing.World `marks`.",
            "on",
        )
    return known[kind]
