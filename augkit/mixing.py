"""Mixes: steps that make one sample of several.

A transform with ``partners = n`` draws a ``Mixture``; a kernel declared with ``@mixes`` takes the targets of all
samples, the own first, and gives the one that they become. Where the partners come from is the plan's business: other
samples of the data set for ``steps``, of the batch for ``batch``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from augkit.errors import DataError, PluginError
from augkit.sample import Label, Labels, Target, Value
from augkit.soft import mixed
from augkit.transform import Kernel, Params, moves

Mixer = Callable[[Sequence[Any], Any], Target]
Refusal = Callable[[Any], str | None]
_refusals: dict[Kernel, Refusal] = {}


@dataclass(frozen=True)
class Mixture(Params):
    """What was drawn for a mix. ``partners`` are the names under which the samples mixed in can be found again."""

    partners: tuple[str, ...] = field(default=(), kw_only=True)

    def met(self, groups: Sequence[Mapping[str, Target]]) -> Self:
        """The same once the samples are there, the own first: here sizes are compared and places worked out.

        What kernels are given; the trace keeps what was drawn. DataError where the samples do not fit together.
        """
        return self

    def shares(self) -> tuple[float, ...]:
        """How much of the result is of each sample, the own first; they sum to 1. Class labels are weighted so."""
        raise TypeError(f"{type(self).__name__} does not define shares().")


def mixes(params: type[Mixture], *targets: type[Target], unless: Refusal | None = None) -> Callable[[Mixer], Mixer]:
    """Declare how targets of these kinds become one: ``kernel([own, *others], params) -> target``.

    ``unless(options)`` may say, when a recipe is compiled, why a field with these options cannot take part.
    """
    if not issubclass(params, Mixture):
        raise PluginError(f"@mixes({params.__name__}): expected Params that are a Mixture; @moves is for the rest.")

    def declare(kernel: Mixer) -> Mixer:
        if unless is not None:
            _refusals[kernel] = unless
        return moves(params, *targets)(kernel)

    return declare


def keeps_out(params: type[Mixture], *targets: type[Target], because: str) -> None:
    """Declare that targets of these kinds cannot take part, where a kernel of a parent would let them."""

    @mixes(params, *targets, unless=lambda options: because)
    def refused(targets: Sequence[Target], mixture: Mixture) -> Target:
        raise DataError(because)


def refusal(kernel: Kernel, options: Any) -> str | None:
    """Why a field with these options cannot take part although its kind has this kernel; None where it can."""
    why = _refusals.get(kernel)
    return why(options) if why is not None else None


@mixes(Mixture, Label)
def labels_mix(labels: Sequence[Label], mixture: Mixture) -> Label:
    """Weighted by how much of the result is of each sample: a ``Soft`` value."""
    several = isinstance(labels[0], Labels)
    value = mixed([label.value for label in labels], mixture.shares(), several)
    return type(labels[0])(value, options=labels[0].options)


keeps_out(Mixture, Value, because="nothing tells what the value of several samples at once is.")
