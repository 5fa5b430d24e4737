"""Steps and combiners: the tree that a recipe's ``steps:`` describes.

A ``Step`` is a transform with what the recipe says around it (``p``, ``on``, ``only``, …). A combiner draws, from the
stream of its own id, which children run and in which order; children draw from theirs. The id of a combiner is made
of its children's ids, never of its position.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from augkit.distributions import Range
from augkit.errors import FieldError, Where
from augkit.rng import Stream
from augkit.transform import Transform

OnConflict = Literal["redraw", "skip_step", "drop"]
Kind = Literal["seq", "one_of", "some_of", "random_order", "repeat", "rand_augment", "trivial_augment", "augmix"]
POLICIES = ("rand_augment", "trivial_augment", "augmix")
"""The combiners that decide how strong their steps are."""
_LEVELS = 30
"""TrivialAugment's magnitudes are the multiples of 1/30, as in its paper."""


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
    share within ``one_of`` and policies. ``given`` are the fields of the transform that were written, which a policy
    leaves as they are.
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
    given: frozenset[str] = field(default=frozenset(), compare=False)

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

    def steered(self) -> list[str]:
        """The fields that a policy sets: those that state how far they go, unless they were written."""
        return [name for name in self.transform.ranged() if name not in self.given]

    def at_magnitude(self, magnitude: float) -> Transform[Any]:
        """The transform at a policy's magnitude; fields that were written stay as they are."""
        return self.transform.at_magnitude(magnitude, self.given)


@dataclass(frozen=True)
class Mixing:
    """How AugMix mixes: ``width`` chains of ``depth`` steps are blended by Dirichlet(``alpha``) weights, and that blend
    with the original by Beta(``alpha``, ``alpha``).
    """

    width: int = 3
    depth: Range = Range(1, 3, "int")
    alpha: float = 1.0


class Turn(NamedTuple):
    """A child that runs: what its path is extended by, and the magnitude that a policy gives it."""

    node: Node
    extension: str = ""
    magnitude: float | None = None


@dataclass(frozen=True)
class Combiner:
    """Several children under one name. ``kind`` is the word of the recipe; see ``arrange`` and, of augmix, ``chains``.

    ``magnitude``, ``mixing``: of policies.
    """

    kind: Kind
    children: tuple[Node, ...]
    n: Range = Range(1)
    p: float = 1.0
    id: str = ""
    weight: float = 1.0
    where: Where | None = field(default=None, compare=False)
    magnitude: Range | Ramp = Range(0.0)
    mixing: Mixing = Mixing()

    def __post_init__(self) -> None:
        _check_probability(self.p, self.weight)
        if not self.children:
            raise FieldError(f"{self.kind}: has no steps.")
        if self.kind in ("one_of", *POLICIES) and not any(child.weight for child in self.children):
            raise FieldError(f"{self.kind}: every weight is 0, so none of its steps can be chosen.", "weight")
        if self.kind == "some_of" and max(self.n.ends()) > len(self.children):
            raise FieldError(
                f"some_of: n reaches {max(self.n.ends()):g}, but there are {len(self.children)} steps.", "n"
            )
        if self.kind in ("some_of", "repeat", "rand_augment") and min(self.n.ends()) < 0:
            raise FieldError(f"{self.kind}: n reaches {min(self.n.ends()):g}; expected 0 or more.", "n")
        for child in self.children if self.kind in POLICIES else ():
            _check_steered(self.kind, child)
        if not self.id:
            object.__setattr__(self, "id", f"{self.kind}({','.join(child.id for child in self.children)})")

    def arrange(self, rng: Stream, epoch: int = 0) -> list[Turn]:
        """Which children run, in order; the path is extended by the round of a ``repeat``, or by how often a policy
        chose the child before.
        """
        count = len(self.children)
        match self.kind:
            case "one_of":
                return [Turn(self.children[rng.index(count, [child.weight for child in self.children])])]
            case "some_of":
                chosen = rng.permutation(count)[: self.n.draw_int(rng)]
                return [Turn(self.children[position]) for position in sorted(chosen)]
            case "random_order":
                return [Turn(self.children[position]) for position in rng.permutation(count)]
            case "repeat":
                return [Turn(child, f"#{round_}") for round_ in range(self.n.draw_int(rng)) for child in self.children]
            case "rand_augment":
                return self._chosen(rng, self.n.draw_int(rng), epoch, Counter())
            case "trivial_augment":
                return self._chosen(rng, 1, epoch, Counter())
        return [Turn(child) for child in self.children]

    def chains(self, rng: Stream, epoch: int = 0) -> tuple[tuple[float, ...], list[list[Turn]]]:
        """Of an augmix: the weights of the original and of each chain, and what runs in each chain."""
        mixing, seen = self.mixing, Counter[str]()
        shares = rng.dirichlet([mixing.alpha] * mixing.width)
        mixed = rng.beta(mixing.alpha, mixing.alpha)
        chains = [self._chosen(rng, mixing.depth.draw_int(rng), epoch, seen) for _ in shares]
        return (1.0 - mixed, *(mixed * share for share in shares)), chains

    def _chosen(self, rng: Stream, count: int, epoch: int, seen: Counter[str]) -> list[Turn]:
        """So many children, each drawn anew; the first time one is chosen it draws as if it stood alone."""
        weights = [child.weight for child in self.children]
        turns = []
        for _ in range(count):
            child = self.children[rng.index(len(weights), weights)]
            turns.append(Turn(child, f"#{seen[child.id]}" if seen[child.id] else "", self._magnitude(rng, epoch)))
            seen[child.id] += 1
        return turns

    def _magnitude(self, rng: Stream, epoch: int) -> float:
        if self.kind == "trivial_augment":
            return rng.integer(0, _LEVELS) / _LEVELS
        return self.magnitude.at(epoch) if isinstance(self.magnitude, Ramp) else float(self.magnitude.draw(rng))

    def leaves(self) -> Iterator[Step]:
        """All steps below, in the order written; those that a policy steers at their strongest."""
        for child in self.children:
            if isinstance(child, Step) and self.kind in POLICIES:
                yield replace(child, transform=child.at_magnitude(1.0))
            else:
                yield from child.leaves()


Node = Step | Combiner


def as_nodes(given: Any) -> tuple[Node, ...]:
    """A list of steps as it should be; FieldError for one by itself, and for what is no step."""
    example = "expected steps such as augkit.steps.hflip(p=0.5)"
    if isinstance(given, Step | Combiner):
        raise FieldError(f"steps: got one step, {given.id}; expected a list: write [...] round it.", "steps")
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        raise FieldError(f"steps: got {given!r:.80}; {example}, in a list.", "steps")
    nodes = tuple(given)
    wrong = next((node for node in nodes if not isinstance(node, Step | Combiner)), None)
    if wrong is None:
        return nodes
    if callable(wrong) and hasattr(wrong, "__name__"):
        raise FieldError(f"steps: got {wrong.__name__} itself; call it: {wrong.__name__}(...).", "steps")
    hint = " A recipe as a mapping is for augkit.load." if isinstance(wrong, str | Mapping) else ""
    raise FieldError(f"steps: got {wrong!r:.80} of type {type(wrong).__qualname__}; {example}.{hint}", "steps")


def _check_probability(p: float, weight: float) -> None:
    if not 0.0 <= p <= 1.0:
        raise FieldError(f"p: {p:g} is not a probability; expected 0 to 1.", "p")
    if not 0.0 <= weight < float("inf"):
        raise FieldError(f"weight: got {weight:g}; expected 0 or more.", "weight")


def _check_steered(kind: str, child: Node) -> None:
    """That a policy can steer a child."""
    if isinstance(child, Combiner):
        raise FieldError(
            f"{kind}: chooses among steps, and {child.kind!r} is a combiner; list its steps themselves, or put the "
            f"combiner beside {kind}.",
            "steps",
        )
    if child.transform.structural:
        raise FieldError(
            f"{kind}: {child.name} makes a format rather than a change, so chance cannot decide over it; put it beside "
            f"{kind}.",
            "steps",
        )
    if child.transform.partners:
        raise FieldError(
            f"{kind}: {child.name} mixes in other samples, and a policy changes one; put it beside {kind}.", "steps"
        )
    ends = (child.strength.start, child.strength.end) if isinstance(child.strength, Ramp) else (child.strength,)
    try:
        strongest = child.at_magnitude(1.0)
        if strongest.strength_scales() == "fields":
            strongest.at_strength(max(1.0, *ends))
    except FieldError as error:
        raise FieldError(f"{kind}: {child.name} at magnitude 1 and strength {max(ends):g}: {error}", "steps") from None
