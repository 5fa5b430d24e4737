"""That all do what they are asked: each library's output with the same numbers, measured."""

from __future__ import annotations

import numpy as np
import soundfile
from scipy.signal import fftconvolve

from tests.benchmarks.audio_peers import work as w
from tests.benchmarks.audio_peers.work import Change, Setting
from tests.plugins.audio.clips import tones
from tests.plugins.audio.heard import cents, onset_errors


def measured(setting: Setting, change: Change) -> str:
    """What is asked of the work, as this library does it, in a few words."""
    rate = setting.rate
    match setting.work.task:
        case "stretch":
            return _timed(change, rate, w.FIXED["speed"], 1.0)
        case "pitch":
            return _timed(change, rate, 1.0, 2.0 ** (w.FIXED["semitones"] / 12))
        case "compress":
            tone = _tone(rate, 440.0, 0.5)
            made = change(tone, 0)
            return f"{20 * np.log10(np.std(made[-rate:]) / np.std(tone[-rate:])):.2f} dB"
        case "reverb":
            return _convolved(setting, change)
    gain = np.float32(10 ** (w.FIXED["gain_db"] / 20) if setting.work.task == "chain" else 1.0)
    clip = gain * w.clips(rate, 1)[0]
    added = change(clip / gain, 0) - clip
    return f"SNR {10 * np.log10(np.mean(clip.astype(float) ** 2) / np.mean(added.astype(float) ** 2)):.2f} dB"


def _tone(rate: int, hertz: float, loud: float) -> np.ndarray:
    return (loud * np.sin(2 * np.pi * hertz * np.arange(round(w.SECONDS * rate)) / rate)).astype(np.float32)


def _timed(change: Change, rate: int, speed: float, ratio: float) -> str:
    tone = change(_tone(rate, 440.0, 0.3), 0)
    samples, clicks = tones(rate)
    made = change(samples, 0)
    excess = len(made) - round(len(samples) / speed)
    late = 1000 * np.abs(onset_errors(made, rate, clicks / speed)).max()
    return f"{cents(tone, rate, 440 * ratio):+.2f} cents, onsets {late:.1f} ms, {excess:+d} samples"


def _convolved(setting: Setting, change: Change) -> str:
    """The likest of the responses, by correlation with scipy's convolution."""
    clip = w.clips(setting.rate, 1)[0]
    made = change(clip, 0)
    likeness = [
        np.corrcoef(made, fftconvolve(clip, soundfile.read(file)[0])[: len(clip)])[0, 1]
        for file in sorted(setting.responses.glob("*.wav"))
    ]
    return f"correlation {max(likeness):.5f}"
