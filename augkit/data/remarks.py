"""Remarks: what is odd in a recipe and its data and yet not wrong. ``augkit check`` and a training say it once."""

from __future__ import annotations

from dataclasses import dataclass

from augkit.data.divided import where_of
from augkit.data.first import First, unreadable
from augkit.data.names import forgotten
from augkit.data.source import Source
from augkit.errors import Where
from augkit.recipe import Recipe


@dataclass(frozen=True)
class Remark:
    """A sentence or two, and the place in the recipe that it is about."""

    message: str
    where: Where | None = None

    def __str__(self) -> str:
        return f"{self.where}: warning: {self.message}" if self.where else f"warning: {self.message}"


def remarks(recipe: Recipe, source: Source | None, first: First | None = None) -> list[Remark]:
    """All there is to remark on a recipe, and on its data where its source is open and its ``first`` samples read."""
    of_first = [] if first is None else of_first_samples(recipe, first)
    return of_names(recipe) + of_first + ([] if source is None else of_source(recipe, source))


def of_names(recipe: Recipe) -> list[Remark]:
    """Labels that are called as if they depended on what a step changes."""
    found = []
    for field, quality, steps in forgotten(recipe):
        change = "changes" if len(steps) == 1 else "change"
        sensitive = f"sample: {{{field.name}: {{{field.kind}: {{sensitive_to: [{quality}]}}}}}}"
        message = (
            f"{', '.join(steps)} {change} {quality}, on which a label called {field.name!r} usually depends. "
            f'If it does, write {sensitive}; if not, `accept: "reason"` at the step.'
        )
        found.append(Remark(message, where_of(recipe.tree, "sample", field.name)))
    return found


def of_first_samples(recipe: Recipe, first: First) -> list[Remark]:
    """Those that cannot be read, which the recipe has chosen to leave out."""
    said = unreadable(first)
    where = where_of(recipe.tree, "loader", "on_error")
    return [Remark(f"{said} on_error: skip will leave such samples out.", where)] if said else []


def of_source(recipe: Recipe, source: Source) -> list[Remark]:
    """What the source's own ``remarks``, if it has such a method, say of the fields that the recipe uses."""
    tell = getattr(source, "remarks", None)
    where = where_of(recipe.tree, "source")
    return [Remark(message, where) for message in tell(list(recipe.schema.fields))] if tell else []
