"""Steps and combiners: the tree that a recipe's ``steps:`` describes.

A ``Step`` is a transform with what the recipe says around it (``p``, ``on``, ``only``, …). A combiner draws, from the
stream of its own id, which children run and in which order; children draw from theirs. The id of a combiner is made
of its children's ids, never of its position.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from augkit.distributions import Range
from augkit.errors import FieldError, Where
from augkit.rng import Stream
from augkit.transform import Transform

OnConflict = Literal["redraw", "skip_step", "drop"]


@dataclass(frozen=True)
class Ramp:
    """A strength that grows from ``start`` to ``end`` in a straight line over the first ``epochs`` epochs, then
    stays.
    """

    start: float
    end: float
    epochs: int

    def at(self, epoch: int) -> float:
        """The strength in an epoch, counted from 0."""
        if self.epochs <= 1 or epoch >= self.epochs - 1:
            return self.end
        return self.start + (self.end - self.start) * epoch / (self.epochs - 1)


@dataclass(frozen=True)
class Step:
    """One transform in a recipe.

    ``p``: how often; ``on``: which fields; ``only``: values of a label or of metadata that it applies to;
    ``strength``: a number or a ``Ramp``; ``off_last``: epochs at the end without it; ``accept``: why a clash with
    ``sensitive_to`` is all right; ``on_conflict``: what to do when a draw would break an annotation; ``weight``: its
    share within ``one_of``.
    """

    transform: Transform[Any]
    name: str
    id: str = ""
    p: float = 1.0
    on: tuple[str, ...] | None = None
    only: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    strength: float | Ramp = 1.0
    off_last: int = 0
    accept: str | None = None
    on_conflict: OnConflict | None = None
    weight: float = 1.0
    where: Where | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not self.id:
            object.__setattr__(self, "id", self.transform.default_id(self.name))
        _check_probability(self.p, self.weight)

    def strength_at(self, epoch: int) -> float:
        """The strength in an epoch."""
        return self.strength.at(epoch) if isinstance(self.strength, Ramp) else self.strength

    def leaves(self) -> Iterator[Step]:
        """Itself."""
        yield self


@dataclass(frozen=True)
class Combiner:
    """Several children under one name. ``kind`` is the word of the recipe; see ``arrange``."""

    kind: Literal["seq", "one_of", "some_of", "random_order", "repeat"]
    children: tuple[Node, ...]
    n: Range = Range(1)
    p: float = 1.0
    id: str = ""
    weight: float = 1.0
    where: Where | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        _check_probability(self.p, self.weight)
        if not self.children:
            raise FieldError(f"{self.kind}: has no steps.")
        if self.kind == "one_of" and not any(child.weight for child in self.children):
            raise FieldError("one_of: every weight is 0, so none of its steps can be chosen.", "weight")
        if self.kind == "some_of" and max(self.n.ends()) > len(self.children):
            raise FieldError(
                f"some_of: n reaches {max(self.n.ends()):g}, but there are {len(self.children)} steps.", "n"
            )
        if self.kind in ("some_of", "repeat") and min(self.n.ends()) < 0:
            raise FieldError(f"{self.kind}: n reaches {min(self.n.ends()):g}; expected 0 or more.", "n")
        if not self.id:
            object.__setattr__(self, "id", f"{self.kind}({','.join(child.id for child in self.children)})")

    def arrange(self, rng: Stream) -> list[tuple[Node, str]]:
        """Which children run, in order, each with what its path is extended by (the round of a ``repeat``)."""
        count = len(self.children)
        match self.kind:
            case "one_of":
                return [(self.children[rng.index(count, [child.weight for child in self.children])], "")]
            case "some_of":
                chosen = rng.permutation(count)[: self.n.draw_int(rng)]
                return [(self.children[position], "") for position in sorted(chosen)]
            case "random_order":
                return [(self.children[position], "") for position in rng.permutation(count)]
            case "repeat":
                return [(child, f"#{round_}") for round_ in range(self.n.draw_int(rng)) for child in self.children]
        return [(child, "") for child in self.children]

    def leaves(self) -> Iterator[Step]:
        """All steps below, in the order written."""
        for child in self.children:
            yield from child.leaves()


Node = Step | Combiner


def _check_probability(p: float, weight: float) -> None:
    if not 0.0 <= p <= 1.0:
        raise FieldError(f"p: {p:g} is not a probability; expected 0 to 1.", "p")
    if not 0.0 <= weight < float("inf"):
        raise FieldError(f"weight: got {weight:g}; expected 0 or more.", "weight")
