"""A run answers for what it has not seen: files, folders, tables; where the training's data are gone."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from click.testing import CliRunner

import augkit
from augkit.cli import main
from augkit.errors import AugkitError, DataError, RecipeError
from augkit.sample import Sample
from augkit.train import Run, open_run
from augkit.train.given import given_in
from augkit.train.trained import Trained
from augkit.train.undo import undone
from tests.train.conftest import quietly, recipe


@pytest.fixture(scope="module")
def pictures(learnt: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve digits of the validation as files, named by their class; and a stranger among them."""
    from augkit.data import open_recipe

    folder = tmp_path_factory.mktemp("pictures")
    data = open_recipe(learnt.folder / "recipe.yaml").dataset("val")
    for number in range(12):
        image = data.original(number).targets
        cv2.imwrite(str(folder / f"{number:02d}-{image['digit'].value}.png"), image["image"].pixels)
    (folder / "notes.txt").write_text("no picture")
    return folder


def ask(trained: Trained, *names: str | Path, **more: Any) -> list[Any]:
    field = trained.schema.fields[trained.model.fields.input]
    return list(trained.answers(given_in(names, field), **more))


def called(*arguments: Any) -> Any:
    return CliRunner().invoke(main, ["predict", *map(str, arguments)])


def test_answers_are_those_of_the_validation(learnt: Run, pictures: Path) -> None:
    trained = open_run(learnt.folder, "last")
    files = sorted(pictures.glob("*.png"))
    answers = ask(trained, *files, batch_size=5)
    assert [answer.key for answer in answers] == list(map(str, files))
    right = sum(answer.told["label"] == int(Path(answer.key).stem[3:]) for answer in answers)
    assert right >= 8
    from augkit.data import open_recipe

    loader = open_recipe(learnt.folder / "recipe.yaml").loader("val")
    batch = loader.collate_fn([loader.dataset[n] for n in range(12)])
    learnt.model.eval()
    with torch.inference_mode():
        wanted = learnt.model(batch["image"]).softmax(1)
    for answer, row in zip(answers, wanted, strict=True):
        told = answer.told["probabilities"]
        assert list(told.values()) == sorted(told.values(), reverse=True)
        assert [told[str(name)] for name in trained.model.classes] == pytest.approx(row.tolist(), abs=2e-5)


def test_the_training_data_are_not_needed(learnt: Run, pictures: Path, tmp_path: Path) -> None:
    given = recipe(epochs=1)
    given["eval_steps"] = given["steps"] = [{"resize": {"size": 24}}, {"normalize": {"fit": True}}]
    run = quietly(given, tmp_path / "run")
    text = (run.folder / "recipe.yaml").read_text()
    (run.folder / "recipe.yaml").write_text(text.replace("demo: digits", "image_folder: gone"))
    moved = shutil.move(run.folder, tmp_path / "moved")
    [answer] = ask(open_run(moved), sorted(pictures.glob("*.png"))[0])
    assert sum(answer.told["probabilities"].values()) == pytest.approx(1, abs=1e-4)


def test_several_views_agree_and_are_the_same_each_time(learnt: Run, pictures: Path) -> None:
    trained, file = open_run(learnt.folder), sorted(pictures.glob("*.png"))[0]
    [plain], [once], [again] = (ask(trained, file, tta=tta) for tta in (0, 4, 4))
    assert once.told == again.told != plain.told


def test_the_command_names_what_cannot_be_read(learnt: Run, pictures: Path, tmp_path: Path) -> None:
    done = called(learnt.folder, pictures)
    assert done.exit_code == 0 and len(done.stdout.splitlines()) == 12
    assert "passed over 1 files" in done.stderr and "notes.txt" in done.stderr
    first = sorted(pictures.glob("*.png"))[0]
    done = called(learnt.folder, first, pictures / "notes.txt", tmp_path / "nowhere.png")
    assert done.exit_code == 1 and len(done.stdout.splitlines()) == 1
    assert "notes.txt" in done.stderr and "nowhere.png" in done.stderr
    done = called(learnt.folder.parent, first)
    assert done.exit_code == 2 and "is no run" in done.stderr and str(learnt.folder) in done.stderr


@pytest.mark.parametrize("ending", ["csv", "jsonl", "json"])
def test_answers_are_written(learnt: Run, pictures: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"answers.{ending}"
    assert called(learnt.folder, pictures, "--out", out).exit_code == 0
    text = out.read_text(encoding="utf-8")
    rows = {
        "csv": lambda: list(csv.DictReader(text.splitlines())),
        "jsonl": lambda: list(map(json.loads, text.splitlines())),
        "json": lambda: json.loads(text),
    }[ending]()
    assert [Path(row["key"]).name for row in rows] == sorted(path.name for path in pictures.glob("*.png"))
    assert all(0 < float(row["probability"]) <= 1 for row in rows)
    assert called(learnt.folder, pictures, "--out", tmp_path / "answers.xlsx").exit_code == 2


def test_tables_name_files(learnt: Run, pictures: Path, tmp_path: Path) -> None:
    first = sorted(pictures.glob("*.png"))[0]
    table = pictures / "table.csv"
    table.write_text(f"path,site\n{first.name},a\n")
    try:
        trained = open_run(learnt.folder)
        field = trained.schema.fields["image"]
        with pytest.raises(DataError, match=r"no column 'image'.*path, site.*--column"):
            given_in([table], field)
        assert list(given_in([table], field, "path").keys) == [str(first)]
        with pytest.raises(DataError, match="given twice"):
            given_in([first, first], field)
    finally:
        table.unlink()


def test_a_checkpoint_that_is_none_is_told(learnt: Run, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(learnt.folder, tmp_path / "broken"))
    (folder / "best.ckpt").write_bytes((folder / "best.ckpt").read_bytes()[:1000])
    with pytest.raises(RecipeError, match="is broken"):
        open_run(folder)
    text = (folder / "recipe.yaml").read_text()
    (folder / "recipe.yaml").write_text(text.replace("timm/test_resnet", "timm/test_vit"))
    with pytest.raises(RecipeError, match="does not fit"):
        open_run(folder, "last")


def test_what_has_a_place_is_moved_back() -> None:
    sample = {"image": "image", "points": "keypoints"}
    steps = ["hflip", {"rotate": {"degrees": 20}}, {"random_resized_crop": {"size": 24}}]
    aug = augkit.load({"augkit": 1, "sample": sample, "steps": steps})
    points = np.array([[20.0, 22.0], [25.0, 18.0], [22.0, 25.0]])
    image = np.zeros((48, 48, 3), np.uint8)
    targets, _ = aug.read({"image": image, "points": points}, "k")
    moved, trace = aug.plan(Sample(targets, "k"))
    back, before = undone(trace, moved.targets["points"]).xy, targets["points"].xy
    assert np.abs(back - before).max() < 1e-9 < np.abs(moved.targets["points"].xy - before).max()
    elastic = augkit.load({"augkit": 1, "sample": sample, "steps": [{"elastic": {}}]})
    moved, trace = elastic.plan(Sample(targets, "k"))
    with pytest.raises(AugkitError, match="cannot be undone"):
        undone(trace, moved.targets["points"])


def test_what_fits_into_no_batch_is_answered_for_one_by_one(pictures: Path, tmp_path: Path) -> None:
    run = quietly(recipe(epochs=1) | {"steps": [], "eval_steps": []}, tmp_path / "run")
    files = []
    for number, side in enumerate((32, 40, 32, 64)):
        files.append(tmp_path / f"{number}.png")
        cv2.imwrite(str(files[-1]), np.full((side, side, 3), 60 * number, np.uint8))
    trained = open_run(run.folder)
    together, alone = ask(trained, *files, batch_size=4), [ask(trained, file)[0] for file in files]
    assert [answer.key for answer in together] == list(map(str, files))
    assert [answer.told for answer in together] == [answer.told for answer in alone]


def test_other_channels_than_were_learnt_from_are_named_and_other_errors_are_not_hidden(learnt: Run) -> None:
    trained = open_run(learnt.folder)
    broken = RuntimeError("running_mean should contain 6 elements")
    assert "has 6 channels, and the network learnt from 3" in str(
        trained._why_not(torch.zeros(1, 6, 9, 9), broken, "a")
    )
    with pytest.raises(RuntimeError, match="running_mean"):
        trained._why_not(torch.zeros(1, 3, 9, 9), broken, "a")
