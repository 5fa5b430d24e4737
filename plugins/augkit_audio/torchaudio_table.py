"""What the bridge knows about torchaudio.transforms 2.11."""

from __future__ import annotations

WAVEFORM = {
    "Deemphasis": frozenset({"timbre"}),
    "Fade": frozenset({"loudness", "dynamics"}),
    "Preemphasis": frozenset({"timbre"}),
    "Vol": frozenset({"loudness"}),
}
"""Transforms of sounds that leave time, with the qualities they change."""

SPECTROGRAM = {
    "FrequencyMasking": frozenset({"composition"}),
    "SpecAugment": frozenset({"composition"}),
    "TimeMasking": frozenset({"composition"}),
}
"""Transforms of spectrograms."""

MASKS_TIME = frozenset({"SpecAugment", "TimeMasking"})
"""Those that hide frames, and with them what is annotated there."""

_COMPLEX = "it takes spectrograms of complex numbers, which no field holds"
_FEATURES = "it makes other features of a sound; use `log_mel` or `mfcc`"
_SECOND = "it takes a second sound"
_SPEECH = "it separates voices by masks or joins several microphones, and augments nothing"
REFUSED = {
    "AddNoise": f"{_SECOND}; use `add_noise` or `background`",
    "AmplitudeToDB": "it changes the unit of a spectrogram; `log_mel` is in dB",
    "ComputeDeltas": "it makes slopes of values, for other features",
    "Convolve": f"{_SECOND}; use `reverb`",
    "FFTConvolve": f"{_SECOND}; use `reverb`",
    "GriffinLim": "it makes a sound of a spectrogram",
    "InverseMelScale": _COMPLEX,
    "InverseSpectrogram": _COMPLEX,
    "LFCC": _FEATURES,
    "Loudness": "it measures, and gives back a number",
    "MFCC": _FEATURES,
    "MVDR": _SPEECH,
    "MelScale": _FEATURES,
    "MelSpectrogram": _FEATURES,
    "MuLawDecoding": "it changes the kind of numbers; use `bit_crush`",
    "MuLawEncoding": "it changes the kind of numbers; use `bit_crush`",
    "PSD": _SPEECH,
    "PitchShift": "it resamples by ratios of large numbers: 8 s and 5 GB for 4 s of sound; use `pitch_shift`",
    "RNNTLoss": "it is a loss",
    "RTFMVDR": _SPEECH,
    "Resample": "it changes the rate; use `audio/resample`",
    "SlidingWindowCmn": "it normalises, which is no augmentation; use `standardize`",
    "SoudenMVDR": _SPEECH,
    "SpectralCentroid": _FEATURES,
    "Spectrogram": _FEATURES,
    "Speed": "it resamples by ratios of large numbers: 33 s and 10 GB for 4 s of sound; use `speed`",
    "SpeedPerturbation": "it resamples as `Speed` does; use `speed`",
    "TimeStretch": f"{_COMPLEX}; use `time_stretch`",
    "Vad": "it cuts silence by content without saying where, so that events could not follow; use `audio/crop`",
}
"""Transforms that cannot be reached, and why."""
