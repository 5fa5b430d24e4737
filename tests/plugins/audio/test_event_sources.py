"""Sources of sound events: DCASE tables, Audacity label tracks, Raven selection tables, JAMS files."""

import pickle
from pathlib import Path

import numpy as np
import pytest

import augkit
from augkit.data import open_source
from tests.plugins.audio.recorded import lines, write
from tests.plugins.audio.test_sources import samples_of

RAVEN = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tAnnotation"


def dcase(place: Path, *rows: str, header="filename\tonset\toffset\tevent_label", **fields):
    lines(place / "t.tsv", header, *rows)
    return open_source({"dcase": {"annotations": "t.tsv", "root": "wav", **fields}}, place)


def test_rows_are_events_of_the_clips_they_name(place: Path) -> None:
    rows = ["b.wav\t0.5\t1.25\tdog\t16777217", "a.wav\t\t\t\t", "b.wav\t0.1\t0.1\tclick\t3"]
    source = dcase(place, *rows, header="filename\tonset\toffset\tevent_label\tid")
    assert source.keys == ["b.wav", "a.wav"]
    assert source.fields == {"audio": "audio", "events": "events", "labels": "labels"}
    made = samples_of(pickle.loads(pickle.dumps(source)))
    events = made["b.wav"]["events"]
    assert events.onset.tolist() == [0.5, 0.1] and events.offset.tolist() == [1.25, 0.1]
    assert events.columns["label"] == ["dog", "click"]
    assert events.columns["id"].tolist() == [16777217, 3] and events.columns["id"].dtype == np.int64
    none = made["a.wav"]["events"]
    assert len(none) == 0 and none.columns["label"] == [] and none.columns["id"].dtype == np.int64
    assert source.meta("b.wav") == {"labels": ["click", "dog"]} and source.meta("a.wav") == {"labels": []}


def test_durations_name_the_clips_without_events(place: Path) -> None:
    lines(place / "d.tsv", "filename\tduration", "a.wav\t3.0", "b.wav\t3.0")
    source = dcase(place, "a.wav\t0.5\t1\tdog", durations="d.tsv")
    assert source.keys == ["a.wav", "b.wav"] and len(samples_of(source)["b.wav"]["events"]) == 0


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        (["a.wav\t1\t0.5\tdog"], "row 2: ends at 0.5 s, before it starts at 1 s"),
        (["a.wav\tx\t1\tdog"], "row 2: 'x' is no number of seconds"),
        (["a.wav\t0,5\t1\tdog"], "row 2: '0,5' is no number of seconds. Write a point, not a comma"),
        (["a.wav\t0\tinf\tdog"], "row 2: 'inf' is no number of seconds"),
        (["a.wav\t0\t\tdog"], "row 2: None is no number of seconds"),
        (["a.wav\t0\t1\t"], "row 2: the event has no 'event_label'"),
        (["a.wav\t0\t1\tdog", "\t0\t1\tdog"], "row 3: 'filename' is empty"),
        (["a.wav\t0\t1"], "row 2: has 3 cells, the header 4"),
        ([], "holds no rows"),
    ],
)
def test_wrong_rows_are_named(place: Path, rows, complaint: str) -> None:
    with pytest.raises(augkit.DataError, match=rf"t\.tsv: {complaint}"):
        dcase(place, *rows)


def test_columns_of_other_names(place: Path) -> None:
    header = "clip_id\tt0\tt1\tspecies"
    with pytest.raises(augkit.FieldError, match=r"file: .*has no column called filename or file or file_name; name it"):
        dcase(place, "a.wav\t0\t1\towl", header=header)
    source = dcase(place, "a.wav\t0\t1\towl", header=header, file="clip_id", onset="t0", offset="t1")
    assert samples_of(source)["a.wav"]["events"].columns == {"label": ["owl"]}


@pytest.mark.parametrize(
    ("durations", "complaint"),
    [
        (["b.wav\t3.0"], "'a.wav' has events, but no row in `durations`"),
        (["a.wav\t1.0"], "an event of 'a.wav' ends at 2 s, after its 1 s in `durations`"),
        (["a.wav\tlong"], "row 2: 'long' is no number of seconds"),
        (["a.wav\t3", "a.wav\t3"], "row 3: the file 'a.wav' is empty, or named twice"),
    ],
)
def test_durations_are_checked(place: Path, durations, complaint: str) -> None:
    lines(place / "d.tsv", "filename\tduration", *durations)
    with pytest.raises(augkit.DataError, match=complaint):
        dcase(place, "a.wav\t0.5\t2\tdog", durations="d.tsv")


def test_events_beyond_the_sound_are_named_with_the_table(place: Path) -> None:
    with pytest.raises(augkit.DataError, match=r"events: row 0 lasts from 5 to 6 s, outside the clip of 3 s.*t\.tsv"):
        samples_of(dcase(place, "a.wav\t5\t6\tdog"))
    with pytest.raises(augkit.DataError, match=r"a\.wav: lasts 3 s, but an event starts at 5 s \(.*t\.tsv\)"):
        dcase(place, "a.wav\t5\t6\tdog", window_s=1)


def track(place: Path, *rows: str, **fields):
    lines(place / "wav" / "a.txt", *rows)
    return open_source({"audacity": {"root": "wav", **fields}}, place)


def test_label_tracks(place: Path) -> None:
    source = track(place, "0.5\t1.25\tdog bark", "\\\t100.5\t2000", "2.0\t2.0\t", "\\\t-1.0\t50", "2.5\t2.75\tcat")
    assert source.keys == ["a.wav"], "b and c have no track, and are not annotated"
    events = samples_of(source)["a.wav"]["events"]
    assert events.onset.tolist() == [0.5, 2.0, 2.5] and events.offset.tolist() == [1.25, 2.0, 2.75]
    assert events.columns["label"] == ["dog bark", "", "cat"]
    assert events.columns["low_hz"] == [100.5, None, None] and events.columns["high_hz"] == [2000.0, 50.0, None]
    assert len(samples_of(track(place))["a.wav"]["events"]) == 0


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        (["0.5 1.0 dog"], r"row 1: got '0.5 1.0 dog'; expected start, end and text, with tabs between"),
        (["0,5\t1,0\tdog"], "row 1: '0,5' is no number of seconds. Write a point, not a comma"),
        (["\\\t1\t2"], "row 1: expected .*below a label"),
        (["1\t2\ta", "\\\t1"], "row 2: expected"),
        (["1\t2\ta", "\\\tlow\t5"], "row 2: 'low' is no number of Hz"),
        (["2\t1\ta"], "row 1: ends at 1 s"),
    ],
)
def test_wrong_label_tracks_are_named(place: Path, rows, complaint: str) -> None:
    with pytest.raises(augkit.DataError, match=rf"a\.txt: {complaint}"):
        track(place, *rows)


def test_tracks_find_their_sounds(place: Path) -> None:
    lines(place / "labels" / "b.txt", "0.5\t1.0\tdog")
    assert open_source({"audacity": {"root": "wav", "annotations": "labels"}}, place).keys == ["b.wav"]
    assert open_source({"audacity": {"root": "wav", "annotations": "labels/b.txt"}}, place).keys == ["b.wav"]
    lines(place / "labels" / "bb.txt", "0.5\t1.0\tdog")
    with pytest.raises(augkit.DataError, match=r"bb\.txt: annotates 'bb', but below .*there is no bb.wav"):
        open_source({"audacity": {"root": "wav", "annotations": "labels"}}, place)
    write(place / "wav" / "b.flac")
    with pytest.raises(augkit.DataError, match=r"b\.flac and b\.wav differ in their ending only"):
        open_source({"audacity": {"root": "wav", "annotations": "labels/b.txt"}}, place)
    with pytest.raises(augkit.FieldError, match="annotations: there is no folder"):
        open_source({"audacity": {"root": "wav", "annotations": "tracks"}}, place)
    (place / "wav" / "b.flac").unlink()
    (place / "wav" / "a.txt").write_bytes(b"0.5\t1.0\t\xe4\n")
    with pytest.raises(augkit.DataError, match=r"a\.txt: is no UTF-8 text.*Save it as UTF-8"):
        open_source({"audacity": "wav"}, place)


def raven(place: Path, *rows: str, header=RAVEN, name="a.Table.1.selections.txt", **fields):
    lines(place / "tables" / name, header, *rows)
    return open_source({"raven": {"root": "wav", "annotations": "tables", **fields}}, place)


@pytest.mark.parametrize("name", ["a.Table.1.selections.txt", "a.selections.txt", "a.txt"])
def test_selection_tables(place: Path, name: str) -> None:
    rows = ["1\tWaveform 1\t1\t0.5\t1.25\t0\t4000\towl", "1\tSpectrogram 1\t1\t0.5\t1.25\t200\t900.5\towl",
            "2\tSpectrogram 1\t1\t2\t2.5\t100\t300\t"]  # fmt: skip
    source = raven(place, *rows, name=name)
    assert source.keys == ["a.wav"]
    events = samples_of(source)["a.wav"]["events"]
    assert events.onset.tolist() == [0.5, 2.0] and events.offset.tolist() == [1.25, 2.5]
    assert events.columns["label"] == ["owl", ""]
    assert events.columns["low_hz"].tolist() == [200, 100] and events.columns["high_hz"].tolist() == [900.5, 300]
    assert events.columns["channel"].tolist() == [1, 1]


def test_a_table_names_its_sound_and_counts_within_it(place: Path) -> None:
    header = "Selection\tBegin Time (s)\tEnd Time (s)\tBegin File\tFile Offset (s)\tSpecies Code"
    source = raven(place, "1\t3603.5\t3604.0\tb.wav\t1.5\tOWL", header=header, name="day1.txt")
    events = samples_of(source)["b.wav"]["events"]
    assert events.onset.tolist() == [1.5] and events.offset.tolist() == [2.0] and events.columns["label"] == ["OWL"]
    with pytest.raises(augkit.DataError, match="selects in 2 files"):
        raven(place, "1\t1\t2\tb.wav\t1\tX", "2\t1\t2\tc.wav\t1\tX", header=header, name="day1.txt")


@pytest.mark.parametrize(
    ("rows", "header", "complaint"),
    [
        (["1\tS\t1\t2\t1\t0\t9\towl"], RAVEN, "row 2: ends at 1 s"),
        (["1\tS\t1\tx\t1\t0\t9\towl"], RAVEN, "row 2: 'x' is no number of seconds"),
        (["1\tS\t1\t0\t1\t\t9\towl"], RAVEN, "row 2: None is no number of Hz"),
        (["1\t0\t1"], "Selection\tBegin\tEnd", r"has no column 'Begin Time \(s\)'.*Then the source is `audacity`"),
    ],
)
def test_wrong_selection_tables_are_named(place: Path, rows, header: str, complaint: str) -> None:
    with pytest.raises(augkit.DataError, match=rf"selections\.txt: .*{complaint}"):
        raven(place, *rows, header=header)
    with pytest.raises(augkit.FieldError, match=r"label: .*has no column 'Specie'. Did you mean 'Species'\?"):
        header = "Begin Time (s)\tEnd Time (s)\tSpecies"
        raven(place, "0\t1\towl", header=header, label="Specie")
