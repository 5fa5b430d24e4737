"""audiomentations, by its default methods: its other ones are those of librosa, which is a peer itself."""

from __future__ import annotations

from typing import Any

import audiomentations as A
import numpy as np

from tests.benchmarks.audio_peers import work as w
from tests.benchmarks.audio_peers.work import Change, Setting


def changes(setting: Setting) -> list[tuple[str, Change]]:
    """One way."""
    return [(how, _applied(transform, setting.rate)) for how, transform in _transforms(setting)]


def _transforms(setting: Setting) -> list[tuple[str, Any]]:
    snr = dict(zip(("min_snr_db", "max_snr_db"), setting.drawn("snr_db", w.SNR_DB), strict=True))
    low, high = setting.drawn("speed", w.SPEEDS)
    down, up = setting.drawn("semitones", w.SEMITONES)
    match setting.work.task:
        case "stretch":
            return [("Signalsmith", A.TimeStretch(low, high, leave_length_unchanged=False, p=1.0))]
        case "pitch":
            return [("Signalsmith", A.PitchShift(down, up, p=1.0))]
        case "noise":
            return [("AddGaussianSNR", A.AddGaussianSNR(**snr, p=1.0))]
        case "background" | "background 48k":
            return [("AddBackgroundNoise", A.AddBackgroundNoise(setting.noises, **snr, p=1.0))]
        case "reverb":
            return [("ApplyImpulseResponse", A.ApplyImpulseResponse(setting.responses, p=1.0))]
        case "chain":
            gain = A.Gain(*setting.drawn("gain_db", w.GAIN_DB), p=1.0)
            flip = A.PolarityInversion(p=0.0 if setting.fixed else 0.5)
            return [("Compose", A.Compose([gain, flip, A.AddGaussianSNR(**snr, p=1.0)]))]
    return []


def _applied(transform: Any, rate: int) -> Change:
    def change(samples: np.ndarray, n: int) -> np.ndarray:
        made: np.ndarray = transform(samples, rate)
        return made

    return change
