"""What is annotated on clips beyond events: frames, pitch, beats, words, keys and quantities."""

from __future__ import annotations

from typing import Any

import numpy as np

from augkit.testing.further_kinds import named_columns

FURTHER = ("frame_labels", "contour", "beats", "words", "key", "chord")

_HOP = 0.01


def further_sounds(rng: np.random.Generator, seconds: float, lenient: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fields and their spec: every kind that a clip may have, on 64ths of the clip; some have no rows."""
    moments = np.sort(rng.integers(0, 65, int(rng.integers(0, 9)))) / 64 * seconds
    count, frames = len(moments), int(np.ceil(seconds / _HOP - 1e-6))
    starts = np.arange(0, 64, 8)[: int(rng.integers(0, 8))] / 64 * seconds
    fields = {
        "frames": {"labels": rng.integers(0, 5, frames), "hop": _HOP},
        "weights": {"labels": rng.random((frames, 3)).astype(np.float32), "hop": _HOP},
        "contour": {
            "times": moments,
            "hz": rng.uniform(80, 400, count),
            "voiced": rng.random(count) < 0.8,
            **named_columns(rng, count),
        },
        "beats": {"times": moments, "positions": np.arange(count) % 4 + 1, "bpm": 120.0},
        "words": {
            "words": [f"word{row}" for row in range(len(starts))],
            "start": starts,
            "end": starts + seconds / 16,
            "id": np.arange(len(starts)),
        },
        "mode": "C# minor",
        "chord": "N" if rng.random() < 0.3 else "G:maj/B",
        "tempo": 120.0,
        "f0": [220.0, 440.0],
        "level": -20.0,
        "lasts": np.array([0.5, 0.25], dtype=np.float32),
    }
    rounding = {"between": "round"}
    spec = {
        "frames": "frame_labels",
        "weights": {"frame_labels": {"silence": "background" if lenient else "ignore"}},
        "contour": "contour",
        "beats": "beats",
        "words": "words",
        "mode": {"key": rounding},
        "chord": {"chord": rounding},
        "tempo": {"value": {"quantity": "tempo"}},
        "f0": {"value": {"quantity": "hz"}},
        "level": {"value": {"quantity": "db"}},
        "lasts": {"value": {"quantity": "duration"}},
    }
    return fields, spec
