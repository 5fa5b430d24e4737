"""pedalboard (Rubber Band, JUCE) and librosa, with chance by hand."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.audio_peers import work as w
from tests.benchmarks.audio_peers.work import Change, Setting


def pedalboard_changes(setting: Setting) -> list[tuple[str, Change]]:
    """One way each; it adds no noise."""
    import pedalboard as P

    rate = setting.rate
    speeds, semitones = setting.drawn("speed", w.SPEEDS), setting.drawn("semitones", w.SEMITONES)
    match setting.work.task:
        case "stretch":
            return [("time_stretch", lambda x, n: P.time_stretch(x, rate, _drawn(n, speeds))[0])]
        case "pitch":
            return [
                ("PitchShift", lambda x, n: P.time_stretch(x, rate, pitch_shift_in_semitones=_drawn(n, semitones))[0])
            ]
        case "compress":
            compressor = P.Compressor(w.THRESHOLD_DB, w.RATIO, w.ATTACK_MS, w.RELEASE_MS)
            return [("Compressor", lambda x, n: compressor.process(x, rate))]
        case "reverb":
            files = sorted(setting.responses.glob("*.wav"))
            rooms = [P.Convolution(str(file), 1.0) for file in files]
            return [("Convolution", lambda x, n: rooms[n % len(rooms)].process(x, rate))]
    return []


def librosa_changes(setting: Setting) -> list[tuple[str, Change]]:
    """Its phase vocoder."""
    import librosa

    speeds, semitones = setting.drawn("speed", w.SPEEDS), setting.drawn("semitones", w.SEMITONES)
    match setting.work.task:
        case "stretch":
            return [("effects", lambda x, n: librosa.effects.time_stretch(x, rate=_drawn(n, speeds)))]
        case "pitch":
            return [
                ("effects", lambda x, n: librosa.effects.pitch_shift(x, sr=setting.rate, n_steps=_drawn(n, semitones)))
            ]
    return []


def _drawn(n: int, ends: tuple[float, float]) -> float:
    return float(np.random.default_rng(n).uniform(*ends))
