"""Undo: an annotation moved back through what was drawn, to where it is on the sample as it was given."""

from __future__ import annotations

from augkit.errors import RecipeError
from augkit.sample import Target
from augkit.trace import Trace
from augkit.transform import Params, kernel_for


def undone(trace: Trace, target: Target) -> Target:
    """``target``, found on what came out of a pipeline, by the inverse of every draw of ``trace``, the last first.

    Raises RecipeError for a draw that moves this kind of target and has no inverse.
    """
    for entry in reversed(trace.entries):
        if not isinstance(entry.drawn, Params) or kernel_for(type(entry.drawn), type(target)) is None:
            continue
        inverse = entry.drawn.inverse()
        kernel = None if inverse is None else kernel_for(type(inverse), type(target))
        if inverse is None or kernel is None:
            raise RecipeError(
                f"{entry.id}: what it did to {trace.key} cannot be undone, so that {target.kind} found afterwards have "
                "no place on what was given. Leave the step out for predictions, or do without tta."
            )
        target = kernel(target, inverse)
    return target
