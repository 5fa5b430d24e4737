"""Labels of frames, against the events that they were made from."""

from __future__ import annotations

from typing import Any

import numpy as np

from augkit.testing.subject import Visit
from augkit.vocab.timeline import Events, FrameLabels, TimeErase

_ROUNDING = 1e-5


def frames_of(
    onset: np.ndarray, offset: np.ndarray, seconds: float, hop: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two fields and their spec: the class of each frame is 1 more than the row of the event in its middle, 0 outside;
    and the same as weights.
    """
    classes = classes_at((np.arange(round(seconds / hop)) + 0.5) * hop, onset, offset, np.arange(len(onset)))
    weights = (classes[:, None] == np.arange(len(onset) + 1)).astype(np.float32)
    fields = {"frames": {"labels": classes, "hop": hop}, "weights": {"labels": weights, "hop": hop}}
    return fields, {"frames": "frame_labels", "weights": "frame_labels"}


def classes_at(moments: np.ndarray, onset: np.ndarray, offset: np.ndarray, id: np.ndarray) -> np.ndarray:
    """1 more than the id of the event at each of the moments (n,), 0 where there is none."""
    within = (moments[:, None] >= onset) & (moments[:, None] < offset)
    rows = within.argmax(axis=1) if len(onset) else np.zeros(len(moments), dtype=int)
    found = np.append(id, 0)[rows] + 1
    return np.where(within.any(axis=1), found, 0)


def frames_on_events(visit: Visit) -> int:
    """Frames that lie further than a hop from every edge of an event have its class, or none; masked ones no class."""
    events = visit.after.targets.get("events")
    masked = any(isinstance(drawn, TimeErase) for drawn in visit.params)
    ran = 0
    for name in ("frames", "weights"):
        frames = visit.after.targets.get(name)
        if not isinstance(events, Events) or not isinstance(frames, FrameLabels):
            continue
        ran += _agree(visit, name, frames, events, masked)
    return ran


def _agree(visit: Visit, name: str, frames: FrameLabels, events: Events, masked: bool) -> int:
    edges, middles = np.concatenate([events.onset, events.offset]), frames.middles
    sure = (np.abs(middles[:, None] - edges) > 1.5 * frames.hop).all(axis=1)
    expected = classes_at(middles, events.onset, events.offset, np.asarray(events.columns["id"]))
    labels = frames.labels
    if frames.soft:
        blank = labels[:, 0] == frames.options.ignore
        sharp = labels.max(axis=1, initial=0.0) > 1 - _ROUNDING
        labels = np.where(blank, frames.options.ignore, np.where(sharp, labels.argmax(axis=1), -1))
    ignored = labels == frames.options.ignore
    wrong = sure & (labels != expected) & ~(ignored & ((expected == 0) | masked))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise visit.broken(
            f"{name}: frame {row}, around {middles[row]:.3f} s, has {frames.labels[row].tolist()}; by the events it is "
            f"of class {expected[row]}"
        )
    return int(sure.sum())
