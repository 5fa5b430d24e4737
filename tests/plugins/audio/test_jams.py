"""JAMS files as annotations of sounds: events, music, and what is wrong with them."""

import json
from pathlib import Path

import pytest

import augkit
from augkit.data import open_recipe, open_source
from tests.plugins.audio.test_sources import samples_of


def observed(*rows, namespace="tag_open", **more):
    return {"namespace": namespace, "data": list(rows), **more}


def jams(place: Path, *annotations, name="a.jams", sandbox=None, **fields):
    (place / "jams").mkdir(exist_ok=True)
    whole = {"annotations": list(annotations), "file_metadata": {"duration": 3.0}, "sandbox": sandbox or {}}
    (place / "jams" / name).write_text(json.dumps(whole))
    return open_source({"jams": {"root": "wav", "annotations": "jams", **fields}}, place)


DOG = {"time": 0.5, "duration": 0.75, "value": "dog", "confidence": 0.5}


def test_jams_observations_are_events(place: Path) -> None:
    source = jams(place, observed(DOG, {"time": 2, "duration": 0, "value": "click", "confidence": 1.0}))
    events = samples_of(source)["a.wav"]["events"]
    assert events.onset.tolist() == [0.5, 2.0] and events.offset.tolist() == [1.25, 2.0]
    assert events.columns["label"] == ["dog", "click"] and events.columns["confidence"].tolist() == [0.5, 1.0]


def test_jams_namespaces(place: Path) -> None:
    both = observed({**DOG, "value": "verse"}, namespace="segment_salami_function"), observed(DOG)
    assert samples_of(jams(place, *both))["a.wav"]["labels"].value == ["dog"], "tag_open is taken first"
    chosen = jams(place, *both, namespace="segment_salami_function")
    assert samples_of(chosen)["a.wav"]["labels"].value == ["verse"]
    with pytest.raises(augkit.DataError, match=r"a\.jams: has no annotation of namespace 'tag_opem'. Did you mean"):
        jams(place, *both, namespace="tag_opem")
    with pytest.raises(augkit.DataError, match=r"no file has a namespace of events; name one.*They have: lyrics"):
        jams(place, observed(DOG, namespace="lyrics"))
    with pytest.raises(augkit.DataError, match=r"has 2 annotations of namespace 'tag_open'; write.*`annotation: 0`"):
        jams(place, observed(DOG), observed({**DOG, "value": "cat"}))
    second = jams(place, observed(DOG), observed({**DOG, "value": "cat"}), annotation=1)
    assert samples_of(second)["a.wav"]["labels"].value == ["cat"]


def test_jams_of_scaper_and_of_columns(place: Path) -> None:
    loud = {"role": "foreground", "label": "siren", "snr": 6.0, "source_file": "s.wav"}
    park = {"role": "background", "label": "park", "snr": 0, "source_file": "p.wav"}
    rows = ({"time": 0, "duration": 3, "value": park}, {"time": 1, "duration": 0.5, "value": loud})
    events = samples_of(jams(place, observed(*rows, namespace="scaper")))["a.wav"]["events"]
    assert events.columns["label"] == ["siren"] and events.columns["snr"].tolist() == [6.0]
    dense = {"time": [0.5, 1], "duration": [0.1, 0.2], "value": ["x", "y"], "confidence": [None, None]}
    made = jams(place, {"namespace": "tag_open", "data": dense}, sandbox={"filename": "/elsewhere/c.wav"})
    assert samples_of(made)["c.wav"]["events"].onset.tolist() == [0.5, 1.0]


BEATS = [{"time": 0.5 * number, "duration": 0, "value": 1 + number % 4} for number in range(6)]
PITCH = [
    {"time": 0.1 * n, "value": {"index": 0, "frequency": 220.0 * (1 if n else -1), "voiced": n > 0}} for n in range(20)
]
KEY = {"time": 0, "duration": 3, "value": "C:major"}


def test_jams_of_music(place: Path) -> None:
    annotations = (
        observed(*BEATS, namespace="beat"),
        observed(*PITCH, namespace="pitch_contour"),
        observed(KEY, namespace="key_mode"),
    )
    source = jams(place, *annotations)
    assert source.fields == {"audio": "audio", "beats": "beats", "contour": "contour", "key": "key"}
    made = samples_of(source)["a.wav"]
    assert made["beats"].times.tolist() == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5]
    assert made["beats"].columns["positions"].tolist() == [1, 2, 3, 4, 1, 2]
    assert made["contour"].hz.tolist() == [220.0] * 20 and made["contour"].voiced.tolist() == [False] + [True] * 19
    assert made["key"].value == "C:major"
    windows = samples_of(jams(place, *annotations, window_s=1))
    assert [w["beats"].times.tolist() for w in windows.values()] == [[0.0, 0.5]] * 3
    assert [len(w["contour"]) for w in windows.values()] == [10, 10, 0]


def test_chords_of_jams_are_transposed_with_the_pitch(place: Path) -> None:
    chords = [{"time": 0, "duration": 1.5, "value": "C:maj"}, {"time": 1.5, "duration": 1.5, "value": "A:min"}]
    source = jams(place, observed(*chords, namespace="chord"), namespace="chord")
    recipe = {
        "augkit": 1,
        "source": {"jams": {"root": str(place / "wav"), "annotations": str(place / "jams"), "namespace": "chord"}},
        "sample": {"audio": "audio", "events": source.fields["events"]},
        "steps": [{"pitch_shift": {"semitones": 2}}],
        "split": {"val": 0},
    }
    moved = open_recipe(recipe).dataset()[0].targets["events"]
    assert moved.columns["label"] == ["D:maj", "B:min"]


@pytest.mark.parametrize(
    ("annotation", "complaint"),
    [
        (observed({"time": "x", "value": 1}, namespace="beat"), "row 0 of beat: 'x' is no number of seconds"),
        (
            observed({"time": 1, "value": 5}, namespace="pitch_contour"),
            "row 0 of pitch_contour: None is no number of Hz",
        ),
        (
            observed(*({"time": 1, "value": {"index": n, "frequency": 5}} for n in (0, 1)), namespace="pitch_contour"),
            "holds several contours at once",
        ),
    ],
)
def test_wrong_music_is_named(place: Path, annotation, complaint: str) -> None:
    with pytest.raises(augkit.DataError, match=rf"a\.jams: .*{complaint}"):
        jams(place, annotation)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is no JAMS file"),
        ('{"annotations": [5]}', "annotation 0 has no namespace"),
        ('{"annotations": [{"namespace": "tag_open", "data": 5}]}', r"annotation 0 \(tag_open\): its data is 5"),
        ('{"annotations": [{"namespace": "tag_open", "data": {"time": [1], "value": []}}]}', "not lists of one length"),
        ('{"annotations": [{"namespace": "tag_open", "data": [{"time": "1", "value": "a"}]}]}', "no number of seconds"),
        ('{"annotations": [{"namespace": "tag_open", "data": [{"time": 1, "value": {}}]}]}', "which has no label"),
        ('{"annotations": [{"namespace": "tag_open", "data": [{"time": 1}]}]}', "which has no label"),
        (
            '{"annotations": [{"namespace": "tag_open", "data": [{"time": 2, "duration": -1, "value": "a"}]}]}',
            "ends at 1",
        ),
    ],
)
def test_wrong_jams_files_are_named(place: Path, content: str, complaint: str) -> None:
    (place / "wav" / "a.jams").write_text(content)
    with pytest.raises(augkit.DataError, match=rf"a\.jams: .*{complaint}"):
        open_source({"jams": "wav"}, place)


def test_one_sound_has_one_annotation_file(place: Path) -> None:
    jams(place, observed(DOG))
    with pytest.raises(augkit.DataError, match=r"z\.jams: annotates a\.wav, as a\.jams does; take one of them away"):
        jams(place, observed(DOG), name="z.jams", sandbox={"filename": "a.wav"})
