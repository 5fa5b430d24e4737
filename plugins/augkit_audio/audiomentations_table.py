"""What the bridge knows about single transforms of audiomentations 0.43.1: measured, not believed."""

from __future__ import annotations

from augkit_audio.speed import VOICE

REFUSED = {
    "Lambda": "it holds a function; write a Transform of your own",
    "Resample": "it gives back a clip of another rate without saying which; use `audio/resample`",
    "RoomSimulator": "it keeps the room that it drew outside of its parameters, so that no trace could replay it; use "
    "`room`",
}
"""Transforms that cannot be reached, and why."""

COMPOSITIONS = {"Compose": "seq", "OneOf": "one_of", "SomeOf": "some_of"}
"""Its combiners, and ours."""

NEEDS = {
    "Limiter": ("numpy_audio_limiter", "pip install numpy-audio-limiter"),
    "LoudnessNormalization": ("loudness", "pip install loudness"),
    "Mp3Compression": ("fast_mp3_augment", "pip install fast-mp3-augment"),
}
"""What a transform needs beside audiomentations."""

UNREACHABLE = {
    "noise_transform": "It holds a function.",
    "part_transform": "It holds a function.",
    "p": "How often it runs is the step's own `p`.",
}
"""Arguments that no recipe can give."""

FILES = {"AddBackgroundNoise": "sounds_path", "AddShortNoises": "sounds_path", "ApplyImpulseResponse": "ir_path"}
"""Transforms that read files, and the argument that says where."""

INNER = ("low_shelf_filter", "peaking_filters", "high_shelf_filter")
"""Where SevenBandParametricEQ keeps the filters that it is made of, each with parameters of its own."""

STAYS = frozenset(
    "AddBackgroundNoise AddColorNoise AddGaussianNoise AddGaussianSNR AddShortNoises AirAbsorption Aliasing "
    "BandPassFilter BandStopFilter BitCrush Clip ClippingDistortion Gain GainTransition HighPassFilter HighShelfFilter "
    "Limiter LoudnessNormalization LowPassFilter LowShelfFilter Mp3Compression Normalize PeakingFilter "
    "PolarityInversion SevenBandParametricEQ TanhDistortion".split()
)
"""Transforms under which everything is heard when it was, within 5 ms."""

_DISTORTED = frozenset({"timbre", "loudness", "dynamics"})
_COLOURED = frozenset({"timbre", "loudness"})
CHANGES = {
    **dict.fromkeys(
        ("AddBackgroundNoise", "AddColorNoise", "AddGaussianNoise", "AddGaussianSNR", "AddShortNoises"),
        frozenset({"noise"}),
    ),
    **dict.fromkeys(("AirAbsorption",), frozenset({"timbre", "distance"})),
    **dict.fromkeys(("BandPassFilter", "BandStopFilter", "HighPassFilter", "LowPassFilter"), frozenset({"timbre"})),
    **dict.fromkeys(("HighShelfFilter", "LowShelfFilter", "PeakingFilter", "SevenBandParametricEQ"), _COLOURED),
    **dict.fromkeys(("Clip", "ClippingDistortion", "TanhDistortion"), _DISTORTED),
    **dict.fromkeys(("Aliasing", "BitCrush", "Mp3Compression"), frozenset({"timbre", "noise"})),
    **dict.fromkeys(("Gain", "LoudnessNormalization", "Normalize"), frozenset({"loudness"})),
    **dict.fromkeys(("GainTransition", "Limiter"), frozenset({"loudness", "dynamics"})),
    **dict.fromkeys(("AdjustDuration", "Padding", "Shift", "TimeMask", "Trim"), frozenset({"composition"})),
    "ApplyImpulseResponse": frozenset({"timbre", "reverberation", "distance", "loudness"}),
    "PitchShift": VOICE | {"pitch", "key"},
    "PolarityInversion": frozenset({"phase"}),
    "RepeatPart": frozenset({"tempo", "composition"}),
    "Reverse": frozenset({"direction", "meaning", "timbre"}),
    "TimeStretch": frozenset({"tempo"}),
}
"""The qualities that a transform changes, as our own steps of the kind do; one not listed may change everything."""

CUTS_WORDS = frozenset({"AdjustDuration", "Padding", "RepeatPart", "Shift", "TimeStretch", "Trim"})
"""Transforms that may cut a word, or cut away a moment that a value tells."""
