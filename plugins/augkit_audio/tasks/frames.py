"""Between events in seconds and frames that a network reads: frame j is the time from (j - ½) to (j + ½) hops."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.ndimage import median_filter

from augkit.vocab.timeline import Events
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


def annotated(events: Sequence[Event], classes: Sequence[Any]) -> Events:
    """Events as an annotation, with the names of their classes in the column ``label``."""
    onset, offset = (np.array([getattr(event, name) for event in events], dtype=float) for name in ("onset", "offset"))
    return Events(onset, offset, {"label": [classes[event.label] for event in events]})


def agreed(views: Sequence[Sequence[Event]]) -> list[Event]:
    """Where at least half of the views hear a class, by onset; what one view hears is told as it is."""
    if len(views) == 1:
        return sorted(views[0])
    found = []
    for label in sorted({event.label for events in views for event in events}):
        own = [[event for event in events if event.label == label] for events in views]
        edges = sorted({edge for events in own for event in events for edge in event[:2]})
        heard = [
            sum(any(a <= start and end <= b for a, b, _ in events) for events in own) for start, end in pairwise(edges)
        ]
        found += _runs([count * 2 >= len(views) for count in heard], edges, label)
    return sorted(found)


def _runs(active: Sequence[bool], edges: Sequence[float], label: int) -> list[Event]:
    """Neighbouring pieces that are active, as one event each; piece i lies between edges i and i + 1."""
    changes = np.flatnonzero(np.diff([False, *active, False]))
    return [Event(edges[first], edges[end], label) for first, end in changes.reshape(-1, 2).tolist()]
