"""The compiled recursion of filters against scipy's."""

import numpy as np
import pytest

from augkit_audio.biquads import section
from augkit_audio.recursion import four, mirrored, run, run_both_ways

signal = pytest.importorskip("scipy.signal", reason="an oracle")
BANDS = [
    ("low_pass", 3000.0, 0, 0.7),
    ("peak", 700.0, 9.0, 3.0),
    ("low_shelf", 100.0, -6.0, 0.7),
    ("high_pass", 20.0, 0, 0.7),
]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("rate", [8000, 44100, 96000])
def test_scipy_agrees(count, rate):
    sections = np.array([section(band, rate) for band in BANDS[:count]])
    samples = np.random.default_rng(0).standard_normal(5000)
    once, twice = samples.copy(), samples.copy()
    run(four(sections), once)
    assert once == pytest.approx(signal.sosfilt(sections, samples), abs=1e-9)
    begin = signal.sosfilt_zi(sections)
    want = samples
    for _ in range(2):
        want = signal.sosfilt(sections, want, zi=begin * want[0])[0][::-1]
    run_both_ways(four(sections), twice)
    assert twice == pytest.approx(want, abs=1e-8)


@pytest.mark.parametrize("count", [1, 2, 3, 10])
@pytest.mark.parametrize("wait", [0, 1, 5, 40])
def test_ends_are_mirrored_as_numpy_pads(count, wait):
    samples = np.random.default_rng(0).standard_normal(count).astype(np.float32)
    out = np.empty(count + 2 * wait)
    mirrored(samples, wait, out)
    want = np.pad(samples, wait, mode="reflect") if count > 1 else np.full(1 + 2 * wait, samples[0])
    assert (out == want.astype(np.float64)).all()
