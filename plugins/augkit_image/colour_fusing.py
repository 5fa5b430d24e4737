"""Linear changes of colour in a row as one: nothing is clipped or rounded in between, which a fast plan allows.

Contrast needs the mean of the image as it is then. While all changes so far are linear, that follows from the mean of
the image as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from augkit_image.pixel_ops import LUMA, Code, Op

Vector = tuple[float, ...]
Rows = list[list[float]]

_LINEAR = (Code.SCALE, Code.MIX, Code.CONTRAST)


def fused(ops: Sequence[Op], colours: int, means: Callable[[], Vector]) -> list[Op]:
    """``ops`` with linear neighbours joined; ``means`` tells the mean of each colour before the first."""
    done: list[Op] = []
    waiting: list[Op] = []
    for op in ops:
        if op.code in _LINEAR and (op.code != Code.CONTRAST or not done):
            waiting.append(op)
            continue
        done += _joint(waiting, colours, means)
        waiting = []
        done.append(op)
    return done + _joint(waiting, colours, means)


def _joint(ops: Sequence[Op], colours: int, means: Callable[[], Vector]) -> list[Op]:
    if len(ops) < 2:
        return list(ops)
    rows: Rows = [[float(i == j) for j in range(colours)] + [0.0] for i in range(colours)]
    for op in ops:
        match op.code:
            case Code.SCALE:
                rows = [[op.values[0] * value for value in row] for row in rows]
                for row in rows:
                    row[-1] += op.values[1]
            case Code.CONTRAST:
                factor = op.values[0]
                gray = _gray(rows, means())
                rows = [[factor * value for value in row] for row in rows]
                for row in rows:
                    row[-1] += (1 - factor) * gray
            case Code.MIX:
                m = op.values
                columns = list(zip(*rows, strict=True))
                rows = [[m[i] * r + m[i + 1] * g + m[i + 2] * b for r, g, b in columns] for i in (0, 3, 6)]
    if colours == 1:
        return [Op(Code.SCALE, tuple(rows[0]))]
    return [Op(Code.AFFINE, tuple(value for row in rows for value in row))]


def _gray(rows: Rows, means: Vector) -> float:
    """The mean gray once ``rows`` have been applied to an image of these ``means``."""
    after = [sum(value * mean for value, mean in zip(row, (*means, 1.0), strict=True)) for row in rows]
    return after[0] if len(after) == 1 else sum(share * mean for share, mean in zip(LUMA, after, strict=True))
