"""``augkit train`` and ``augkit compare`` as they are typed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from augkit.cli import main
from tests.data.conftest import write_image
from tests.train.conftest import recipe


def augkit(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_train_ends_with_the_accuracy_beside_the_guess_and_the_folder(here: Path) -> None:
    Path("tiny.yaml").write_text(json.dumps(recipe()))
    result = augkit("train", "tiny.yaml", "--set", "train.epochs=1")
    assert result.exit_code == 0
    assert "always guessing the commonest class: 0.1" in result.stdout
    assert result.stdout.endswith(f"wrote {Path('runs') / 'tiny-1'}\n")
    assert len(json.loads(Path("runs/tiny-1/metrics.json").read_text())["epochs"]) == 1
    assert "epoch 1/1" in result.stderr


def test_resume_goes_on_with_the_newest_run(here: Path) -> None:
    Path("tiny.yaml").write_text(json.dumps(recipe(epochs=1)))
    assert augkit("train", "tiny.yaml", "--resume").exit_code == 2
    augkit("train", "tiny.yaml")
    result = augkit("train", "tiny.yaml", "--resume")
    assert result.exit_code == 0 and os.listdir("runs") == ["tiny-1"]


def test_a_mistake_is_one_line_with_its_place_and_exit_code_2(here: Path) -> None:
    Path("tiny.yaml").write_text(
        "augkit: 1\nsource: {demo: digits}\nsample: {image: image, digit: label}\nsteps: []\n"
        "train: {backbone: timm/test_resnet, epohcs: 1}\n"
    )
    result = augkit("train", "tiny.yaml")
    assert result.exit_code == 2
    assert result.stderr.startswith("tiny.yaml:5:37: train: unknown field 'epohcs'. Did you mean 'epochs'?")
    assert not Path("runs").exists()


def pictures(root: Path, count: int) -> None:
    """Two classes told apart by brightness: real pixels of a photo, darkened or not."""
    photo = pytest.importorskip("skimage.data").astronaut()
    for number in range(count):
        tile = photo[8 * number : 8 * number + 40, 60:110]
        write_image(root / "bright" / f"{number}.png", tile // 2 + 127)
        write_image(root / "dark" / f"{number}.png", tile // 3)


def test_a_folder_of_pictures_is_learnt_and_its_recipe_left_behind(here: Path) -> None:
    pictures(here / "lights", 24)
    less = ["--set", "train.epochs=1", "--set", "train.threads=1", "--set", "train.backbone=timm/test_resnet"]
    result = augkit("train", "lights", *less, "--set", "train.pretrained=false", "--yes")
    assert result.exit_code == 0, result.output
    assert Path("lights.yaml").read_text().splitlines()[0].startswith("#")
    metrics = json.loads(Path("runs/lights-1/metrics.json").read_text())
    assert metrics["classes"] == ["bright", "dark"]
    again = augkit("train", "lights", *less, "--set", "train.pretrained=false", "--yes")
    assert "using lights.yaml, which is there already" in again.stderr and Path("runs/lights-2").is_dir()


def test_the_packaged_backbone_learns_a_folder_as_init_writes_it(here: Path) -> None:
    pictures(here / "lights", 12)
    result = augkit(
        "train", "lights", "--set", "train.epochs=8", "--set", "train.threads=1", "--set", "train.lr=1e-2", "--yes"
    )
    assert result.exit_code == 0, result.output
    metrics = json.loads(Path("runs/lights-1/metrics.json").read_text())
    assert metrics["backbone"] == "pkg/efficientnet_lite0"
    assert metrics["best"]["val_accuracy"] > metrics["majority_accuracy"]


def test_compare_prints_results_as_they_come_then_the_table(here: Path) -> None:
    Path("tiny.yaml").write_text(json.dumps(recipe(epochs=1)))
    result = augkit("compare", "tiny.yaml", "--seeds", "1")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].startswith("seed 3, with augmentation: validation accuracy")
    assert "One seed is not proof" in lines[-2]
    page = Path("runs/tiny-1/comparison.html").read_text()
    assert lines[-1] == "wrote runs/tiny-1/comparison.html" and "One seed is not proof" in page
    assert json.loads(Path("runs/tiny-1/comparison.json").read_text())["seeds"] == [3]
