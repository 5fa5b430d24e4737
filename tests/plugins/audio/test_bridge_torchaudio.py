"""Every transform of torchaudio: it works as the library does, or the table says why not."""

import re
import subprocess
import sys

import numpy as np
import pytest

import augkit
from augkit.plugins import catalogue
from augkit.trace import Trace
from augkit.vocab.timeline import TimeErase
from augkit_audio.torchaudio_bridge import Torchaudio
from augkit_audio.torchaudio_table import REFUSED, SPECTROGRAM, WAVEFORM
from tests.plugins.audio.clips import tones

torch = pytest.importorskip("torch", reason="pip install 'augkit[torchaudio]'")
torchaudio = pytest.importorskip("torchaudio", reason="pip install 'augkit[torchaudio]'")

RATE, HOP = 16000, 160
SOUNDS = [
    {"name": "Vol", "gain": -6.0, "gain_type": "db"},
    {"name": "Fade", "fade_in_len": 4000, "fade_out_len": 8000, "fade_shape": "half_sine"},
    {"name": "Preemphasis", "coeff": 0.9},
    {"name": "Deemphasis"},
]
PICTURES = [
    {"name": "FrequencyMasking", "freq_mask_param": 20},
    {"name": "TimeMasking", "time_mask_param": 60},
    {
        "name": "SpecAugment",
        "n_time_masks": 2,
        "time_mask_param": 40,
        "n_freq_masks": 1,
        "freq_mask_param": 9,
        "zero_masking": True,
    },
]


def pipeline(fields, sample):
    return augkit.load({"augkit": 1, "seed": 5, "sample": sample, "steps": [{"audio/torchaudio": fields}]})


def picture(seed=0):
    values = np.random.default_rng(seed).normal(5, 1, (1, 40, 301)).astype(np.float32)
    return {"values": values, "hop": HOP, "samples": 300 * HOP, "rate": RATE}


def test_every_transform_works_or_says_why_not():
    works = {one["name"] for one in SOUNDS + PICTURES}
    assert works == WAVEFORM.keys() | SPECTROGRAM.keys()
    assert set(torchaudio.transforms.__all__) - works <= REFUSED.keys()
    ours = {full.partition("/")[2] for full in catalogue().names("transform")}
    for name, reason in REFUSED.items():
        with pytest.raises(augkit.FieldError, match=f"torchaudio/{name}: cannot be used: "):
            Torchaudio(name=name)
        assert set(re.findall(r"use `(?:audio/)?(\w+)`", reason)) <= ours


@pytest.mark.parametrize("fields", SOUNDS, ids=lambda fields: fields["name"])
def test_sounds_become_what_the_library_makes_of_them_and_events_stay(fields):
    samples, onsets = tones(RATE)
    events = {"onset": onsets, "offset": onsets}
    out = pipeline(fields, {"audio": "audio", "events": "events"})(audio=(samples, RATE), events=events, key="a")
    arguments = {key: value for key, value in fields.items() if key != "name"}
    expected = getattr(torchaudio.transforms, fields["name"])(**arguments)(torch.from_numpy(samples)[None])[0]
    assert np.array_equal(out["audio"][0], expected.numpy()) and not np.array_equal(out["audio"][0], samples)
    assert np.array_equal(out["events"]["onset"], onsets)


@pytest.mark.parametrize("fields", PICTURES, ids=lambda fields: fields["name"])
def test_masks_are_drawn_from_our_streams_and_replayed(fields):
    aug, given, masks = pipeline(fields, {"spectrogram": "spectrogram"}), picture(), set()
    for number in range(8):
        torch.manual_seed(number)
        before = torch.get_rng_state()
        out, trace = aug.traced(spectrogram=given, key=str(number))
        assert torch.equal(torch.get_rng_state(), before)
        made = out["spectrogram"]["values"]
        assert ((made == given["values"]) | (made == 0)).all()
        masks.add((made == 0).tobytes())
        torch.manual_seed(99)
        again = aug.replay(Trace.from_json(trace.to_json()), spectrogram=given)
        assert np.array_equal(again["spectrogram"]["values"], made)
    assert len(masks) == 8


def test_what_is_under_a_mask_of_time_is_dropped_as_by_our_own():
    aug = pipeline({"name": "TimeMasking", "time_mask_param": 90}, {"spectrogram": "spectrogram", "events": "events"})
    onsets, dropped = np.arange(0.05, 2.9, 0.1), 0
    for number in range(6):
        out = aug(spectrogram=picture(), events={"onset": onsets, "offset": onsets}, key=str(number))
        hidden = (out["spectrogram"]["values"] == 0).all(axis=(0, 1))
        spans = tuple(((j - 0.5) * HOP / RATE, (j + 0.5) * HOP / RATE) for j in np.flatnonzero(hidden))
        kept = onsets[~TimeErase(spans).covers(onsets)]
        assert np.allclose(out["events"]["onset"], kept)
        dropped += len(onsets) - len(kept)
    assert dropped > 0


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"name": "Fad"}, r"has no transform 'Fad'. Did you mean 'Fade'\?"),
        ({"name": "Fade", "fade_in": 4}, r"unknown field 'fade_in'. Did you mean 'fade_in_len'\?"),
        ({"name": "Vol"}, "field 'gain' is required"),
        ({"name": "Vol", "gain": -1.0}, "must be positive"),
        ({"gain": 1.0}, "field 'name' is required"),
        ({"name": "Vol", "gain": 1, "arguments": {"gain": 1}}, "stands in `arguments` and beside it"),
    ],
)
def test_wrong_names_and_arguments_are_errors(fields, complaint):
    with pytest.raises(augkit.FieldError, match=complaint):
        Torchaudio.from_fields(fields)


def test_torch_is_imported_on_use_only():
    code = (
        "import sys, augkit; from augkit.plugins import catalogue; catalogue().load('transform', 'audio/torchaudio');"
        "assert not {'torch', 'torchaudio'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
