"""Every transform of audiomentations with the settings that its sweep measures, and the clips to measure on."""

import numpy as np
import soundfile

RATE = 16000


def files(folder):
    """Three noises, and two impulse responses of which one is 20 ms late."""
    rng = np.random.default_rng(0)
    for place in ("noises", "responses"):
        (folder / place).mkdir()
    for number in range(3):
        noise = rng.normal(0, 0.1, RATE * (1 + 3 * number)).astype(np.float32)
        soundfile.write(folder / "noises" / f"{number}.wav", noise, RATE, subtype="FLOAT")
    for name, late in (("near", 0), ("far", 320)):
        response = np.zeros(late + 800, np.float32)
        response[late] = 1.0
        response[late + 1 :] = 0.02 * rng.normal(size=799) * np.exp(-np.arange(799) / 200)
        soundfile.write(folder / "responses" / f"{name}.wav", response, RATE, subtype="FLOAT")
    return folder


def still(folder):
    """Those under which time stays."""
    noises = {"sounds_path": str(folder / "noises")}
    return [
        {"name": "AddBackgroundNoise", **noises, "min_snr_db": 20},
        {
            "name": "AddShortNoises",
            **noises,
            "max_snr_db": 20,
            "min_time_between_sounds": 0,
            "max_time_between_sounds": 1,
        },
        {"name": "AddColorNoise", "min_snr_db": 20},
        {"name": "AddGaussianNoise"},
        {"name": "AddGaussianSNR", "min_snr_db": 20},
        {"name": "AirAbsorption"},
        {"name": "Aliasing"},
        {"name": "BandPassFilter", "zero_phase": True},
        {"name": "BandPassFilter", "min_center_freq": 1000},
        {"name": "BandStopFilter"},
        {"name": "BitCrush"},
        {"name": "Clip", "a_min": -0.5, "a_max": 0.5},
        {"name": "ClippingDistortion"},
        {"name": "Gain"},
        {"name": "GainTransition"},
        {"name": "HighPassFilter"},
        {"name": "HighShelfFilter"},
        {"name": "Limiter"},
        {"name": "LoudnessNormalization"},
        {"name": "LowPassFilter"},
        {"name": "LowPassFilter", "zero_phase": True},
        {"name": "LowShelfFilter"},
        {"name": "Mp3Compression", "min_bitrate": 32},
        {"name": "Normalize"},
        {"name": "PeakingFilter"},
        {"name": "PolarityInversion"},
        {"name": "SevenBandParametricEQ"},
        {"name": "TanhDistortion"},
    ]


def moving(folder):
    """Those that move time, or the sound in it, one for each way that they can."""
    responses = {"name": "ApplyImpulseResponse", "ir_path": str(folder / "responses")}
    return [
        {"name": "AdjustDuration", "duration_seconds": 2.0},
        {"name": "AdjustDuration", "duration_samples": 60001, "padding_position": "start"},
        {"name": "AdjustDuration", "duration_seconds": 4.0},
        responses,
        {**responses, "leave_length_unchanged": False},
        {"name": "Padding"},
        {"name": "Padding", "pad_section": "start"},
        {"name": "Padding", "mode": "wrap"},
        {"name": "Padding", "mode": "wrap", "pad_section": "start"},
        {"name": "PitchShift"},
        {"name": "RepeatPart"},
        {"name": "RepeatPart", "mode": "replace"},
        {"name": "RepeatPart", "crossfade_duration": 0.0},
        {"name": "RepeatPart", "crossfade_duration": 0.0, "mode": "replace"},
        {"name": "Reverse"},
        {"name": "Shift"},
        {"name": "Shift", "rollover": False},
        {"name": "Shift", "shift_unit": "seconds", "min_shift": -1, "max_shift": 1, "fade_duration": 0.0},
        {"name": "Shift", "shift_unit": "samples", "min_shift": -9000, "max_shift": 9000},
        {"name": "TimeMask"},
        {"name": "TimeStretch"},
        {"name": "TimeStretch", "leave_length_unchanged": False},
        {"name": "TimeStretch", "leave_length_unchanged": False, "min_rate": 0.5, "max_rate": 2.0},
        {"name": "Trim"},
    ]


def unknown(folder):
    """Those that run beside labels, and are refused beside what is annotated in time."""
    return [
        {"name": "AdjustDuration", "duration_seconds": 4.0, "padding_mode": "wrap"},
        {"name": "BandPassFilter", "min_bandwidth_fraction": 0.2},
        {"name": "LowPassFilter", "min_cutoff_freq": 40},
        {"name": "Mp3Compression", "preserve_delay": True},
        {"name": "Padding", "mode": "reflect"},
        {"name": "PitchShift", "method": "librosa_phase_vocoder"},
        {"name": "TimeStretch", "method": "librosa_phase_vocoder"},
    ]


def ticks(rate=RATE, seconds=3.0, seed=0):
    """Short hisses in near silence, and when they begin; no two sound alike."""
    rng = np.random.default_rng(seed)
    samples = rng.normal(0, 1e-4, round(rate * seconds))
    slots = np.arange(0.1, seconds - 0.2, 0.25)
    begins = np.round((slots + rng.uniform(0, 0.1, len(slots))) * rate)
    size = rate // 100
    for begin in begins.astype(int):
        samples[begin : begin + size] += rng.uniform(0.3, 0.7) * rng.uniform(-1, 1, size) * np.hanning(size)
    return samples.astype(np.float32), begins / rate


def lateness(before, after, rate, begins, reach=0.02):
    """By how much, in seconds, each hiss of ``after`` comes later than that of ``before``: best match of envelopes."""
    width = max(rate // 2000, 1)
    first, second = (np.convolve(np.abs(clip.astype(np.float64)), np.ones(width), "same") for clip in (before, after))
    far, found = round(reach * rate), []
    for begin in np.round(begins * rate).astype(int):
        window = first[begin : begin + rate // 100]
        around = second[begin - far : begin + rate // 100 + far]
        match = np.correlate(around - around.mean(), window - window.mean(), "valid")
        found.append((int(match.argmax()) - far) / rate)
    return np.array(found)


def heard(samples, rate, moment):
    """Whether a click is there at all: not where a fade, a crossfade or the clip's own edge takes it."""
    around = samples[max(round((moment - 0.03) * rate), 0) : round((moment + 0.03) * rate)]
    return bool(around.size) and np.abs(around).max() > 2.5 * np.median(np.abs(samples[samples != 0]))
