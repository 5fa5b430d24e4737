"""Long recordings cut into windows: which there are, what is in them, and that they stay on one side of a split."""

import pickle
from pathlib import Path

import numpy as np
import pytest

import augkit
from augkit.data import open_recipe, open_source
from augkit_audio.windows import Windows, events_within, stamp
from tests.plugins.audio.recorded import RATE, lines, ramp, write
from tests.plugins.audio.test_sources import samples_of

SECONDS = 5.3


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        (Windows(2, 2), [(0, 2), (2, 2), (3.3, 2)]),
        (Windows(2, 2, "short"), [(0, 2), (2, 2), (4, 1.3)]),
        (Windows(2, 2, "drop"), [(0, 2), (2, 2)]),
        (Windows(2, 1), [(0, 2), (1, 2), (2, 2), (3, 2), (3.3, 2)]),
        (Windows(2, 3.3), [(0, 2), (3.3, 2)]),
        (Windows(5.3, 1), [(0, 5.3)]),
        (Windows(6, 6), [(0, 5.3)]),
        (Windows(6, 6, "short"), [(0, 5.3)]),
        (Windows(6, 6, "drop"), []),
        (Windows(5.3005, 6, "drop"), [(0, 5.3)]),
    ],
)
@pytest.mark.parametrize("rate", [8000, 44100])
def test_windows_of_a_recording(windows, expected, rate) -> None:
    spans = list(windows.spans(round(SECONDS * rate), rate))
    assert spans == [(round(first * rate), round(length * rate)) for first, length in expected]


@pytest.mark.parametrize("seconds", [0.0123, 1.0, 3.0, 3.0001, 9.999, 10.0])
@pytest.mark.parametrize("hop", [0.3333, 0.5, 1.0])
def test_windows_lie_inside_are_as_long_and_leave_nothing_out(seconds, hop) -> None:
    frames = round(seconds * RATE)
    spans = list(Windows(1.0, hop).spans(frames, RATE))
    heard = np.zeros(frames, bool)
    for first, length in spans:
        assert first >= 0 and first + length <= frames and length == min(RATE, frames)
        heard[first : first + length] = True
    assert heard[: frames - RATE // 1000].all()
    assert len({stamp(first / RATE) for first, _ in spans}) == len(spans)


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    write(tmp_path / "a.wav", SECONDS)
    write(tmp_path / "b.wav", 1.0)
    rows = ["a.wav\t1.5\t2.5\tlong\t1", "a.wav\t2.0\t2.0\tclick\t2", "a.wav\t5.3\t5.3\tlast\t3", "b.wav\t\t\t\t"]
    lines(tmp_path / "t.tsv", "filename\tonset\toffset\tevent_label\tid", *rows)
    return tmp_path


def opened(scene: Path, **fields):
    return open_source({"dcase": {"annotations": "t.tsv", **fields}}, scene)


def test_events_are_cut_with_the_sound(scene: Path) -> None:
    source = opened(scene, window_s=2, rest="short")
    assert source.keys == ["a.wav@0", "a.wav@2", "a.wav@4", "b.wav@0"]
    made = samples_of(pickle.loads(pickle.dumps(source)))
    for key, first in (("a.wav@0", 0), ("a.wav@2", 16000), ("a.wav@4", 32000)):
        samples = made[key]["audio"].samples[0]
        assert np.array_equal(samples, ramp(SECONDS)[first : first + 16000])
    shown = {
        key: list(zip(e.columns["label"], e.onset.round(6).tolist(), e.offset.round(6).tolist(), strict=True))
        for key, e in ((key, targets["events"]) for key, targets in made.items())
    }
    assert shown == {
        "a.wav@0": [("long", 1.5, 2.0)],
        "a.wav@2": [("long", 0.0, 0.5), ("click", 0.0, 0.0)],
        "a.wav@4": [("last", 1.3, 1.3)],
        "b.wav@0": [],
    }
    assert source.meta("a.wav@2") == {"labels": ["click", "long"], "recording": "a.wav", "start_s": 2.0}


def test_what_is_left_of_an_event_is_known_to_its_policy(scene: Path) -> None:
    source = opened(scene, window_s=2, rest="short")
    kept = samples_of(source, audio="audio", events="events")["a.wav@0"]["events"].kept
    assert kept.tolist() == [0.5]
    strict = samples_of(source, audio="audio", events={"events": {"min_fraction": 0.6}})
    assert len(strict["a.wav@0"]["events"]) == 0


def test_every_moment_event_is_in_one_window_of_a_tiling() -> None:
    moments = np.round(np.arange(0, 10, 0.05), 2)
    columns = {"onset": moments.tolist(), "offset": moments.tolist(), "n": list(range(len(moments)))}
    types = {"onset": None, "offset": None, "n": np.dtype(np.int64)}
    found = [events_within(columns, types, start, 1.0)["n"].tolist() for start in range(10)]
    assert [number for some in found for number in some] == columns["n"]


def test_windows_are_resampled_and_averaged(scene: Path) -> None:
    made = samples_of(opened(scene, window_s=1), audio={"audio": {"rate": 4000}})
    assert {targets["audio"].samples.shape for targets in made.values()} == {(1, 4000)}


def test_windows_of_a_recording_stay_on_one_side(tmp_path: Path) -> None:
    for number in range(8):
        write(tmp_path / "data" / ("cat" if number % 2 else "dog") / f"{number}.wav", 4.0)
    recipe = {
        "augkit": 1, "source": {"audio_folder": {"root": str(tmp_path / "data"), "window_s": 1, "hop_s": 0.5}},
        "sample": {"audio": "audio", "label": "label"}, "steps": ["gain"], "split": {"val": 0.25, "test": 0.25},
    }  # fmt: skip
    parts = open_recipe(recipe).splits
    recordings = [{key.partition("@")[0] for key in keys} for keys in parts.values()]
    assert all(recordings) and sum(map(len, recordings)) == 8
    assert sum(map(len, parts.values())) == 8 * 7
    recipe["split"]["group"] = "label"
    by_label = open_recipe(recipe | {"split": {"val": 0.5, "group": "label", "stratify": False}}).splits
    assert {key.partition("/")[0] for key in by_label["val"]} != {"cat", "dog"}


def test_bytes_do_not_depend_on_workers(scene: Path) -> None:
    recipe = {
        "augkit": 1, "source": {"dcase": {"annotations": str(scene / "t.tsv"), "window_s": 1}},
        "sample": {"audio": {"audio": {"rate": 4000}}, "events": "events"},
        "steps": ["time_stretch", "add_noise"], "loader": {"batch_size": 2}, "split": {},
    }  # fmt: skip
    one, two = (
        [batch["audio"]["samples"].numpy().tobytes() for batch in augkit.loader(recipe, "all", {"loader.workers": n})]
        for n in (0, 2)
    )
    assert one == two


def test_a_file_that_cannot_be_read_is_named_when_windows_are_counted(scene: Path) -> None:
    (scene / "b.wav").write_bytes(b"no sound")
    with pytest.raises(augkit.DataError, match=r"b\.wav: cannot be read as sound"):
        opened(scene, window_s=1)
    assert opened(scene).keys == ["a.wav", "b.wav"]
    (scene / "b.wav").unlink()
    with pytest.raises(augkit.DataError, match=r"b\.wav: no such file"):
        opened(scene, window_s=1)


def test_parts_of_a_table_are_cut_too(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", 6.0)
    lines(tmp_path / "t.csv", "file,s,e,label", "a.wav,1,3.5,x", "a.wav,4,5,y")
    source = open_source({"audio_table": {"file": "t.csv", "start": "s", "end": "e", "window_s": 1}}, tmp_path)
    assert [source.meta(key)["start_s"] for key in source.keys] == [1.0, 2.0, 2.5, 4.0]
    assert len(set(source.keys)) == 4
    for key, targets in samples_of(source, audio="audio").items():
        first = round(source.meta(key)["start_s"] * RATE)
        assert np.array_equal(targets["audio"].samples[0], ramp(6.0)[first : first + RATE])
