"""Between events in seconds and frames that a network reads: frame j is the time from (j - ½) to (j + ½) hops."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.ndimage import median_filter

from augkit_audio.tasks.f1 import Event

_ROUNDED = 1e-3
"""Of a frame: seconds come as float32, in which 0.1 / 0.02 is more than 5."""


def active_frames(events: Sequence[Event], frames: int, hop: float, classes: int, shortest: float = 0.0) -> np.ndarray:
    """(frames, classes) float32: 1 in every frame whose middle an event covers, and in one at least.

    Events shorter than ``shortest`` seconds reach as far round their middle as those that are so long.
    """
    active = np.zeros((frames, classes), dtype=np.float32)
    for onset, offset, label in events:
        wider = max(shortest - (offset - onset), 0.0) / 2
        onset, offset = max(onset - wider, 0.0), offset + wider
        first, end = (math.ceil(moment / hop - _ROUNDED) for moment in (onset, offset))
        first = min(first, frames - 1)
        active[first : max(end, first + 1), label] = 1.0
    return active


def smoothed(active: np.ndarray, size: int) -> np.ndarray:
    """(frames, classes) bool: the majority of an odd ``size`` of frames around each; beyond the ends is silence."""
    if size <= 1:
        return active
    return np.asarray(median_filter(active.astype(np.uint8), size=(size, 1), mode="constant")).astype(bool)


def told_events(active: np.ndarray, hop: float) -> list[Event]:
    """Each run of active frames (frames, classes) as an event, within the clip."""
    edges = np.diff(np.pad(active.astype(np.int8), ((1, 1), (0, 0))), axis=0)
    last = (len(active) - 1) * hop
    found = []
    for label in range(active.shape[1]):
        starts, ends = (edges[:, label] == 1).nonzero()[0], (edges[:, label] == -1).nonzero()[0]
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            found.append(Event(max((start - 0.5) * hop, 0.0), min((end - 0.5) * hop, last), label))
    return sorted(found)
