"""augkit, from plain arrays through a whole pipeline: reading, drawing, tracing, applying."""

from __future__ import annotations

import numpy as np

import augkit
from augkit import steps
from augkit.combine import Node
from augkit.plugins import catalogue
from tests.benchmarks.audio_peers import work as w
from tests.benchmarks.audio_peers.work import Change, Setting

_NEEDS = {"compress": ("audio/compress",), "chain": ("audio/polarity",)}


def changes(setting: Setting) -> list[tuple[str, Change]]:
    """One way, where the steps are there."""
    if not set(_NEEDS.get(setting.work.task, ())) <= set(catalogue().names("transform")):
        return []
    aug = augkit.Pipeline(_steps(setting), sample={"audio": "audio"}, seed=1)
    rate = setting.rate

    def change(samples: np.ndarray, n: int) -> np.ndarray:
        made: np.ndarray = aug(audio=(samples, rate), key=str(n))["audio"][0]
        return made

    return [("pipeline", change)]


def _steps(setting: Setting) -> list[Node]:
    work, snr_db = setting.work, list(setting.drawn("snr_db", w.SNR_DB))
    match work.task:
        case "stretch":
            return [steps.time_stretch(rate=list(setting.drawn("speed", w.SPEEDS)), method=work.method)]
        case "pitch":
            return [steps.pitch_shift(semitones=list(setting.drawn("semitones", w.SEMITONES)), method=work.method)]
        case "compress":
            return [
                steps.compress(
                    threshold_db=w.THRESHOLD_DB,
                    ratio=w.RATIO,
                    attack_ms=w.ATTACK_MS,
                    release_ms=w.RELEASE_MS,
                    knee_db=0,
                    makeup_db=0,
                )
            ]
        case "noise":
            return [steps.add_noise(snr_db=snr_db)]
        case "reverb":
            return [steps.reverb(folder=str(setting.responses), wet=1)]
        case "chain":
            flip = steps.audio.polarity(p=0.0 if setting.fixed else 0.5)
            return [
                steps.audio.gain(db=list(setting.drawn("gain_db", w.GAIN_DB))),
                flip,
                steps.add_noise(snr_db=snr_db),
            ]
    return [steps.background(folder=str(setting.noises), snr_db=snr_db)]
