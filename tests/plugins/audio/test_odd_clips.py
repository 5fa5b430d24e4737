"""Every step that changes levels, spectra or formats, on the clips that break things."""

import subprocess
import sys

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit.errors import DataError
from augkit.vocab.timeline import Audio

STEPS = {
    **{name: {} for name in "gain gain_transition fade polarity dc_offset compress limit low_pass band_pass".split()},
    **{name: {} for name in "low_shelf high_shelf peak equalizer clip clipping_distortion tanh_distortion".split()},
    **{name: {} for name in "bit_crush normalize_loudness channel_swap mono add_noise high_pass codec".split()},
    "resample": {"rate_hz": 22050},
}
CLIPS = {
    "one sample": np.full((1, 1), 0.5),
    "two samples": np.full((2, 2), -0.5),
    "silence": np.zeros((2, 4000)),
    "a constant": np.full((1, 4000), 0.25),
    "eight channels": np.random.default_rng(0).uniform(-1, 1, (8, 4000)),
    "far too loud": np.random.default_rng(0).uniform(-1e6, 1e6, (1, 4000)),
    "nearly nothing": np.random.default_rng(0).uniform(-1e-30, 1e-30, (1, 4000)),
    "denormal": np.full((1, 4000), 1e-42),
}


def pipeline(name):
    return augkit.Pipeline([getattr(steps.audio, name)(**STEPS[name])], sample={"audio": "audio"}, seed=1)


@pytest.mark.parametrize("rate", [8000, 16000, 96000])
@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("name", STEPS)
def test_what_comes_out_is_finite_and_of_the_same_kind(name, clip, rate):
    samples = CLIPS[clip].astype(np.float32)
    samples.flags.writeable = False
    out, hertz = pipeline(name)(audio=(samples, rate), key="a")["audio"]
    assert out.dtype == np.float32 and np.isfinite(out).all()
    assert len(out) == (1 if name == "mono" else len(samples))
    assert (hertz, out.shape[1]) == (
        (22050, -(-samples.shape[1] * 22050 // rate)) if name == "resample" else (rate, samples.shape[1])
    )


@pytest.mark.parametrize("name", [name for name in STEPS if name != "dc_offset"])
def test_silence_stays_silent(name):
    out = pipeline(name)(audio=(np.zeros((1, 4000), np.float32), 16000), key="a")["audio"][0]
    assert np.abs(out).max() < 1e-4


@pytest.mark.parametrize("name", STEPS)
def test_a_clip_that_another_step_left_without_samples_stays_so(name):
    assert pipeline(name)(audio=Audio(np.zeros((2, 0), np.float32), 16000), key="a")["audio"].samples.shape[1] == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("name", STEPS)
def test_numbers_that_are_none_are_refused_at_the_door(name, bad):
    samples = np.zeros((1, 100), np.float32)
    samples[0, 7] = bad
    with pytest.raises(DataError, match=r"1 samples are not finite, the first at \[0, 7\]"):
        pipeline(name)(audio=(samples, 16000), key="a")


@pytest.mark.parametrize("name", STEPS)
def test_strided_clips_are_read_as_they_are(name):
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, (4000, 2)).astype(np.float32)
    strided, copied = samples.T[:, ::-2], samples.T[:, ::-2].copy()
    one, other = (pipeline(name)(audio=(clip, 16000), key="a")["audio"][0] for clip in (strided, copied))
    assert (one == other).all()


def test_naming_steps_loads_no_compiler_and_no_filters():
    script = (
        "import sys; from augkit import steps; steps.audio.compress(); steps.audio.low_pass(); steps.audio.codec();"
        "steps.audio.normalize_loudness(); steps.audio.add_noise(); steps.audio.resample(rate_hz=8000);"
        "print({'numba', 'scipy', 'soxr', 'soundfile', 'torch'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.strip() == "set()"
