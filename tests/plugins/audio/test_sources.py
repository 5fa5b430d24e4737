"""Sources of sounds: folders, tables, and what every one of them says about its samples."""

import json
import pickle
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

import augkit
from augkit.data import Dataset, Source, open_recipe, open_source
from augkit.plan import Plan
from augkit.schema import read_schema
from augkit_audio.files import read_audio
from tests.plugins.audio.recorded import RATE, lines, ramp, write


def samples_of(source: Source, **kinds):
    plan = Plan([], read_schema(kinds or dict(source.fields)))
    return {sample.key: sample.targets for sample in (Dataset(source, plan)[i] for i in range(len(source.keys)))}


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    for name in ("cat/b.wav", "cat/deep/C.WAV", "dog/a.flac"):
        write(tmp_path / "pets" / name)
    (tmp_path / "pets" / ".hidden").mkdir()
    (tmp_path / "pets" / "cat" / "notes.txt").write_text("no sound")
    return tmp_path


def test_a_folder_is_a_class(pets: Path) -> None:
    source = open_source({"audio_folder": "pets"}, pets)
    assert isinstance(source, Source)
    assert source.keys == ["cat/b.wav", "cat/deep/C.WAV", "dog/a.flac"]
    assert source.fields == {"audio": "audio", "label": "label"}
    assert [source.meta(key) for key in source.keys] == [{"label": "cat"}, {"label": "cat"}, {"label": "dog"}]
    again = pickle.loads(pickle.dumps(source))
    made = samples_of(again)["dog/a.flac"]
    assert made["label"].value == "dog" and np.array_equal(made["audio"].samples[0], ramp(2.0))


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"root": "pet"}, r"audio_folder: root: there is no folder .*pet. Did you mean 'pets'\?"),
        ({"root": "pets", "window": 3}, r"unknown field 'window'. Did you mean 'window_s'\?"),
        ({"root": "pets", "hop_s": 3}, "hop_s: says how far apart windows are; write `window_s`, too"),
        ({"root": "pets", "window_s": 0}, "window_s: 0 is below the lowest allowed"),
        ({"root": "pets", "extensions": ["wav"]}, "write '.wav'"),
        ({}, "'root' is required"),
    ],
)
def test_wrong_fields_of_a_folder_are_refused(pets: Path, fields, complaint: str) -> None:
    with pytest.raises(augkit.FieldError, match=complaint):
        open_source({"audio_folder": fields}, pets)


def test_wrong_folders_are_refused(pets: Path) -> None:
    (pets / "empty").mkdir()
    with pytest.raises(augkit.DataError, match="there is no sound here"):
        open_source({"audio_folder": "empty"}, pets)
    (pets / "pets" / "bird").mkdir()
    with pytest.raises(augkit.DataError, match="the class 'bird' has no sound"):
        open_source({"audio_folder": "pets"}, pets)
    write(pets / "pets" / "loose.wav")
    with pytest.raises(augkit.DataError, match=r"'loose.wav' is in no class.*audio_table"):
        open_source({"audio_folder": "pets"}, pets)


def table(folder: Path, ending: str, rows: list[dict]) -> str:
    path = folder / f"t{ending}"
    if ending == ".parquet":
        parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    elif ending == ".jsonl":
        lines(path, *map(json.dumps, rows))
    else:
        mark = "\t" if ending == ".tsv" else ","
        lines(path, mark.join(rows[0]), *(mark.join(map(str, row.values())) for row in rows))
    return path.name


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_cells_of_a_table_keep_their_type(tmp_path: Path, ending: str) -> None:
    rows = [
        {"filename": "a", "id": 16777217, "kind": "dog", "weight": 0.5},
        {"filename": "b", "id": 3, "kind": "007", "weight": 1.25},
    ]
    for row in rows:
        write(tmp_path / "wav" / f"{row['filename']}.wav")
    fields = {"file": table(tmp_path, ending, rows), "root": "wav", "suffix": ".wav"}
    source = open_source({"audio_table": fields}, tmp_path)
    assert source.fields == {"audio": "audio", "id": "label", "kind": "label", "weight": "value"}
    assert source.keys == ["a", "b"]
    assert [source.meta(key) for key in source.keys] == [
        {k: v for k, v in row.items() if k != "filename"} for row in rows
    ]
    made = samples_of(pickle.loads(pickle.dumps(source)))
    assert made["a"]["id"].value == 16777217 and type(made["a"]["id"].value) is int
    assert np.array_equal(made["b"]["audio"].samples[0], ramp(2.0))
    assert source.place("b").endswith(f"t{ending}, row {2 if ending in ('.jsonl', '.parquet') else 3}")


def test_rows_may_be_parts_of_a_file(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", 3.0)
    lines(tmp_path / "t.csv", "file,from,to,word", "a.wav,0.5,1.25,yes", "a.wav,2,3,no")
    source = open_source({"audio_table": {"file": "t.csv", "start": "from", "end": "to"}}, tmp_path)
    assert source.keys == ["a.wav@0.5", "a.wav@2"] and source.fields == {"audio": "audio", "word": "label"}
    made = samples_of(source)
    assert np.array_equal(made["a.wav@0.5"]["audio"].samples[0], ramp(3.0)[4000:10000])
    assert np.array_equal(made["a.wav@2"]["audio"].samples[0], ramp(3.0)[16000:])
    source = open_source({"audio_table": {"file": "t.csv", "start": "from"}}, tmp_path)
    assert samples_of(source, audio="audio")["a.wav@0.5"]["audio"].samples.shape == (1, 20000)


def test_events_in_a_table_are_moved_with_their_part(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", 3.0)
    told = [
        {"onset": 0.25, "offset": 0.75, "label": "dog", "n": 1},
        {"onset": 2.0, "offset": 2.0, "label": "click", "n": 2},
    ]
    rows = [{"file": "a.wav", "s": 0.5, "events": told}, {"file": "a.wav", "s": 1.5, "events": json.dumps(told)}]
    lines(tmp_path / "t.jsonl", *map(json.dumps, rows))
    source = open_source({"audio_table": {"file": "t.jsonl", "start": "s"}}, tmp_path)
    assert source.fields == {"audio": "audio", "events": "events", "labels": "labels"}
    first, second = (made["events"] for made in samples_of(source).values())
    assert first.onset.tolist() == [0.0, 1.5] and first.offset.tolist() == [0.25, 1.5]
    assert first.columns["label"] == ["dog", "click"] and first.columns["n"].tolist() == [1, 2]
    assert second.onset.tolist() == [0.5] and source.meta("a.wav@1.5") == {"labels": ["click"]}


def hugging_face(folder: Path, **cells) -> Source:
    rows = [
        {"audio": {"bytes": write(folder / f"{n}.wav", 1 + n).read_bytes(), "path": f"{n}.wav"} | cells, "label": n}
        for n in range(5)
    ]
    parquet.write_table(pyarrow.Table.from_pylist(rows), folder / "t.parquet", row_group_size=2)
    return open_source({"audio_table": "t.parquet"}, folder)


def test_parquet_that_holds_sounds_itself(tmp_path: Path) -> None:
    source = hugging_face(tmp_path)
    for file in tmp_path.glob("*.wav"):
        file.unlink()
    assert source.keys == [f"{n}.wav" for n in range(5)] and source.fields == {"audio": "audio", "label": "label"}
    made = samples_of(pickle.loads(pickle.dumps(source)), audio={"audio": {"rate": 4000}}, label="label")
    assert [made[key]["audio"].samples.shape for key in source.keys] == [(1, 4000 * (1 + n)) for n in range(5)]
    assert [made[key]["label"].value for key in source.keys] == list(range(5))
    windows = open_source({"audio_table": {"file": "t.parquet", "window_s": 1}}, tmp_path)
    assert len(windows.keys) == 1 + 2 + 3 + 4 + 5
    assert np.array_equal(samples_of(windows, audio="audio")["3.wav@2"]["audio"].samples[0], ramp(4.0)[16000:24000])


def test_parquet_reads_one_group_of_rows_at_a_time(tmp_path: Path) -> None:
    source = hugging_face(tmp_path)
    assert len(pickle.dumps(source)) < 20_000, "the sounds themselves are not carried into workers"
    source.load("3.wav")["audio"]
    held = next(iter(source.held.values()))[0]
    assert held._group[0] == 1 and len(held._group[1]) == 2


def test_parquet_may_hold_paths_or_samples(tmp_path: Path) -> None:
    write(tmp_path / "a.wav")
    rows = [{"audio": {"bytes": None, "path": "a.wav"}}]
    schema = pyarrow.schema([("audio", pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())]))])
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema), tmp_path / "p.parquet")
    made = samples_of(open_source({"audio_table": "p.parquet"}, tmp_path))
    assert np.array_equal(made["a.wav"]["audio"].samples[0], ramp(2.0))
    rows = [{"audio": {"array": ramp(1.0).tolist(), "path": None, "sampling_rate": RATE}}]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "s.parquet")
    made = samples_of(open_source({"audio_table": {"file": "s.parquet", "key": "#"}}, tmp_path))
    assert made["1"]["audio"].rate == RATE and np.array_equal(made["1"]["audio"].samples[0], ramp(1.0))


def test_damaged_sounds_in_parquet_are_named_by_row(tmp_path: Path) -> None:
    rows = [{"audio": {"bytes": b"no sound", "path": "a.wav"}}, {"audio": {"bytes": None, "path": None}}]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "t.parquet")
    source = open_source({"audio_table": {"file": "t.parquet", "key": "#"}}, tmp_path)
    data = Dataset(source, Plan([], read_schema(dict(source.fields))))
    with pytest.raises(augkit.DataError, match=r"a\.wav: cannot be read as sound.*t\.parquet, row 1"):
        data[0]
    with pytest.raises(augkit.DataError, match=r"holds a sound of neither bytes nor path.*t\.parquet, row 2"):
        data[1]


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"file": "u.csv"}, "there is no file"),
        ({"file": "t.csv", "audio": "fil"}, r"audio: .* has no column 'fil'. Did you mean 'file'\?"),
        ({"file": "t.csv", "start": "begin"}, "start: .* has no column 'begin'"),
        ({"file": "t.csv", "key": "id"}, "key: .* has no column 'id'"),
        ({"file": "n.csv"}, r"audio: .*has no column called audio or file or filename; name it: `audio: …`"),
        ({"file": "t.csv", "root": "r"}, "root: there is no folder"),
    ],
)
def test_wrong_fields_of_a_table_are_refused(tmp_path: Path, fields, complaint: str) -> None:
    lines(tmp_path / "t.csv", "file,label", "a.wav,1")
    lines(tmp_path / "n.csv", "name,label", "a.wav,1")
    with pytest.raises(augkit.FieldError, match=complaint):
        open_source({"audio_table": fields}, tmp_path)


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        (
            ["a.wav,0,1,[]", "a.wav,0,2,[]"],
            r"rows 2 and 3 have the same key 'a.wav@0'.*one row an event is read by `dcase`",
        ),
        (["a.wav,0,1,[]", ",0,1,[]"], r"row 3: 'file' is empty; number the rows"),
        (["a.wav,1,1,[]"], "row 2: a part from 1 s to 1.0 s is none"),
        (["a.wav,x,1,[]"], "row 2: 'x' is no number of seconds"),
        (["a.wav,nan,1,[]"], "row 2: 'nan' is no number of seconds"),
        (['a.wav,0,1,"[{""onset"": 1}]"'], "row 2: events: row 0 has no 'offset'"),
        (["a.wav,0,1,{]"], "row 2: events are no JSON"),
        (['a.wav,0,1,"[{""onset"": 2, ""offset"": 1}]"'], "row 2: ends at 1 s, before it starts at 2 s"),
    ],
)
def test_wrong_rows_are_named(tmp_path: Path, rows, complaint: str) -> None:
    lines(tmp_path / "t.csv", "file,s,e,events", *rows)
    with pytest.raises(augkit.DataError, match=rf"t\.csv: {complaint}"):
        open_source({"audio_table": {"file": "t.csv", "start": "s", "end": "e"}}, tmp_path)


def test_a_part_beyond_its_file_is_named(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", 2.0)
    lines(tmp_path / "t.csv", "file,s,e", "a.wav,1,3")
    source = open_source({"audio_table": {"file": "t.csv", "start": "s", "end": "e"}}, tmp_path)
    with pytest.raises(augkit.DataError, match=r"a\.wav: lasts 2 s; 1 s to 3 s is asked for. \(.*t\.csv, row 2\)"):
        samples_of(source)


def test_a_manifest_reads_at_a_rate_too(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", channels=2)
    lines(tmp_path / "t.csv", "audio,label", "a.wav,1")
    source = open_source({"manifest": "t.csv"}, tmp_path)
    made = samples_of(source, audio={"audio": {"rate": 4000, "mono": True}})["a.wav"]["audio"]
    assert (made.rate, made.samples.shape) == (4000, (1, 8000))
    expected, _ = read_audio(tmp_path / "a.wav", rate=4000, mono=True)
    assert np.array_equal(made.samples, expected)


def test_splits_and_hashes_are_those_of_keys(pets: Path) -> None:
    recipe = {
        "augkit": 1, "source": {"audio_folder": str(pets / "pets")}, "sample": {"audio": "audio", "label": "label"},
        "steps": ["gain"], "split": {"val": 0.3, "stratify": False},
    }  # fmt: skip
    opened = open_recipe(recipe)
    assert sorted([*opened.keys("train"), *opened.keys("val")]) == list(opened.source.keys)
    other = open_recipe(recipe | {"sample": {"audio": {"audio": {"rate": 4000}}, "label": "label"}})
    assert other.hash != opened.hash and other.splits == opened.splits
