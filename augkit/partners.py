"""Partners: the other samples that a step may mix in, found again by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from augkit.errors import DataError, ReplayError, SkipStep
from augkit.rng import Stream
from augkit.sample import Sample, Target
from augkit.trace import Trace
from augkit.transform import Kernel
from augkit.words import suggestion

if TYPE_CHECKING:
    from augkit.combine import Step
    from augkit.plan import Plan


class Partners(Protocol):
    """Where a plan finds partners."""

    def drawn(self, rng: Stream, count: int) -> tuple[str, ...]:
        """The names of ``count`` partners."""
        ...

    def sample(self, name: str) -> Sample:
        """The partner of that name before any step, in the same epoch, copy and view; DataError if it is unreadable."""
        ...

    def beside(self, name: str) -> Partners:
        """The partners that the one of that name may have itself."""
        ...


Traces = tuple[Trace, ...]


@dataclass(frozen=True)
class Listed:
    """Partners out of a list of ``names``; ``read(position)`` gives one. ``own`` is the position of who looks for them,
    ``positions`` those of all names, where looking them up in a long list would take long.

    Nobody is their own partner, and all of one draw are different as long as there are enough.
    """

    names: Sequence[str]
    read: Callable[[int], Sample]
    own: int | None = None
    positions: Mapping[str, int] | None = None

    def drawn(self, rng: Stream, count: int) -> tuple[str, ...]:
        """The names of ``count`` partners, each as likely; SkipStep where there is no other sample."""
        taken = [] if self.own is None else [self.own]
        others = len(self.names) - len(taken)
        if others < 1:
            raise SkipStep("there is no other sample to mix in")
        if others < count:
            return tuple(self.names[_free(rng, len(self.names), taken)] for _ in range(count))
        chosen: list[int] = []
        for _ in range(count):
            chosen.append(_free(rng, len(self.names), [*taken, *chosen]))
        return tuple(self.names[position] for position in chosen)

    def sample(self, name: str) -> Sample:
        """The partner of that name; ReplayError if there is none."""
        return self.read(self._position(name))

    def beside(self, name: str) -> Listed:
        """The same, looked through by the one of that name."""
        return replace(self, own=self._position(name))

    def _position(self, name: str) -> int:
        positions = self.positions or {known: position for position, known in enumerate(self.names)}
        if name not in positions:
            raise ReplayError(
                f"the partner {name!r} is not among the {len(positions)} samples here.{suggestion(name, positions)}"
            )
        return positions[name]


def there(partners: Partners | None, count: int) -> Partners:
    """The partners; DataError where nobody gave any."""
    if partners is None:
        raise DataError(
            f"mixes in {count} other sample{'s' * (count > 1)}, and a sample by itself has none. Use augkit.dataset or "
            "augkit.loader, which know the others, or pass some: aug(…, partners=[{…}, …])."
        )
    return partners


def met_by(
    plan: Plan, step: Step, partners: Partners, names: Sequence[str], traced: Traces | None
) -> list[tuple[Sample, Trace]]:
    """The partners of these names as the steps before ``step`` leave them, with their traces; or as ``traced`` says."""
    if traced is not None and len(traced) != len(names):
        raise ReplayError(f"the trace names {len(names)} partners, but tells what was drawn for {len(traced)}.")
    found = []
    for place, name in enumerate(names):
        sample, others = sample_of(partners, name), partners.beside(name)
        if traced is None:
            found.append(plan.before(step, sample, others))
        else:
            found.append((plan.replay(sample, traced[place], others), traced[place]))
    return found


def sample_of(partners: Partners, name: str) -> Sample:
    """The partner of that name; what is wrong with it is told as such."""
    try:
        return partners.sample(name)
    except DataError as error:
        raise DataError(f"its partner {name!r}: {error.message}", file=error.file) from error


def mixed_by(kernels: Mapping[str, Kernel], groups: Sequence[Mapping[str, Target]], params: Any) -> dict[str, Target]:
    """What the fields of all samples become, the own first among ``groups``."""
    mixed = {}
    for name, kernel in kernels.items():
        if not all(name in group for group in groups):
            raise DataError(f"a partner has no field {name!r}, which this sample has.")
        mixed[name] = kernel([group[name] for group in groups], params)
    return mixed


def _free(rng: Stream, count: int, taken: Sequence[int]) -> int:
    """A position below ``count`` that is not ``taken``."""
    position = rng.integer(0, count - len(taken) - 1)
    for other in sorted(taken):
        position += position >= other
    return position
