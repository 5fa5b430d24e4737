"""What becomes of annotations that the frame cuts: the policy that all kinds with an area share."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from augkit.fields import Limits
from augkit.sample import Options

_TINY = float(np.finfo(np.float64).tiny)


class ClipOptions(Options):
    """When an annotation that was cut by the frame is dropped.

    ``min_visible``: less than this fraction of its area (as it came in, moved) is left; ``min_size``: a side of what
    is left, or of the box around it, is shorter, pixels.
    """

    min_visible: Annotated[float, Limits(0, 1, unit="fraction of the area")] = 0.1
    min_size: Annotated[float, Limits(0, unit="px")] = 1.0


def kept(visible: np.ndarray, shortest: np.ndarray, options: ClipOptions) -> np.ndarray:
    """Which rows (n,) stay, by the ``visible`` fraction and the ``shortest`` side; what has no area never does."""
    return (visible >= max(options.min_visible, _TINY)) & (shortest >= max(options.min_size, _TINY))


def fraction(left: np.ndarray, whole: np.ndarray, before: np.ndarray | None) -> np.ndarray:
    """The visible fraction (n,) when ``left`` remains of the area ``whole``, of what was visible ``before``."""
    part = np.asarray(left / np.maximum(whole, _TINY))
    return part if before is None else part * before
