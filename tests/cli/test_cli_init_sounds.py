"""``augkit init`` on sounds: each layout is known, the recipe checks, previews and loads as it stands."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import augkit
from augkit.recipe import read_recipe
from tests.cli.conftest import Run
from tests.plugins.audio.recorded import lines, write

HEADER = "Selection\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tSpecies"


def folders(data: Path) -> None:
    for name in ("bark/0", "bark/1", "rain/0", "rain/1"):
        write(data / f"{name}.wav")


def dcase(data: Path) -> None:
    for name in "abcd":
        write(data / "audio" / f"{name}.wav")
    rows = [f"{name}.wav\t0.5\t1.0\tbark" for name in "abc"]
    lines(data / "train.tsv", "filename\tonset\toffset\tevent_label", *rows)
    lines(data / "train_durations.tsv", "filename\tduration", *(f"{name}.wav\t2.0" for name in "abcd"))


def esc(data: Path) -> None:
    for name in "abcdefghij":
        write(data / "audio" / f"{name}.wav")
    rows = [f"{name}.wav,{number % 5},{'bark' if number % 2 else 'rain'}" for number, name in enumerate("abcdefghij")]
    lines(data / "meta" / "esc.csv", "filename,fold,category", *rows)


def audacity(data: Path) -> None:
    for name in "abcd":
        write(data / f"{name}.wav")
        lines(data / f"{name}.txt", "0.500000\t1.000000\tbark")


def raven(data: Path) -> None:
    for name in "abcd":
        write(data / "wav" / f"{name}.wav")
        lines(data / "tables" / f"{name}.Table.1.selections.txt", HEADER, "1\t0.5\t1.0\t500\t900\towl")


def jams(data: Path) -> None:
    for name in "abcd":
        write(data / f"{name}.wav")
        seen = [{"time": 0.5, "duration": 0.5, "value": "bark", "confidence": 1}]
        (data / f"{name}.jams").write_text(json.dumps({"annotations": [{"namespace": "tag_open", "data": seen}]}))


LAYOUTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "audio_folder": (folders, "{audio_folder: {root: data}}"),
    "dcase": (
        dcase,
        "{dcase: {annotations: data/train.tsv, root: data/audio, durations: data/train_durations.tsv}}",
    ),
    "audio_table": (esc, "{audio_table: {file: data/meta/esc.csv, root: data/audio}}"),
    "audacity": (audacity, "{audacity: {root: data}}"),
    "raven": (raven, "{raven: {root: data/wav, annotations: data/tables}}"),
    "jams": (jams, "{jams: {root: data}}"),
}


@pytest.mark.parametrize("name", list(LAYOUTS))
def test_a_layout_is_known_and_its_recipe_runs(run: Run, name: str) -> None:
    make, source = LAYOUTS[name]
    make(Path("data"))
    result = run("init", "data", "--yes")
    assert result.exit_code == 0, result.output
    text = Path("data.yaml").read_text(encoding="utf-8")
    assert f"source: {source}\n" in text, text
    assert text.startswith("# augkit train data.yaml") and len(text.splitlines()) <= 25
    assert f"{name}: " in result.stderr and "assumed: tempo and pitch matter little for labels such as" in result.stderr
    checked = run("check", "data.yaml")
    assert checked.exit_code == 0, checked.output
    batch = next(iter(augkit.loader("data.yaml", overrides={"loader.workers": 0})))
    assert (batch["audio"]["values"] if isinstance(batch["audio"], dict) else batch["audio"]).ndim == 4
    if "events" in read_recipe("data.yaml").schema.fields:
        assert any(len(events["onset"]) for events in batch["events"])
    else:
        assert read_recipe("data.yaml").schema.fields.keys() == {
            "audio",
            "category" if name == "audio_table" else "label",
        }


def test_folds_stay_together_and_it_is_said(run: Run) -> None:
    esc(Path("data"))
    assert "the column 'fold' says what must stay together" in run("init", "data", "--yes").stderr
    assert read_recipe("data.yaml").split.group == "fold"


def test_labels_of_tempo_and_pitch_are_not_stretched(run: Run) -> None:
    for name in ("slow/0", "slow/1", "fast/0", "fast/1"):
        write(Path("data") / f"{name}.wav")
    assert "assumed: tempo and pitch matter for labels such as fast, slow" in run("init", "data", "--yes").stderr
    recipe = read_recipe("data.yaml")
    assert recipe.schema.fields["label"].options.sensitive_to == ("tempo", "pitch")
    assert "audio/time_stretch" not in [step.id for step in recipe.steps]
    assert run("check", "data.yaml", "--set", "steps=[time_stretch]").exit_code == 2


def test_rates_and_channels_that_differ_become_one(run: Run) -> None:
    folders(Path("data"))
    write(Path("data/bark/0.wav"), rate=16000, channels=2)
    said = run("init", "data", "--yes").stderr
    assert "resampled to the commonest, 8000 Hz" in said and "averaged to one (mono)" in said
    assert "audio: {audio: {rate: 8000, mono: true}}" in Path("data.yaml").read_text(encoding="utf-8")
    batch = next(iter(augkit.loader("data.yaml", "all", overrides={"loader.workers": 0})))
    assert len(batch["audio"]) == 4


def test_long_recordings_become_windows(run: Run) -> None:
    for name in ("bark/0", "bark/1", "rain/0", "rain/1"):
        write(Path("data") / f"{name}.wav", seconds=45)
    assert "recordings of 45 s are cut into windows of 10 s" in run("init", "data", "--yes").stderr
    assert "window_s: 10" in Path("data.yaml").read_text(encoding="utf-8")
    assert run("check", "data.yaml").exit_code == 0


def test_splits_are_no_classes_and_unreadable_files_are_named(run: Run) -> None:
    folders(Path("data/train"))
    folders(Path("data/test"))
    Path("data/train/bark/1.wav").write_bytes(b"no sound")
    said = run("init", "data", "--yes").stderr
    assert "test, train look like splits" in said and "cannot be read: bark/1.wav: cannot be read as sound" in said
    recipe = read_recipe("data.yaml")
    assert "root: data/train" in recipe.resolved() and recipe.loader.on_error == "skip"


def test_pictures_with_a_sound_among_them_are_pictures(run: Run, photos: Path) -> None:
    write(photos / "cat" / "meow.wav")
    assert run("init", "photos", "--yes").exit_code == 0
    assert "image_folder" in Path("photos.yaml").read_text(encoding="utf-8")


def test_a_table_may_be_named_itself(run: Run) -> None:
    esc(Path("data"))
    assert run("init", "data/meta/esc.csv", "--yes").exit_code == 0
    assert run("check", "esc.yaml").exit_code == 0, Path("esc.yaml").read_text(encoding="utf-8")


def test_the_help_names_sounds_and_texts(run: Run) -> None:
    told = " ".join(run("init", "--help").stdout.split())
    assert "pictures or sounds per class" in told and "DCASE" in told and "CoNLL" in told and "SQuAD" in told
