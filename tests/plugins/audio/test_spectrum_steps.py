"""SpecAugment, moves of time on spectrograms, and the numbers that networks read."""

from __future__ import annotations

import numpy as np
import pytest

import augkit
from augkit.errors import DataError, FieldError
from augkit.plugins import catalogue
from augkit.sample import Axis
from augkit.transform import kernel_for
from augkit.vocab.timeline import Reversed, Rolled, Spectrogram, Speed, Spliced, TimeErase, TimeMap

RATE, HOP = 16000, 160


def step(name, **fields):
    return catalogue().step(name).load()(**fields)


def ramp(seconds=2.0, bins=8, channels=1):
    """Every value is its own time in seconds, plus 100 times its bin."""
    samples = round(seconds * RATE)
    times = np.arange(1 + samples // HOP) * HOP / RATE
    values = times[None, None, :] + 100.0 * np.arange(bins)[None, :, None]
    return Spectrogram(np.repeat(values, channels, axis=0).astype(np.float32), HOP, samples, RATE)


def moved(spectrogram, params):
    return kernel_for(type(params), Spectrogram)(spectrogram, params)


def spectrum_of(spectrogram):
    return {"values": spectrogram.values, "hop": HOP, "samples": spectrogram.samples, "rate": RATE}


def test_freq_mask_hides_bands_of_the_drawn_width_in_every_frame():
    aug = augkit.Pipeline([augkit.steps.freq_mask(bins=3, count=1)], sample={"spectrum": "spectrogram"})
    before = ramp(bins=16)
    firsts = set()
    for epoch in range(40):
        out, trace = aug.traced(spectrum=spectrum_of(before), key="a", epoch=epoch)
        [(first, last)] = trace.steps[0][2]["bands"]
        changed = (out["spectrum"]["values"] != before.values).any(axis=(0, 2)).nonzero()[0]
        assert last - first == 3 and changed.tolist() == list(range(first, last))
        assert np.ptp(out["spectrum"]["values"][:, first:last]) == 0
        assert out["spectrum"]["values"][0, first, 0] == pytest.approx(before.values.mean(), rel=1e-6)
        firsts.add(first)
    assert min(firsts) == 0 and max(firsts) == 13


def test_a_band_is_no_wider_than_the_spectrogram_and_the_lowest_value_may_fill_it():
    mask = step("freq_mask", bins=50, count=1, fill="lowest")
    from augkit.rng import stream

    params = mask.draw(stream(0, 0, "a"), {Axis.FREQUENCY: 8})
    assert params.bands == ((0, 8),)
    assert (moved(ramp(), params).values == 0).all()


def test_no_bins_is_the_identical_object():
    from augkit.rng import stream

    before = ramp()
    assert moved(before, step("freq_mask", bins=0).draw(stream(0, 0, "a"), {Axis.FREQUENCY: 8})) is before


def test_time_mask_of_a_sound_masks_the_frames_of_a_spectrogram_whose_middle_it_covers():
    before = ramp()
    after = moved(before, TimeErase(((0.5, 0.75),)))
    changed = (after.values != before.values).any(axis=(0, 1)).nonzero()[0]
    assert changed.tolist() == list(range(50, 75))
    assert moved(before, TimeErase(((0.501, 0.502),))) is before


MOVES = {
    "later": TimeMap.window((32000, RATE), -4800, 32000),
    "cut": TimeMap.window((32000, RATE), 8000, 16000),
    "faster": TimeMap.stretch((32000, RATE), 1.25, 25600),
    "bent": TimeMap((0.0, 0.8, 2.0), (0.0, 1.1, 2.0), 32000, 32000, RATE),
    "rolled": Rolled(4800, 32000, RATE),
    "reversed": Reversed(32000, RATE),
    "spliced": Spliced(((0, 8000), (16000, 32000)), 32000, RATE),
}


@pytest.mark.parametrize("name", MOVES)
def test_every_frame_shows_the_moment_that_it_comes_from(name):
    before, move = ramp(), MOVES[name]
    after = moved(before, move)
    assert after.values.shape == (1, 8, 1 + move.samples_out // HOP)
    assert after.frame()[Axis.TIME] == (move.samples_out, RATE)
    times = np.arange(after.values.shape[2]) * HOP / RATE
    origins = move.origins(np.minimum(times, move.seconds_out - 1e-9))
    heard = ~np.isnan(origins)
    np.testing.assert_allclose(after.values[0, 0, heard], origins[heard], atol=1e-4)
    np.testing.assert_allclose(after.values[0, 5, heard], origins[heard] + 500, atol=1e-3)
    assert (after.values[0, 0, ~heard] == 0).all()  # the quietest frame


def test_what_moves_pitch_or_is_more_than_a_move_has_no_rule():
    from augkit.vocab.timeline import Delayed, PitchShift

    for params in (Speed, PitchShift, Delayed):
        assert kernel_for(params, Spectrogram) is None


def test_time_warp_moves_events_with_the_spectrogram_and_keeps_both_ends():
    steps = [augkit.steps.log_mel(hop_ms=5), augkit.steps.time_warp(shift=[-0.15, 0.15])]
    aug = augkit.Pipeline(steps, sample={"audio": "audio", "events": "events"})
    samples = np.zeros(2 * RATE, np.float32)
    clicks = np.array([0.31, 0.9, 1.52])
    samples[(clicks * RATE).astype(int)] = 0.9
    events = [{"onset": t, "offset": t, "label": "click"} for t in clicks]
    moves = []
    for epoch in range(12):
        out = aug(audio=(samples, RATE), events=events, key="a", epoch=epoch)
        loud = out["audio"]["values"].sum(axis=(0, 1))
        assert out["audio"]["values"].shape == (1, 64, 401)
        for event in out["events"]:
            frame = round(event["onset"] / 0.005)
            near = loud[max(frame - 12, 0) : frame + 13]
            assert abs(int(near.argmax()) - 12) <= 3  # a click is heard in five frames
        moves.append(out["events"][1]["onset"] - 0.9)
    assert min(moves) < -0.05 and max(moves) > 0.05


def test_standardize_by_given_numbers_and_by_the_clips_own():
    before = ramp(channels=2)
    given = step("standardize", mean=10.0, std=4.0)
    np.testing.assert_allclose(moved(before, given.draw(None, {})).values, (before.values - 10) / 4, rtol=1e-6)
    each = step("standardize", mean=[float(b) for b in range(8)], std=[2.0] * 8)
    np.testing.assert_allclose(moved(before, each.draw(None, {})).values[0, 3], (before.values[0, 3] - 3) / 2)
    own = moved(before, step("standardize", clip=True).draw(None, {})).values
    assert own.mean() == pytest.approx(0, abs=1e-5) and own.std() == pytest.approx(1, abs=1e-5)
    with pytest.raises(DataError, match="2 bins do not fit a spectrogram of 8"):
        moved(before, step("standardize", mean=[0, 0], std=[1, 1]).draw(None, {}))


@pytest.mark.parametrize("per", ["bin", "all"])
def test_fitted_on_clips_of_any_length_what_comes_out_has_mean_0_and_std_1(per):
    rng = np.random.default_rng(1)
    clips = [
        Spectrogram(
            rng.normal([[5.0], [-20.0]], [[1.0], [9.0]], (2, n)).astype(np.float32)[None], HOP, n * HOP - 1, RATE
        )
        for n in (5, 80, 200)
    ]
    unfitted = step("standardize", fit=True, per=per)
    assert not unfitted.fitted()
    with pytest.raises(DataError, match="has not been measured"):
        unfitted.draw(None, {})
    fitted = unfitted.fit_to(iter(clips))
    assert fitted.fitted() and len(fitted.mean) == (2 if per == "bin" else 1)
    values = np.concatenate([moved(clip, fitted.draw(None, {})).values for clip in clips], axis=2)
    axis = (0, 2) if per == "bin" else None
    np.testing.assert_allclose(values.mean(axis=axis), 0, atol=1e-5)
    np.testing.assert_allclose(values.std(axis=axis), 1, atol=1e-5)


def test_what_cannot_be_fitted_says_why():
    unfitted = step("standardize", fit=True)
    with pytest.raises(DataError, match="no spectrogram to measure"):
        unfitted.fit_to([])
    flat = Spectrogram(np.zeros((1, 2, 5), np.float32), HOP, 4 * HOP, RATE)
    with pytest.raises(DataError, match=r"bin 0 is the same in every frame.*`per: all`"):
        unfitted.fit_to([flat])
    with pytest.raises(DataError, match="unequal numbers of bins"):
        unfitted.fit_to([flat, ramp()])


@pytest.mark.parametrize(
    "given", [{}, {"mean": 0.0}, {"fit": True, "clip": True}, {"mean": 0.0, "std": 0.0}, {"mean": [], "std": []}]
)
def test_standardize_refuses_what_is_not_one_way(given):
    with pytest.raises(FieldError):
        step("standardize", **given)


def test_a_picture_has_a_photos_brightness_in_the_backbones_numbers():
    quiet = Spectrogram(np.random.default_rng(0).normal(-40, 12, (2, 16, 51)).astype(np.float32), HOP, 8000, RATE)
    picture = moved(quiet, step("picture", like="pkg/efficientnet_lite0").draw(None, {}))
    assert picture.kind == "spectrogram_picture" and picture.values.shape == (3, 16, 51)
    fractions = picture.values * 0.5 + 0.5  # what the backbone's normalization undoes
    assert fractions.mean() == pytest.approx(0.45, abs=1e-4) and fractions.std() == pytest.approx(0.225, abs=1e-4)
    ready = moved(quiet, step("standardize", clip=True).draw(None, {}))
    kept = moved(ready, step("picture", like="pkg/efficientnet_lite0", standardize=False).draw(None, {}))
    np.testing.assert_allclose((kept.values[0] * 0.5 + 0.5 - 0.45) / 0.225, ready.values.mean(axis=0), atol=1e-5)


def test_a_picture_of_silence_is_gray():
    silent = Spectrogram(np.full((1, 4, 3), -100.0, np.float32), HOP, 2 * HOP, RATE)
    picture = moved(silent, step("picture", like="pkg/efficientnet_lite0").draw(None, {}))
    np.testing.assert_allclose(picture.values, -0.1, atol=1e-6)


def test_pictures_of_unequal_length_are_no_batch_and_the_way_out_is_told():
    pictures = [
        moved(ramp(seconds), step("picture", like="pkg/efficientnet_lite0").draw(None, {})) for seconds in (1.0, 2.0)
    ]
    with pytest.raises(DataError, match=r"equal shapes.*audio/crop and audio/pad"):
        type(pictures[0]).batch(pictures)
    assert type(pictures[0]).batch(pictures[:1]).shape == (1, 3, 8, 101)


def test_a_batch_of_spectrograms_is_padded_and_says_where():
    batch = Spectrogram.batch([ramp(0.5), ramp(1.0)])
    assert batch["values"].shape == (2, 1, 8, 101) and batch["lengths"].tolist() == [51, 101]
    assert batch["mask"].sum(axis=1).tolist() == [51, 101]
    assert (batch["values"][0, :, :, 51:] == 0).all() and batch["hop_seconds"] == 0.01
    with pytest.raises(DataError, match="equal channels, bins and hops"):
        Spectrogram.batch([ramp(), ramp(bins=4)])


@pytest.mark.parametrize("quantity", ["tempo", "duration"])
def test_time_warp_is_refused_beside_what_is_one_number_for_the_whole_clip(quantity):
    with pytest.raises(augkit.CompileError, match="changes tempo, and 'number' depends on it"):
        augkit.Pipeline(
            [augkit.steps.time_warp()], sample={"audio": "audio", "number": {"value": {"quantity": quantity}}}
        )
