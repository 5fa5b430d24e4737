"""Places that cannot be written, and names that no comment can hold."""

from pathlib import Path

import pytest
from PIL import Image

from augkit.recipe import read_recipe
from tests.cli.conftest import Run


@pytest.mark.parametrize("out", [".", "file/page.html", "/proc/there/is/none.html"])
def test_a_place_that_cannot_be_written_is_named(run: Run, photos: Path, out: str) -> None:
    Path("file").touch()
    run("init", "photos", "--yes")
    done = run("preview", "photos.yaml", "-o", out, "--samples", "1", "--draws", "0")
    assert done.exit_code == 2
    assert done.output.startswith("Error: ") and "Traceback" not in done.output


def test_a_class_cannot_write_into_the_recipe(run: Run, photos: Path) -> None:
    (photos / "dog").rename(photos / "dog\nseed: 9\nx")
    for name in range(2):
        Image.new("RGB", (8, 8)).save(photos / "cat" / f"more\n{name}.png")
    assert run("init", "photos", "--yes").exit_code == 0
    assert read_recipe("photos.yaml").seed == 0
    assert "dog\\nseed: 9\\nx 6" in Path("photos.yaml").read_text(encoding="utf-8")


def test_a_recipe_for_another_folder_of_that_name_is_not_trained(run: Run, photos: Path) -> None:
    run("init", "photos", "--yes")
    (photos.parent / "other").mkdir()
    photos.rename(photos.parent / "other" / "photos")
    (photos.parent / "photos" / "a").mkdir(parents=True)
    (photos.parent / "photos" / "b").mkdir()
    for kind in "ab":
        Image.new("RGB", (8, 8)).save(photos.parent / "photos" / kind / "0.png")
    done = run("train", "other/photos", "--yes")
    assert done.exit_code == 2 and not Path("runs").exists()
    assert "photos.yaml is there already and reads" in done.output


def test_a_folder_with_dots_gives_its_whole_name(run: Run, photos: Path) -> None:
    photos.rename(photos.parent / "photos.v2")
    assert run("init", "photos.v2", "--yes").exit_code == 0
    assert Path("photos.v2.yaml").is_file()


def test_a_table_is_data_as_a_folder_is(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"the {word} film,{label}\n" for word, label in [("good", "pos"), ("bad", "neg")] * 6)
    Path("reviews.csv").write_text(f"text,label\n{rows}")
    stop = ["--set", "train.backbone=pkg/nothing"]
    done = run("train", "reviews.csv", "--yes", *stop)
    assert done.exit_code == 2 and "wrote reviews.yaml" in done.stderr and "pkg/nothing" in done.stderr
    assert "using reviews.yaml" in run("train", "reviews.csv", *stop).stderr
    Path("old").mkdir()
    Path("reviews.csv").rename("old/reviews.csv")
    refused = run("train", "old/reviews.csv", *stop)
    assert (
        refused.exit_code == 2 and f"is there already and reads {tmp_path / 'reviews.csv'}, not old" in refused.output
    )
