"""Codecs and sample rates: what is left, how long it is, and what happens to odd clips."""

import numpy as np
import pytest
import soundfile

import augkit
from augkit import steps
from augkit.errors import FieldError, ReplayError
from augkit.trace import Trace
from augkit.vocab.timeline import Audio
from augkit_audio.codec import coded, compression_level

FORMATS = ["mp3", "vorbis", "opus"]


def music(rate, channels=1, seconds=0.5):
    time = np.arange(round(rate * seconds)) / rate
    tones = [np.sin(2 * np.pi * hz * time * (1 + 0.1 * channel)) for channel in range(channels) for hz in (440, 1320)]
    return (0.2 * np.array(tones).reshape(channels, 2, -1).sum(axis=1)).astype(np.float32)


def signal_to_error_db(before, after):
    return 10 * np.log10(np.mean(before**2) / np.mean((after - before) ** 2))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("rate", [8000, 16000, 44100, 96000])
@pytest.mark.parametrize("channels", [1, 2, 3, 8])
def test_much_of_a_sound_is_left_and_more_with_more_kbps(format, rate, channels):
    before = music(rate, channels)
    low, high = (coded(before, rate, format, kbps * channels) for kbps in (24, 128))
    assert low.shape == high.shape == before.shape and high.dtype == np.float32
    assert signal_to_error_db(before, high) > 15
    assert signal_to_error_db(before, high) >= signal_to_error_db(before, low) - 0.5
    assert not np.array_equal(before, high)


@pytest.mark.parametrize("format", FORMATS)
def test_peaks_beyond_1_are_kept(format):
    before = 10 * music(16000)
    assert signal_to_error_db(before, coded(before, 16000, format, 128)) > 15


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("count", [0, 1, 2, 100, 1151, 1152, 1153])
@pytest.mark.parametrize("kbps", [8, 256])
def test_short_clips_keep_their_length(format, count, kbps):
    step = steps.audio.codec(format=format, kbps=kbps)
    aug = augkit.Pipeline([step], sample={"audio": "audio"}, seed=1)
    for rate in (8000, 44100, 50000):
        out = aug(audio=Audio(np.full((2, count), 0.1, np.float32), rate), key="a")["audio"]
        assert out.samples.shape == (2, count) and np.isfinite(out.samples).all()


@pytest.mark.parametrize("kbps", [32, 48, 64, 96, 128, 160, 192, 256, 320])
@pytest.mark.parametrize("rate", [32000, 44100, 48000])
def test_mp3_files_are_of_the_kbps_that_were_asked_for(tmp_path, kbps, rate):
    level = compression_level("mp3", rate, 2, kbps)
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, (rate * 2, 2))
    with soundfile.SoundFile(
        tmp_path / "a.mp3", "w", rate, 2, compression_level=level, bitrate_mode="CONSTANT"
    ) as file:
        file.write(samples)
    assert (tmp_path / "a.mp3").stat().st_size * 8 / 2000 == pytest.approx(kbps, rel=0.06)


def test_levels_stay_within_what_libsndfile_takes():
    for format in FORMATS:
        for rate in (8000, 16000, 48000):
            levels = [compression_level(format, rate, 1, kbps) for kbps in (6, 24, 64, 128, 512)]
            assert levels == sorted(levels, reverse=True) and levels[-1] >= 0 and levels[0] < 1


def test_a_replay_gives_the_same_bytes():
    aug = augkit.Pipeline([steps.audio.codec(), steps.audio.resample(rate_hz=11025)], sample={"audio": "audio"}, seed=1)
    out, trace = aug.traced(audio=(music(16000, 2), 16000), key="a")
    again = aug.replay(Trace.from_json(trace.to_json()), audio=(music(16000, 2), 16000))
    assert out["audio"][0].tobytes() == again["audio"][0].tobytes() and out["audio"][1] == again["audio"][1] == 11025


@pytest.mark.parametrize("rate", [8000, 22050, 96000])
@pytest.mark.parametrize("out_rate", [8000, 16000, 44100])
@pytest.mark.parametrize("channels", [1, 2, 8])
def test_a_tone_is_the_same_tone_at_another_rate(rate, out_rate, channels):
    aug = augkit.Pipeline([steps.audio.resample(rate_hz=out_rate)], sample={"audio": "audio"})
    out, hertz = aug(audio=(music(rate, channels), rate), key="a")["audio"]
    want = music(out_rate, channels)
    assert hertz == out_rate and out.shape == want.shape and out.dtype == np.float32
    middle = slice(out_rate // 10, -out_rate // 10)
    assert out[:, middle] == pytest.approx(want[:, middle], abs=2e-3)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 99])
def test_lengths_are_rounded_up(count):
    aug = augkit.Pipeline([steps.audio.resample(rate_hz=22050)], sample={"audio": "audio"})
    out = aug(audio=Audio(np.ones((2, count), np.float32), 16000), key="a")["audio"].samples
    assert out.shape == (2, -(-count * 22050 // 16000))


def test_events_at_the_end_stay_inside():
    sample = {"audio": "audio", "events": "events"}
    aug = augkit.Pipeline([steps.audio.resample(rate_hz=11025), steps.audio.gain()], sample=sample)
    event = {"onset": 0.0, "offset": 777 / 16000, "label": "all"}
    out = aug(audio=(np.ones(777, np.float32), 16000), events=[event], key="a")
    assert out["events"] == [event] and len(out["audio"][0]) / 11025 >= event["offset"]


def test_a_trace_is_refused_by_a_clip_of_another_rate():
    aug = augkit.Pipeline([steps.audio.resample(rate_hz=8000)], sample={"audio": "audio"})
    _, trace = aug.traced(audio=(np.ones(100, np.float32), 16000), key="a")
    with pytest.raises(ReplayError, match="100 samples at 16000 Hz, met one of 100 at 22050 Hz"):
        aug.replay(trace, audio=(np.ones(100, np.float32), 22050))


def test_wrong_fields_are_refused():
    with pytest.raises(FieldError, match=r"format.*'mp3', 'vorbis', 'opus'"):
        steps.audio.codec(format="aac")
    with pytest.raises(FieldError, match="field 'rate_hz' is required"):
        steps.audio.resample()


def annotated_at(rate_hz, then=()):
    aug = augkit.Pipeline(
        [steps.resample(rate_hz=rate_hz), *then],
        sample={"audio": "audio", "events": "events", "contour": "contour", "frames": "frame_labels"},
    )
    return aug(
        audio=(np.ones(4410, np.float32), 44100),
        events={"onset": [0.0] * 3, "offset": [0.1] * 3, "low_hz": [100, 6000, 9000], "high_hz": [200, 12000, 9500]},
        contour={"times": [0.0, 0.05], "hz": [440.0, 9000.0]},
        frames={"labels": np.arange(10), "hop": 0.01},
        key="a",
    )


def test_what_a_lower_rate_cannot_hold_is_not_annotated_as_heard():
    out = annotated_at(16000)
    assert out["events"]["low_hz"] == [100, 6000] and out["events"]["high_hz"] == [200, 8000]
    assert out["contour"]["hz"] == [440.0, 0.0]


def test_bands_end_at_the_rate_that_the_clip_has_when_the_pitch_moves():
    out = annotated_at(16000, [steps.pitch_shift(semitones=12)])
    assert out["events"]["low_hz"] == [200] and out["events"]["high_hz"] == [400]  # 6000 Hz went beyond 8000
    out = annotated_at(96000, [steps.pitch_shift(semitones=12)])
    assert out["events"]["high_hz"] == [400, 24000, 19000] and out["contour"]["hz"] == [880.0, 18000.0]


def test_frames_cover_a_clip_that_a_lower_rate_makes_longer():
    labels = {"labels": np.arange(99), "hop": 1 / 22050}
    aug = augkit.Pipeline([steps.resample(rate_hz=8000)], sample={"audio": "audio", "frames": "frame_labels"})
    out = aug(audio=(np.ones(100, np.float32), 22050), frames=labels, key="a")
    assert out["audio"][0].shape == (37,) and out["frames"]["labels"].tolist() == [*range(99), 98, 98]
    aug.read(out)  # which refuses frames that do not cover the clip


@pytest.mark.parametrize("labels", [np.zeros(0, np.int64), np.zeros((0, 3), np.float32)])
def test_a_clip_of_two_samples_without_a_frame_gets_those_of_silence(labels):
    aug = augkit.Pipeline([steps.resample(rate_hz=8000)], sample={"audio": "audio", "frames": "frame_labels"})
    out = aug(audio=(np.ones(2, np.float32), 44100), frames={"labels": labels, "hop": 5e-5}, key="a")
    assert out["audio"][0].shape == (1,) and (out["frames"]["labels"] == np.full((2, *labels.shape[1:]), -100)).all()
    aug.read(out)
