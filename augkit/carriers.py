"""How carriers are changed: what was drawn waits, and a runner for their kind does all of it at once.

Annotations follow at once, step by step, whatever the plan; the pixels of an image or a mask wait until a step must see
them or the last step has been drawn. A runner may then do several moves in one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np

from augkit.errors import AugkitError, CompileError, Conflict, DataError, ReplayError, SkipStep
from augkit.fields import Checked, Limits
from augkit.sample import Target
from augkit.transform import Kernel, Params
from augkit.words import suggestion


class How(Checked):
    """How a plan may run its steps; ``plan:`` in a recipe, and part of its hash.

    ``exact`` gives the bytes of one step at a time, by any shortcut that loses nothing. ``fast`` may compose warps and
    decode at a reduced scale, within the bounds that a kind's runner states. ``fuse`` says which warps ``fast``
    composes: none; those that show the same part of the picture (``strict``); or all, also where an earlier frame hid
    something.
    ``costs`` overrules numbers of the runner's cost table.
    """

    mode: Literal["exact", "fast"] = "exact"
    fuse: Literal["off", "strict", "full"] = "strict"
    costs: Annotated[Mapping[str, float] | None, Limits(doc="of the runner's cost table")] = None


EXACT = How()


def how_of(given: str | Mapping[str, Any] | How) -> How:
    """``exact``, ``fast`` or a mapping of fields; FieldError for anything else."""
    if isinstance(given, How):
        return given
    how = How.from_fields({"mode": given} if isinstance(given, str) else given)
    assert isinstance(how, How)
    return how


class Move(NamedTuple):
    """One thing to be done to a carrier: the ``kernel`` that does it, and the id of the ``step`` that drew it."""

    step: str
    kernel: Kernel
    params: Params


Runner = Callable[[Any, Sequence[Move], How], Target]
_runners: dict[type[Target], Runner] = {}
_costs: set[str] = set()


def runs(*kinds: type[Target], costs: Iterable[str] = ()) -> Callable[[Runner], Runner]:
    """Declare who runs the moves of carriers of these kinds: ``runner(target, moves, how) -> target``.

    With ``how.mode`` exact the bytes must be those of one kernel after the other. Such kernels raise no ``Conflict``.
    ``costs`` are the names in the runner's cost table.
    """

    def declare(runner: Runner) -> Runner:
        for kind in kinds:
            _runners[kind] = runner
        _costs.update(costs)
        return runner

    return declare


def runner_for(kind: type[Target]) -> Runner | None:
    """The runner of a kind, or of the nearest kind above it."""
    return next((_runners[above] for above in kind.__mro__ if above in _runners), None)


def check_costs(how: How) -> None:
    """CompileError for costs that no runner has."""
    unknown = next((name for name in how.costs or () if name not in _costs), None)
    if unknown is not None:
        known = ", ".join(sorted(_costs)) or "none"
        raise CompileError(f"plan: costs: unknown cost {unknown!r}.{suggestion(unknown, _costs)} Costs: {known}.")


class Work(NamedTuple):
    """What a runner has been given at once: a carrier, and the moves that waited for it."""

    target: Target
    moves: tuple[Move, ...]


class Calibration(NamedTuple):
    """Costs as measured on this machine, by their names in the runner's table, beside those they stand for; and of how
    many ``choices`` that the runner had to make, how many it makes ``otherwise`` with them.
    """

    before: Mapping[str, float]
    measured: Mapping[str, float]
    choices: int
    otherwise: int


Calibrate = Callable[[Sequence[Work], How], Calibration]
"""What a plugin registers as ``calibration``: it measures the costs that decide how these works are done, and no other;
none where nothing is to be decided.
"""


def one_by_one(target: Target, moves: Sequence[Move]) -> Target:
    """Every move by its kernel, in order."""
    for move in moves:
        with complaints_of([move]):
            target = move.kernel(target, move.params)
    return target


Blend = Callable[[Sequence[Any], Sequence[float]], Target]
_blends: dict[type[Target], Blend] = {}


def blends(*kinds: type[Target]) -> Callable[[Blend], Blend]:
    """Declare how versions of one target of these kinds are blended: ``blend(targets, weights) -> target``.

    The weights sum to 1. Versions that do not fit over one another raise ``DataError``.
    """

    def declare(blend: Blend) -> Blend:
        for kind in kinds:
            _blends[kind] = blend
        return blend

    return declare


def blend_for(kind: type[Target]) -> Blend | None:
    """How a kind, or the nearest kind above it, is blended; None where it cannot be."""
    return next((_blends[above] for above in kind.__mro__ if above in _blends), None)


def weighted(arrays: Sequence[np.ndarray], weights: Sequence[float]) -> np.ndarray:
    """The weighted sum as float32, added in order; arrays of unequal shape raise ``DataError``."""
    if len({array.shape for array in arrays}) > 1:
        shapes = " and ".join(str(shape) for shape in dict.fromkeys(array.shape for array in arrays))
        raise DataError(f"versions of {shapes} cannot be blended; a step changed the frame.")
    total = arrays[0] * np.float32(weights[0])
    for array, weight in zip(arrays[1:], weights[1:], strict=True):
        total += array * np.float32(weight)
    return total


@contextmanager
def complaints_of(moves: Sequence[Move]) -> Iterator[None]:
    """What goes wrong inside is told as a DataError of the steps that drew these moves."""
    try:
        yield
    except ReplayError:
        raise
    except Conflict as conflict:
        raise StepError(f"{_steps(moves)}: {unannounced(conflict)}") from conflict
    except SkipStep as skip:
        raise StepError(
            f"{_steps(moves)}: skips itself ({skip}) when it is too late; raise SkipStep in draw."
        ) from skip
    except (AugkitError, ArithmeticError, ValueError, TypeError, IndexError) as error:
        raise named(error, _steps(moves)) from error


def _steps(moves: Sequence[Move]) -> str:
    return " and ".join(dict.fromkeys(move.step for move in moves))


def unannounced(conflict: Conflict) -> str:
    """A conflict that the recipe did not expect, and what to write."""
    return f"{conflict} Say what to do then: `on_conflict: redraw | skip_step | drop`."


def named(error: Exception, step: str, key: str | None = None) -> Exception:
    """The same complaint with the step and the key that it came from."""
    if isinstance(error, ReplayError):
        return error
    message, file = (error.message, error.file) if isinstance(error, DataError) else (str(error), None)
    told = isinstance(error, StepError) or message.startswith(step)
    return StepError(message if told else f"{step}: {message}", key=key or None, file=file)


class StepError(DataError):
    """A DataError whose message names the step already."""
