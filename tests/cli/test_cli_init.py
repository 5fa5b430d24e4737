"""``augkit init``: real folders in, short recipes out that check and preview as they stand."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from augkit.cli.init import write_recipe
from augkit.errors import DataError, RecipeError
from augkit.recipe import read_recipe
from augkit_image.starter import side_for
from tests.cli.conftest import Run


def test_a_folder_of_classes(run: Run, photos: Path) -> None:
    result = run("init", "photos", "--yes")
    assert result.exit_code == 0, result.output
    assert "12 images in 2 classes: cat 6, dog 6." in result.stderr
    assert "assumed: left and right do not matter for labels such as cat, dog" in result.stderr
    text = Path("photos.yaml").read_text(encoding="utf-8")
    assert text.splitlines()[0] == "# augkit train photos.yaml" and len(text.splitlines()) <= 25
    recipe = read_recipe("photos.yaml")
    assert [step.id for step in recipe.steps][:2] == ["image/random_resized_crop", "image/hflip"]
    assert run("check", "photos.yaml").exit_code == 0


def test_the_answer_about_left_and_right_is_in_the_recipe(
    run: Run, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("augkit.cli.init._interactive", lambda: True)
    result = run("init", "photos", "-o", "yes.yaml", input="y\n")
    assert "Does left/right matter for these labels (cat, dog)?" in result.stderr and "assumed" not in result.stderr
    sensitive = read_recipe("yes.yaml")
    assert "image/hflip" not in [step.id for step in sensitive.steps]
    assert sensitive.schema.fields["label"].options.sensitive_to == ("handedness",)
    assert run("check", "yes.yaml", "--set", "steps=[hflip]").exit_code == 2
    run("init", "photos", "-o", "no.yaml", input="n\n")
    assert "image/hflip" in [step.id for step in read_recipe("no.yaml").steps]


@pytest.mark.parametrize("names", [("left", "right"), ("b", "d"), ("0", "1")])
def test_sided_labels_are_not_mirrored_by_default(names: tuple[str, str], run: Run, photos: Path) -> None:
    (photos / "cat").rename(photos / names[0])
    (photos / "dog").rename(photos / names[1])
    result = run("init", "photos", "--yes")
    assert "assumed: left and right matter for labels such as" in result.stderr
    assert "hflip" not in Path("photos.yaml").read_text(encoding="utf-8")


def test_unreadable_files_are_named_and_skipped(run: Run, photos: Path) -> None:
    (photos / "cat" / "0.png").write_bytes((photos / "cat" / "1.png").read_bytes()[:60])
    (photos / "dog" / "note.jpg").write_bytes(b"no picture")
    result = run("init", "photos", "--yes")
    assert "cannot be read: cat/0.png: " in result.stderr and "cannot be read: dog/note.jpg: " in result.stderr
    assert read_recipe("photos.yaml").loader.on_error == "skip"


def test_unequal_classes_are_balanced(run: Run, photos: Path) -> None:
    for index in range(5):
        (photos / "cat" / f"{index}.png").unlink()
    run("init", "photos", "--yes")
    assert read_recipe("photos.yaml").loader.balance == "class"


def test_splits_are_no_classes(run: Run, photos: Path) -> None:
    Path("data").mkdir()
    shutil.copytree(photos, "data/train")
    shutil.copytree(photos, "data/val")
    result = run("init", "data", "--yes")
    assert "train, val look like splits" in result.stderr
    recipe = read_recipe("data.yaml")
    assert recipe.source is not None and "root: data/train" in recipe.resolved()


def test_a_path_outside_the_recipes_folder_is_absolute(run: Run, photos: Path) -> None:
    made = write_recipe(photos, Path("deep/er/r.yaml"))
    assert f"root: {photos}" in read_recipe(made).resolved()
    inside = write_recipe(photos, photos.parent / "near.yaml")
    assert "root: photos" in read_recipe(inside).resolved()


def test_nothing_is_written_over(run: Run, photos: Path) -> None:
    Path("photos.yaml").write_text("mine", encoding="utf-8")
    result = run("init", "photos", "--yes")
    assert result.exit_code == 2 and "--force" in result.stderr
    assert Path("photos.yaml").read_text(encoding="utf-8") == "mine"
    assert run("init", "photos", "--yes", "--force").exit_code == 0
    with pytest.raises(RecipeError, match="is there already"):
        write_recipe(photos, Path("photos.yaml"))


def test_what_nobody_knows_is_refused(run: Run, photos: Path) -> None:
    Path("empty").mkdir()
    for data, reason in (("empty", "no plugin knows these data"), ("nowhere", "there is no such folder or file")):
        result = run("init", data)
        assert result.exit_code == 2 and reason in result.stderr
    shutil.rmtree(photos / "dog")
    with pytest.raises(DataError, match="has one class only, 'cat'"):
        write_recipe(photos)
    (photos / "loose.png").write_bytes((photos / "cat" / "1.png").read_bytes())
    with pytest.raises(DataError, match="a folder per class"):
        write_recipe(photos)
    assert not list(Path().glob("*.yaml"))


@pytest.mark.parametrize(("side", "chosen"), [(8, 96), (100, 128), (128, 128), (223, 224), (3000, 224)])
def test_a_sensible_size(side: int, chosen: int) -> None:
    assert side_for(side) == chosen


@pytest.mark.parametrize("columns", ["image,label", "filename,class"])
@pytest.mark.parametrize("place", [".", "img"])
def test_classes_in_a_table(run: Run, tmp_path: Path, columns: str, place: str) -> None:
    (tmp_path / "data" / place).mkdir(parents=True)
    rows = [columns]
    for number in range(8):
        Image.new("RGB", (60, 40), (number * 30, 9, 90)).save(tmp_path / "data" / place / f"{number}.png")
        rows.append(f"{number}.png,{'cat' if number % 2 else 'dog'}")
    (tmp_path / "data" / "labels.csv").write_text("\n".join(rows))
    for given in ("data", "data/labels.csv"):
        result = run("init", given, "--yes", "-o", "r.yaml", "--force")
        assert result.exit_code == 0, result.output
        assert "8 images in 2 classes: cat 4, dog 4." in result.stderr
        assert str(tmp_path) not in Path("r.yaml").read_text()
        assert run("check", "r.yaml").exit_code == 0
        assert run("preview", "r.yaml", "--samples", "1", "--draws", "1").exit_code == 0


def test_folders_of_classes_go_before_a_table_beside_them(run: Run, photos: Path) -> None:
    (photos / "labels.csv").write_text("image,label\ncat/0.png,old\ndog/0.png,new\n")
    assert run("init", "photos", "--yes").exit_code == 0
    assert "source: {image_folder: {root: photos}}" in Path("photos.yaml").read_text()


def test_a_table_of_one_class_is_told(run: Run, photos: Path) -> None:
    (photos / "cat" / "labels.csv").write_text("image,label\n0.png,cat\n1.png,cat\n")
    assert "has one class only, 'cat'" in run("init", "photos/cat/labels.csv", "--yes").stderr


def test_the_page_that_is_suggested_is_named_after_the_recipe(run: Run, photos: Path) -> None:
    said = run("init", "photos", "--yes", "-o", "more/a b.yaml").stdout
    assert said.endswith("augkit preview 'more/a b.yaml' -o 'more/a b-preview.html'\n")
