"""``augkit init`` on COCO, VOC and YOLO folders: recipes that check and preview as they stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from augkit.data import open_recipe
from augkit.recipe import read_recipe
from tests.cli.conftest import Run
from tests.data.conftest import noise, write_image

H, W = 40, 60


def coco(root: Path, labels: tuple[str, str] = ("cat", "dog"), points: tuple[str, ...] = ()) -> None:
    for number in range(5):
        write_image(root / "train2017" / f"{number}.png", noise(number, H, W))
    whole = {
        "images": [{"id": n, "file_name": f"{n}.png", "height": H, "width": W} for n in range(5)],
        "annotations": [
            {"id": n, "image_id": n, "category_id": n % 2, "bbox": [3, 4, 20, 10], "area": 200, "iscrowd": 0}
            | ({"keypoints": [4, 5, 2, 9, 9, 1]} if points else {})
            for n in range(5)
        ],
        "categories": [{"id": n, "name": label, "keypoints": list(points)} for n, label in enumerate(labels)],
    }
    (root / "annotations").mkdir()
    (root / "annotations" / "captions_train2017.json").write_text('{"info": {}}')
    (root / "annotations" / "instances_train2017.json").write_text(json.dumps(whole))
    (root / "annotations" / "instances_val2017.json").write_text(json.dumps(whole | {"images": []}))


def voc(root: Path) -> None:
    for number in range(5):
        write_image(root / "JPEGImages" / f"{number}.png", noise(number, H, W))
        box = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>20</ymax></bndbox>"
        (root / "Annotations").mkdir(exist_ok=True)
        (root / "Annotations" / f"{number}.xml").write_text(
            f"<annotation><object><name>{'cat' if number % 2 else 'dog'}</name>{box}</object></annotation>"
        )
    (root / "ImageSets" / "Main").mkdir(parents=True)
    (root / "ImageSets" / "Main" / "train.txt").write_text("\n".join("01234"))


def yolo(root: Path, line: str = "1 0.5 0.5 0.4 0.4") -> None:
    for number in range(5):
        write_image(root / "images" / "train" / f"{number}.png", noise(number, H, W))
        (root / "labels" / "train").mkdir(parents=True, exist_ok=True)
        (root / "labels" / "train" / f"{number}.txt").write_text(f"{line}\n0 {line[2:]}\n")
    (root / "data.yaml").write_text("train: images/train\nnames: [cat, dog]\n")


def box_table(root: Path, scale: tuple[float, float] = (1, 1)) -> None:
    (root / "photos").mkdir()
    rows = ["filename,xmin,ymin,xmax,ymax,class"]
    for number in range(5):
        write_image(root / "photos" / f"{number}.png", noise(number, H, W))
        box = [3 / scale[0], 4 / scale[1], 23 / scale[0], 14 / scale[1]]
        rows.append(",".join(map(str, (f"{number}.png", *box, "cat" if number % 2 else "dog"))))
    (root / "boxes.csv").write_text("\n".join(rows))


def made(run: Run, data: str = "data") -> Any:
    result = run("init", data, "--yes", "-o", "r.yaml")
    assert result.exit_code == 0, result.output
    text = Path("r.yaml").read_text(encoding="utf-8")
    assert text.startswith("# augkit train r.yaml\n") and len(text.splitlines()) <= 30
    assert "task: object_detection  # experimental" in text
    assert run("check", "r.yaml").exit_code == 0
    assert run("preview", "r.yaml", "--samples", "2", "--draws", "1").exit_code == 0
    return read_recipe("r.yaml"), result.stderr


@pytest.mark.parametrize(
    ("write", "source", "told"),
    [
        (
            coco,
            {"coco": {"annotations": "data/annotations/instances_train2017.json", "images": "data/train2017"}},
            "COCO: 5 pictures; 5 objects: cat 3, dog 2.",
        ),
        (voc, {"voc": {"root": "data", "split": "train"}}, "VOC: 5 pictures; 5 objects: cat 2, dog 3."),
        (
            box_table,
            {"box_table": {"file": "data/boxes.csv", "root": "data/photos"}},
            "a table of boxes: 5 pictures; 5 objects: cat 2, dog 3.",
        ),
        (yolo, {"yolo": {"data": "data/data.yaml"}}, "YOLO: 5 pictures; 10 objects: cat 5, dog 5."),
    ],
)
def test_what_is_found_is_told_and_written(run: Run, write: Any, source: Any, told: str) -> None:
    Path("data").mkdir()
    write(Path("data"))
    recipe, said = made(run)
    from augkit.recipe.located import plain

    assert plain(recipe.source) == source and told in said
    assert "assumed: left and right do not matter for labels such as cat, dog" in said
    assert "image/hflip" in [step.name for step in recipe.steps]
    sample = open_recipe(recipe).dataset()[0].targets
    assert sample["image"].values.shape == (3, 96, 96) and len(sample["boxes"]) in (1, 2)


def test_the_answer_about_left_and_right_is_in_the_recipe(run: Run) -> None:
    Path("data").mkdir()
    coco(Path("data"), labels=("turn left", "turn right"))
    recipe, said = made(run)
    assert "assumed: left and right matter" in said
    assert "image/hflip" not in [step.name for step in recipe.steps]
    assert run("check", "r.yaml", "--set", "steps=[hflip]").exit_code == 2


def test_keypoints_come_with_their_pairs(run: Run) -> None:
    Path("data").mkdir()
    coco(Path("data"), points=("left_eye", "right_eye"))
    recipe, _ = made(run)
    assert recipe.schema.fields["keypoints"].options.pairs == (("left_eye", "right_eye"),)


def test_a_file_is_enough(run: Run) -> None:
    annotations = "annotations/instances_train2017.json"
    for name, write, file in (("a", coco, annotations), ("b", yolo, "data.yaml"), ("c", box_table, "boxes.csv")):
        Path(name).mkdir()
        write(Path(name))
        recipe, _ = made(run, f"{name}/{file}")
        assert len(open_recipe(recipe).source.keys) == 5
        assert str(Path.cwd()) not in Path("r.yaml").read_text()
        Path("r.yaml").unlink()


def test_eight_numbers_are_asked_about(run: Run) -> None:
    Path("data").mkdir()
    yolo(Path("data"), "1 0.5 0.1 0.9 0.3 0.5 0.5 0.1 0.3")
    result = run("init", "data", "--yes", "-o", "r.yaml")
    assert "assumed: the 8 numbers of a line are the corners of an oriented box" in result.stderr
    assert "form: oriented" in Path("r.yaml").read_text()
    assert run("check", "r.yaml").exit_code == 0


def test_broken_pictures_are_named_and_skipped(run: Run) -> None:
    Path("data").mkdir()
    voc(Path("data"))
    Path("data/JPEGImages/2.png").write_bytes(b"no picture")
    result = run("init", "data", "--yes", "-o", "r.yaml")
    assert "cannot be read: 2: not an image" in result.stderr
    assert read_recipe("r.yaml").loader.on_error == "skip"


def test_wrong_annotations_are_told(run: Run) -> None:
    Path("data").mkdir()
    coco(Path("data"))
    file = Path("data/annotations/instances_train2017.json")
    file.write_text(file.read_text().replace('"category_id": 1', '"category_id": 9'))
    result = run("init", "data", "--yes")
    assert result.exit_code == 2
    assert "instances_train2017.json: annotation 1: its category_id is 9" in result.stderr


def test_classes_beside_a_stray_json_are_classes(run: Run, photos: Path) -> None:
    (photos / "labels.json").write_text('{"cat": 0}')
    run("init", "photos", "--yes", "-o", "r.yaml")
    assert "image_folder" in Path("r.yaml").read_text()


def test_fractions_in_a_table_are_seen(run: Run) -> None:
    Path("data").mkdir()
    box_table(Path("data"), scale=(W, H))
    recipe, _ = made(run)
    boxes = open_recipe(recipe).dataset("train", augment=False).original(0).targets["boxes"]
    assert boxes.xyxy.tolist() == [pytest.approx([3, 4, 23, 14])]


def test_a_broken_table_that_is_named_is_told_and_one_that_is_not_is_passed_over(run: Run) -> None:
    Path("data").mkdir()
    coco(Path("data"))
    Path("data/notes.csv").write_text("image,label\na,b,c\n")
    assert run("init", "data/notes.csv", "--yes").stderr.startswith("Error: data/notes.csv: row 2: has 3 cells")
    made(run)
