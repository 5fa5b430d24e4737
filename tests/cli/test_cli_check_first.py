"""``augkit check`` looks at the first samples of each split, and at how large the steps would make them."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.cli.conftest import Run

PICTURES = """augkit: 1
source: {image_folder: photos}
sample: {image: image, label: label}
split: {val: 0.5}
steps: [hflip]
"""
SOUNDS = """augkit: 1
source: {dcase: {annotations: events.csv, root: ROOT}}
sample: {audio: audio, events: events}
steps:
  - STEP
"""


def written(text: str) -> str:
    Path("r.yaml").write_text(text, encoding="utf-8")
    return "r.yaml"


@pytest.fixture
def clips(tmp_path: Path) -> None:
    """Four clips of a second in ``sounds``, and their events in ``events.csv``."""
    (tmp_path / "sounds").mkdir()
    rows = ["filename,onset,offset,event_label"]
    for number in range(4):
        soundfile.write(tmp_path / "sounds" / f"{number}.wav", np.zeros(16000, np.float32), 16000)
        rows.append(f"{number}.wav,0.25,0.5,click")
    (tmp_path / "events.csv").write_text("\n".join(rows))


def sounds(step: str = "gain: {db: 3}", root: str = "sounds") -> str:
    return written(SOUNDS.replace("ROOT", root).replace("STEP", step))


def test_files_that_are_not_there_are_told_before_a_run_with_the_table_that_names_them(run: Run, clips: None) -> None:
    assert run("check", sounds()).exit_code == 0
    result = run("check", sounds(root="."))
    assert result.exit_code == 2
    assert result.stderr.startswith("r.yaml:2:1: 4 of the 4 samples that were looked at cannot be read: ")
    assert "0.wav: no such file. (" in result.stderr and "events.csv)" in result.stderr
    assert run("check", "r.yaml", "--no-data").exit_code == 0


def test_a_broken_file_at_the_head_of_any_split_is_refused_or_told_as_the_recipe_says(run: Run, photos: Path) -> None:
    for file in photos.rglob("*.png"):
        if file.stem in "01234":
            file.write_bytes(b"broken")
    result = run("check", written(PICTURES))
    assert result.exit_code == 2 and "samples that were looked at cannot be read: " in result.stderr
    for file in (photos / "dog").glob("*.png"):
        file.write_bytes((photos / "dog" / "5.png").read_bytes())
    result = run("check", written(PICTURES + "loader: {on_error: skip}\n"))
    assert result.exit_code == 0
    assert result.stderr.startswith("r.yaml:6:20: warning: ")
    assert result.stderr.endswith("on_error: skip will leave such samples out.\n")


GIANTS = {
    "crop": ("crop: {seconds: 16000}", "audio/crop: makes 16000 s at 16000 Hz of 1 s at 16000 Hz", "1.0 GB"),
    "pad": ("pad: {to: 80000}", "audio/pad: makes 80000 s at 16000 Hz of 1 s at 16000 Hz", "5.1 GB"),
    "in two": ("seq: {steps: [{pad: {to: 99}}, {crop: {seconds: 16000}}]}", "audio/crop: makes 16000 s", "1.0 GB"),
}


@pytest.mark.parametrize(("step", "made", "size"), GIANTS.values(), ids=GIANTS)
def test_a_step_that_makes_giants_is_refused_with_their_size(
    step: str, made: str, size: str, run: Run, clips: None
) -> None:
    for command in ("check", "preview"):
        result = run(command, sounds(step))
        assert result.exit_code == 2
        assert made in result.stderr and f": {size} for each sample. Is it the unit?" in result.stderr


def test_longer_clips_are_fine(run: Run, clips: None) -> None:
    assert run("check", sounds("crop: {seconds: 600}")).exit_code == 0


def test_a_picture_of_a_size_that_no_memory_holds_is_refused(run: Run, photos: Path) -> None:
    result = run("check", written(PICTURES.replace("hflip", "{resize: {size: 30000}}")))
    assert result.exit_code == 2
    assert "image/resize: makes 30000 × 30000 px of 40 × 60 px, as the first samples are: 2.7 GB" in result.stderr
