"""``demo: sound_scenes``: synthetic, deterministic, and exactly where its events say."""

import numpy as np
import pytest

import augkit
from augkit.data import Source, open_recipe, open_source
from augkit_audio.sound_scenes import CLASSES


def scenes(**fields) -> Source:
    return open_source({"demo": {"name": "sound_scenes", "count": 40, **fields}})


def test_a_scene_is_a_function_of_its_number() -> None:
    source = scenes()
    assert isinstance(source, Source) and source.keys[3] == "sound_scenes/0003"
    assert source.fields == {"audio": "audio", "events": "events", "labels": "labels"}
    scene, again = source.load("sound_scenes/0003"), scenes(count=4).load("sound_scenes/0003")
    samples, rate = scene["audio"]
    assert rate == 16000 and samples.shape == (1, 64000) and samples.dtype == np.float32
    assert np.array_equal(samples, again["audio"][0])
    assert source.meta("sound_scenes/0003") == {"synthetic": True, "labels": scene["labels"]}
    assert len({source.load(key)["audio"][0].tobytes() for key in source.keys}) == 40


@pytest.mark.parametrize(("seconds", "rate"), [(4.0, 16000), (1.0, 8000), (10.0, 44100)])
def test_events_are_where_the_sound_is(seconds: float, rate: int) -> None:
    source, met = scenes(seconds=seconds, rate=rate), set()
    for key in source.keys:
        scene = source.load(key)
        samples, events = scene["audio"][0][0], scene["events"]
        assert np.abs(samples).max() < 1 and len(events["onset"])
        loud = np.zeros(len(samples), bool)
        for onset, offset in zip(events["onset"], events["offset"], strict=True):
            first, last = onset * rate, offset * rate
            assert abs(first - round(first)) < 1e-6 and abs(last - round(last)) < 1e-6
            loud[round(first) : max(round(last), round(first) + 1)] = True
        assert np.abs(samples[~loud]).max() < 0.02 < np.abs(samples[loud]).max(), "nothing is heard between events"
        for onset, label in zip(events["onset"], events["label"], strict=True):
            if label == "click":
                assert abs(samples[round(onset * rate)]) > 0.85
        met |= set(events["label"])
    assert met == set(CLASSES)


def test_bands_hold_the_energy_of_tones_and_chirps() -> None:
    source = scenes()
    for key in source.keys:
        scene = source.load(key)
        samples, rate = scene["audio"][0][0], scene["audio"][1]
        rows = zip(*(scene["events"][name] for name in ("onset", "offset", "label", "low_hz", "high_hz")), strict=True)
        for onset, offset, label, low, high in rows:
            if label in ("tone", "chirp"):
                part = samples[round(onset * rate) : round(offset * rate)]
                power = np.abs(np.fft.rfft(part)) ** 2
                hertz = np.fft.rfftfreq(len(part), 1 / rate)
                inside = (hertz >= 0.9 * low - 30) & (hertz <= 1.1 * high + 30)
                assert power[inside].sum() > 0.95 * power.sum(), (key, label)
                assert (low == high) == (label == "tone")


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"rate": 4000}, "rate: 4000 is below the lowest allowed, 8000"),
        ({"seconds": 0.5}, "seconds: 0.5 is below the lowest allowed, 1"),
        ({"size": 64}, "unknown field 'size'"),
        ({"count": 0}, "count: 0 is below"),
        ({"name": "sound_scene"}, r"Did you mean 'sound_scenes'\?"),
    ],
)
def test_wrong_fields_are_refused(fields, complaint: str) -> None:
    with pytest.raises(augkit.FieldError, match=complaint):
        scenes(**fields)


def test_a_recipe_on_scenes_names_its_mistake_with_its_place(tmp_path) -> None:
    (tmp_path / "r.yaml").write_text(
        "augkit: 1\nsource:\n  demo: {name: sound_scenes, seconds: 900}\n"
        "sample: {audio: audio, events: events}\nsteps: [gain]\n"
    )
    with pytest.raises(augkit.RecipeError, match=r"r\.yaml:3:.*900 is above the highest allowed, 600"):
        open_recipe(tmp_path / "r.yaml")


def test_pictures_have_no_seconds() -> None:
    with pytest.raises(augkit.FieldError, match="unknown field 'seconds'"):
        open_source({"demo": {"name": "digits", "seconds": 3}})
