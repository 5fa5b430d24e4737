"""How labels of frames follow a blend of two clips."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from augkit.errors import DataError
from augkit.mixing import mixes
from augkit.vocab.blend import Blend
from augkit.vocab.timeline.frame_labels import FrameLabels


@mixes(Blend, FrameLabels)
def frame_labels_blend(frames: Sequence[FrameLabels], blend: Blend) -> FrameLabels:
    """Weights by their shares, truth values that are true of either; where one clip has ended, nothing of it.

    Ids of classes cannot be mixed, nor frames of another hop or of other classes: DataError. What one of both says to
    ignore is ignored.
    """
    own, other = frames
    if own.hop != other.hop or own.labels.shape[1:] != other.labels.shape[1:]:
        told = [f"{list(each.labels.shape[1:])} every {each.hop:g} s" for each in frames]
        raise DataError(
            f"frame_labels: {told[0]} cannot be mixed with {told[1]}: one hop and the same classes are needed."
        )
    if {each.labels.dtype.kind for each in frames} not in ({"f"}, {"b"}):
        raise DataError(
            f"frame_labels: classes of {own.labels.dtype} cannot be mixed; give weights, (frames, classes) of float32, "
            "or truth values."
        )
    count = max(map(len, frames))
    if own.labels.dtype.kind == "b":
        return dataclasses.replace(own, labels=_longer(own, count) | _longer(other, count))
    share, rest = map(np.float64, blend.shares())
    mixed = (_longer(own, count) * share + _longer(other, count) * rest).astype(own.labels.dtype)
    for each in frames:
        ignored = each.rows == each.options.ignore
        mixed[: len(each)][ignored.any(axis=1)] = own.options.ignore
    return dataclasses.replace(own, labels=mixed)


def _longer(frames: FrameLabels, count: int) -> np.ndarray:
    missing = [(0, count - len(frames))] + [(0, 0)] * (frames.labels.ndim - 1)
    return np.pad(frames.labels, missing)
