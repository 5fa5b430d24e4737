"""Audio steps through the real pipeline: what happens to the sound, and that events stay on what they mark."""

import json
import pickle

import numpy as np
import pytest

import augkit
from augkit import steps
from augkit.errors import CompileError, DataError, FieldError, ReplayError
from augkit.trace import Trace
from augkit.transform import kernel_for
from augkit.vocab.timeline import Audio, Events, Speed, TimeMap
from tests.plugins.audio.clips import tones

SAMPLE = {"audio": "audio", "events": "events"}
STEPS = [lambda **k: steps.time_stretch(**k), lambda **k: steps.audio.gain(**k), lambda **k: steps.add_noise(**k)]


def pipeline(*nodes, sample=SAMPLE, seed=1, **kwargs):
    return augkit.Pipeline(list(nodes), sample=sample, seed=seed, **kwargs)


@pytest.mark.parametrize("speed", [0.5, 0.77, 1.3, 2.0])
def test_a_stretch_keeps_the_pitch_and_gives_the_length_it_promised(speed):
    time = np.arange(16000) / 16000
    tone = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    out, rate = pipeline(steps.time_stretch(rate=speed))(audio=(tone, 16000), key="a")["audio"]
    assert (len(out), out.dtype, rate) == (round(16000 / speed), np.float32, 16000)
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out))))
    assert np.argmax(spectrum) * 16000 / len(out) == pytest.approx(440, abs=4)
    middle = slice(len(out) // 4, -len(out) // 4)
    assert np.std(out[middle]) == pytest.approx(np.std(tone), rel=0.05)


@pytest.mark.parametrize("speed", [0.8, 1.25])
def test_a_fixed_length_is_cut_or_ends_in_silence(speed):
    samples, _ = tones(16000)
    free = pipeline(steps.time_stretch(rate=speed))(audio=(samples, 16000), key="a")["audio"][0]
    kept = pipeline(steps.time_stretch(rate=speed, length="keep"))(audio=(samples, 16000), key="a")["audio"][0]
    shared = min(len(free), len(kept))
    assert len(kept) == len(samples)
    assert (kept[:shared] == free[:shared]).all()
    assert not kept[shared:].any()


def test_silence_before_a_sound_does_not_kill_it():
    samples = np.zeros(16000, np.float32)
    samples[8000:] = 0.3 * np.sin(np.arange(8000) * 0.2)
    out = pipeline(steps.time_stretch(rate=0.8))(audio=(samples, 16000), key="a")["audio"][0]
    assert np.std(out[10500:-500]) == pytest.approx(np.std(samples[8000:]), rel=0.05)
    assert np.std(out[:9000]) < 1e-3


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("step", STEPS)
def test_channels_and_forms_are_kept(step, channels):
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, (channels, 8000)).astype(np.float32)
    before = samples.copy()
    out = pipeline(step())(audio={"samples": samples, "rate": 8000}, key="a")["audio"]
    assert out["samples"].shape[0] == channels
    assert out["samples"].dtype == np.float32
    assert np.isfinite(out["samples"]).all()
    assert (samples == before).all()


def test_strided_and_read_only_input_is_heard():
    samples, _ = tones(16000)
    backwards = samples[::-1]
    aug = pipeline(steps.time_stretch(rate=0.8))
    locked = backwards.copy()
    locked.flags.writeable = False
    out, copied, read = (aug(audio=(x, 16000), key="a")["audio"][0] for x in (backwards, backwards.copy(), locked))
    assert (out == copied).all()
    assert (out == read).all()
    assert out.any()


@pytest.mark.parametrize("length", [1, 2, 100, 960])
@pytest.mark.parametrize("speed", [0.5, 0.9, 2.0])
def test_very_short_clips(length, speed):
    samples = np.full(length, 0.5, np.float32)
    aug = pipeline(steps.time_stretch(rate=speed), steps.audio.gain(), steps.add_noise(color="pink"))
    out = aug(audio=(samples, 8000), events=[{"onset": 0.0, "offset": length / 8000}], key="a")
    assert len(out["audio"][0]) == max(round(length / speed), 1)
    assert np.isfinite(out["audio"][0]).all()
    assert len(out["events"]) == 1


def test_an_empty_clip_is_refused_with_its_key():
    with pytest.raises(DataError, match=r"e\.wav: .*not empty"):
        pipeline(steps.audio.gain())(audio=(np.zeros(0, np.float32), 8000), key="e.wav")


def test_a_clip_of_absurd_rate_is_refused_not_crashed_on():
    with pytest.raises(DataError, match="a clip at 50 Hz cannot be stretched"):
        pipeline(steps.time_stretch(rate=0.8))(audio=(np.ones(100, np.float32), 50), key="a")


@pytest.mark.parametrize("strength", [0.0, {"ramp": [0, 0], "epochs": 3}])
@pytest.mark.parametrize("step", STEPS)
def test_zero_strength_is_the_identity_on_all_targets(step, strength):
    samples, onsets = tones(8000)
    audio = Audio(samples[None], 8000)
    events = Events(onsets, onsets)
    aug = pipeline(*[step(strength=strength, id=str(n)) for n in range(10)])
    out = aug(audio=audio, events=events, key="a")
    assert out == {"audio": audio, "events": events}


@pytest.mark.parametrize("step", STEPS)
def test_p_zero_gives_the_identical_objects(step):
    audio = Audio(tones(8000)[0][None], 8000)
    assert pipeline(step(p=0))(audio=audio, key="a")["audio"] is audio


def test_gain_is_in_decibels_and_does_not_clip():
    samples = np.array([[0.5, -1.0]], np.float32)
    out = pipeline(steps.audio.gain(db=20))(audio=(samples, 8000), key="a")["audio"][0]
    assert out == pytest.approx(np.array([[5.0, -10.0]]))


@pytest.mark.parametrize("step", [STEPS[1], STEPS[2]])
def test_events_off_the_moved_axis_come_back_as_they_were(step):
    events = Events(np.array([0.1]), np.array([0.2]))
    assert pipeline(step())(audio=(tones(8000)[0], 8000), events=events, key="a")["events"] is events


@pytest.mark.parametrize("color", ["white", "pink", "brown", "blue", "violet"])
@pytest.mark.parametrize("shape", [(16000,), (2, 15999)])
def test_noise_is_exactly_as_loud_as_asked(color, shape):
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, shape).astype(np.float32)
    out = pipeline(steps.add_noise(snr_db=7, color=color))(audio=(samples, 16000), key="a")["audio"][0]
    noise = out.astype(np.float64) - samples
    assert 10 * np.log10(np.mean(samples.astype(np.float64) ** 2) / np.mean(noise**2)) == pytest.approx(7, abs=0.01)
    if noise.ndim == 2:
        assert abs(np.corrcoef(noise)[0, 1]) < 0.2


@pytest.mark.parametrize(("color", "slope"), [("white", 0), ("pink", -3), ("brown", -6), ("blue", 3), ("violet", 6)])
def test_noise_has_its_color(color, slope):
    loud = np.full(1 << 17, 0.5, np.float32)
    noise = pipeline(steps.add_noise(snr_db=0, color=color))(audio=(loud, 16000), key="a")["audio"][0] - loud
    power = np.abs(np.fft.rfft(noise)) ** 2
    hertz = np.fft.rfftfreq(len(noise), 1 / 16000)
    octaves = [
        10 * np.log10(power[(hertz >= low) & (hertz < 2 * low)].mean()) for low in (125, 250, 500, 1000, 2000, 4000)
    ]
    assert np.diff(octaves) == pytest.approx([slope] * 5, abs=0.5)


def test_digital_silence_stays_silent_under_noise():
    audio = Audio(np.zeros((1, 800), np.float32), 8000)
    assert pipeline(steps.add_noise(snr_db=0))(audio=audio, key="a")["audio"] is audio


def chain():
    return pipeline(steps.time_stretch(), steps.audio.gain(p=0.5), steps.add_noise(color="brown"))


def test_replay_from_json_and_pickled_pipelines_give_the_same_bytes():
    samples, onsets = tones(16000)
    fields = {"audio": (samples, 16000), "events": [{"onset": t, "offset": t, "label": "click"} for t in onsets]}
    for epoch in range(4):
        out, trace = chain().traced(**fields, key="a", epoch=epoch)
        again = chain().replay(Trace.from_json(trace.to_json()), **fields)
        other = pickle.loads(pickle.dumps(chain()))(**fields, key="a", epoch=epoch)
        for one in (again, other):
            assert one["audio"][0].tobytes() == out["audio"][0].tobytes()
            assert one["events"] == out["events"]
        json.dumps(trace.steps)


def test_no_two_of_many_identical_clips_come_out_equal():
    samples, _ = tones(8000, 0.5)
    aug = pipeline(steps.add_noise())
    assert len({aug(audio=(samples, 8000), key=str(n))["audio"][0].tobytes() for n in range(64)}) == 64


def test_a_trace_is_refused_by_a_clip_of_another_length():
    samples, _ = tones(8000)
    _, trace = chain().traced(audio=(samples, 8000), key="a")
    with pytest.raises(ReplayError, match="24000 samples at 8000 Hz"):
        chain().replay(trace, audio=(samples[:-1], 8000))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: steps.time_stretch(rate=3), "rate: 3 is above the highest allowed, 2"),
        (lambda: steps.time_stretch(rate=[0.1, 1]), "rate: 0.1 is below the lowest allowed, 0.5"),
        (lambda: steps.time_stretch(method="slow"), "method.*one of 'default', 'fast'"),
        (lambda: steps.time_stretch(length="same"), "length.*'follow', 'keep'"),
        (lambda: steps.time_stretch(speed=1), "unknown field 'speed'"),
        (lambda: steps.add_noise(color="red"), "color"),
        (lambda: steps.audio.gain(db=1000), "db: 1000 is above the highest allowed, 60"),
    ],
)
def test_wrong_fields_are_refused(make, message):
    with pytest.raises(FieldError, match=message):
        make()


def test_labels_that_depend_on_what_changes_are_protected():
    sample = {**SAMPLE, "bpm": {"value": {"sensitive_to": ["tempo"]}}}
    with pytest.raises(CompileError, match="changes tempo, and 'bpm' depends on it"):
        pipeline(steps.time_stretch(), sample=sample)
    pipeline(steps.audio.gain(), sample=sample)
    with pytest.raises(CompileError, match="loudness"):
        pipeline(steps.audio.gain(), sample={**SAMPLE, "lufs": {"value": {"sensitive_to": ["loudness"]}}})


def test_events_alone_cannot_be_stretched():
    with pytest.raises(CompileError, match="nothing tells how far the frame reaches; add a field of kind audio"):
        pipeline(steps.time_stretch(), sample={"events": "events"})


@pytest.mark.parametrize("make", [TimeMap, Speed])
def test_a_map_whose_speed_varies_puts_clicks_where_it_says(make):
    bent = make((0.0, 1.0, 2.0, 3.0), (0.0, 0.8, 2.0, 3.1), 24000, 24800, 8000)
    at = np.array([0.2, 0.5, 0.8, 1.3, 1.6, 2.2, 2.5, 2.8])
    samples = np.zeros((1, 24000), np.float32)
    samples[:, np.rint(at * 8000).astype(int)] = 0.9
    made = kernel_for(make, Audio)(Audio(samples, 8000), bent)
    assert made.samples.shape == (1, 24800)
    found = loudest(made.samples[0], 8000, len(at))
    assert np.abs(found - bent.times(at)).max() <= 0.005


def loudest(samples, rate, count):
    """The times of so many peaks, at least 50 ms apart."""
    left, found = np.abs(samples), []
    for _ in range(count):
        found.append(int(left.argmax()))
        left[max(0, found[-1] - rate // 20) : found[-1] + rate // 20] = 0
    return np.sort(found) / rate


@pytest.mark.parametrize(
    ("source", "output", "samples_out", "expected"),
    [
        ((0.2, 0.5), (0.0, 0.3), 3, [2, 3, 4]),
        ((0.0, 1.0), (0.2, 1.2), 12, [0, 0, *range(10)]),
        ((0.0, 1.0), (-0.2, 0.8), 10, [*range(2, 10), 0, 0]),
        ((-0.1, 0.3), (0.0, 0.4), 5, [0, 0, 1, 2, 0]),
        ((0.4, 2.0), (0.0, 1.6), 4, [4, 5, 6, 7]),
    ],
)
def test_cuts_pads_and_shifts_move_samples_as_they_are(source, output, samples_out, expected):
    ramp = np.arange(10, dtype=np.float32)[None]
    kernel = steps.time_stretch().transform.kernel(Audio)
    made = kernel(Audio(ramp, 10), TimeMap(source, output, 10, samples_out, 10))
    assert made.samples.tolist() == [expected]


def test_batches_of_steps_output():
    aug = pipeline(steps.time_stretch())
    read = [aug.read({"audio": (tones(8000)[0], 8000)})[0]["audio"] for _ in range(3)]
    moved = [aug(audio=clip, key=str(n))["audio"] for n, clip in enumerate(read)]
    made = Audio.batch(moved)
    assert made["samples"].shape == (3, 1, made["lengths"].max())
    assert made["lengths"].tolist() == [clip.samples.shape[1] for clip in moved]
