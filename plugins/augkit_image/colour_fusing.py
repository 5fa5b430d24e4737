"""Linear changes of colour in a row as one: nothing is clipped or rounded in between, which a fast plan allows.

Brightness, contrast and saturation all make own · v + common · gray + shift of a pixel's colours v and its gray, so
three numbers say what several of them do. Contrast needs the mean gray of the image as it is then; while all changes
so far are linear, that follows from the mean gray of the image as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from augkit_image.pixel_ops import Code, Op

_LINEAR = (Code.SCALE, Code.BLEND, Code.CONTRAST)


def fused(ops: Sequence[Op], colours: int, mean_gray: Callable[[], float]) -> list[Op]:
    """``ops`` with linear neighbours joined; ``mean_gray`` tells that of the image before the first."""
    done: list[Op] = []
    waiting: list[Op] = []
    for op in ops:
        if op.code in _LINEAR and (op.code != Code.CONTRAST or not done):
            waiting.append(op)
            continue
        done += _joint(waiting, colours, mean_gray)
        waiting = []
        done.append(op)
    return done + _joint(waiting, colours, mean_gray)


def _joint(ops: Sequence[Op], colours: int, mean_gray: Callable[[], float]) -> list[Op]:
    if len(ops) < 2:
        return list(ops)
    own, common, shift = 1.0, 0.0, 0.0
    for code, values, _ in ops:
        factor = values[0]
        if code == Code.BLEND:
            common = factor * common + values[1] * (own + common)
            own, shift = factor * own, (factor + values[1]) * shift + values[2]
            continue
        added = values[1] if code == Code.SCALE else (1 - factor) * ((own + common) * mean_gray() + shift)
        own, common, shift = factor * own, factor * common, factor * shift + added
    if colours == 1:
        return [Op(Code.SCALE, (own + common, shift))]
    return [Op(Code.BLEND, (own, common, shift))]
