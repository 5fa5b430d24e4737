"""Spectrograms against torchaudio's, and what they keep of the clip's time."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import augkit
from augkit.errors import AugkitError, CompileError, DataError, FieldError
from augkit.plugins import catalogue
from augkit.vocab.timeline import Audio
from augkit_audio import mel


def step(name, **fields):
    return catalogue().step(name).load()(**fields)


def made(name, samples, rate, **fields):
    transform = step(name, **fields)
    audio = Audio(np.atleast_2d(samples), rate)
    return transform.kernel(Audio)(audio, transform.draw(None, audio.frame()))


def noise(seconds, rate, channels=1, seed=0):
    return (0.1 * np.random.default_rng(seed).standard_normal((channels, round(seconds * rate)))).astype(np.float32)


SETTINGS = [
    (8000, {"n_mels": 40, "n_fft": 256, "hop": 80, "scale": "slaney"}),
    (16000, {"n_mels": 64, "n_fft": 400, "hop": 160, "scale": "slaney", "norm": "slaney"}),
    (16000, {"n_mels": 40, "n_fft": 512, "hop": 160, "scale": "htk", "low_hz": 60.0, "high_hz": 7600.0}),
    (22050, {"n_mels": 64, "n_fft": 1024, "hop": 256, "scale": "htk", "norm": "slaney", "top_db": 40.0}),
    (44100, {"n_mels": 128, "n_fft": 2048, "hop": 441, "scale": "slaney"}),
]


def of_torchaudio(torchaudio, rate, given):
    norm = {"slaney": "slaney", "none": None}[given.get("norm", "none")]
    return {
        "n_fft": given["n_fft"],
        "hop_length": given["hop"],
        "n_mels": given["n_mels"],
        "f_min": given.get("low_hz", 0.0),
        "f_max": given.get("high_hz"),
        "mel_scale": given["scale"],
        "norm": norm,
    }


@pytest.mark.parametrize(("rate", "given"), SETTINGS)
@pytest.mark.parametrize("channels", [1, 2])
def test_log_mel_is_torchaudios(rate, given, channels):
    torch, torchaudio = pytest.importorskip("torch"), pytest.importorskip("torchaudio")
    samples = noise(1.3, rate, channels)
    samples[:, rate // 3 : rate // 2] *= 0.01
    bands = torchaudio.transforms.MelSpectrogram(rate, **of_torchaudio(torchaudio, rate, given)).double()
    decibels = torchaudio.transforms.AmplitudeToDB("power", given.get("top_db", 80.0))
    want = decibels(bands(torch.from_numpy(samples).double())).numpy()
    spectrogram = made("log_mel", samples, rate, **given)
    assert spectrogram.values.dtype == np.float32 and spectrogram.values.shape == want.shape
    np.testing.assert_allclose(spectrogram.values, want, rtol=1e-4, atol=1e-4)


def test_mel_power_is_torchaudios_also_of_a_tone_with_silence_around():
    torch, torchaudio = pytest.importorskip("torch"), pytest.importorskip("torchaudio")
    samples = np.zeros((1, 16000), np.float32)
    samples[0, 4000:9000] = 0.5 * np.sin(2 * np.pi * 440 * np.arange(5000) / 16000)
    want = torchaudio.transforms.MelSpectrogram(16000, n_fft=400, hop_length=160, n_mels=64, mel_scale="slaney")
    power = mel.mel_power(samples, 16000, 400, 160, 64, 0.0, 8000.0)
    np.testing.assert_allclose(power[0].T, want(torch.from_numpy(samples))[0].numpy(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("rate", [8000, 16000])
def test_mfcc_is_torchaudios(rate):
    torch, torchaudio = pytest.importorskip("torch"), pytest.importorskip("torchaudio")
    samples = noise(0.8, rate)
    arguments = {"n_fft": 400, "hop_length": 100, "n_mels": 40, "mel_scale": "htk"}
    want = torchaudio.transforms.MFCC(rate, n_mfcc=13, melkwargs=arguments).double()
    got = made("mfcc", samples, rate, n_mfcc=13, n_mels=40, n_fft=400, hop=100, scale="htk")
    np.testing.assert_allclose(got.values, want(torch.from_numpy(samples).double()).numpy(), atol=1e-4)


@pytest.mark.parametrize("scale", ["htk", "slaney"])
def test_mel_and_hertz_are_inverse_and_1000_hz_is_where_it_belongs(scale):
    hertz = np.linspace(0, 24000, 997)
    np.testing.assert_allclose(mel.to_hertz(mel.to_mel(hertz, scale), scale), hertz, atol=1e-6)
    assert float(mel.to_mel(1000.0, scale)) == pytest.approx({"htk": 999.99, "slaney": 15.0}[scale], abs=0.01)


def test_a_click_is_loudest_in_the_frame_that_lies_on_it():
    samples = np.zeros((1, 16000), np.float32)
    samples[0, 8000] = 0.9
    spectrogram = made("log_mel", samples, 16000)
    assert int(spectrogram.values.sum(axis=(0, 1)).argmax()) * spectrogram.hop_seconds == pytest.approx(0.5)


@pytest.mark.parametrize("count", [1, 2, 159, 160, 161, 5000])
def test_frames_are_one_and_one_for_each_hop_also_of_clips_shorter_than_a_frame(count):
    spectrogram = made("log_mel", noise(1, 16000)[:, :count], 16000)
    assert spectrogram.values.shape == (1, 64, 1 + count // 160)
    assert np.isfinite(spectrogram.values).all()


def test_long_clips_are_computed_in_blocks_that_do_not_show():
    samples = noise(8, 16000)
    whole = made("log_mel", samples, 16000, top_db=200.0).values
    part = made("log_mel", samples[:, : 3 * 16000], 16000, top_db=200.0).values
    np.testing.assert_allclose(part[:, :, :290], whole[:, :, :290], atol=1e-4)


def test_events_keep_their_seconds_and_are_the_identical_object():
    aug = augkit.Pipeline([augkit.steps.log_mel()], sample={"audio": "audio", "events": "events"})
    events = [{"onset": 0.25, "offset": 0.5, "label": "a"}]
    out = aug(audio=(noise(1, 16000)[0], 16000), events=events, key="a")
    assert out["events"] == events
    assert out["audio"]["values"].shape == (1, 64, 101) and out["audio"]["rate"] == 16000


def test_bands_that_would_stay_empty_are_refused_with_a_way_out():
    with pytest.raises(DataError, match=r"of the 128 bands lie between .*lower n_mels or a longer frame"):
        made("log_mel", noise(0.5, 8000), 8000, n_mels=128, n_fft=128)


def test_bands_beyond_what_the_clip_holds_are_refused():
    with pytest.raises(DataError, match="a clip at 8000 Hz holds 0 to 4000 Hz"):
        made("log_mel", noise(0.5, 8000), 8000, high_hz=8000.0)


@pytest.mark.parametrize(
    ("name", "given", "complaint"),
    [
        ("log_mel", {"fft_ms": 25, "n_fft": 400}, "fft_ms and n_fft say the same"),
        ("log_mel", {"hop_ms": 10, "hop": 160}, "hop_ms and hop say the same"),
        ("log_mel", {"n_fft": 401}, "401 is odd"),
        ("log_mel", {"low_hz": 500, "high_hz": 400}, "not above low_hz"),
        ("mfcc", {"n_mfcc": 41}, "41 coefficients of 40 bands"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(name, given, complaint):
    with pytest.raises(FieldError, match=complaint):
        step(name, **given)


def test_a_spectrogram_at_the_door_is_checked():
    aug = augkit.Pipeline([augkit.steps.freq_mask()], sample={"spectrum": "spectrogram"})
    good = {"values": np.zeros((1, 8, 11), np.float32), "hop": 160, "samples": 1600, "rate": 16000}
    assert aug(spectrum=good, key="a")["spectrum"]["values"].shape == (1, 8, 11)
    for changed, complaint in [
        ({"values": good["values"][0]}, r"float32 of shape \(channels, bins, frames\)"),
        ({"values": good["values"].astype(np.float64)}, "float64"),
        ({"samples": 1000}, "make 7 frames"),
        ({"hop": 0}, "at least 1"),
        ({"values": np.full((1, 8, 11), np.nan, np.float32)}, "not finite"),
    ]:
        with pytest.raises(DataError, match=complaint):
            aug(spectrum=good | changed, key="a")
    with pytest.raises(DataError, match="expected"):
        aug(spectrum=good["values"], key="a")


def test_steps_on_waveforms_alone_are_refused_after_it_and_those_on_pitch_too():
    sample = {"audio": "audio"}
    with pytest.raises(CompileError, match="finds nothing to act on"):
        augkit.Pipeline([augkit.steps.log_mel(), augkit.steps.gain()], sample=sample)
    with pytest.raises(CompileError, match="speed"):
        augkit.Pipeline([augkit.steps.log_mel(), augkit.steps.speed()], sample=sample)


def test_steps_and_checks_need_no_torch(tmp_path):
    recipe = tmp_path / "r.yaml"
    recipe.write_text(
        "augkit: 1\nsource: {demo: sound_scenes}\nsample: {audio: audio, events: events}\n"
        "steps: [{log_mel: {}}, {time_warp: {}}, {freq_mask: {}}, {spectrogram/standardize: {clip: true}}]\n"
    )
    code = (
        "import sys\nfrom augkit.recipe import find_errors\n"
        f"read, errors = find_errors({str(recipe)!r})\nassert not errors, errors\n"
        "from augkit.data.divided import open_data\nfrom augkit.sample import Sample\n"
        "source = open_data(read)\nraw = source.load(source.keys[0])\npipeline = read.pipeline('train')\n"
        "out = pipeline(audio=raw['audio'], events=raw['events'], key='a')\n"
        "assert out['audio']['values'].shape[1] == 64\nassert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_replay_of_another_rate_is_refused():
    aug = augkit.Pipeline([augkit.steps.log_mel()], sample={"audio": "audio"})
    _, trace = aug.traced(audio=(noise(0.5, 16000)[0], 16000), key="a")
    with pytest.raises(AugkitError, match="traced with a clip at 16000 Hz, met one at 8000 Hz"):
        aug.replay(trace, audio=(noise(0.5, 8000)[0], 8000))
